"""The road from wanted specs to a changed server: real kinds on a lab's Proxmox, the real engine, a journal in memory."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import requests
from support.fakes import META, MemoryJournal

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.engine.drift_history import Sightings, traced
from eiginfra.engine.executor import ApplyReport, Executor, Outcome
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

from .conftest import World

DAY = date(2020, 7, 2)
NOTHING_SEEN = Sightings()


class Road:
    """One cohort's inventory, given as specs."""

    def __init__(self, world: World) -> None:
        self.world, self.journal = world, MemoryJournal()

    def look(self) -> World:
        """What a plan sees the server by: a client of its own, as a command's."""
        return World(self.world.settings, self.world.cohort)

    def plan(self, *specs: Any, today: date = DAY, sightings: Sightings = NOTHING_SEEN, **situation: Any) -> Plan:
        world = self.look()
        self.client, self.registry = world.client, Registry(world.kinds.values())
        pool = () if any(isinstance(spec, PoolSpec) for spec in specs) else (PoolSpec(id=world.pool, comment="ADLER"),)
        resources = [
            Resource(Address(kind.name, kind.key(spec)), spec, team=world.team) for spec in (*pool, *specs) for kind in [world.kind(spec)]
        ]
        records: Mapping[Address, Any] = self.journal.records(world.cohort)
        seen = observe(
            self.registry, resources, records, cohort=world.cohort, teams=[world.team], available=frozenset({"proxmox"}), whole=True
        )
        asked, meta = {"orphans_among": None, **situation}, META.model_copy(update={"as_of": today, "cohort": world.cohort})
        situated = Situation(resources, resources, seen, records, self.journal.history(world.cohort), **asked)
        return traced(self.registry, make_plan(self.registry, situated, meta), seen, records, sightings)

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
