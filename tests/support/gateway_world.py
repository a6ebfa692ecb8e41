"""The providers of a site on one side, root on the other, a lab's gateway over SSH and its Proxmox over TLS between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import requests
from support.fakes import META, MemoryJournal
from support.planning import planned

from eiginfra.core.address import Address
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Record, Resource
from eiginfra.core.spec import Spec
from eiginfra.engine.executor import Executor
from eiginfra.engine.report import ApplyReport, Outcome
from eiginfra.inventory.site import Site
from eiginfra.lab.server import Lab
from eiginfra.wiring.providers import Providers

DAY = date(2030, 1, 10)
WEB, DB = (Address("proxmox.container", f"eig3/adler/{name}") for name in ("web", "db"))


def made(machine: Address, address: str) -> Record:
    """That a machine was reached by a run, of another cohort's or this one's."""
    values = {"address": f"{address}/24"}
    return Record(machine, values, {}, "adler", created=True, run=1, at=datetime(2029, 9, 1, tzinfo=UTC), by="x", cohort="eig3")


MACHINES = [made(WEB, "192.168.0.101"), made(DB, "192.168.0.102")]


@dataclass
class GatewayWorld:
    """A lab with a gateway, the providers of a run, and the journal of a cohort."""

    lab: Lab
    site: Site
    providers: Providers
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    # As root, by hand.

    def control(self, **wanted: Any) -> dict[str, Any]:
        answer = requests.put(f"{self.lab.urls['gateway']}/_lab/gateway", json=wanted, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def node(self, **config: str) -> None:
        """Another configuration of the one container."""
        guests = self.lab.served["proxmox"].service.lab.state.guests.values()
        [guest] = [guest for guest in guests if guest.config.get("hostname") == "adler-web"]
        guest.config.update(config)

    def fault(self, **rule: Any) -> None:
        """The next call of the program ends so."""
        rules = {"ssh": [{"times": 1, "kind": "exit", **rule}]}
        answer = requests.put(f"{self.lab.urls['gateway']}/_lab/faults", json=rules, timeout=10)
        assert answer.status_code == 200, answer.text

    # As a run.

    def resource(self, spec: Any, **more: Any) -> Resource:
        if isinstance(spec, Resource):
            return spec
        kind = next(kind for kind in self.providers.registry() if kind.spec is type(spec))
        return Resource(Address(kind.name, kind.key(spec)), spec, team="adler", **more)

    def plan(self, *specs: Spec | Resource, **situation: Any) -> Plan:
        history = [*MACHINES, *self.journal.history("eig3")]
        meta = META.model_copy(update={"as_of": DAY})
        resources = [self.resource(spec) for spec in specs]
        registry = self.providers.registry()
        return planned(registry, self.journal, meta, resources, teams=["adler"], **{"history": history, **situation})

    def run(self, plan: Plan) -> ApplyReport:
        return Executor(self.providers.registry(), self.journal, workers=self.providers.workers()).run(plan, 1)

    def apply(self, *specs: Spec | Resource, **situation: Any) -> Plan:
        """What was planned and carried out."""
        plan = self.plan(*specs, **situation)
        report = self.run(plan)
        failed = report.of(Outcome.FAILED, Outcome.REFUSED, Outcome.SKIPPED)
        assert not failed, [(str(result.change.address), result.reason) for result in failed]
        return plan

    def forgetful(self) -> "GatewayWorld":
        """The same without a journal."""
        return replace(self, journal=MemoryJournal())


def of(plan: Plan, kind: str) -> Sequence[Any]:
    """The changes of a kind."""
    return [change for change in plan.changes if change.address.kind == kind]
