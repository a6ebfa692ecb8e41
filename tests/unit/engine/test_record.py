"""Records say what was reached, and nothing more; a failure of any sort stays small."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from support.fakes import META, Server, Thing, ThingSpec, thing
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, FieldDiff
from eiginfra.core.errors import PermanentError
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observation, Presence, Resource, Scope
from eiginfra.engine.drift import drifted
from eiginfra.engine.planner import make_plan
from eiginfra.engine.report import Outcome

ADDRESS = Address("test.thing", "a")


class Disk(Thing):
    """Its cores only grow."""

    def cannot_change(self, diff: FieldDiff) -> Reason | None:
        if diff.field == "cores" and isinstance(diff.before, int) and isinstance(diff.after, int) and diff.after < diff.before:
            return reason("cannot-shrink")
        return super().cannot_change(diff)


def test_a_change_done_in_part_is_remembered_in_part() -> None:
    """A7: what could not shrink was remembered as wanted, and later told as a conflict or drift."""
    server = Server()
    world = World(Disk(server), server=server)
    world.apply(thing("a", text="large", cores=16))
    world.apply(thing("a", text="small", cores=8))
    assert dict(world.journal.kept[ADDRESS].values) == {"name": "a", "text": "small", "cores": 16}
    left = world.plan(thing("a", text="small", cores=8))
    assert ([item.reason for item in left.changes[0].blocked], left.empty, drifted(left)) == ([reason("cannot-shrink")], True, ())
    [change] = world.plan(thing("a", text="small", cores=20)).changes
    assert (change.action, change.cause) == (Action.UPDATE, Cause.PENDING)


@pytest.mark.parametrize("text", ["three", "one"])
def test_an_update_that_failed_half_way_is_remembered_in_part(text: str) -> None:
    world = World()
    world.apply(thing("a", text="one", cores=1))

    def half(verb: str, name: str) -> None:
        world.server.objects[name]["cores"] = 1
        raise PermanentError("the second request was refused")

    world.server.after = half
    assert world.apply(thing("a", text="two", cores=2)).failed
    world.server.after = lambda verb, name: None
    plan = world.plan(thing("a", text=text, cores=2))
    assert {diff.field: diff.cause for diff in plan.changes[0].diffs} == {"text": Cause.PENDING, "cores": Cause.PENDING}
    assert drifted(plan) == ()


class Killed(BaseException):
    """The process ends here."""


def killed(world: World, verb: str, *resources: Resource) -> None:
    """An apply that is killed when the server has done its work and the journal does not know it yet."""

    def kill(asked: str, _name: str) -> None:
        if asked == verb:
            raise Killed

    world.server.after = kill
    with pytest.raises(Killed):
        world.apply(*resources)
    world.server.after = lambda verb, name: None


@pytest.mark.parametrize("text", ["three", "one"])
def test_an_update_that_was_killed_is_no_strangers_doing(text: str) -> None:
    world = World()
    world.apply(thing("a", text="one", cores=1))
    killed(world, "update", thing("a", text="two", cores=1))
    plan = world.plan(thing("a", text=text, cores=1))
    assert [(change.action, change.cause) for change in plan.changes] == [(Action.UPDATE, Cause.PENDING)]
    world.run(plan)
    assert world.plan(thing("a", text=text, cores=1)).changes == ()
    world.server.objects["a"]["text"] = "two"
    assert world.plan(thing("a", text=text, cores=1)).changes[0].cause is Cause.DRIFT


def test_a_creation_that_was_killed_is_ours_and_may_go_again() -> None:
    world = World()
    killed(world, "create", thing("a", text="one"))
    plan = world.plan(thing("a", text="one"))
    assert [(change.action, change.created, change.acts) for change in plan.changes] == [(Action.ADOPT, True, False)]
    assert [change.step for change in world.plan(prune=True).acting] == ["delete"]
    world.run(plan)
    assert world.journal.kept[ADDRESS].created
    assert world.plan(thing("a", text="one")).changes == ()


def test_a_creation_that_was_killed_before_its_work_is_new_all_the_same() -> None:
    world = World()
    world.server.before = lambda verb, name: _die() if verb == "create" else None
    with pytest.raises(Killed):
        world.apply(thing("a", text="one"))
    world.server.before = lambda verb, name: None
    [change] = world.plan(thing("a", text="one")).changes
    assert (change.action, change.cause, change.reason) == (Action.CREATE, Cause.NEW, None)


def _die() -> None:
    raise Killed


def test_what_eiginfra_created_is_its_own_even_when_verification_fails() -> None:
    """F1: a group that was just made was told as not made by eiginfra."""
    world = World()
    world.server.after = lambda verb, name: world.server.objects[name].update(text="other")
    [result] = world.apply(thing("a", text="wanted", cores=1)).results
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason("still-differs", fields={"text": "other"}))
    record = world.journal.kept[ADDRESS]
    assert (record.created, dict(record.values)) == (True, {"name": "a", "cores": 1})


def test_what_a_failed_creation_left_behind_is_remembered() -> None:
    world = World()

    def half(verb: str, name: str) -> None:
        raise PermanentError("the second request was refused")

    world.server.after = half
    [result] = world.apply(thing("a", text="t")).results
    assert (result.outcome, world.journal.kept[ADDRESS].created) == (Outcome.FAILED, True)


def test_what_a_failed_creation_did_not_make_is_not() -> None:
    world = World()

    def refused(verb: str, name: str) -> None:
        if verb == "create":
            raise PermanentError("no")

    world.server.before = refused
    world.apply(thing("a"))
    assert world.journal.kept == {}


@pytest.mark.parametrize("shows", [True, False])
def test_an_exception_of_any_sort_fails_its_resource_and_its_dependents_alone(shows: bool) -> None:
    """D5: a KeyError in one of eight resources ended the whole apply."""
    server = Server()
    world = World(Thing(server, shows=shows), server=server, workers=1)

    def broken(verb: str, name: str) -> None:
        if (verb, name) == ("create", "b"):
            raise KeyError("secret-in-the-words")

    server.before = broken
    report = world.apply(*(thing(name) for name in "abcdefg"), thing("b/child", parent="b"))
    assert {result.change.address.key: result.outcome for result in report.results} == {
        **dict.fromkeys("acdefg", Outcome.DONE),
        "b": Outcome.FAILED,
        "b/child": Outcome.SKIPPED,
    }
    [failed] = report.of(Outcome.FAILED)
    assert failed.reason is not None
    assert (failed.reason.code, failed.reason.params["type"]) == ("unexpected", "KeyError")
    assert "secret" not in str(failed.reason)
    assert {kind for kind, address in world.journal.log if address == Address("test.thing", "b")} == {"intend", "failed"}


def test_an_exception_while_verifying_in_bulk_fails_those_alone() -> None:
    server = Server()
    world = World(Thing(server, shows=False), server=server)
    plan = world.plan(thing("a"))

    def broken(verb: str, name: str) -> None:
        if verb == "observe":
            raise ValueError("odd answer")

    server.before = broken
    [result] = world.run(plan).results
    assert (result.outcome, world.journal.kept[ADDRESS].created) == (Outcome.FAILED, True)


def test_a_failed_update_skips_nobody() -> None:
    world = World()
    world.apply(thing("a", text="1"))

    def refused(verb: str, name: str) -> None:
        if verb == "update":
            raise PermanentError("no")

    world.server.before = refused
    report = world.apply(thing("a", text="2"), thing("a/b", parent="a"))
    assert {result.change.address.key: result.outcome for result in report.results} == {"a": Outcome.FAILED, "a/b": Outcome.DONE}


class Members(Thing):
    """Each of its people needs a thing of that name."""

    name = "test.list"

    def entry_needs(self, spec: ThingSpec) -> Mapping[str, Address]:
        return {f"people[{person.username}]": Address("test.thing", person.username) for person in spec.people or ()}


class People(Thing):
    """One of them must sign in first."""

    def observe(self, scope: Scope) -> Observation:
        absence = Absence(reason("account-missing"), Presence.WAITING)
        return replace(super().observe(scope), absent={Address("test.thing", "u"): absence})


def test_a_list_leaves_out_what_is_missing_and_says_so() -> None:
    """Field report 8: one bad account kept a whole team out."""
    people, lists = Server(), Server()
    world = World(People(people), Members(lists), server=lists)
    team = Resource(Address("test.list", "team"), ThingSpec(name="team", people=[{"username": "u"}, {"username": "v"}]))
    plan = world.plan(thing("u"), thing("v"), team)
    told = {change.address.key: change for change in plan.changes}
    assert [(item.diff.label, item.reason) for item in told["team"].blocked] == [
        ("people[u]", reason("dependency-absent", address="test.thing[u]"))
    ]
    assert not world.run(plan).failed
    assert lists.objects["team"]["people"] == [{"username": "v"}]
    again = world.plan(thing("u"), thing("v"), team)
    assert (again.empty, drifted(again)) == (True, ())


def test_the_planner_is_pure() -> None:
    """D8: twice the same, also with the server cut off."""
    world = World()
    world.apply(thing("a", text="1"), thing("b"))
    world.server.objects["a"]["text"] = "2"
    situation = world.situation(thing("a", text="3"), thing("c", parent="a"), prune=True)
    first = make_plan(world.registry, situation, META)

    def cut_off(verb: str, name: str) -> None:
        raise AssertionError(verb)

    world.server.before = cut_off
    assert make_plan(world.registry, situation, META).to_json() == first.to_json()


def test_harm_is_counted() -> None:
    world = World()
    world.apply(thing("a"), thing("b"))
    plan = world.plan(thing("a"), prune=True)
    assert dict(plan.harm()) == {"deleted": 1}


def test_a_copy_of_a_plan_has_its_own_fingerprint() -> None:
    """D10."""
    plan = World().plan(thing("a"), thing("b"))
    first = plan.fingerprint
    assert plan.model_copy(update={"changes": plan.changes[:1]}).fingerprint != first


@pytest.mark.parametrize("created", [True, False])
def test_what_came_with_a_thing_of_ours_and_was_never_applied_is_pending(created: bool) -> None:
    """A run broke off between a group and its members: nobody touched the server, and drift told of them."""
    world = World()
    world.apply(thing("a"))
    world.journal.kept[ADDRESS] = replace(world.journal.kept[ADDRESS], created=created)
    world.server.objects["a/list"] = {"name": "a/list", "people": [], "text": None}
    plan = world.plan(thing("a"), thing("a/list", parent="a", text="t", people=[{"username": "u"}]))
    [change] = [change for change in plan.changes if change.address.key == "a/list"]
    assert (change.action, change.cause) == (Action.ADOPT, Cause.PENDING if created else Cause.UNKNOWN)
    assert {diff.cause for diff in change.diffs} == {change.cause}
    assert bool(drifted(plan)) is not created
