"""Every field of every kind (support.proxmox_cases): made so, changed, left alone, changed by hand and healed, adopted, refused."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.proxmox_case import ASSIGNED, FIXED, KEY_FIELD, LIVE, RESTART, UNCOMPARED, UNSET, Row
from support.proxmox_cases import CASES, ROWS
from support.proxmox_cases.firewall import RULES
from support.words import message, remedy

from eiginfra.core.change import Action, Cause
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.core.spec import Spec, rules
from eiginfra.engine.drift import drifted
from eiginfra.engine.executor import Executor
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.firewall_rules import FirewallRule
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.privileges import NEEDS, Purpose, paths_of

from .conftest import VM_TEMPLATE, World, settings_of, start
from .least import rights
from .road import Road, note

KINDS = {kind.name.removeprefix("proxmox."): kind for kind in all_kinds(ProxmoxClient(None))}
DOCS = Path(__file__).parents[3] / "docs/kinds"
_numbers = count(1)


def each(rows: list[Row]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[f"{row.kind}-{row.field}" for row in rows])


def altered(spec: Spec, world: World, fields: dict[str, Any]) -> Spec:
    """The spec with other values, as a playbook would give them."""
    given = {name: getattr(spec, name) for name in spec.model_fields_set}
    given |= {name: value(world) if callable(value) else value for name, value in fields.items()}
    return type(spec).model_validate({name: value for name, value in given.items() if value is not UNSET})


class Steady(Road):
    """The same client for every look, as in a loop: most of a small plan's time is a new one's handshakes."""

    def look(self) -> World:
        return self.world


class Stage:
    """A cohort in which a kind's base stands; `spec` is the kind's own resource."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.road = world, Steady(world)
        *self.others, self.base = CASES[kind].base(world)
        self.kind = world.kinds[f"proxmox.{kind}"]

    def plan(self, spec: Spec, **asked: Any) -> Plan:
        return self.road.plan(*self.others, spec, **asked)

    def apply(self, spec: Spec, **asked: Any) -> None:
        self.road.apply(*self.others, spec, **asked)

    def done(self, plan: Plan, spec: Spec, waits: str | None) -> None:
        """The plan's apply does it, and leaves nothing to do; what waits is told as waiting until a restart has brought it."""
        assert not self.road.run(plan).failed
        if waits is not None:
            left = self.plan(spec)
            assert left.empty
            assert [dict(change.waiting) for change in left.changes] == [{waits: reason("restart")}]
            self.apply(spec, restarting=True)
        assert self.plan(spec).changes == ()


class Stages:
    """One lab for a module's rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shared: dict[str, Stage] = {}
        self._less: dict[str, World] = {}

    def new(self, kind: str) -> Stage:
        return Stage(World(self._world.settings, f"s{next(_numbers)}"), kind)

    def of(self, row: Row) -> tuple[Stage, Spec]:
        """A stage on which all is as the row's base says, whatever a row before it did there; and that base."""
        stage = self.new(row.kind) if row.alone else self._shared.setdefault(row.kind, self.new(row.kind))
        base = altered(stage.base, stage.world, row.start)
        stage.apply(base, restarting=True)
        return stage, base

    def lacking(self, privilege: str, stage: Stage) -> World:
        """The stage's world, seen by a token with all that the table names but one privilege."""
        if privilege not in self._less:
            purposes = set(Purpose) - {Purpose.FIREWALL, Purpose.BACKUP_JOB}
            needs = [need for need in NEEDS if need.purpose in purposes and privilege in need.privileges]
            (place,) = {path for need in needs for path in paths_of(need, stage.world.settings, [VM_TEMPLATE])}
            able = rights(stage.world, purposes, (place, privilege)) | {"/sdn/zones/localnetwork/vmbr0": "SDN.Use"}
            self._less[privilege] = stage.world.with_rights(able)
        return World(self._less[privilege].settings, stage.world.cohort)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with start() as lab:
        yield Stages(World(settings_of(lab, tmp_path_factory.mktemp("ca") / "ca.pem"), "s0"))


