"""What goes in steps, what cannot be seen, and what has no room: as planned and carried out by the engine alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from support.fakes import META, MemoryJournal, Server, Thing, thing

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Measuring, Parting, Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observation, Observed, Record, Resource, Scope
from eiginfra.engine.executor import ApplyReport, Executor, Outcome
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

DAY = META.as_of


@dataclass
class Room:
    """An allocator that gives nothing out, and has room for one."""

    def allocate(self, resources: Sequence[Resource], *_: object) -> Mapping[Address, Mapping[str, Any]]:
        assert all(resource.address.key != "hidden" for resource in resources)
        return {}

    def check(self, resources: Sequence[Resource], observed: Mapping[Address, Observed]) -> list[Finding]:
        return [error("no-room", f"{len(resources)} do not fit, {len(observed)} stand")] if len(resources) > 1 else []


class Leaving(Thing):
    """A thing that says goodbye in its text before it goes; one called `hidden` may stand where nobody can look."""

    in_steps = True
    allocator = Room()

    def observe(self, scope: Scope) -> Observation:
        seen = super().observe(scope)
        unknown = {resource.address: "unknown: out of sight" for resource in scope.resources if resource.address.key == "hidden"}
        return replace(seen, unknown=unknown)

    def parting(self, there: Observed, record: Record | None, today: date, grace: timedelta) -> Parting | None:
        text = str(there.values.get("text") or "")
        if there.values.get("sort") == "kept":
            return None
        if not text.startswith("bye "):
            until = today + grace
            return Parting(f"will say goodbye until {until}", later="with --prune it says goodbye", values={"text": f"bye {until}"})
        until = date.fromisoformat(text[4:])
        return Parting(f"goes after {until}") if today <= until else Parting("goes", later="could go", due=True)


class World:
    def __init__(self) -> None:
        self.server, self.journal = Server(), MemoryJournal()
        self.registry = Registry([Leaving(self.server)])

    def plan(self, *resources: Resource, today: date = DAY, **situation: Any) -> Plan:
        records = self.journal.records("eig3")
        seen = observe(self.registry, resources, records, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
        asked = {"orphans_among": None, "grace": timedelta(days=5), **situation}
        return make_plan(self.registry, Situation(resources, resources, seen, records, **asked), META.model_copy(update={"as_of": today}))

    def run(self, plan: Plan) -> ApplyReport:
        return Executor(self.registry, self.journal, workers={}).run(Plan.from_json(plan.to_json()), 1)

    def apply(self, *resources: Resource, **situation: Any) -> ApplyReport:
        return self.run(self.plan(*resources, **situation))


def test_an_orphan_takes_its_steps_with_prune_alone() -> None:
    world = World()
    world.apply(thing("a", text="hello", cores=2))
    [told] = world.plan().changes
    assert (told.action, told.cause, told.note) == (Action.NONE, Cause.ORPHAN, "left the inventory: with --prune it says goodbye")
    first = world.plan(prune=True)
    [step] = first.changes
    assert (step.action, [(diff.field, diff.before, diff.after, diff.cause) for diff in step.diffs]) == (
        Action.UPDATE,
        [("text", "hello", "bye 2019-10-06", Cause.ORPHAN)],
    )
    assert [result.outcome for result in world.run(first).results] == [Outcome.DONE]
    assert world.server.objects["a"] == {"name": "a", "text": "bye 2019-10-06", "cores": 2}
    [waiting] = world.plan(prune=True, today=date(2019, 10, 6)).changes
    assert (waiting.action, waiting.note) == (Action.NONE, "left the inventory: goes after 2019-10-06")
    [due] = world.plan(today=date(2019, 10, 7)).changes
    assert (due.action, due.note) == (Action.NONE, "left the inventory: could go")
    assert [change.action for change in world.plan(prune=True, today=date(2019, 10, 7)).changes] == [Action.DELETE]
    world.apply(prune=True, today=date(2019, 10, 7))
    assert world.server.objects == {}
    assert world.journal.kept == {}


def test_an_orphan_that_changed_since_the_plan_does_not_take_its_step() -> None:
    world = World()
    world.apply(thing("a", text="hello"))
    plan = world.plan(prune=True)
    world.server.objects["a"]["text"] = "by hand"
    assert [result.outcome for result in world.run(plan).results] == [Outcome.REFUSED]


def test_an_orphan_whose_kind_keeps_it_stays() -> None:
    world = World()
    world.server.objects["a"] = {"name": "a", "sort": "kept"}
    world.apply(thing("a", sort="kept"))
    [change] = world.plan(prune=True).changes
    assert change.action is Action.DELETE  # the kind's `removal`, as for any other: nothing protects it


def test_values_that_no_spec_allows_do_not_stop_an_orphan_from_going() -> None:
    world = World()
    world.apply(thing("a", text="hello"))
    world.journal.kept.clear()
    world.server.objects |= {"a": {"name": 5, "text": "hello"}}
    plan = world.plan(thing("b"), prune=True)
    assert not [change for change in plan.changes if change.cause is Cause.ORPHAN]  # nobody knows whose it is
    world.apply(thing("a", text="hello"))
    world.server.objects["a"]["cores"] = "many"
    assert not world.apply(prune=True).failed


def test_what_goes_in_steps_is_never_replaced() -> None:
    world = World()
    world.apply(thing("a", sort="x"))
    plan = world.plan(thing("a", sort="y"), replacing=frozenset({Address("test.thing", "a")}))
    [result] = world.run(plan).results
    assert (result.outcome, result.reason) == (Outcome.FAILED, "a test.thing is never removed at once, so it cannot be replaced")
    [finding] = world.plan(thing("a", sort="y")).findings
    assert finding.remedy == "write sort: x in the inventory"


def test_what_cannot_be_seen_is_neither_missing_nor_made() -> None:
    world = World()
    plan = world.plan(thing("hidden"), thing("part", parent="hidden"), thing("a"))
    changes = {change.address.key: (change.action, change.note) for change in plan.changes}
    assert changes == {
        "hidden": (Action.NONE, "unknown: out of sight"),
        "part": (Action.NONE, "unknown, like test.thing[hidden]"),
        "a": (Action.CREATE, None),
    }
    assert not world.run(plan).failed
    assert "hidden" not in world.server.objects


@pytest.mark.parametrize(("creating", "found"), [(True, ["2 do not fit, 0 stand"]), (False, [])])
def test_an_allocator_may_say_that_there_is_no_room_for_what_is_made(creating: bool, found: list[str]) -> None:
    assert isinstance(Room(), Measuring)
    plan = World().plan(thing("a"), thing("b"), creating=creating)
    assert [finding.message for finding in plan.errors] == found
