"""What left the inventory and is retired rather than removed: a plain update, once."""

from dataclasses import replace
from typing import Any

import pytest
from support.fakes import META, MemoryJournal, Server, Thing, ThingSpec, thing

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.kind import Kind, Registry, Retirement
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.engine.executor import Executor, Outcome
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation


class Account(Thing):
    """Falls silent when it leaves; has an immutable and a create-only field, and lists."""

    retires = Retirement("silenced", {"text": "left"}, cap="people")


class Lasting(Account):
    """The same, and never removed."""

    removal = None


class World:
    def __init__(self, kind: type[Thing] = Lasting) -> None:
        self.server, self.journal = Server(), MemoryJournal()
        self.kind: Kind[Any] = kind(self.server)
        self.registry = Registry([self.kind])

    def plan(self, *resources: Resource, **asked: Any) -> Plan:
        records = self.journal.records("eig3")
        seen = observe(self.registry, resources, records, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
        return make_plan(self.registry, Situation(resources, resources, seen, records, **{"orphans_among": None, **asked}), META)

    def apply(self, *resources: Resource, **asked: Any) -> None:
        report = Executor(self.registry, self.journal, workers={}).run(self.plan(*resources, **asked), 1)
        assert {result.outcome for result in report.results} <= {Outcome.DONE}


@pytest.fixture
def world() -> World:
    """Somebody who has left."""
    made = World()
    made.apply(thing("a", team="adler", text="here", sort="one", seed="s", labels=["x"], cores=2))
    return made


def test_an_orphan_is_retired_by_a_plain_apply_and_the_plan_is_empty_then(world: World) -> None:
    (change,) = world.plan().changes
    assert (change.action, change.cause, change.team, change.note) == (
        Action.UPDATE,
        Cause.ORPHAN,
        "adler",
        "left the inventory: will be silenced",
    )
    assert [(found.field, found.before, found.after) for found in change.diffs] == [("text", "here", "left")]
    world.apply()
    assert world.server.objects["a"] == {"name": "a", "text": "left", "sort": "one", "seed": "s", "labels": ["x"], "cores": 2}
    assert world.plan().changes == ()


def test_what_else_was_changed_by_hand_is_left_as_it_is(world: World) -> None:
    world.server.objects["a"] |= {"cores": 64, "labels": ["y"]}
    world.apply()
    assert world.server.objects["a"]["cores"] == 64
    assert world.plan().changes == ()


def test_who_comes_back_is_still_ours_and_can_leave_again(world: World) -> None:
    world.apply()
    back = thing("a", team="adler", text="here")
    (change,) = world.plan(back).changes
    assert (change.action, change.made) == (Action.UPDATE, True)
    world.apply(back)
    world.apply()
    assert world.server.objects["a"]["text"] == "left"


def test_whom_another_cohort_had_in_hand_later_is_that_ones_to_retire(world: World) -> None:
    (ours,) = world.journal.records("eig3").values()
    theirs = replace(ours, run=ours.run + 1)
    assert world.plan(history=(ours, theirs)).changes == ()
    assert world.plan(history=(ours, theirs), prune=True).changes == ()
    (change,) = world.plan(history=(replace(theirs, run=ours.run - 1), ours)).changes
    assert change.note == "left the inventory: will be silenced"


def test_what_was_only_found_is_not_retired() -> None:
    world = World()
    world.server.objects["a"] = {"name": "a", "text": "here"}
    world.apply(thing("a", text="here"))
    (change,) = world.plan().changes
    assert (change.action, change.note) == (
        Action.NONE,
        "left the inventory: eiginfra did not make it, so it is not silenced; remove it by hand if it must go",
    )


@pytest.mark.parametrize(
    "asked",
    [{"orphans_among": frozenset()}, {"orphans_among": frozenset({"plume"})}, {"switched_off": lambda address, team: True}],
    ids=["tags", "another team", "when"],
)
def test_where_orphans_cannot_be_told_nothing_is_retired(world: World, asked: dict[str, Any]) -> None:
    assert world.plan(**asked).changes == ()


def test_prune_removes_where_a_kind_can_be_removed_and_else_retires() -> None:
    for kind, action in ((Account, Action.DELETE), (Lasting, Action.UPDATE)):
        world = World(kind)
        world.apply(thing("a", text="here"))
        assert [change.action for change in world.plan(prune=True).changes] == [action]


def test_retirements_count_under_their_cap_of_those_not_yet_retired(world: World) -> None:
    world.apply()
    world.apply(thing("b", text="here"), thing("c", text="here"), thing("d", text="here"))
    asked: list[tuple[str, int, int]] = []

    def allows(what: str, removed: int, total: int) -> str | None:
        asked.append((what, removed, total))
        return "1 or 20%"

    (found,) = world.plan(thing("d", text="here"), allows=allows).errors
    assert asked == [("people", 2, 3)]
    assert found.message == "2 of 3 test.thing would be silenced; the cap is 1 or 20%"


def test_a_change_behind_the_plans_back_refuses_the_retirement(world: World) -> None:
    plan = world.plan()
    world.server.objects["a"]["text"] = "by hand"
    (result,) = Executor(world.registry, world.journal, workers={}).run(plan, 1).results
    assert result.outcome is Outcome.REFUSED


def test_what_hangs_on_something_is_retired_before_that_is_removed() -> None:
    class Room(Thing):
        name = "test.room"

    class Guest(Lasting):
        def dependencies(self, spec: ThingSpec) -> list[Address]:
            return [Address("test.room", str(spec.parent))]

    asked: list[str] = []
    rooms, guests = Room(Server(requests=asked)), Guest(Server(requests=asked))
    world = World()
    world.registry = Registry([rooms, guests])
    room = Resource(Address("test.room", "r"), ThingSpec(name="r"))
    world.apply(room, thing("g", parent="r", text="here"))
    plan = world.plan(prune=True)
    backwards = plan.model_copy(update={"changes": tuple(reversed(plan.changes))})
    asked.clear()
    Executor(world.registry, world.journal, workers={"test": 1}).run(backwards, 2)
    assert asked == ["read g", "update g", "delete r"]
