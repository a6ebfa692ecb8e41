from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.errors import UsageError
from eiginfra.core.journal import Journal, Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import reason
from eiginfra.core.secret import Secret
from eiginfra.journal import DatabaseJournal, open_journal
from eiginfra.journal.lock import login

GROUP = Address("gitlab.group", "eig/eig3/adler")
Meta = Callable[..., PlanMeta]
MakeChange = Callable[..., Change]
Apply = Callable[..., int]


def test_it_is_a_journal(journal: DatabaseJournal) -> None:
    opened: Journal = journal  # mypy's part of the test
    assert opened.records("eig3") == {}
    assert opened.history("eig3") == []


def test_a_success_becomes_the_record(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    before = datetime.now(UTC)
    run = journal.begin(meta(commit="abc123", dirty=True), "apply")
    intent = journal.intend(run, change())
    assert journal.records("eig3") == {}

    journal.settle(intent, "done", reached=Reached({"name": "Karfu’R", "topics": ["a", "b"]}, {"id": 12}, created=True))
    (record,) = journal.records("eig3").values()
    assert (record.address, record.team, record.created, record.run, record.commit) == (GROUP, "adler", True, run, "abc123")
    assert record.values == {"name": "Karfu’R", "topics": ["a", "b"]}
    assert record.handle == {"id": 12}
    assert record.by == login()
    assert before <= record.at <= datetime.now(UTC)
    assert journal.records("eig4") == {}


def test_what_is_written_together_is_there_together(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")
    with journal.together():
        journal.settle(journal.intend(run, change("eig/a")), "done", reached=Reached({}, {}, created=True))
        journal.settle(journal.intend(run, change("eig/b")), "done", reached=Reached({}, {}, created=True))
        assert journal.records("eig3") == {}
    assert {address.key for address in journal.records("eig3")} == {"eig/a", "eig/b"}


def test_of_what_is_written_together_an_error_leaves_nothing(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")
    with suppress(ZeroDivisionError), journal.together():
        journal.settle(journal.intend(run, change("eig/a")), "done", reached=Reached({}, {}, created=True))
        raise ZeroDivisionError
    journal.settle(journal.intend(run, change("eig/b")), "done", reached=Reached({}, {}, created=True))
    assert {address.key for address in journal.records("eig3")} == {"eig/b"}


def test_another_thread_writes_by_itself(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")

    def other() -> None:
        journal.settle(journal.intend(run, change("eig/b")), "done", reached=Reached({}, {}, created=True))

    with ThreadPoolExecutor(1) as pool:
        with suppress(ZeroDivisionError), journal.together():
            ended = pool.submit(other)
            journal.intend(run, change("eig/a"))
            raise ZeroDivisionError
        ended.result(10)
    assert {address.key for address in journal.records("eig3")} == {"eig/b"}


def test_where_nothing_is_written_together_no_file_is_made(tmp_path: Path) -> None:
    with open_journal(str(tmp_path / "journal.db")).together():
        pass
    assert not (tmp_path / "journal.db").exists()


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", ["eig/web", "eig/www"])
def test_what_is_made_anew_under_a_former_name_keeps_its_record(
    journal: DatabaseJournal, change: MakeChange, apply: Apply, *, first: str, together: bool
) -> None:
    web, renamed = Address("gitlab.group", "eig/web"), Address("gitlab.group", "eig/www")
    apply(journal, change(web.key))
    run = journal.begin(PlanMeta(cohort="eig3", site="lab", as_of=date(2019, 10, 1), eiginfra="0"), "apply")
    reached = {renamed: Reached({}, {"id": 1}, created=True, was=web), web: Reached({}, {"id": 2}, created=True)}
    with journal.together() if together else nullcontext():
        for address in sorted(reached, key=lambda address: address.key != first):
            journal.settle(journal.intend(run, change(address.key)), "done", reached=reached[address])
    records = journal.records("eig3")
    assert {address: record.handle for address, record in records.items()} == {web: {"id": 2}, renamed: {"id": 1}}


def test_the_last_success_counts(journal: DatabaseJournal, change: MakeChange, apply: Apply, meta: Meta) -> None:
    apply(journal)
    run = journal.begin(meta(), "apply")
    journal.settle(journal.intend(run, change(action=Action.UPDATE)), "done", reached=Reached({"name": "New"}, {"id": 12}, created=False))
    failed = journal.intend(run, change(action=Action.UPDATE))
    journal.settle(failed, "failed", reason("error", text="500 Internal Server Error"))
    record = journal.records("eig3")[GROUP]
    assert (record.values, record.created, record.run) == ({"name": "New"}, False, run)


def test_a_deletion_ends_the_record_but_not_its_history(journal: DatabaseJournal, change: MakeChange, apply: Apply) -> None:
    apply(journal)
    apply(journal, change(action=Action.DELETE))
    assert journal.records("eig3") == {}
    assert [record.handle for record in journal.history("eig3")] == [{"id": 12}]


def test_history_has_every_handle_of_every_cohort_once(journal: DatabaseJournal, change: MakeChange, apply: Apply) -> None:
    guest = Address("proxmox.container", "eig3/adler/web")
    for vmid in (101, 102, 102):
        apply(journal, change(address=guest), handle={"node": "eig", "vmid": vmid})
    apply(journal, change(address=Address("proxmox.vm", "eig2/old/db")), cohort="eig2", handle={"node": "eig", "vmid": 100})
    journal.forget("eig3", guest)
    assert [record.handle["vmid"] for record in journal.history("eig3")] == [101, 102, 100]
    assert journal.records("eig3") == {}


def test_the_records_of_cohorts_that_are_not_known_are_told_apart(journal: DatabaseJournal, apply: Apply) -> None:
    assert journal.others(["eig3"]) == []
    for cohort in ("eig2", "eig3", "eig4"):
        apply(journal, cohort=cohort)
    assert {record.cohort for record in journal.others(["eig3", "eig4"])} == {"eig2"}
    journal.forget("eig2", GROUP)
    assert journal.others(["eig3", "eig4"]) == []


def test_forget(journal: DatabaseJournal, apply: Apply) -> None:
    assert journal.forget("eig3", GROUP) is False
    apply(journal)
    assert journal.forget("eig4", GROUP) is False
    assert journal.forget("eig3", GROUP) is True
    assert journal.forget("eig3", GROUP) is False
    assert journal.records("eig3") == {}


def test_runs_are_told_newest_first(journal: DatabaseJournal, apply: Apply, meta: Meta, change: MakeChange) -> None:
    apply(journal)
    apply(journal, cohort="eig2")
    run = journal.begin(meta(inventory="d1", selection="--limit adler"), "apply --limit adler", fingerprint="f00")
    journal.settle(journal.intend(run, change("eig/a")), "skipped", reason("error", text="needs eig/b"))
    journal.intend(run, change("eig/b"))

    latest, *others = journal.runs()
    assert [each.number for each in others] == [2, 1]
    assert (latest.number, latest.finished, latest.outcome) == (run, None, None)
    assert (latest.command, latest.selection, latest.inventory, latest.fingerprint) == (
        "apply --limit adler",
        "--limit adler",
        "d1",
        "f00",
    )
    assert latest.counts == {"skipped": 1, "unfinished": 1}
    assert others[0].counts == {"done": 1}
    assert others[0].outcome == "done"
    assert others[0].finished is not None
    assert [each.number for each in journal.runs("eig2")] == [2]
    assert [each.number for each in journal.runs(limit=1)] == [run]


def test_show_tells_every_action(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")
    wanted = change(observed={"name": "Old"}, cause=None)
    journal.settle(journal.intend(run, wanted), "refused", reason("error", text="400: name\0 \ud800 has already been taken"))
    journal.intend(run, change("eig/other"))

    report = journal.show(run)
    refused, open_ = report.steps
    assert report.run.number == run
    assert (refused.address, refused.action, refused.cause, refused.team) == (GROUP, Action.CREATE, None, "adler")
    assert (refused.desired, refused.observed, refused.diffs) == (wanted.desired, wanted.observed, wanted.diffs)
    assert (refused.outcome, refused.reason) == ("refused", reason("error", text="400: name� � has already been taken"))
    assert (open_.cause, open_.outcome, open_.reason, open_.finished) == (Cause.NEW, None, None, None)


def test_show_of_a_run_that_never_was(journal: DatabaseJournal) -> None:
    with pytest.raises(UsageError, match="no run 7; `eiginfra journal list`"):
        journal.show(7)


def test_a_secret_is_refused_and_nothing_is_written(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")
    intent = journal.intend(run, change())
    with pytest.raises(Exception, match="no canonical form for Secret"):
        journal.settle(intent, "done", reached=Reached({"token": Secret("hush")}, {}, created=True))  # type: ignore[dict-item]
    assert journal.records("eig3") == {}
    assert journal.show(run).steps[0].outcome is None


def test_a_result_is_written_once(journal: DatabaseJournal, apply: Apply) -> None:
    intent = apply(journal)
    with pytest.raises(Exception, match=r"(?i)unique"):
        journal.settle(intent, "failed", reason("error", text="again"))
    assert journal.show(1).steps[0].outcome == "done"


def test_many_threads(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    run = journal.begin(meta(), "apply")

    def one(number: int) -> int:
        intent = journal.intend(run, change(f"eig/{number}"))
        journal.settle(intent, "done", reached=Reached({"name": str(number)}, {"id": number}, created=True))
        journal.records("eig3")
        return intent

    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(one, range(64)))
    assert len(set(numbers)) == 64
    assert {record.handle["id"] for record in journal.records("eig3").values()} == set(range(64))


def test_it_is_found_again(url: str, apply: Apply) -> None:
    with open_journal(url) as first:
        apply(first)
        first.close()
        assert list(first.records("eig3")) == [GROUP]
    with open_journal(url) as second:
        assert list(second.records("eig3")) == [GROUP]


def test_two_threads_open_it_at_once(url: str, meta: Meta) -> None:
    journals = [open_journal(url) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda each: each.begin(meta(), "apply"), journals))
    assert sorted(numbers) == list(range(1, 9))
    for each in journals:
        each.close()


def test_what_a_killed_run_had_begun_is_known_until_something_else_is_done(
    journal: DatabaseJournal, change: MakeChange, apply: Apply, meta: Meta
) -> None:
    run = journal.begin(meta(), "apply")
    journal.intend(run, change())
    (begun,) = journal.known("eig3").values()
    assert (begun.verified, begun.created, begun.attempted, begun.run) == (False, True, change().desired, run)
    assert (journal.records("eig3"), journal.known("eig4")) == ({}, {})
    apply(journal)
    assert journal.known("eig3") == journal.records("eig3")
    journal.intend(run, change(action=Action.UPDATE, desired={"name": "New"}))
    (record,) = journal.known("eig3").values()
    assert (record.verified, record.attempted) == (True, {"name": "New"})
    refused = journal.intend(run, change(action=Action.UPDATE))
    journal.settle(refused, "refused")
    assert journal.known("eig3")[GROUP].attempted == {"name": "New"}
    apply(journal, change(action=Action.DELETE))
    assert journal.known("eig3") == {}


def test_what_a_killed_run_had_begun_can_be_forgotten(journal: DatabaseJournal, change: MakeChange, meta: Meta) -> None:
    journal.intend(journal.begin(meta(), "apply"), change())
    assert journal.forget("eig3", GROUP)
    assert (journal.known("eig3"), journal.forget("eig3", GROUP)) == ({}, False)


def test_only_the_record_of_the_changed_resource_moves(journal: DatabaseJournal, meta: Meta, change: MakeChange) -> None:
    here, elsewhere = journal.begin(meta(), "apply"), journal.begin(meta(cohort="eig4"), "apply")
    other = Address("gitlab.group", "eig/eig3/other")

    def settle(run: int, address: Address, reached: Reached) -> None:
        journal.settle(journal.intend(run, change(address.key)), "done", reached=reached)

    for run in (here, elsewhere):
        settle(run, GROUP, Reached({"name": "one"}))
        settle(run, other, Reached({"name": "two"}))
    here = journal.begin(meta(), "apply")
    settle(here, GROUP, Reached({"name": "three"}))
    settle(here, Address("gitlab.group", "eig/eig3/new"), Reached({"name": "four"}, was=other))
    names = {address.key: record.values and record.values["name"] for address, record in journal.records("eig3").items()}
    assert names == {"eig/eig3/adler": "three", "eig/eig3/new": "four"}
    settle(here, GROUP, Reached(None))
    assert [address.key for address in journal.records("eig3")] == ["eig/eig3/new"]
    assert set(journal.records("eig4")) == {GROUP, other}
