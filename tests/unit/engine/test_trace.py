"""Since when something is not as wanted: the journal's word, the rounds of a loop, and what the server recorded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from support.fakes import META, Server, Thing, registry, thing
from support.words import ENGLISH, message

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observation, Observed, Record
from eiginfra.core.trace import EXISTS, Activity, Moment, Trace
from eiginfra.core.usage import Limit, Limits, Usage
from eiginfra.engine.drift_history import Sightings, traced
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

NOON = datetime(2019, 10, 1, 12, tzinfo=UTC)
WEB = Address("test.thing", "web")


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def round_(number: int) -> Moment:
    """One a minute."""
    return Moment(what="round", number=number, at=at(number))


def applied(minutes: int) -> Record:
    return Record(WEB, {}, {"id": "web"}, "adler", True, 7, at(minutes), "somebody")


def run(minutes: int) -> Moment:
    return Moment(what="run", number=7, at=at(minutes))


def drift(trace: Trace | None, **more: object) -> Change:
    diffs = (FieldDiff(field="cores", before=8, after=1, cause=Cause.DRIFT),)
    change = Change(address=WEB, action=Action.UPDATE, cause=Cause.DRIFT, diffs=diffs, observed={"cores": 8}, trace=trace)
    return change.model_copy(update=more)


def plan(*changes: Change) -> Plan:
    return Plan(meta=META, changes=changes)


def test_without_a_loop_only_the_journal_tells() -> None:
    assert Sightings().trace(WEB, applied(0)) == Trace(in_order=run(0))
    assert Sightings().trace(WEB, None) == Trace()


def test_the_later_of_the_last_run_and_the_last_round_that_found_it_in_order_counts() -> None:
    sightings = Sightings(last=round_(5))
    assert sightings.trace(WEB, applied(0)).in_order == round_(5)
    assert sightings.trace(WEB, applied(6)).in_order == run(6)


def test_what_stands_keeps_the_round_that_saw_it_first() -> None:
    sightings = Sightings().after(plan(), round_(1))
    for number in (2, 3, 4):
        sightings = sightings.after(plan(drift(sightings.trace(WEB, applied(0)))), round_(number))
    assert sightings.trace(WEB, applied(0)) == Trace(in_order=round_(1), seen=round_(2))
    assert sightings.after(plan(), round_(5)) == Sightings(last=round_(5))


def test_what_was_mended_and_drifts_again_is_counted_from_the_mending() -> None:
    sightings = Sightings().after(plan(), round_(1)).after(plan(drift(Trace(in_order=round_(1)))), round_(2))
    assert sightings.trace(WEB, applied(3)) == Trace(in_order=run(3))


def test_what_could_not_be_seen_was_last_in_order_when_it_was_seen() -> None:
    unknown = Change(address=WEB, action=Action.NONE, desired={}, note="unknown: its node is offline")
    sightings = Sightings().after(plan(), round_(1)).after(plan(unknown), round_(2)).after(plan(unknown), round_(3))
    assert sightings.trace(WEB, applied(0)) == Trace(in_order=round_(1))


def test_a_trace_in_words() -> None:
    act = Activity(what="resize", by="alice@pve", at=at(2))
    assert ENGLISH.since(Trace(in_order=round_(1), seen=round_(3), activity=(act,))) == (
        "since between round 1 (2019-10-01 12:01 UTC, in order) and round 3 (2019-10-01 12:03 UTC, first seen)"
        "; resize by alice@pve (2019-10-01 12:02 UTC)"
    )
    assert ENGLISH.since(Trace(in_order=run(0))) == "since between run 7 (2019-10-01 12:00 UTC, in order) and now"
    assert ENGLISH.since(Trace(seen=round_(3))) == "since before round 3 (2019-10-01 12:03 UTC, first seen)"
    assert ENGLISH.since(Trace()) == ""


def test_a_trace_is_no_part_of_what_a_plan_does() -> None:
    told = plan(drift(Trace(in_order=run(0))))
    assert told.fingerprint == plan(drift(None)).fingerprint
    assert Plan.from_json(told.to_json()).changes == told.changes


class Recorded(Thing):
    """A kind whose server records what is done."""

    def activity(self, handle: Mapping[str, JsonValue], seen: Mapping[str, JsonValue], since: datetime | None) -> Sequence[Activity]:
        self.server.call("activity", f"{handle['id']} {dict(seen)} {since}")
        return [Activity(what="resize", by="alice@pve", at=at(2))]


def looked(kind: Thing, *, cores: int, records: Mapping[Address, Record], sightings: Sightings | None = None, wanted: bool = True) -> Plan:
    observed = Observed(WEB, {"name": "web", "cores": cores}, {"id": "web"}, team="adler", usage=Usage(machines=1, cores=cores))
    resources = [thing("web", team="adler", cores=1)] if wanted else []
    seen = {"test.thing": Observation([observed])}
    limits = Limits(teams={"adler": Limit(cores=4)})
    kinds = Registry([kind])
    made = make_plan(kinds, Situation(resources, resources, seen, records, limits=limits), META)
    return traced(kinds, made, seen, records, sightings or Sightings())


def test_deeds_are_asked_of_what_drifted_alone_and_since_it_was_in_order() -> None:
    server, record = Server(), Record(WEB, {"name": "web", "cores": 1}, {"id": "web"}, "adler", True, 7, at(0), "somebody")
    told = looked(Recorded(server), cores=8, records={WEB: record}, sightings=Sightings(last=round_(1)))
    (change,) = told.changes
    assert change.trace == Trace(in_order=round_(1), activity=(Activity(what="resize", by="alice@pve", at=at(2)),))
    assert [finding.trace for finding in told.findings] == [None, change.trace]
    assert server.requests == [f"activity web {{'cores': 8}} {at(1)}"]


def test_who_made_what_the_inventory_does_not_know_is_asked_without_a_since() -> None:
    server = Server()
    told = looked(Recorded(server), cores=8, records={}, sightings=Sightings(last=round_(1)), wanted=False)
    overrun, by_hand = told.findings
    assert (overrun.code, by_hand.code, message(by_hand)) == ("quota-overrun", "made-by-hand", "it was made by hand, and takes 8 cores")
    assert by_hand.trace is not None
    assert by_hand.trace.in_order == round_(1)
    assert server.requests == [f"activity web {{'{EXISTS}': True}} None"]


def test_nothing_is_asked_of_what_is_in_order_or_differs_for_an_unknown_reason() -> None:
    server = Server()
    assert looked(Recorded(server), cores=1, records={}).findings == ()
    (change,) = looked(Recorded(server), cores=8, records={}).changes
    assert (change.cause, change.trace) == (Cause.UNKNOWN, None)
    assert server.requests == []


def test_a_server_that_refuses_to_tell_fails_no_plan() -> None:
    def refuse(verb: str, _name: str) -> None:
        raise PermissionDeniedError(f"{verb}: no")

    record = Record(WEB, {"name": "web", "cores": 1}, {"id": "web"}, "adler", True, 7, at(0), "somebody")
    (change,) = looked(Recorded(Server(before=refuse)), cores=8, records={WEB: record}).changes
    assert change.trace == Trace(in_order=run(0))


def test_a_kind_that_offers_nothing_tells_only_since_when() -> None:
    record = Record(WEB, {"name": "web", "cores": 1}, {"id": "web"}, "adler", True, 7, at(0), "somebody")
    (kind,) = registry(Server())
    (change,) = looked(kind, cores=8, records={WEB: record}).changes
    assert change.trace == Trace(in_order=run(0))
