"""What only several processes, and their deaths, can show."""

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tenacity import stop_after_attempt

from eiginfra.core.change import Change
from eiginfra.core.errors import LockedError
from eiginfra.core.plan import PlanMeta
from eiginfra.journal import JournalError, lock, open_journal
from eiginfra.journal.lock import _CLASS, login

Process = Callable[..., AbstractContextManager[subprocess.Popen[str]]]

HOLD = """
import sys
from eiginfra.journal import open_journal
with open_journal(sys.argv[1]) as journal, journal.lock("apply"):
    print("held", flush=True)
    sys.stdin.readline()
"""

WRITE = """
import itertools, sys
from datetime import date
from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.journal import open_journal
journal = open_journal(sys.argv[1])
run = journal.begin(PlanMeta(cohort="eig3", site="lab", as_of=date(2019, 10, 1), eiginfra="0"), "apply")
for number in itertools.count():
    intent = journal.intend(run, Change(address=Address("a.b", str(number)), action=Action.CREATE, desired={"padding": "x" * 2000}))
    journal.settle(intent, "done", reached=Reached({"padding": "x" * 2000}, {"id": number}, created=True))
    print(number, flush=True)
"""


def wait_until_free(url: str) -> None:
    """A server learns of a client's death by its socket, a moment later: wait in its own queue for the lock."""
    if url.startswith("postgresql"):
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({_CLASS}, hashtext(current_schema()))"))
        engine.dispose()


def test_the_lock_keeps_another_process_out_and_says_who_holds_it(url: str, process: Process) -> None:
    with process(HOLD, url) as other, open_journal(url) as journal:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError) as caught, journal.lock("apply"):
            pytest.fail("two hold the lock")
        message = str(caught.value)
        assert f"is locked by {login()} (apply, pid {other.pid}) since 20" in message
        assert message.endswith("wait until that run ends, or end it there")

        other.communicate("done\n")
        wait_until_free(url)
        with journal.lock("apply"):
            pass


def test_death_frees_the_lock(url: str, process: Process) -> None:
    with process(HOLD, url) as other, open_journal(url) as journal:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
        other.wait()
        wait_until_free(url)
        with journal.lock("apply"):
            pass


def test_the_lock_is_not_reentrant_and_is_given_back(url: str) -> None:
    with open_journal(url) as journal:
        with journal.lock("apply"):
            with pytest.raises(LockedError, match=rf"locked by .*\(apply, pid {os.getpid()}\)"), journal.lock("drift"):
                pytest.fail("two hold the lock")
            assert journal.runs() == []  # reading needs no lock
        with pytest.raises(RuntimeError, match="inside"), journal.lock("apply"):
            raise RuntimeError("inside")
        wait_until_free(url)
        with journal.lock("apply"):
            pass


def test_two_journals_have_two_locks(tmp_path: Path) -> None:
    with open_journal(str(tmp_path / "a.db")).lock("apply"), open_journal(str(tmp_path / "b.db")).lock("apply"):
        note = json.loads((tmp_path / "a.db.lock").read_text())
        assert note["purpose"] == "apply"
        assert (tmp_path / "a.db.lock").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.db.lock").read_text() == ""


def test_a_lock_whose_note_comes_a_moment_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = iter(["", "", json.dumps({"who": "ada@desk", "purpose": "apply", "pid": 7, "since": "2019-10-01"})])
    monkeypatch.setattr(os, "pread", lambda *_: next(notes).encode())
    with (
        open_journal(str(tmp_path / "a.db")).lock("apply"),
        pytest.raises(LockedError, match=r"is locked by ada@desk \(apply, pid 7\)"),
        open_journal(str(tmp_path / "a.db")).lock("apply"),
    ):
        pytest.fail("two hold the lock")


def test_a_lock_without_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENTLY", lock._PATIENTLY.copy(stop=stop_after_attempt(2)))
    with open_journal(str(tmp_path / "a.db")).lock("apply"):
        (tmp_path / "a.db.lock").write_text("")
        with pytest.raises(LockedError, match="is locked by another run;"), open_journal(str(tmp_path / "a.db")).lock("apply"):
            pytest.fail("two hold the lock")


def test_a_lock_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = open_journal(str(tmp_path / "file" / "journal.db"))
    with pytest.raises(JournalError, match="choose another place"), journal.lock("apply"):
        pytest.fail("locked nothing")


def test_errors_inside_the_lock_are_not_the_journals(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_journal(str(tmp_path / "journal.db")).lock("apply"):
        raise FileNotFoundError("of somebody else")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_lock_that_its_server_let_go_ends_the_run(url: str, meta: Callable[..., PlanMeta], change: Callable[..., Change]) -> None:
    holders = text(
        f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = {_CLASS}"
        " AND objid::bigint = hashtext(current_schema())::bigint & 4294967295"
    )
    with open_journal(url) as journal:
        with journal.lock("reconcile"):
            run = journal.begin(meta(), "apply")
            journal.intend(run, change("eig/eig3/adler"))
            engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                assert connection.scalars(holders).all() == [True]
            engine.dispose()
            for _ in range(2):
                with pytest.raises(JournalError, match="another run may have begun"):
                    journal.intend(run, change("eig/eig3/plume"))
            journal.finish(run, "failed")  # what was begun can still be told
        assert [step.address for step in journal.show(run).steps] == [change("eig/eig3/adler").address]
        with journal.lock("reconcile"):
            journal.intend(run, change("eig/eig3/plume"))


@pytest.mark.parametrize("written", [1, 8, 40])
def test_a_writer_killed_anywhere_leaves_a_readable_journal(
    url: str, process: Process, written: int, meta: Callable[..., PlanMeta]
) -> None:
    with process(WRITE, url) as writer:
        assert writer.stdout is not None
        for _ in range(written):
            writer.stdout.readline()
        writer.kill()
        acknowledged = written + len(writer.stdout.readlines())
        writer.wait()
    with open_journal(url) as journal:
        kept = {record.handle["id"] for record in journal.records("eig3").values()}
        assert set(range(acknowledged)) <= kept  # durable before returning
        assert len(kept) <= acknowledged + 1
        report = journal.show(1)
        assert report.run.outcome is None
        assert report.run.counts["done"] == len(kept)
        assert len(report.steps) - len(kept) <= 1  # at most the one intent in flight
        assert journal.begin(meta(), "apply") == 2
