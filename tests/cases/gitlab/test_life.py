"""Every kind and every change of it, on the whole road: after each the next plan is empty."""

import pytest
from support.gitlab_cases import CASES
from support.gitlab_road import shown

from eiginfra.core.change import Action, Cause

CHANGES = [
    pytest.param(name, *change, id=f"{name}-{change[0]}-{n}") for name, case in CASES.items() for n, change in enumerate(case.changes)
]


@pytest.mark.parametrize("name", CASES)
def test_created_and_then_as_wanted(road, name):
    case = CASES[name]
    acting = road.apply(*case.wanted())
    assert {change.action for change in acting} == {Action.CREATE}
    assert {change.cause for change in acting} == {Cause.NEW}


@pytest.mark.parametrize(("name", "field", "value"), CHANGES)
def test_each_field_is_changed_and_back(road, name, field, value):
    case = CASES[name]
    road.apply(*case.wanted())
    for wanted in (case.wanted(**{field: value}), case.wanted()):
        (change,) = road.apply(*wanted)
        assert (change.action, change.cause) == (Action.UPDATE, Cause.PENDING)
        assert {diff.field for diff in change.diffs} == {field}


@pytest.mark.parametrize(("name", "field", "value"), CHANGES)
def test_drift_of_each_field_is_told_and_healed(road, name, field, value):
    case = CASES[name]
    road.apply(*case.wanted())
    case.stranger(road.world, field, value)
    (change,) = road.apply(*case.wanted())
    assert (change.action, change.cause) == (Action.UPDATE, Cause.DRIFT)
    assert {diff.field for diff in change.diffs} == {field}


CONFLICTS = [
    pytest.param(name, field, value, others[0], id=f"{name}-{field}-{n}")
    for name, case in CASES.items()
    for n, (field, value) in enumerate(case.changes)
    if (others := [other for known, other in case.changes if known == field and other != value])
]


@pytest.mark.parametrize(("name", "field", "theirs", "ours"), CONFLICTS)
def test_a_conflict_is_told_and_ends_as_the_inventory_says(road, name, field, theirs, ours):
    case = CASES[name]
    road.apply(*case.wanted())
    case.stranger(road.world, field, theirs)
    changes = road.apply(*case.wanted(**{field: ours}))
    assert field == "members" or {change.cause for change in changes} == {Cause.CONFLICT}


@pytest.mark.parametrize("name", CASES)
def test_what_exists_is_adopted(road, name):
    case = CASES[name]
    road.apply(*case.wanted())
    other = road.later(journal_file="other.db")
    plan = other.plan(*case.wanted())
    assert {change.action for change in plan.changes} == {Action.ADOPT}
    assert plan.empty
    other.apply(*case.wanted())
    assert not other.plan(*case.wanted()).changes


@pytest.mark.parametrize(("name", "field", "value"), CHANGES)
def test_what_exists_otherwise_is_adopted_and_changed(road, name, field, value):
    case = CASES[name]
    road.apply(*case.wanted(**{field: value}))
    (change,) = road.later(journal_file="other.db").apply(*case.wanted())
    assert (change.action, change.cause) == (Action.ADOPT, Cause.UNKNOWN)


@pytest.mark.parametrize("name", CASES)
def test_what_left_goes_only_when_it_is_asked_for(road, name):
    case = CASES[name]
    road.apply(*case.wanted())
    plain = road.plan(*case.needs)
    if name == "account":
        assert shown(plain.acting) == ["update gitlab.user[ada]: state"]
        return
    assert plain.acting == ()
    if case.pruned is None:
        assert road.plan(*case.needs, prune=True).acting == ()
        return
    (change,) = road.apply(*case.needs, prune=True)
    assert (change.action, change.cause) == (Action.DELETE, Cause.ORPHAN)
    assert case.pruned(road.world)
