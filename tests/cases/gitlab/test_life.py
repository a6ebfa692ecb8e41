"""Every kind, every field and every change of it, on the whole road: after each the next plan is empty."""

from typing import Literal, get_args, get_origin

import pytest
from pydantic import ValidationError
from support.gitlab_cases import CASES, KEYS, ROWS, SEEDS
from support.planning import Task
from support.words import told

from eiginfra.core.change import Action, Cause
from eiginfra.core.decommission import Trigger
from eiginfra.core.spec import rules
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.kinds.members import Membership

SPECS = {kind.spec: kind.name for kind in all_kinds(None) if kind.name != "gitlab.access"}
"""gitlab.access makes nothing: test_other_access.py."""


@pytest.fixture
def case(request):
    return CASES[request.param]


@pytest.fixture
def road(road, case):
    """The site as the case needs it."""
    return road.later(road.world.as_token(road.world.settings.token.reveal(), **case.site)) if case.site else road


def each(table):
    named = [pytest.param(name, row, id=f"{name}-{row.field}-{number}") for number, (name, row) in enumerate(table)]
    return pytest.mark.parametrize(("case", "row"), named, indirect=["case"])


every_case = pytest.mark.parametrize("case", CASES, indirect=True)


# The table is whole


IDENTITY = ("gitlab.user", "id")
"""It finds an account, and makes nothing; test_people.py tells how."""


@pytest.mark.parametrize("spec", SPECS, ids=SPECS.get)
def test_every_field_of_every_kind_has_a_row_of_its_sort(spec):
    mine = [case for case in CASES.values() if case.spec is spec]
    rows = {row.field for case in mine for row in case.rows}
    told = {row.told for case in mine for row in case.rows}
    keys, seeds = {key.field for case in mine for key in case.keys}, {seed.field for case in mine for seed in case.seeds}
    for name, rule in rules(spec).items():
        if (SPECS[spec], name) == IDENTITY:
            continue
        table = told if rule.assigned else keys if rule.immutable else seeds if rule.create_only else rows
        assert name in table, f"{SPECS[spec]}.{name} has no row in tests/support/gitlab_cases"


def test_every_field_of_a_member_has_a_row():
    assert {name for _, row in ROWS for name in row.covers} | {IDENTITY[1]} == set(Membership.model_fields)


@each(ROWS)
def test_a_row_has_a_third_value_where_its_field_has_one(case, row):
    """Without one there is no conflict: two sides that leave a value of two agree."""
    annotation = case.spec.model_fields[row.field].annotation
    two = annotation is bool or (get_origin(annotation) is Literal and len(get_args(annotation)) == 2) or row.besides
    assert (row.other is not None) != bool(two)
    assert len({repr(value) for value in (case.fields[row.field], row.value, row.other)}) == 3


# Made, adopted, gone, removed


@every_case
def test_created_and_then_as_wanted(road, case):
    acting = road.apply(*case.wanted())
    assert {change.action for change in acting} == {Action.CREATE}
    assert {change.cause for change in acting} == {Cause.NEW}
    assert [change for change in road.later().plan(*case.wanted()).changes if not change.waiting] == []


@every_case
def test_what_exists_is_adopted(road, case):
    road.apply(*case.wanted())
    other = road.later(journal_file="other.db")
    plan = other.plan(*case.wanted())
    assert {change.action for change in plan.changes} == {Action.ADOPT}
    assert plan.empty
    other.apply(*case.wanted())
    assert not [change for change in other.plan(*case.wanted()).changes if change.action is not Action.NONE]


@pytest.mark.parametrize("case", [name for name in CASES if name != "first files"], indirect=True)  # nobody takes the first commit back
def test_what_a_stranger_removed_comes_back_or_is_offered_for_restoration(road, case):
    road.apply(*case.wanted())
    case.lost(road.world)
    plan = road.later().plan(*case.wanted())
    if case.gone in {action.value for action in Action}:
        (change,) = road.later().apply(*case.wanted())
        assert (change.action.value, change.cause) == (case.gone, Cause.DRIFT)
    else:
        assert ([finding.code for finding in plan.findings], plan.errors, plan.acting) == ([case.gone], (), ())