def told(plan: Plan) -> set[tuple[str, Cause]]:
    return {(diff.field, diff.cause) for change in plan.changes for diff in change.diffs}


# The table is whole.


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_a_spec_has_its_row(kind: str) -> None:
    assert {row.field for row in ROWS if row.kind == kind} == set(rules(KINDS[kind].spec))


def test_every_part_of_a_rule_is_in_the_row_of_rules() -> None:
    assert set().union(*RULES) == set(FirewallRule.model_fields)


@each(ROWS)
def test_a_row_says_what_the_spec_says(row: Row) -> None:
    rule = rules(KINDS[row.kind].spec)[row.field]
    # Of what a spec calls immutable, what is part of the key cannot even be seen to differ.
    expected = {UNCOMPARED, KEY_FIELD} if not rule.compared else {FIXED, KEY_FIELD} if rule.immutable else {LIVE, RESTART, ASSIGNED}
    assert row.effect in expected | ({KEY_FIELD} if row.field == "mark" else set())
    assert row.hand is not None or not (row.changes or row.effect is ASSIGNED) or row.field == "disk"


SAID = {
    LIVE: r"at once|starts it|account by account|the next run",
    RESTART: "waits for a restart|with a restart",
    FIXED: "cannot be (made|changed)",
    KEY_FIELD: "cannot be (made|changed)|is another job|^–$",
    UNCOMPARED: "never compared|only checked|a finding says|see below|as a|found where it is",
    ASSIGNED: "at once|waits for a restart|see below|as a container's",
}


@each(ROWS)
def test_the_kinds_page_says_what_a_change_does(row: Row) -> None:
    page = (DOCS / f"proxmox.{row.kind}.md").read_text(encoding="utf-8")
    [said] = [line.split("|")[3].strip() for line in page.splitlines() if line.startswith("| ") and f"`{row.field}`" in line.split("|")[1]]
    assert re.search(SAID[row.effect], said)


# Each row.


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_is_made_with_every_other_value_and_then_there_is_nothing_left_to_do(stages: Stages, kind: str) -> None:
    stage = stages.new(kind)
    rows = [row for row in ROWS if row.kind == kind and row.creates and (row.changes or row.effect is UNCOMPARED)]
    values = {row.field: row.value for row in reversed(rows)}
    spec = altered(stage.base, stage.world, values)
    stage.apply(spec)
    assert stage.plan(spec).changes == ()


@each([row for row in ROWS if row.changes and not row.creates])
def test_it_is_made_with_what_excludes_others(stages: Stages, row: Row) -> None:
    stage = stages.new(row.kind)
    spec = altered(stage.base, stage.world, {**row.extra, row.field: row.value})
    stage.apply(spec)
    assert stage.plan(spec).changes == ()


