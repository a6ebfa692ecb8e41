"""The road from wanted specs to a changed server: real kinds on a lab's Proxmox, the real engine, a journal in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import requests
from support.fakes import META, MemoryJournal
from support.planning import NOTHING_SEEN, planned
from support.words import told, waits

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.executor import Executor
from eiginfra.engine.report import ApplyReport, Outcome
from eiginfra.engine.verify import Stale, judge
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

from .conftest import World

DAY = date(2020, 7, 2)


class Road:
    """One cohort's inventory, given as specs, or as resources where more is to be said of them."""

    def __init__(self, world: World, journal: MemoryJournal | None = None) -> None:
        self.world, self.journal = world, journal or MemoryJournal()

    def look(self) -> World:
        """What a plan sees the server by: a client of its own, as a command's."""
        return World(self.world.settings, self.world.cohort)

    def besides(self, specs: Sequence[Any]) -> Sequence[Spec]:
        """What every inventory holds: the team's pool."""
        return () if any(isinstance(spec, PoolSpec) for spec in specs) else (PoolSpec(id=self.world.pool, comment="ADLER"),)

    def resource(self, spec: Any, **fields: Any) -> Resource:
        """A spec as an inventory asks for it."""
        if isinstance(spec, Resource):
            return replace(spec, **fields)
        kind = self.world.kind(spec)
        return Resource(Address(kind.name, kind.key(spec)), spec, team=self.world.team, **fields)

    def renamed(self, spec: Any, machine: str) -> Resource:
        """A machine, or what belongs to it, that was called otherwise before."""
        return self.resource(spec, was=Address(self.world.kind(spec).name, f"{self.world.cohort}/{self.world.team}/{machine}"))

    def plan(self, *specs: Any, today: date = DAY, sightings: Sightings = NOTHING_SEEN, **situation: Any) -> Plan:
        world = self.look()
        self.client, self.registry = world.client, Registry(world.kinds.values())
        resources = [self.resource(spec) for spec in (*self.besides(specs), *specs)]
        meta = META.model_copy(update={"as_of": today, "cohort": world.cohort})
        return planned(self.registry, self.journal, meta, resources, teams=[world.team], sightings=sightings, **situation)

    def stale(self, saved: Plan, fresh: Plan) -> Sequence[Stale]:
        """As `plan --verify` finds it; fresh: the same plan made now."""
        return judge(self.registry, saved, fresh, ()).stale

    def run(self, plan: Plan) -> ApplyReport:
        assert plan.errors == ()
        return Executor(self.registry, self.journal, workers={"proxmox": 8}).run(plan, 1)

    def apply(self, *specs: Any, **situation: Any) -> ApplyReport:
        report = self.run(self.plan(*specs, **situation))
        assert not report.failed, [(str(result.change.address), result.reason) for result in report.of(Outcome.FAILED, Outcome.REFUSED)]
        return report

    def control(self, **settings: Any) -> None:
        """Arrange something behind the server's back."""
        url = f"{self.world.settings.url}/_lab/proxmox"
        answer = requests.put(url, json=settings, verify=str(self.world.settings.ca), timeout=20)
        assert answer.ok, answer.text


def codes(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings]


def change(plan: Plan, machine: str) -> Change:
    [found] = [change for change in plan.changes if change.address.key.endswith(f"/{machine}")]
    return found


def note(change: Change) -> str | None:
    """What a plan says of a change: its reason, or what it waits for."""
    parts = ([told(change.reason)] if change.reason else []) + [waits(label, why) for label, why in change.waiting.items()]
    return "; ".join(parts) or None


def kept_back(plan: Plan) -> list[Finding]:
    """The findings for which something is kept back; they stop nothing else."""
    assert plan.errors == ()
    reasons = [why for found in plan.changes for why in (found.reason, *(item.reason for item in found.blocked)) if why is not None]
    named = {why.params["finding"] for why in reasons if why.code == "objected"}
    return [finding for finding in plan.findings if finding.code in named]
