"""Rounds on a world in memory: what is done, what is said, what is counted, and what survives."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.fakes import thing
from support.words import ENGLISH

from eiginfra.core.errors import InputError, PermanentError, TransientError, UnreachableError
from eiginfra.core.finding import error
from eiginfra.core.trace import Moment
from eiginfra.core.usage import Limit, Limits
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.healing import HealingPolicy, HealingRule, LoopMemory
from eiginfra.engine.mode import Mode
from eiginfra.inventory.site import ReconcileSite
from eiginfra.reconcile.log import LOGGER, log_to
from eiginfra.reconcile.loop import SILENCE, Loop
from eiginfra.reconcile.round import End
from eiginfra.reconcile.state import keep, sightings, state_file

MakeLoop = Callable[..., Loop]


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    handler = log_to(stream)

    def read() -> list[dict[str, Any]]:
        said = [json.loads(line) for line in stream.getvalue().splitlines()]
        stream.seek(0)
        stream.truncate()
        return said

    yield read
    LOGGER.removeHandler(handler)


def figure(loop: Loop, name: str) -> float:
    """The value of a sample, given as Prometheus writes it but for the cohort, which every sample bears; 0 if it is not there."""
    samples = dict(line.rsplit(" ", 1) for line in loop.metrics.text().decode().splitlines() if not line.startswith("#"))
    name, _, labels = name.removesuffix("}").partition("{")
    borne = ",".join(sorted(filter(None, ['cohort="eig3"', *labels.split(",")])))
    return float(samples.get(f"{name}{{{borne}}}", 0))


def test_nothing_to_do_is_said_to_nobody(make_loop: MakeLoop, chat: Any, lines: Any) -> None:
    loop = make_loop()
    assert loop.once().end is End.CLEAN
    assert chat.messages == []
    assert [(line["event"], line["end"]) for line in lines()] == [("round", "clean")]


def test_drift_is_healed_and_said_once(make_loop: MakeLoop, world: Any, chat: Any, lines: Any) -> None:
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    del world.server.objects["b"]
    assert [loop.once().end for _ in range(3)] == [End.HEALED, End.CLEAN, End.CLEAN]
    assert world.server.objects["a"]["text"] == "x"
    assert world.server.objects["b"]["cores"] == 1
    since = "since between run 1 (2019-09-30 00:00 UTC, in order) and now"
    assert chat.messages == [
        f"eiginfra reconcile, eig3 on test\n*Healed* (2)\n- `test.thing[a] text`: {since}\n- `test.thing[b] is gone`: {since}"
    ]
    assert [line["event"] for line in lines()] == ["drift", "drift", "heal", "heal", "round", "round", "round"]
    assert figure(loop, 'eiginfra_drift_found_total{cause="drift",kind="test.thing",team="adler"}') == 1
    assert figure(loop, 'eiginfra_heals_total{kind="test.thing",outcome="done",team="adler"}') == 1
    assert figure(loop, 'eiginfra_drift{cause="drift",kind="test.thing",team="adler"}') == 0
    assert figure(loop, 'eiginfra_rounds_total{end="clean"}') == 2
    assert figure(loop, 'eiginfra_requests_total{method="GET",provider="test"}') == 6


def test_no_value_is_ever_logged_or_told(
    make_loop: MakeLoop, world: Any, chat: Any, capsys: pytest.CaptureFixture[str], lines: Any
) -> None:
    loop = make_loop()
    world.server.objects["a"]["text"] = "hunter2"
    loop.once()
    assert "hunter2" not in json.dumps(lines()) + "".join(chat.messages) + loop.metrics.text().decode() + loop.state.read_text()
    assert chat.url not in loop.state.read_text()


def test_what_is_left_to_people_is_said_once_and_so_is_its_end(make_loop: MakeLoop, world: Any, chat: Any) -> None:
    world.rules = HealingPolicy(Mode.HEAL, {"test.thing": HealingRule.ALERT})
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    assert [loop.once().end for _ in range(3)] == [End.DRIFT] * 3
    assert len(chat.messages) == 1
    assert "*New drift* (1)\n- `test.thing[a] text`: left to people: the site's policy for test.thing is alert" in chat.messages[0]
    assert figure(loop, 'eiginfra_drift{cause="drift",kind="test.thing",team="adler"}') == 1
    world.server.objects["a"]["text"] = "x"
    loop.once()
    assert chat.messages[1:] == ["eiginfra reconcile, eig3 on test\n*In order again* (1)\n- `test.thing[a]`"]
    assert figure(loop, 'eiginfra_drift{cause="drift",kind="test.thing",team="adler"}') == 0


def test_what_was_merged_and_not_applied_is_told_once_after_its_time(
    make_loop: MakeLoop, world: Any, clock: Any, chat: Any, lines: Any
) -> None:
    """M1: a merged title stayed `clean` for ever."""
    loop = make_loop()
    world.wanted = [*world.wanted, thing("merged", team="adler")]
    assert loop.once().end is End.CLEAN
    assert chat.messages == []
    assert figure(loop, 'eiginfra_pending{kind="test.thing",team="adler"}') == 1
    clock.wait(4 * 3600)
    loop.once()
    loop.once()
    assert chat.messages == [
        "eiginfra reconcile, eig3 on test\n*Merged, not applied* (1)\n- `test.thing[merged]`: since 2019-10-01 00:00 UTC"
    ]
    assert [line["address"] for line in lines() if line["event"] == "pending"] == ["test.thing[merged]"]
    assert figure(loop, "eiginfra_pending_oldest_seconds") == 4 * 3600
    world.apply(world.plan(), lambda: False, lambda _: None, lambda _: None)
    loop.once()
    assert figure(loop, 'eiginfra_pending{kind="test.thing",team="adler"}') == 0
    assert figure(loop, "eiginfra_pending_oldest_seconds") == 0


def test_a_new_process_does_not_repeat_what_was_said(make_loop: MakeLoop, world: Any, chat: Any) -> None:
    world.rules = HealingPolicy()
    world.server.objects["a"]["text"] = "tampered"
    for _ in range(3):
        assert make_loop(Mode.DETECT).once().end is End.DRIFT
    assert len(chat.messages) == 1


def test_a_spoilt_memory_is_begun_anew(make_loop: MakeLoop, world: Any) -> None:
    loop = make_loop()
    loop.once()
    loop.state.write_text("{")
    assert make_loop().once().end is End.CLEAN


def test_a_service_that_is_down_is_told_once_however_it_words_it(make_loop: MakeLoop, world: Any, chat: Any) -> None:
    loop = make_loop()
    for problem in (UnreachableError("refused"), TransientError("no answer to GET /1"), TransientError("no answer to GET /2")):
        world.trouble = problem
        assert loop.once().end is End.FAILED
    assert chat.messages == ["eiginfra reconcile, eig3 on test\n*No round any more*: refused"]
    world.trouble = None
    loop.once()
    assert chat.messages[1:] == ["eiginfra reconcile, eig3 on test\n*Rounds succeed again*"]
    assert figure(loop, 'eiginfra_errors_total{type="TransientError"}') == 2


def test_bad_files_refuse_the_round_and_are_told_as_they_change(make_loop: MakeLoop, world: Any, chat: Any) -> None:
    loop = make_loop()
    for message in ("one", "one", "two"):
        world.trouble = InputError([error("bad", text=message)])
        assert loop.once().end is End.REFUSED
    assert [message.rpartition("error: ")[2] for message in chat.messages] == ["one", "two"]


def test_our_own_mistakes_end_a_round_and_not_the_loop(make_loop: MakeLoop, world: Any, lines: Any) -> None:
    loop = make_loop()
    world.trouble = KeyError("s3cret")
    seen = loop.once()
    assert seen.end is End.FAILED
    assert "KeyError at conftest.py:" in str(seen.problem)
    assert "s3cret" not in json.dumps(lines())
    world.trouble = None
    assert loop.once().end is End.CLEAN
    assert world.closed == 2


def test_another_run_at_work_skips_the_round_and_alarms_nobody(make_loop: MakeLoop, world: Any, chat: Any, lines: Any) -> None:
    loop = make_loop()
    world.locked = True
    assert loop.once().end is End.LOCKED
    assert chat.messages == []
    said = lines()
    assert (said[0]["event"], said[0]["level"], said[0]["type"]) == ("trouble", "warning", "LockedError")
    assert figure(loop, "eiginfra_last_success_timestamp_seconds") == 0


def test_what_fails_is_told_once_rests_and_is_told_when_healed(
    make_loop: MakeLoop, world: Any, chat: Any, clock: Any, failing: Any
) -> None:
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    failing(world, PermanentError("the server says no"))
    for _ in range(2):
        assert loop.once().end is End.FAILED
        clock.wait(600)
    assert loop.once().end is End.DRIFT  # it rests
    assert chat.messages == ["eiginfra reconcile, eig3 on test\n*Not healed* (1)\n- `test.thing[a] text`: the server says no"]
    world.server.before = lambda *_: None
    clock.wait(600)
    assert loop.once().end is End.HEALED
    assert "*Healed* (1)" in chat.messages[1]


def test_messages_that_nobody_received_wait(make_loop: MakeLoop, world: Any, chat: Any, lines: Any) -> None:
    loop = make_loop()
    chat.status = 500
    world.server.objects["a"]["text"] = "tampered"
    loop.once()
    failed = next(line for line in lines() if line["event"] == "webhook-failed")
    assert failed["reason"] == "the webhook answers 500"
    assert "s3cret" not in json.dumps(failed)
    chat.status = 200
    loop.once()
    assert ["*Healed* (1)" in message for message in chat.messages] == [True]
    assert figure(loop, 'eiginfra_webhook_total{outcome="failed"}') == figure(loop, 'eiginfra_webhook_total{outcome="sent"}') == 1


def test_nobody_to_be_told(make_loop: MakeLoop, world: Any) -> None:
    loop = make_loop(address=None)
    world.server.objects["a"]["text"] = "tampered"
    assert loop.once().end is End.HEALED
    assert loop.memory.unsent == []


def test_a_loop_rests_between_rounds_and_shows_that_it_lives(make_loop: MakeLoop, clock: Any) -> None:
    notes: list[str] = []

    class Manager:
        watchdog = 60.0

        def __call__(self, *states: str) -> None:
            notes.extend(states)

    waits: list[float] = []
    began = clock.at

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        clock.wait(seconds)
        return clock.at - began > timedelta(minutes=25)

    loop = make_loop(wait=wait, notify=Manager())
    loop.run(timedelta(minutes=10), lambda: 1.05)
    assert loop.number == 3
    assert max(waits) <= 20
    assert notes[0] == "READY=1"
    assert notes[-1] == "STOPPING=1"
    assert notes.count("WATCHDOG=1") >= len(waits) - 1
    assert "STATUS=round 3: clean, 0 drifting" in notes


def test_health_is_lost_with_the_signs_of_life(make_loop: MakeLoop, clock: Any, world: Any) -> None:
    loop = make_loop()
    world.trouble = UnreachableError("down")
    loop.once()
    well, body = loop.health()
    assert well
    assert body["last_end"] == "failed"
    clock.wait(SILENCE)
    assert loop.health()[0] is False


def test_asked_to_stop_while_looking_nothing_is_begun(make_loop: MakeLoop, world: Any) -> None:
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    world.server.before = lambda verb, _: loop.stopper.stop() if verb == "observe" and not loop.stopper.asked else None
    loop.run(timedelta(minutes=10), lambda: 1)
    assert loop.number == 1
    assert world.server.objects["a"]["text"] == "tampered"


def test_asked_to_stop_while_healing_what_is_under_way_ends(make_loop: MakeLoop, world: Any) -> None:
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    world.server.objects["b"]["cores"] = 9
    world.server.before = lambda verb, _: loop.stopper.stop() if verb == "update" and not loop.stopper.asked else None
    loop.run(timedelta(minutes=10), lambda: 1)
    assert loop.number == 1
    assert loop.last.end is End.STOPPED if loop.last else False
    assert (world.server.objects["a"]["text"], world.server.objects["b"]["cores"]) in (("x", 9), ("tampered", 1))
    assert len(loop.memory.known) == 1


def test_many_rounds_leave_nothing_behind(make_loop: MakeLoop, world: Any, clock: Any) -> None:
    loop = make_loop()
    sizes = []
    for number in range(60):
        world.server.objects["a"]["text"] = f"tampered {number}"
        assert loop.once().end is End.HEALED
        clock.wait(600)
        sizes.append(len(loop.state.read_bytes()))
    assert max(sizes[10:]) == sizes[10]


def test_tries_of_a_round_that_broke_count_too(make_loop: MakeLoop, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.rules = HealingPolicy(Mode.HEAL, heals_per_hour=1)
    loop = make_loop()
    world.server.objects["a"]["text"] = "tampered"
    apply = type(world).apply

    def broken(here: Any, *arguments: Any) -> Any:
        apply(here, *arguments)
        raise OSError

    monkeypatch.setattr(type(world), "apply", broken)
    assert loop.once().end is End.FAILED
    world.server.objects["a"]["text"] = "tampered again"
    assert loop.once().end is End.DRIFT


def test_each_selection_has_a_memory_of_its_own(tmp_path: Path) -> None:
    site: Any = SimpleNamespace(
        path=tmp_path / "infra" / "site.yml", file=SimpleNamespace(journal="postgresql://db/x", reconcile=ReconcileSite())
    )
    assert state_file(site, "eig3") == tmp_path / ".eiginfra" / "reconcile-eig3.json"
    assert state_file(site, "eig3", "--limit adler") != state_file(site, "eig3")
    site.file.journal = str(tmp_path / "journal.db")
    assert state_file(site, "eig3") == tmp_path / "reconcile-eig3.json"
    site.file.reconcile = ReconcileSite(state=tmp_path / "state")
    assert state_file(site, "eig3").parent == tmp_path / "state"


def test_what_the_loop_saw_is_read_where_it_may_be_and_missed_where_not(tmp_path: Path) -> None:
    site: Any = SimpleNamespace(file=SimpleNamespace(journal=str(tmp_path / "journal.db"), reconcile=ReconcileSite()), path=tmp_path)
    seen = Sightings(last=Moment(what="round", number=4, at=datetime(2019, 10, 1, tzinfo=UTC)))
    path = state_file(site, "eig3")
    assert sightings(site, "eig3") == Sightings()
    keep(path, LoopMemory(sightings=seen))
    assert sightings(site, "eig3") == seen
    path.unlink()
    path.mkdir()
    assert sightings(site, "eig3") == Sightings()


def test_since_when_is_told_by_rounds_whose_numbers_outlive_the_loop(
    make_loop: MakeLoop, world: Any, clock: Any, chat: Any, lines: Any
) -> None:
    world.rules = HealingPolicy()
    loop = make_loop(Mode.DETECT)
    loop.once()
    clock.wait(600)
    world.server.objects["a"]["text"] = "tampered"
    loop.once()
    in_order = "since between round 1 (2019-10-01 00:00 UTC, in order) and"
    assert chat.messages == [
        f"eiginfra reconcile, eig3 on test\n*New drift* (1)\n- `test.thing[a] text`: only watched: --mode detect; {in_order} now"
    ]
    (line,) = (line for line in lines() if line["event"] == "drift")
    assert line["in_order"] == {"what": "round", "number": 1, "at": "2019-10-01T00:00:00Z"}
    assert not {"seen", "activity"} & line.keys()
    clock.wait(600)
    again = make_loop(Mode.DETECT)
    assert again.once().number == 3
    (change,) = world.plan(again.memory.sightings).changes
    assert ENGLISH.since(change.trace) == f"{in_order} round 2 (2019-10-01 00:10 UTC, first seen)"
    world.server.objects["a"]["text"] = "x"
    again.once()
    world.server.objects["a"]["text"] = "tampered"
    (change,) = world.plan(again.memory.sightings).changes
    assert ENGLISH.since(change.trace) == "since between round 4 (2019-10-01 00:20 UTC, in order) and now"


def test_what_takes_too_much_without_being_drift_is_told_once(make_loop: MakeLoop, world: Any, chat: Any, lines: Any) -> None:
    world.limits = Limits(teams={"adler": Limit(cores=4)})
    loop = make_loop()
    loop.once()
    world.server.objects["a"]["cores"] = 9
    assert [loop.once().end for _ in range(2)] == [End.CLEAN, End.CLEAN]
    since = "since between round 1 (2019-10-01 00:00 UTC, in order) and now"
    assert chat.messages == [
        f"eiginfra reconcile, eig3 on test\n*Over the quota* (1)\n- `test.thing[a]`: more than the inventory asks for; {since}"
    ]
    (line,) = (line for line in lines() if line["event"] == "excess")
    assert (line["address"], line["team"], line["code"], line["round"]) == ("test.thing[a]", "adler", "quota-excess", 2)
