"""What left the inventory: its steps in order, each by its trigger; what is protected, kept, claimed or in its grace stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from support.fakes import Server, Thing, ThingSpec, thing
from support.words import remedy, told
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.claim import Claim
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import PermanentError
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observation, Resource, Scope
from eiginfra.core.trace import EXISTS
from eiginfra.engine.drift import drifted
from eiginfra.engine.report import Outcome

ADDRESS = Address("test.thing", "a")


class Graceful(Thing):
    """It is closed and dated before it goes; the date stands in `text`, and one whose `sort` is kept stays."""

    decommission = Decommission(
        (Step("stop", Trigger.PRUNE, {"cores": 0}), Step("delete", Trigger.GRACE)),
        dated="text",
    )

    def observe(self, scope: Scope) -> Observation:
        seen = super().observe(scope)
        return replace(
            seen,
            objects=[replace(there, keep=reason("not-empty")) if there.values.get("sort") == "kept" else there for there in seen.objects],
        )


class Account(Thing):
    """Falls silent when it leaves; has an immutable and a create-only field, and lists. Never removed."""

    decommission = Decommission((Step("disable", Trigger.APPLY, {"text": "left"}, cap="people", created_only=True),))


class Emptied(Thing):
    """A list that is emptied, and stays."""

    decommission = Decommission((Step("empty", Trigger.PRUNE, {"people": []}),))


class Lasting(Thing):
    """Never removed."""

    decommission = None


def world_of(kind: type[Thing]) -> World:
    server = Server()
    return World(kind(server), server=server)


PEOPLE = [{"username": "u"}]
GRACE = {"grace": timedelta(days=5)}


def test_steps_are_taken_in_order_each_by_its_trigger() -> None:
    world = world_of(Graceful)
    world.apply(thing("a", labels=["x"], cores=2))
    [told] = world.plan(**GRACE).changes
    assert (told.action, told.cause, told.reason) == (
        Action.NONE,
        Cause.ORPHAN,
        reason("left-inventory-prune", step="stop", days=5, until=None),
    )
    first = world.plan(prune=True, **GRACE)
    [step] = first.changes
    assert (step.action, {(diff.field, diff.before, diff.after, diff.cause) for diff in step.diffs}) == (
        Action.UPDATE,
        {("cores", 2, 0, Cause.ORPHAN), ("text", None, "2019-10-06", Cause.ORPHAN)},
    )
    assert [result.outcome for result in world.run(first).results] == [Outcome.DONE]
    assert world.server.objects["a"] == {"name": "a", "text": "2019-10-06", "cores": 0, "labels": ["x"]}
    [due] = world.plan(today=date(2019, 10, 7), **GRACE).changes
    assert (due.action, due.reason) == (Action.NONE, reason("left-inventory-prune", step="delete", days=5, until="2019-10-06"))
    last = world.plan(prune=True, today=date(2019, 10, 7), **GRACE)
    assert [change.action for change in last.changes] == [Action.DELETE]
    world.run(last)
    assert (world.server.objects, world.journal.kept) == ({}, {})


@pytest.mark.parametrize("prune", [True, False])
def test_days_of_grace_are_waiting_and_no_drift(prune: bool) -> None:
    world = world_of(Graceful)
    world.apply(thing("a", cores=2))
    world.apply(prune=True, **GRACE)
    plan = world.plan(prune=prune, today=date(2019, 10, 6), **GRACE)
    [change] = plan.changes
    assert change.waiting == {EXISTS: reason("grace", until="2019-10-06", step="delete")}
    assert (plan.empty, drifted(plan)) == (True, ())


def test_what_is_used_again_in_its_days_of_grace_begins_anew() -> None:
    world = world_of(Graceful)
    world.apply(thing("a", cores=2))
    world.apply(prune=True, **GRACE)
    world.server.objects["a"]["cores"] = 1
    [change] = world.plan(prune=True, today=date(2019, 10, 7), **GRACE).changes
    assert (change.action, change.step) == (Action.UPDATE, "stop")
    assert ("text", "2019-10-12") in {(diff.field, diff.after) for diff in change.diffs}


def test_an_orphan_that_changed_since_the_plan_does_not_take_its_step() -> None:
    world = world_of(Graceful)
    world.apply(thing("a", cores=2))
    plan = world.plan(prune=True)
    world.server.objects["a"]["cores"] = 5
    assert [result.outcome for result in world.run(plan).results] == [Outcome.REFUSED]


@pytest.mark.parametrize("kind", [Thing, Graceful, Account, Emptied])
def test_what_was_protected_stays_for_every_kind(kind: type[Thing]) -> None:
    """D1: the label's task was dropped, and --prune deleted it."""
    world = world_of(kind)
    world.apply(replace(thing("a", text="here", people=PEOPLE), protect=True))
    assert world.plan(replace(thing("a", text="here", people=PEOPLE), protect=True)).changes == ()
    [change] = world.plan(prune=True).changes
    assert (change.action, change.reason) == (Action.NONE, reason("left-inventory-protected"))
    world.apply(prune=True)
    assert "a" in world.server.objects
    world.apply(thing("a", text="here", people=PEOPLE))  # written again without protection
    assert [change.acts for change in world.plan(prune=True).changes] == [True]


