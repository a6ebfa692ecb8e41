"""Observe, plan, execute, observe again: the engine's promises on a server in memory."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from support.fakes import META, MemoryJournal, Server, Thing, ThingSpec, registry, thing
from support.words import message, remedy, told

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import (
    AlreadyExistsError,
    LostAnswerError,
    PermanentError,
    PermissionDeniedError,
    StaleError,
    TransientError,
    UnreachableError,
)
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.core.resource import Resource
from eiginfra.core.usage import Limit, Limits
from eiginfra.engine import action
from eiginfra.engine.drift import drifted
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.engine.situation import Situation
from eiginfra.engine.verify import judge

ADDRESS = Address("test.thing", "a")


class World:
    """A server, a journal and what is wanted."""

    def __init__(self, *, shows: bool = True) -> None:
        self.server, self.journal = Server(), MemoryJournal()
        self.registry = registry(self.server, shows=shows)

    def plan(self, resources: Sequence[Resource], **situation: Any) -> Plan:
        seen = observe(
            self.registry,
            resources,
            self.journal.records("eig3"),
            cohort="eig3",
            teams=[],
            available=frozenset({"test"}),
            whole=True,
        )
        asked = {"orphans_among": None, **situation}
        given = Situation(resources=resources, everything=resources, observations=seen, records=self.journal.records("eig3"), **asked)
        return make_plan(self.registry, given, META)

    def run(self, plan: Plan) -> ApplyReport:
        return Executor(self.registry, self.journal, workers={"test": 4}).run(plan, 1)

    def apply(self, resources: Sequence[Resource], **situation: Any) -> ApplyReport:
        return self.run(self.plan(resources, **situation))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action, "wait_random_exponential", lambda **_: lambda state: 0)


@pytest.mark.parametrize("shows", [True, False], ids=["answers show the object", "verified in bulk"])
def test_after_an_apply_the_plan_is_empty(shows: bool) -> None:
    world = World(shows=shows)
    wanted = [thing("a/b", parent="a", text="child"), thing("a", labels=["y", "x"], people=[{"username": "u"}])]
    first = world.plan(wanted)
    assert [(str(c.address), c.action, c.cause) for c in first.changes] == [
        ("test.thing[a]", Action.CREATE, Cause.NEW),
        ("test.thing[a/b]", Action.CREATE, Cause.NEW),
    ]
    assert not world.run(first).failed
    second = world.plan(wanted)
    assert second.empty
    assert second.changes == ()


def test_the_order_of_the_input_does_not_matter() -> None:
    wanted = [thing(name, parent=name[:-1] or None) for name in ("a", "ab", "abc", "b", "bc")]
    world = World()
    assert world.plan(wanted).to_json() == world.plan(wanted[::-1]).to_json()


def test_a_plan_survives_json() -> None:
    plan = World().plan([thing("a", people=[{"username": "u"}]), thing("b", parent="a")])
    assert Plan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("tamper", "edit", "cause"),
    [
        ({}, {"text": "new"}, Cause.PENDING),
        ({"text": "by hand"}, {}, Cause.DRIFT),
        ({"text": "by hand"}, {"text": "new"}, Cause.CONFLICT),
    ],
)
def test_causes_are_told_apart(tamper: dict[str, str], edit: dict[str, str], cause: Cause) -> None:
    world = World()
    world.apply([thing("a", text="old")])
    world.server.objects["a"] |= tamper
    plan = world.plan([thing("a", **{"text": "old", **edit})])
    assert [(c.action, c.cause) for c in plan.changes] == [(Action.UPDATE, cause)]
    assert bool(drifted(plan)) is (cause is not Cause.PENDING)


def test_without_a_journal_the_cause_is_unknown() -> None:
    world = World()
    world.apply([thing("a", text="old")])
    world.journal.kept.clear()
    world.server.objects["a"]["text"] = "other"
    (change,) = world.plan([thing("a", text="old")]).changes
    assert (change.action, change.cause) == (Action.ADOPT, Cause.UNKNOWN)


def test_what_stands_already_as_wanted_only_enters_the_journal() -> None:
    world = World()
    world.server.objects["a"] = {"name": "a", "text": "t"}
    plan = world.plan([thing("a", text="t")])
    assert [c.action for c in plan.changes] == [Action.ADOPT]
    assert plan.empty
    world.run(plan)
    assert not [request for request in world.server.requests if request.startswith(("create", "update"))]
    assert world.plan([thing("a", text="t")]).changes == ()


def test_something_removed_by_hand_is_drift_and_made_again() -> None:
    world = World()
    world.apply([thing("a")])
    world.server.objects.clear()
    plan = world.plan([thing("a")])
    assert [(c.action, c.cause) for c in plan.changes] == [(Action.CREATE, Cause.DRIFT)]
    assert [c.address for c in drifted(plan)] == [ADDRESS]


def test_entries_of_an_authoritative_list_have_causes_of_their_own() -> None:
    world = World()
    world.apply([thing("a", people=[{"username": "kept"}, {"username": "lost"}])])
    world.server.objects["a"]["people"] = [{"username": "kept"}, {"username": "stranger"}]
    (change,) = world.plan([thing("a", people=[{"username": "kept"}, {"username": "lost"}, {"username": "new"}])]).changes
    assert {(d.label, d.cause, d.removes) for d in change.diffs} == {
        ("people[lost]", Cause.DRIFT, False),
        ("people[new]", Cause.PENDING, False),
        ("people[stranger]", Cause.DRIFT, True),
    }


def test_an_unset_field_is_nobodys_business() -> None:
    world = World()
    world.apply([thing("a", text="t")])
    world.server.objects["a"]["labels"] = ["by", "hand"]
    assert world.plan([thing("a", text="t")]).changes == ()


def test_unordered_and_create_only_fields() -> None:
    world = World()
    world.apply([thing("a", labels=["x", "y"], seed="1")])
    world.server.objects["a"]["labels"] = ["y", "x"]
    assert world.plan([thing("a", labels=["x", "y"], seed="2")]).empty


def test_an_immutable_field_is_a_finding_with_a_way_out() -> None:
    world = World()
    world.apply([thing("a", sort="one")])
    plan = world.plan([thing("a", sort="two")])
    assert plan.empty
    (found,) = plan.findings
    assert found.code == "immutable-field"
    assert "--replace 'test.thing[a]'" in str(remedy(found))
    replaced = world.plan([thing("a", sort="two")], replacing=frozenset({ADDRESS}))
    assert [c.action for c in replaced.changes] == [Action.REPLACE]
    world.run(replaced)
    assert world.server.objects["a"]["sort"] == "two"


def test_what_cannot_be_changed_keeps_nothing_else_from_being_changed() -> None:
    world = World()
    world.apply([thing("a", sort="one")])
    (change,) = world.plan([thing("a", sort="two")]).changes
    assert (change.action, change.cause, change.noteworthy, change.acts) == (Action.NONE, Cause.PENDING, True, False)
    assert [found.label for found in change.withheld] == ["sort"]
    (change,) = world.plan([thing("a", sort="two", text="new")]).changes
    assert ([found.label for found in change.diffs], [found.label for found in change.withheld]) == (["text"], ["sort"])
    assert not world.apply([thing("a", sort="two", text="new")]).failed
    assert (world.server.objects["a"]["text"], world.server.objects["a"]["sort"]) == ("new", "one")


def test_what_cannot_be_changed_and_reality_moved_is_drift() -> None:
    world = World()
    world.apply([thing("a", sort="one")])
    world.server.objects["a"]["sort"] = "two"
    plan = world.plan([thing("a", sort="one")])
    assert plan.empty
    (change,) = drifted(plan)
    assert (change.cause, [(found.before, found.after) for found in change.withheld]) == (Cause.DRIFT, [("two", "one")])


def test_orphans_are_shown_and_go_only_when_asked_children_first() -> None:
    world = World()
    world.apply([thing("a"), thing("a/b", parent="a")])
    shown = world.plan([])
    assert [(c.action, c.cause) for c in shown.changes] == [(Action.NONE, Cause.ORPHAN)] * 2
    assert shown.empty
    assert not world.apply([], prune=True).failed
    assert [r for r in world.server.requests if r.startswith("delete")] == ["delete a/b", "delete a"]
    assert world.plan([]).changes == ()


def test_orphans_are_not_told_where_the_selection_does_not_allow_it() -> None:
    world = World()
    world.apply([thing("a", team="adler"), thing("b", team="plume")])
    assert world.plan([], orphans_among=frozenset()).changes == ()
    assert [c.address.key for c in world.plan([], orphans_among=frozenset({"plume"})).changes] == ["b"]


def test_what_a_condition_switched_off_is_no_orphan() -> None:
    world = World()
    world.apply([thing("a", team="adler"), thing("b", team="adler")])
    plan = world.plan([], switched_off=lambda address, team: (address.key, team) == ("a", "adler"))
    assert [change.address.key for change in plan.changes] == ["b"]


def test_what_others_made_is_no_orphan() -> None:
    world = World()
    world.server.objects["theirs"] = {"name": "theirs"}
    assert world.plan([], prune=True).changes == ()


def test_outside_its_dates_a_cohort_gets_nothing_new() -> None:
    world = World()
    plan = world.plan([thing("a")], creating=False)
    assert plan.empty
    assert [found.code for found in plan.findings] == ["cohort-closed"]


def test_a_change_behind_the_plans_back_refuses_that_action_alone() -> None:
    world = World()
    world.apply([thing("a", text="1"), thing("b", text="1")])
    plan = world.plan([thing("a", text="2"), thing("a/c", parent="a"), thing("b", text="2")])
    world.server.objects["a"]["text"] = "by hand"
    report = world.run(plan)
    assert {r.change.address.key: r.outcome for r in report.results} == {
        "a": Outcome.REFUSED,
        "a/c": Outcome.DONE,  # what it belongs to is there
        "b": Outcome.DONE,
    }
    assert world.server.objects["a"]["text"] == "by hand"


def test_a_change_that_somebody_else_made_already_is_no_reason_to_refuse() -> None:
    world = World()
    world.apply([thing("a", text="1", labels=["x"])])
    plan = world.plan([thing("a", text="2", labels=["y"])])
    world.server.objects["a"]["text"] = "2"
    assert not world.run(plan).failed
    assert world.server.objects["a"]["labels"] == ["y"]


def test_what_appeared_since_the_plan_is_not_taken_over() -> None:
    world = World()
    plan = world.plan([thing("a")])

    def taken(verb: str, name: str) -> None:
        if verb == "create":
            raise AlreadyExistsError("a exists")

    world.server.before = taken
    (result,) = world.run(plan).results
    assert result.outcome is Outcome.REFUSED
    assert "make a new plan" in str(result.reason)


@pytest.mark.parametrize("ours", [True, False], ids=["our own lost answer", "somebody else, elsewhere"])
def test_a_write_between_look_and_write_is_judged_by_what_the_plan_manages(ours: bool) -> None:
    world = World()
    world.apply([thing("a", text="1")])
    plan = world.plan([thing("a", text="2")])
    raced = iter([True])

    def race(verb: str, name: str) -> None:
        if verb == "update" and next(raced, False):
            world.server.objects["a"] |= {"text": "2"} if ours else {"labels": ["theirs"]}
            raise StaleError("digest")

    world.server.before = race
    (result,) = world.run(plan).results
    assert result.outcome is Outcome.DONE
    assert world.server.requests.count("update a") == (1 if ours else 2)


def test_a_write_that_always_meets_another_is_refused_in_the_end() -> None:
    world = World()
    world.apply([thing("a", text="1")])
    plan = world.plan([thing("a", text="2")])

    def race(verb: str, name: str) -> None:
        if verb == "update":
            raise StaleError("digest")

    world.server.before = race
    assert [result.outcome for result in world.run(plan).results] == [Outcome.REFUSED]


def test_a_lost_answer_is_followed_by_a_look_not_by_a_second_create() -> None:
    world = World()

    def lost(verb: str, name: str) -> None:
        world.server.after = lambda *_: None
        raise LostAnswerError("no answer")

    world.server.after = lost
    assert not world.apply([thing("a", text="t")]).failed
    assert world.server.requests.count("create a") == 1
    assert world.journal.kept[ADDRESS].created


def test_a_transient_failure_before_the_work_is_tried_again() -> None:
    world = World()
    failures = iter([TransientError("busy"), TransientError("busy")])

    def busy(verb: str, name: str) -> None:
        if verb == "create" and (problem := next(failures, None)):
            raise problem

    world.server.before = busy
    assert not world.apply([thing("a")]).failed
    assert world.server.requests.count("create a") == 3


def test_a_permanent_failure_is_not_tried_again_and_stops_its_dependents() -> None:
    world = World()

    def broken(verb: str, name: str) -> None:
        if (verb, name) == ("create", "a"):
            raise PermanentError("no room")

    world.server.before = broken
    report = world.apply([thing("a"), thing("a/b", parent="a"), thing("a/b/c", parent="a/b"), thing("z")])
    assert {r.change.address.key: r.outcome for r in report.results} == {
        "a": Outcome.FAILED,
        "a/b": Outcome.SKIPPED,
        "a/b/c": Outcome.SKIPPED,
        "z": Outcome.DONE,
    }
    assert world.server.requests.count("create a") == 1


def test_a_service_that_cannot_be_reached_is_not_hammered() -> None:
    world = World()

    def gone(verb: str, name: str) -> None:
        if verb == "create":
            raise UnreachableError("refused")

    plan = world.plan([thing(f"z{number:02}") for number in range(30)])
    world.server.before = gone
    report = world.run(plan)
    assert len([request for request in world.server.requests if request.startswith("create")]) <= 2 * 4
    assert len(report.results) == 30
    assert {told(result.reason) for result in report.of(Outcome.SKIPPED) if result.reason} == {"test could not be reached"}
    assert {address for kind, address in world.journal.log if kind == "intend"} == {change.address for change in plan.changes}


def test_a_refused_permission_keeps_its_exit_code() -> None:
    world = World()

    def refused(verb: str, name: str) -> None:
        if verb == "create":
            raise PermissionDeniedError("403")

    world.server.before = refused
    assert [r.exit_code for r in world.apply([thing("a")]).results] == [77]


@pytest.mark.parametrize("shows", [True, False])
def test_a_server_that_agrees_and_does_nothing_is_found_out(shows: bool) -> None:
    world = World(shows=shows)
    world.apply([thing("a", text="1")])
    plan = world.plan([thing("a", text="2")])

    def undo(verb: str, name: str) -> None:
        world.server.objects["a"]["text"] = "1"

    world.server.after = undo
    (result,) = world.run(plan).results
    assert result.outcome is Outcome.FAILED
    assert result.reason == reason("still-differs", fields={"text": "1"})


def test_intents_are_written_before_the_work_and_results_after() -> None:
    world = World()
    world.apply([thing("a")])
    assert world.journal.log == [("intend", ADDRESS), ("done", ADDRESS)]


def test_an_interrupt_lets_what_is_under_way_end_and_starts_nothing_more() -> None:
    world = World()
    plan = world.plan([thing("a"), thing("a/b", parent="a"), *(thing(f"z{number}") for number in range(20))])
    asked = iter([False])
    executor = Executor(world.registry, world.journal, workers={"test": 4}, stopping=lambda: next(asked, True))
    report = executor.run(plan, 1)
    assert report.interrupted
    assert set(world.server.objects) == {"a", "z0", "z1", "z10"}


def test_whoever_breaks_in_what_was_under_way_is_remembered() -> None:
    world, told = World(), threading.Event()

    def slowly(verb: str, name: str) -> None:
        if (verb, name) == ("create", "b"):
            assert told.wait(10)

    def break_in(_result: Result) -> None:
        told.set()
        raise KeyboardInterrupt

    world.server.before = slowly
    executor = Executor(world.registry, world.journal, workers={"test": 4}, on_end=break_in)
    with pytest.raises(KeyboardInterrupt):
        executor.run(world.plan([thing("a"), thing("b"), thing("c", parent="a")]), 1)
    assert {address.key for address in world.journal.kept} == {"a", "b", "c"}
    assert sorted(what for what, _ in world.journal.log) == ["done"] * 3 + ["intend"] * 3


def test_what_really_stands_over_quota_is_a_warning() -> None:
    world = World()
    world.server.objects["a"] = {"name": "a", "cores": 8}
    plan = world.plan([thing("a", team="adler", cores=1)], limits=Limits(teams={"adler": Limit(cores=4)}))
    assert [message(found) for found in plan.findings] == [
        "adler really uses 8 cores, its quota is 4 cores",
        "it takes 7 cores more than the inventory asks for",
    ]


def test_removals_over_the_cap_are_an_error_of_the_plan() -> None:
    world = World()
    people = [{"username": f"u{number}"} for number in range(10)]
    world.apply([thing("a", people=people)])
    plan = world.plan([thing("a", people=people[:5])], allows=lambda field, removed, total: f"{field} {removed}/{total}")
    (found,) = plan.errors
    assert found.code == "removal-cap"
    assert "5 of 10 entries" in message(found)
    assert "--allow-removals 5" in str(remedy(found))


def test_what_eiginfra_made_stays_its_own_through_updates() -> None:
    world = World()
    world.server.objects["found"] = {"name": "found", "text": "1"}
    for text in ("1", "2"):
        assert not world.apply([thing("a", text=text), thing("found", text=text)]).failed
    assert {address.key: record.created for address, record in world.journal.kept.items()} == {"a": True, "found": False}


def test_a_saved_plan_can_be_asked_what_of_it_is_stale() -> None:
    world = World()
    world.apply([thing("a", text="1"), thing("b", text="1"), thing("gone")])
    wanted_now = [thing("a", text="2"), thing("b", text="2"), thing("gone", text="2"), thing("new"), thing("taken")]
    plan = world.plan(wanted_now)
    world.server.objects["a"]["text"] = "by hand"
    world.server.objects["taken"] = {"name": "taken"}
    del world.server.objects["gone"]
    judged = judge(world.registry, plan, world.plan(wanted_now), {resource.address for resource in wanted_now})
    assert {item.change.address.key: item.reason for item in judged.stale} == {
        "a": reason("changed-since", fields=["text"]),
        "gone": reason("disappeared"),
    }
    assert [change.address.key for change in judged.done] == ["taken"]


def test_a_renamed_team_file_is_stopped_and_says_how_to_go_on() -> None:
    world = World()
    world.apply([thing("adler", team="adler"), thing("adler/api", team="adler", parent="adler"), thing("plume", team="plume")])
    renamed = [thing("adler2", team="adler2"), thing("adler2/api", team="adler2", parent="adler2"), thing("plume", team="plume")]
    (found,) = world.plan(renamed).errors
    assert found.code == "team-renamed"
    assert "--as-new adler2" in str(remedy(found))
    assert not world.plan(renamed, known_as_new=frozenset({"adler2"})).errors


def test_a_new_team_beside_one_that_left_is_no_renamed_one() -> None:
    world = World()
    world.apply([thing("adler", team="adler"), thing("plume", team="plume")])
    assert not world.plan([thing("karfur", team="karfur"), thing("karfur/api", team="karfur"), thing("plume", team="plume")]).errors


class Tower(Thing):
    """Takes long to make."""

    name = "test.tower"
    long_tasks = 3


def test_what_takes_longest_begins_first() -> None:
    server = Server()
    kinds, journal = Registry([Thing(server), Tower(server)]), MemoryJournal()
    towers = [Resource(Address("test.tower", name), ThingSpec(name=name)) for name in ("y", "z")]
    things = [thing("a"), thing("b"), thing("y/on-top", parent="a"), *towers]
    seen = observe(kinds, things, {}, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
    plan = make_plan(kinds, Situation(things, things, seen), META)
    assert not Executor(kinds, journal, workers={"test": 1}).run(plan, 1).failed
    assert [request for request in server.requests if request.startswith("create")] == [
        f"create {name}" for name in ("y", "z", "a", "b", "y/on-top")
    ]
