"""What is remembered of what failed, and what a failure keeps from being done."""

import pytest
from support.fakes import Thing, thing

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import PermanentError
from eiginfra.core.kind import Registry
from eiginfra.engine.report import Outcome

from .test_road import World


def test_f1_what_was_created_is_remembered_though_it_does_not_show_as_wanted() -> None:
    world = World()
    world.server.after = lambda verb, name: world.server.objects[name].update(text="another") if verb == "create" else None
    report = world.apply([thing("a", text="wanted")])
    assert [(result.outcome, result.reason.code if result.reason else None) for result in report.results] == [
        (Outcome.FAILED, "still-differs")
    ]
    world.server.after = lambda verb, name: None
    [change] = world.plan([thing("a", text="wanted")]).changes
    assert (change.action, change.created) == (Action.UPDATE, True)
    record = world.journal.records("eig3")[Address("test.thing", "a")]
    assert record.created
    assert record.values == {"name": "a"}
    [gone] = world.plan([], prune=True).changes
    assert (gone.action, gone.step) == (Action.DELETE, "delete")


@pytest.mark.parametrize("verb", ["read", "update"])
def test_p10_what_could_not_be_changed_keeps_nothing_from_being_done_that_only_needs_it_to_be_there(verb: str) -> None:
    world = World()
    world.apply([thing("a", text="old"), thing("a/b", parent="a", text="old")])

    def refuse(what: str, name: str) -> None:
        if (what, name) == (verb, "a"):
            raise PermanentError("no")

    world.server.before = refuse
    report = world.apply([thing("a", text="new"), thing("a/b", parent="a", text="new"), thing("a/c", parent="a")])
    assert {result.change.address.key: result.outcome for result in report.results} == {
        "a": Outcome.FAILED, "a/b": Outcome.DONE, "a/c": Outcome.DONE
    }  # fmt: skip


class Filled(Thing):
    def complete(self, resource, world):
        there = world.observed.get(resource.address)
        return {} if there is None or there.values.get("text") else {"text": "made up"}


def test_what_eiginfra_fills_in_is_no_change_of_the_inventory() -> None:
    world = World()
    world.registry = Registry([Filled(world.server)])
    world.apply([thing("a", labels=["x"])])
    world.server.objects["a"].update(labels=[], text="")
    [change] = world.plan([thing("a", labels=["x"])]).changes
    assert {diff.field: diff.cause for diff in change.diffs} == {"labels": Cause.DRIFT, "text": Cause.DRIFT}
    assert change.cause is Cause.DRIFT
