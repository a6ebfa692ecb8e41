"""What waits for a restart: told, done with leave, verified, and never outside its hours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import JsonValue
from support.fakes import META, MemoryJournal, Server, Thing, ThingSpec, thing
from support.words import told

from eiginfra.core.address import Address
from eiginfra.core.change import Action, FieldDiff, Restart
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import RESTART, reason
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.window import within
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.report import ApplyReport, Outcome
from eiginfra.engine.situation import Situation

NIGHT = "03:00-05:00"


class Engine(Thing):
    """A thing whose `text` is given to it by a restart."""

    def __init__(self, server: Server, *, stubborn: bool = False) -> None:
        super().__init__(server)
        self.stubborn = stubborn
        self.pending: set[str] = set()

    def _observed(self, name: str) -> Observed:
        return replace(super()._observed(name), waiting={"text": RESTART} if name in self.pending else {})

    def restarts(self, observed: Observed, diffs: Sequence[FieldDiff]) -> Collection[str]:
        return set(observed.waiting) | {diff.field for diff in diffs if diff.field == "text"}

    def update(self, observed: Observed, spec: ThingSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        if any(diff.field == "text" for diff in diffs):
            self.pending.add(spec.name)
        return super().update(observed, spec, diffs)

    def restart(self, spec: ThingSpec, observed: Observed) -> Observed | None:
        self.server.call("restart", spec.name)
        if not self.stubborn:
            self.pending.discard(spec.name)
        return self._observed(spec.name)


class World:
    def __init__(self, **options: Any) -> None:
        self.server, self.journal = Server(), MemoryJournal()
        self.kind = Engine(self.server, **options)
        self.registry = Registry([self.kind])
        self.apply(thing("a", text="old"))

    def plan(self, *resources: Resource, **situation: Any) -> Plan:
        records: Mapping[Address, Any] = self.journal.records("eig3")
        seen = observe(self.registry, resources, records, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
        return make_plan(self.registry, Situation(resources, resources, seen, records, **situation), META)

    def run(self, plan: Plan, hour: int = 4) -> ApplyReport:
        now = datetime(2019, 10, 1, hour, tzinfo=UTC)
        return Executor(self.registry, self.journal, workers={}, now=lambda: now).run(plan, 1)

    def apply(self, *resources: Resource, **situation: Any) -> ApplyReport:
        return self.run(self.plan(*resources, **situation))

    def restarted(self) -> bool:
        return "restart a" in self.server.requests


def test_what_waits_for_a_restart_but_is_not_what_was_wanted_is_found_out() -> None:
    world = World()
    plan = world.plan(thing("a", text="new"))
    world.server.after = lambda _verb, name: world.server.objects[name].update(text="other")
    (result,) = world.run(plan).results
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason("still-differs", fields={"text": "other"}))


def test_without_leave_a_change_says_that_it_will_wait_and_then_waits() -> None:
    world = World()
    plan = world.plan(thing("a", text="new"))
    [change] = plan.changes
    assert (change.restart, change.reason) == (None, reason("in-force-after-restart", fields=["text"], window=None))
    assert [result.outcome for result in world.run(plan).results] == [Outcome.WAITING]
    [waiting] = world.plan(thing("a", text="new")).changes
    assert (waiting.action, dict(waiting.waiting), waiting.reason, waiting.acts) == (Action.NONE, {"text": RESTART}, None, False)
    assert not world.restarted()


def test_with_leave_the_plan_shows_the_restart_and_apply_does_it() -> None:
    world = World()
    world.apply(thing("a", text="new"))
    plan = world.plan(thing("a", text="new"), restarting=True)
    [change] = plan.changes
    assert (change.action, change.restart, dict(change.waiting)) == (Action.UPDATE, Restart(fields=("text",)), {})
    assert change.reason == reason("restarted", fields=["text"], window=None)
    assert not plan.empty
    assert [result.outcome for result in world.run(Plan.from_json(plan.to_json())).results] == [Outcome.DONE]
    assert world.restarted()
    assert world.plan(thing("a", text="new"), restarting=True).changes == ()


def test_a_change_and_its_restart_are_one_action() -> None:
    world = World()
    assert [result.outcome for result in world.apply(thing("a", text="new"), restarting=True).results] == [Outcome.DONE]
    assert world.server.objects["a"]["text"] == "new"
    assert world.restarted()


def test_a_change_that_needs_none_restarts_nothing() -> None:
    world = World()
    world.apply(thing("a", text="old", cores=2), restarting=True)
    assert not world.restarted()


def test_an_adopted_object_that_only_waits_is_restarted() -> None:
    world = World()
    world.kind.pending.add("a")
    world.journal.kept.clear()
    assert [result.outcome for result in world.apply(thing("a", text="old"), restarting=True).results] == [Outcome.DONE]
    assert world.restarted()


def test_a_restart_that_brought_nothing_is_a_failure() -> None:
    world = World(stubborn=True)
    [result] = world.apply(thing("a", text="new"), restarting=True).results
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason("still-waits", fields=["text"]))


def test_a_plan_of_the_night_is_refused_by_day() -> None:
    world = World()
    plan = world.plan(thing("a", text="new"), restarting=True, window=NIGHT)
    assert plan.changes[0].reason == reason("restarted", fields=["text"], window=NIGHT)
    [result] = world.run(plan, hour=12).results
    assert (result.outcome, told(result.reason) if result.reason else None) == (
        Outcome.REFUSED,
        "it was to be restarted, and the hours for that, 03:00-05:00, are over; make a new plan",
    )
    assert world.server.objects["a"]["text"] == "old"
    assert [result.outcome for result in world.run(plan, hour=3).results] == [Outcome.DONE]


@pytest.mark.parametrize(
    ("window", "hour", "inside"),
    [
        (NIGHT, 3, True),
        (NIGHT, 5, False),
        (NIGHT, 2, False),
        ("23:00-04:00", 23, True),
        ("23:00-04:00", 1, True),
        ("23:00-04:00", 4, False),
    ],
)
def test_hours_of_the_day(window: str, hour: int, inside: bool) -> None:
    assert within(window, datetime(2019, 10, 1, hour, tzinfo=UTC)) is inside


def test_values_are_json() -> None:
    """The fields of a restart are as stable as the rest of a plan."""
    values: JsonValue = World().plan(thing("a", text="new"), restarting=True).model_dump(mode="json")["changes"][0]["restart"]
    assert values == {"fields": ["text"], "window": None}