@each([row for row in ROWS if row.changes])
def test_a_change_is_told_and_made_undone_by_hand_and_healed_and_adopted(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    spec = altered(base, stage.world, {**row.extra, row.field: row.value})
    plan = stage.plan(spec)
    assert told(plan) == {(row.field, Cause.PENDING)}
    [change] = plan.changes
    assert (change.action, drifted(plan)) == (Action.UPDATE, ())
    assert note(change) == (f"in force after a restart: {row.field}" if row.effect is RESTART else None)
    stage.done(plan, spec, waits=row.field if row.effect is RESTART else None)
    if row.hand is not None:
        by_hand(stage, row, spec)


@each([row for row in ROWS if row.effect is ASSIGNED])
def test_what_nobody_writes_is_healed_too(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    by_hand(stage, row, base)


def by_hand(stage: Stage, row: Row, spec: Spec) -> None:
    """A change on the server is drift where the journal knows what was applied, else an adoption with a difference; both are healed."""
    assert row.hand is not None
    for cause, action in ((Cause.DRIFT, Action.UPDATE), (Cause.UNKNOWN, Action.ADOPT)):
        if cause is Cause.UNKNOWN:
            stage.road.journal.kept.clear()
        row.hand(stage.world)
        plan = stage.plan(spec)
        assert told(plan) == {(row.field, cause)}
        [change] = [change for change in plan.changes if change.diffs]
        assert (change.action, change in drifted(plan)) == (action, True)
        stage.done(plan, spec, waits=row.field if row.heals is RESTART else None)


@each([row for row in ROWS if row.lacking])
def test_without_the_right_a_change_is_refused_in_the_servers_words(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    spec = base
    if row.changes:
        spec = altered(base, stage.world, {**row.extra, row.field: row.value})
    elif row.hand is not None:
        row.hand(stage.world)
    plan = stage.plan(spec)
    failed = refused(stages, stage, plan, row.lacking)
    # For accounts, which it looks for among the groups of the token, the server does not name the privilege.
    assert row.kind == "user" or row.lacking in failed
    assert told(stage.plan(spec)) == told(plan)


def refused(stages: Stages, stage: Stage, plan: Plan, lacking: str) -> str:
    """Why the plan's one change fails without a privilege."""
    less = stages.lacking(lacking, stage)
    report = Executor(Registry(less.kinds.values()), stage.road.journal, workers={"proxmox": 2}).run(plan, 1)
    [failed] = report.of(Outcome.FAILED)
    assert (failed.exit_code, "Permission check failed" in str(failed.reason)) == (77, True)
    return str(failed.reason)


# A job of backups is then left to an administrator: test_backup.py.
@pytest.mark.parametrize("kind", sorted(kind for kind, case in CASES.items() if case.making is not None))
def test_without_the_right_it_is_not_made(stages: Stages, kind: str) -> None:
    stage = stages.new(kind)
    if kind != "pool":
        stage.road.apply(*stage.others)
    plan = stage.plan(stage.base)
    refused(stages, stage, plan, str(CASES[kind].making))
    assert [change.action for change in stage.plan(stage.base).changes] == [Action.CREATE]


# What left the inventory: without and with --prune.


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_left_the_inventory_is_told_and_goes_as_its_kind_goes(stages: Stages, kind: str) -> None:
    stage = stages.new(kind)
    if kind == "pool":  # a road always has one: it is another that leaves
        stage.others, stage.base = [stage.base], altered(stage.base, stage.world, {"id": f"{stage.world.pool}-2"})
    stage.apply(stage.base)
    ends = CASES[kind].ends
    for prune in (False, True):
        plan = stage.road.plan(*stage.others, prune=prune)
        notes = [note(change) for change in plan.changes]
        assert notes == ([] if ends is None else [f"left the inventory: {ends[prune].format(kind=kind)}"])
    assert not stage.road.run(plan).failed
    assert stage.road.plan(*stage.others, prune=True).empty


@each([row for row in ROWS if row.effect is FIXED])
def test_what_cannot_be_changed_is_a_finding_and_nothing_is_done(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    plan = stage.plan(altered(base, stage.world, {row.field: row.value}))
    [finding] = [finding for finding in plan.findings if finding.code == "immutable-field"]
    assert f"{row.field} is " in message(finding)
    assert message(finding).endswith(f" and cannot become {row.value}")
    assert remedy(finding) is not None
    assert remedy(finding).startswith(f"write {row.field}: ")
    assert plan.acting == ()


@each([row for row in ROWS if row.effect is KEY_FIELD])
def test_another_key_is_another_object(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    spec = altered(base, stage.world, {**row.extra, row.field: row.value})
    acting = [(change.address.key, change.action) for change in stage.plan(spec).acting if change.cause is not Cause.ORPHAN]
    assert acting == [(stage.kind.key(spec), Action.CREATE)]
    assert stage.kind.key(spec) != stage.kind.key(base)


@each([row for row in ROWS if row.effect is UNCOMPARED])
def test_what_is_not_compared_is_no_difference(stages: Stages, row: Row) -> None:
    stage, base = stages.of(row)
    assert stage.plan(altered(base, stage.world, {row.field: row.value})).changes == ()