def test_what_is_protected_is_not_replaced_either() -> None:
    world = World()
    world.apply(replace(thing("a", sort="one"), protect=True))
    plan = world.plan(replace(thing("a", sort="two"), protect=True), replacing=frozenset({ADDRESS}))
    assert ([change.action for change in plan.changes], plan.empty) == ([Action.NONE], True)
    assert "take protect off first" in str(remedy(plan.findings[0]))
    world.apply(thing("a", sort="two"), replacing=frozenset({ADDRESS}))
    assert world.server.objects["a"]["sort"] == "two"


def test_what_was_asked_to_be_protected_is_so_whatever_else_fails() -> None:
    world = World()
    world.apply(thing("a", text="one"))
    world.server.before = _refusing("update")
    assert world.apply(replace(thing("a", text="two"), protect=True)).failed
    [change] = world.plan(prune=True).changes
    assert (change.action, change.reason) == (Action.NONE, reason("left-inventory-protected"))


def test_what_holds_something_protected_or_wanted_is_not_deleted_with_it() -> None:
    """A label goes with its group, a firewall with its guest."""
    world = World()
    world.apply(thing("a"), thing("b", parent="a"), replace(thing("c", parent="b"), protect=True), thing("d"))
    plan = world.plan(prune=True)
    needed = {key: reason("left-inventory-needed", by=[f"test.thing[{by}]"]) for key, by in {"a": "b", "b": "c"}.items()}
    assert {change.address.key: change.reason for change in plan.changes if not change.acts} == {
        **needed,
        "c": reason("left-inventory-protected"),
    }
    assert [change.address.key for change in plan.acting] == ["d"]
    plan = world.plan(thing("c", parent="b"), prune=True)
    assert [change.address.key for change in plan.acting] == ["d"]
    assert {change.address.key: change.reason for change in plan.changes if change.reason in needed.values()} == needed


def test_a_step_that_brought_nothing_is_taken_again() -> None:
    """Its record had ended, so that nobody spoke of the list any more."""
    world = world_of(Emptied)
    world.apply(thing("a", people=PEOPLE))
    world.server.after = lambda verb, name: world.server.objects[name].update(people=PEOPLE)
    assert world.apply(prune=True).failed
    world.server.after = lambda verb, name: None
    [change] = world.plan(prune=True).changes
    assert [diff.label for diff in change.diffs] == ["people[u]"]


def _refusing(verb: str) -> Callable[[str, str], None]:
    def before(asked: str, _name: str) -> None:
        if asked == verb:
            raise PermanentError("no")

    return before


def test_protection_alone_is_learned_without_a_request() -> None:
    world = World()
    world.apply(thing("a"))
    plan = world.plan(replace(thing("a"), protect=True))
    assert plan.empty
    world.run(plan)
    assert world.journal.kept[ADDRESS].protect
    assert world.names("update") == []


