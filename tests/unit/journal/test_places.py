"""Where a journal may be, and what is said where it may not."""

import importlib.util
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError
from support.words import raises

from eiginfra.core.change import Change
from eiginfra.core.errors import InputError, PermissionDeniedError, UnreachableError, UsageError
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import reason
from eiginfra.journal import DatabaseJournal, JournalError, open_journal, schema
from eiginfra.journal.errors import explain
from eiginfra.journal.lock import login

Meta = Callable[..., PlanMeta]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with open_journal(str(tmp_path / "state" / "journal.db")) as journal:
        assert journal.records("eig3") == {}
        assert journal.history("eig3") == []
        assert journal.runs() == []
        assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_it(tmp_path: Path, meta: Meta) -> None:
    path = tmp_path / "state" / "journal.db"
    with open_journal(str(path)) as journal:
        journal.begin(meta(), "apply")
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {
            "journal.db": 0o600,
            "journal.db-wal": 0o600,
            "journal.db-shm": 0o600,
        }


def test_sqlite_keeps_its_promises(tmp_path: Path, meta: Meta) -> None:
    with open_journal(str(tmp_path / "journal.db")) as journal:
        journal.begin(meta(), "apply")
        with journal._database.reading() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("where", ["~/journal.db", "sqlite:///{tmp}/journal.db", "{tmp}/journal.db"])
def test_ways_to_write_a_path(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meta: Meta) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_journal(where.format(tmp=tmp_path)) as journal:
        assert journal.name == str(tmp_path / "journal.db")
        journal.begin(meta(), "apply")
    assert (tmp_path / "journal.db").exists()


