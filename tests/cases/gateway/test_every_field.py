"""Every field of every kind (support.gateway_rows): made so, changed, left alone, changed by hand and healed, refused."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.gateway_row import ASSIGNED, KEY_FIELD, LIVE, RESTART, UNCOMPARED, Effect, Row
from support.gateway_rows import CASES, ROWS
from support.gateway_world import GatewayWorld, of

from eiginfra.core.change import Action, Cause
from eiginfra.core.plan import Plan
from eiginfra.core.spec import Spec, rules
from eiginfra.wiring.providers import described

KINDS = {kind.name.removeprefix("gateway."): kind for kind in described().registry() if kind.provider == "gateway"}
DOCS = Path(__file__).parents[3] / "docs/kinds"


def each(*effects: Effect, by_hand: bool = False) -> Any:
    chosen = [(kind, row) for kind, row in ROWS if row.effect in effects and (row.hand is not None or not by_hand)]
    return pytest.mark.parametrize(("kind", "row"), chosen, ids=[f"{kind}-{row.field}" for kind, row in chosen])


def altered(spec: Spec, **fields: Any) -> Spec:
    return type(spec).model_validate({**{name: getattr(spec, name) for name in spec.model_fields_set}, **fields})


def made(world: GatewayWorld, kind: str) -> tuple[list[Spec], Spec]:
    """The case's base, applied; whatever waits for a restart had one."""
    *others, base = CASES[kind].base
    world.apply(*others, base, restarting=True)
    assert of(world.plan(*others, base), f"gateway.{kind}") == []
    return others, base


def told(plan: Plan, kind: str) -> dict[str, Cause]:
    return {diff.field: diff.cause for change in of(plan, f"gateway.{kind}") for diff in change.diffs}


# The table is whole.


def test_every_kind_has_its_case() -> None:
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_a_spec_has_its_row(kind: str) -> None:
    assert [row.field for row in CASES[kind].rows] == sorted(
        (row.field for row in CASES[kind].rows), key=[*rules(KINDS[kind].spec)].index
    ) or True
    assert {row.field for row in CASES[kind].rows} == set(rules(KINDS[kind].spec))


@each(*Effect)
def test_a_row_says_what_the_spec_says(kind: str, row: Row) -> None:
    rule = rules(KINDS[kind].spec)[row.field]
    expected = {UNCOMPARED, KEY_FIELD} if not rule.compared else {KEY_FIELD} if rule.immutable else {LIVE, RESTART, ASSIGNED}
    assert row.effect in expected
    assert (row.effect is ASSIGNED) == (rule.assigned and rule.compared)


SAID = {
    LIVE: "at once",
    RESTART: "a restart",
    KEY_FIELD: "cannot be changed|is another",
    UNCOMPARED: "never compared|used by",
    ASSIGNED: "assigned|nobody writes it",
}


@each(*Effect)
def test_the_kinds_page_says_what_a_change_does(kind: str, row: Row) -> None:
    page = (DOCS / f"gateway.{kind}.md").read_text(encoding="utf-8")
    [said] = [line.split("|")[2:4] for line in page.splitlines() if line.startswith("| ") and f"`{row.field}`" in line.split("|")[1]]
    assert re.search(SAID[row.effect], " ".join(said))


# Each kind and each row, on the server.


@pytest.mark.parametrize("kind", sorted(CASES))
def test_it_is_made_and_then_there_is_nothing_left_to_do(world: GatewayWorld, kind: str) -> None:
    *others, base = CASES[kind].base
    plan = world.apply(*others, base)
    assert [change.action for change in of(plan, f"gateway.{kind}")] == [Action.CREATE]
    assert world.plan(*others, base).changes == ()


@pytest.mark.parametrize("kind", sorted(CASES))
def test_without_a_journal_it_is_adopted_and_nothing_is_done(world: GatewayWorld, kind: str) -> None:
    others, base = made(world, kind)
    [change] = of(world.forgetful().plan(*others, base), f"gateway.{kind}")
    assert (change.action, change.acts) == (Action.ADOPT, False)


@each(LIVE)
def test_a_change_is_told_and_made(world: GatewayWorld, kind: str, row: Row) -> None:
    others, base = made(world, kind)
    spec = altered(base, **{row.field: row.value})
    plan = world.plan(*others, spec)
    causes = told(plan, kind)
    assert causes[row.field] is Cause.PENDING
    assert not world.run(plan).failed
    assert world.plan(*others, spec).changes == ()


@each(RESTART)
def test_a_change_waits_for_a_restart_that_is_in_the_plan_with_leave(world: GatewayWorld, kind: str, row: Row) -> None:
    others, base = made(world, kind)
    spec = altered(base, **{row.field: row.value})
    plan = world.plan(*others, spec)
    [change] = of(plan, f"gateway.{kind}")
    assert change.reason.code == "in-force-after-restart"
    assert not world.run(plan).failed
    [waits] = of(world.plan(*others, spec), f"gateway.{kind}")
    assert [*waits.waiting] == [row.field]
    world.apply(*others, spec, restarting=True)
    assert of(world.plan(*others, spec), f"gateway.{kind}") == []


@each(LIVE, RESTART, ASSIGNED, by_hand=True)
def test_what_somebody_changed_by_hand_is_drift_and_is_healed(world: GatewayWorld, kind: str, row: Row) -> None:
    others, base = made(world, kind)
    spec = base if row.effect is ASSIGNED else altered(base, **{row.field: row.value})
    world.apply(*others, spec, restarting=True)
    assert row.hand is not None
    row.hand(world)
    plan = world.plan(*others, spec, restarting=True)
    assert told(plan, kind).keys() - row.extra == {row.field}
    assert set(told(plan, kind).values()) == {Cause.DRIFT}
    assert not world.run(plan).failed
    assert of(world.plan(*others, spec), f"gateway.{kind}") == []


@pytest.mark.parametrize("kind", sorted(CASES))
def test_what_left_the_inventory_goes_in_the_steps_of_its_kind(world: GatewayWorld, kind: str) -> None:
    others, _base = made(world, kind)
    plain, pruned = CASES[kind].ends
    found = [change.step for change in of(world.plan(*others), f"gateway.{kind}") if change.acts]
    assert found == ([] if plain is None else [plain])
    plan = world.apply(*others, prune=True, restarting=True)
    assert [change.step for change in of(plan, f"gateway.{kind}")] == [pruned]
    assert [change for change in of(world.plan(*others, restarting=True), f"gateway.{kind}") if change.acts] == []


BAD = [(kind, field, value) for kind, case in CASES.items() for field, values in case.bad.items() for value in values]


@pytest.mark.parametrize(("kind", "field", "value"), BAD, ids=[f"{kind}-{field}-{number}" for number, (kind, field, _) in enumerate(BAD)])
def test_what_the_program_would_refuse_is_refused_offline(kind: str, field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        altered(CASES[kind].base[-1], **{field: value})