def test_what_its_kind_keeps_stays_and_says_why() -> None:
    world = world_of(Graceful)
    world.apply(thing("a", sort="kept", cores=1))
    [change] = world.plan(prune=True).changes
    assert (change.action, change.reason) == (
        Action.NONE,
        reason("left-inventory-kept", why={"code": "not-empty", "params": {}}),
    )


def test_a_kind_without_steps_stays_and_says_so() -> None:
    world = world_of(Lasting)
    world.apply(thing("a"))
    [change] = world.plan(prune=True).changes
    assert (change.action, change.reason) == (Action.NONE, reason("left-inventory-stays", kind="test.thing"))


def test_what_another_cohort_wants_is_left_to_it_and_its_record_here_ends() -> None:
    world = World()
    world.apply(thing("a"))
    plan = world.plan(prune=True, claims={ADDRESS: [Claim("eig4", ADDRESS, {})]})
    [change] = plan.changes
    assert (change.action, change.release, change.reason) == (Action.NONE, True, reason("left-to-others", cohorts=["eig4"]))
    assert (plan.empty, drifted(plan)) == (True, ())
    world.run(plan)
    assert ("a" in world.server.objects, world.journal.kept) == (True, {})


def test_values_that_no_spec_allows_do_not_stop_an_orphan_from_going() -> None:
    world = World()
    world.apply(thing("a", text="hello"))
    world.server.objects["a"]["cores"] = "many"
    assert not world.apply(prune=True).failed
    assert world.server.objects == {}


def test_a_list_is_emptied_entry_by_entry_and_its_record_ends() -> None:
    world = world_of(Emptied)
    world.apply(thing("a", people=[{"username": "u"}, {"username": "v"}]))
    plan = world.plan(prune=True)
    [change] = plan.changes
    assert [(diff.label, diff.removes) for diff in change.diffs] == [("people[u]", True), ("people[v]", True)]
    world.run(plan)
    assert (world.server.objects["a"]["people"], world.journal.kept) == ([], {})


# What a plain apply does with accounts.


@pytest.fixture
def gone() -> World:
    """Somebody who has left."""
    made = world_of(Account)
    made.apply(thing("a", team="adler", text="here", sort="one", seed="s", labels=["x"], cores=2))
    return made


def test_a_plain_apply_disables_once_and_the_plan_is_empty_then(gone: World) -> None:
    [change] = gone.plan().changes
    found = (change.action, change.cause, change.team, change.reason)
    assert found == (
        Action.UPDATE,
        Cause.ORPHAN,
        "adler",
        reason("left-inventory", step="disable", until=None, removed_after=None, over=False),
    )
    assert [(found.field, found.before, found.after) for found in change.diffs] == [("text", "here", "left")]
    gone.apply()
    assert gone.server.objects["a"] == {"name": "a", "text": "left", "sort": "one", "seed": "s", "labels": ["x"], "cores": 2}
    assert gone.plan().changes == ()


def test_an_account_that_is_enabled_by_hand_is_disabled_again(gone: World) -> None:
    gone.apply()
    gone.server.objects["a"]["text"] = "here"
    assert [change.action for change in gone.plan().changes] == [Action.UPDATE]


def test_what_else_was_changed_by_hand_is_left_as_it_is(gone: World) -> None:
    gone.server.objects["a"] |= {"cores": 64, "labels": ["y"]}
    gone.apply()
    assert gone.server.objects["a"]["cores"] == 64
    assert gone.plan().changes == ()


def test_who_comes_back_is_still_ours_and_can_leave_again(gone: World) -> None:
    gone.apply()
    back = thing("a", team="adler", text="here")
    [change] = gone.plan(back).changes
    assert (change.action, change.created) == (Action.UPDATE, True)
    gone.apply(back)
    gone.apply()
    assert gone.server.objects["a"]["text"] == "left"