@pytest.mark.parametrize("content", [b"# notes\n" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    with open_journal(str(path)) as journal, raises(InputError, match=r"is damaged, or is no journal \(move it away"):
        journal.records("eig3")
    assert path.read_bytes() == content


def test_a_damaged_page(tmp_path: Path, meta: Meta) -> None:
    path = tmp_path / "journal.db"
    with open_journal(str(path)) as journal:
        journal.begin(meta(), "apply")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with open_journal(str(path)) as journal, raises(InputError, match="is damaged"):
        journal.runs()


def test_somebody_elses_database(url: str, meta: Meta) -> None:
    with open_journal(url) as journal:
        journal.begin(meta(), "apply")
        with journal._database.writing() as connection:
            connection.execute(text("DROP TABLE journal_schema"))
    with open_journal(url) as journal, raises(InputError, match="a file or database of its own"):
        journal.records("eig3")


def test_a_newer_journal(url: str, meta: Meta) -> None:
    with open_journal(url) as journal:
        journal.begin(meta(), "apply")
        with journal._database.writing() as connection:
            connection.execute(text("UPDATE journal_schema SET version = 99"))
    with open_journal(url) as journal, raises(InputError, match=r"newer eiginfra \(schema 99.*upgrade eiginfra here too"):
        journal.records("eig3")


def test_an_older_journal_is_migrated(url: str, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(url) as journal:
        journal.begin(meta(), "apply")

    def migrate(connection: Connection) -> None:
        connection.execute(text("UPDATE runs SET outcome = 'migrated'"))

    before = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", before + 2)
    monkeypatch.setattr(schema, "MIGRATIONS", {before: migrate, before + 1: lambda connection: None})
    with open_journal(url) as journal:
        assert journal.runs()[0].outcome == "migrated"
        with journal._database.reading() as connection:
            assert schema.version(connection, "it") == before + 2


def test_version_1_is_taken_along(url: str, meta: Meta, change: Callable[..., Change]) -> None:
    with open_journal(url) as journal:
        intent = journal.intend(journal.begin(meta(), "apply"), change())
        journal.settle(intent, "failed", reason("error", text="x"))
        with journal._database.writing() as connection:
            connection.execute(text("ALTER TABLE results DROP COLUMN protect"))
            connection.execute(text("UPDATE results SET reason = '400: it''s refused'"))
            connection.execute(text("UPDATE journal_schema SET version = 1"))
    with open_journal(url) as journal:
        [step] = journal.show(1).steps
        assert step.reason is not None
        assert step.reason.params["text"] == "400: it's refused"
        journal.settle(journal.intend(1, change()), "done", reached=Reached({}, {}, protect=True))
        assert [record.protect for record in journal.records("eig3").values()] == [True]


def test_a_folder(tmp_path: Path) -> None:
    with (
        open_journal(str(tmp_path)) as journal,
        pytest.raises(JournalError, match=r"is a folder; name a file in it, e\.g\. .*/journal\.db"),
    ):
        journal.records("eig3")


def test_a_place_where_nothing_can_be_made(tmp_path: Path, meta: Meta) -> None:
    (tmp_path / "file").touch()
    with open_journal(str(tmp_path / "file" / "journal.db")) as journal, pytest.raises(JournalError, match="choose another place"):
        journal.begin(meta(), "apply")


@pytest.mark.parametrize(
    ("pragma", "message"),
    [("max_page_count = 1", "no space left for the journal .*; free some space"), ("query_only = ON", "cannot be written .*write access")],
)
def test_a_full_or_read_only_disk(tmp_path: Path, meta: Meta, pragma: str, message: str) -> None:
    with open_journal(str(tmp_path / "journal.db")) as journal:
        run = journal.begin(meta(), "apply")

        def restrict(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA {pragma}").close()

        event.listen(journal._database.engine, "checkout", restrict)
        with pytest.raises(JournalError, match=message):
            journal.begin(meta(inventory="x" * 500_000), "apply")
        event.remove(journal._database.engine, "checkout", restrict)
        assert [each.number for each in journal.runs()] == [run]


@pytest.mark.parametrize("url", ["mysql://eig:hush@host/db", "sqlite://", "postgresql://eig:hush@host:port/db", "://hush"])
def test_other_databases(url: str) -> None:
    with raises(InputError, match=r"write a file's path, or postgresql://user@host/database") as caught:
        open_journal(url)
    assert "hush" not in str(caught.value)


def test_postgresql_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'eiginfra\[postgres\]'"):
        open_journal("postgresql://host/db")


def test_a_server_that_is_down_and_a_password_unsaid(tmp_path: Path) -> None:
    with open_journal(f"postgresql://eig:hush@/db?host={tmp_path}") as journal, pytest.raises(UnreachableError) as caught:
        journal.records("eig3")
    assert "cannot be reached" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "hush" not in journal.name


def test_a_database_that_is_not_there(postgres: str) -> None:
    with (
        open_journal(f"postgresql://eig@/nowhere?host={postgres}") as journal,
        pytest.raises(UnreachableError, match='"nowhere" does not exist'),
    ):
        journal.records("eig3")


def test_a_login_without_rights(journal: DatabaseJournal, meta: Meta) -> None:
    if journal._database.path is not None:
        pytest.skip("a file has no logins")
    journal.begin(meta(), "apply")
    with journal._database.writing() as connection:
        connection.execute(text("CREATE ROLE nobody_much"))
        connection.execute(text("SET LOCAL ROLE nobody_much"))
        with pytest.raises(PermissionDeniedError, match="refuses this login"), journal._database.translating():
            connection.execute(text("SELECT 1 FROM pg_authid"))
        connection.rollback()


class RefusalError(Exception):
    sqlstate = "53100"


def test_a_full_server() -> None:
    told = str(explain("j", OperationalError("INSERT", {}, RefusalError())))
    assert told == "no space left for the journal j; free some space on its server"


def test_a_server_that_restarts_is_found_again(journal: DatabaseJournal, meta: Meta) -> None:
    if journal._database.path is not None:
        pytest.skip("a file does not restart")
    journal.begin(meta(), "apply")
    others = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid()")
    engine = create_engine(journal._database.url)
    with engine.connect() as connection:
        connection.execute(others)
    engine.dispose()
    assert journal.begin(meta(), "apply") == 2


def test_the_login_has_no_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "laptop.ministry.example.org")
    monkeypatch.setattr("getpass.getuser", lambda: "eig")
    assert login() == "eig@laptop"


def test_a_login_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("no passwd entry")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert login().startswith("uid-")