@every_case
def test_what_left_goes_only_when_it_is_asked_for(road, case):
    road.apply(*case.wanted())
    plain = road.plan(*case.needs)
    steps = road.world.kind(case.wanted()[-1]).decommission
    if steps is not None and steps.steps[0].trigger is Trigger.APPLY:
        assert [(change.action, change.step) for change in plain.acting] == [(Action.UPDATE, "block")]
        return
    assert plain.acting == ()
    if case.pruned is None:
        assert road.plan(*case.needs, prune=True).acting == ()
        return
    (change,) = road.apply(*case.needs, prune=True)
    (step,) = steps.steps
    action = Action.DELETE if step.values is None else Action.UPDATE
    assert (change.action, change.cause, change.step) == (action, Cause.ORPHAN, step.does)
    assert case.pruned(road.world)


@every_case
def test_what_is_protected_stays_when_it_left(road, case):
    road.apply(*case.needs, Task(case.wanted()[-1], protect=True))
    assert road.later().plan(*case.needs, prune=True).acting == ()


# Each field


@pytest.mark.parametrize(("case", "values"), [(name, values) for name, case in CASES.items() for values in case.refused], indirect=["case"])
def test_values_are_refused_offline(case, values):
    with pytest.raises(ValidationError):
        case.spec(**{**case.fields, **values})


@each(ROWS)
def test_a_compared_field_is_changed_drifts_is_refused_adopted_and_disputed(road, case, row):
    """One walk, for what it takes to get there is the same; every `apply` asserts that the plan after it is empty."""

    def is_told(changes, action, cause):
        (change,) = changes
        assert (change.action, change.cause) == (action, cause)
        assert {diff.field for diff in change.diffs} == {row.told or row.field}

    base, changed = case.wanted(), case.wanted(**{row.field: row.value}, **row.besides)
    road.apply(*base)
    is_told(road.apply(*changed), Action.UPDATE, Cause.PENDING)
    is_told(road.apply(*case.wanted(**row.back)), Action.UPDATE, Cause.PENDING)

    case.stranger(road.world, row.field, row.value)
    is_told(road.later().apply(*base), Action.UPDATE, Cause.DRIFT)

    reader = reading(road)
    (result,) = reader.run(reader.plan(*changed)).results
    assert (result.outcome, result.exit_code) == ("failed", 77)
    assert "GitLab answers 403" in told(result.reason)
    assert road.later().plan(*base).empty

    if not row.besides and not case.others:
        case.stranger(road.world, row.field, row.value)
        is_told(road.later(journal_file="other.db").apply(*base), Action.ADOPT, Cause.UNKNOWN)
    if row.other is not None:
        case.stranger(road.world, row.field, row.value)
        is_told(road.later().apply(*case.wanted(**{row.field: row.other})), Action.UPDATE, Cause.CONFLICT)


@every_case
def test_making_and_removing_are_refused_to_a_token_that_may_only_read(road, case):
    if case.needs:
        road.apply(*case.needs)
    reader = reading(road)
    (result,) = reader.run(reader.plan(*case.wanted())).results
    assert (result.outcome, result.exit_code) == ("failed", 77)
    road.apply(*case.wanted())
    reader = reading(road)
    for result in reader.run(reader.plan(*case.needs, prune=True)).results:
        assert (result.outcome, result.exit_code) == ("failed", 77)
    assert road.later().plan(*case.wanted()).empty


def reading(road):
    """The same with a token of the scope read_api."""
    root = road.world
    token = root.by_hand("POST", f"/users/{root.api.me()['id']}/personal_access_tokens", name="r", scopes=["read_api"])["token"]
    return road.later(root.as_token(token))


@each(KEYS)
def test_another_key_is_another_object(road, case, row):
    road.apply(*case.wanted())
    other = case.wanted(**{row.field: row.value}, **row.besides)[-1]
    (change,) = [change for change in road.apply(*case.wanted(), *row.needs, other) if change.address.kind == SPECS[case.spec]][-1:]
    assert (change.action, change.address) == (Action.CREATE, road.world.resource(other).address)
    # Instead of the first: that is left as it is, an orphan.
    plan = road.later().plan(*case.needs, *row.needs, other)
    assert not [change for change in plan.acting if change.cause is not Cause.ORPHAN]


@each(SEEDS)
def test_a_seed_is_used_once_and_never_drifts(road, case, row):
    road.apply(*case.wanted(**{row.field: row.value}))
    assert row.made(road.world)
    assert road.later().plan(*case.wanted()).changes == ()
    row.stranger(road.world)
    theirs = [road.later().plan(*wanted).changes for wanted in (case.wanted(), case.wanted(**{row.field: row.value}))]
    assert theirs == [(), ()]