def test_what_was_only_found_is_not_disabled() -> None:
    world = world_of(Account)
    world.server.objects["a"] = {"name": "a", "text": "here"}
    world.apply(thing("a", text="here"))
    [change] = world.plan().changes
    assert (change.action, change.reason) == (Action.NONE, reason("left-inventory-not-created", step="disable"))


def test_what_any_cohort_created_counts_as_ours(gone: World) -> None:
    """A1: bob was made by one cohort, and left by the other."""
    [record] = gone.journal.records("eig3").values()
    gone.journal.kept[ADDRESS] = replace(record, created=False)
    [change] = gone.plan(history=[record]).changes
    assert change.acts


@pytest.mark.parametrize(
    "asked",
    [{"orphans_among": frozenset()}, {"orphans_among": frozenset({"plume"})}, {"switched_off": lambda address, team: True}],
    ids=["tags", "another team", "when"],
)
def test_where_orphans_cannot_be_told_nothing_is_disabled(gone: World, asked: dict[str, Any]) -> None:
    assert gone.plan(**asked).changes == ()


def test_disabling_counts_under_its_cap_among_those_not_yet_disabled(gone: World) -> None:
    gone.apply()
    gone.apply(thing("b", text="here"), thing("c", text="here"), thing("d", text="here"))
    asked: list[tuple[str, int, int]] = []

    def allows(what: str, removed: int, total: int) -> str | None:
        asked.append((what, removed, total))
        return "1 or 20%"

    [found] = gone.plan(thing("d", text="here"), allows=allows).errors
    assert (asked, found.code) == ([("people", 2, 3)], "removal-cap")


def test_whose_day_has_come_counts_under_no_cap(gone: World) -> None:
    """A2: on the day after the end, every plan ended with 1."""
    gone.apply(thing("b", text="here"), thing("c", text="here", people=[{"username": "b"}]))
    plan = gone.plan(thing("c", text="here", people=[]), allows=lambda *_: "none", ended=lambda _, account: account in {"a", "b"})
    assert plan.errors == ()
    [change] = [change for change in plan.changes if change.address.key == "b"]
    assert change.reason is not None
    assert told(change.reason).startswith("the last day has passed: ")
    assert gone.plan(thing("c", text="here", people=[]), allows=lambda *_: "none").errors


def test_whose_day_has_come_in_one_team_only_counts_there_alone() -> None:
    """A2: who stays in another team was counted, though the end in this one was written down."""
    world = world_of(Account)
    people = [{"username": "bob"}]
    wanted = [replace(thing(name, text="here", people=people), team=name) for name in ("a", "b")]
    world.apply(*wanted)
    emptied = [replace(thing(name, text="here", people=[]), team=name) for name in ("a", "b")]
    ended = {("a", "bob")}
    plan = world.plan(*emptied, allows=lambda _, removed, __: "none" if removed > 1 else None, ended=lambda *who: who in ended)
    assert plan.errors == ()


def test_a_change_behind_the_plans_back_refuses_the_step(gone: World) -> None:
    plan = gone.plan()
    gone.server.objects["a"]["text"] = "by hand"
    [result] = gone.run(plan).results
    assert result.outcome is Outcome.REFUSED


def test_dependents_are_disabled_before_what_they_depend_on_is_removed() -> None:
    class House(Thing):
        name = "test.house"

    class Guest(Account):
        def dependencies(self, spec: ThingSpec) -> list[Address]:
            return [Address("test.house", str(spec.parent))]

    asked: list[str] = []
    world = World(House(Server(requests=asked)), Guest(Server(requests=asked)), workers=1)
    house = Resource(Address("test.house", "r"), ThingSpec(name="r"))
    world.apply(house, thing("g", parent="r", text="here"))
    plan = world.plan(prune=True)
    backwards = plan.model_copy(update={"changes": tuple(reversed(plan.changes))})
    asked.clear()
    world.run(backwards)
    assert asked == ["read g", "update g", "delete r", "read g"]  # whether it went along


def test_reasons_are_values() -> None:
    assert {Reason(code="a", params={"x": [1]}), reason("a", x=[1])} == {reason("a", x=[1])}
