"""A gateway in memory, machines beside it, and plans as the command makes them."""

from typing import Any

import pytest
from support.fakes import META
from support.gateway_fake import Boxes, BoxSpec, Entrances, EntranceSpec, FakeGateway
from support.planning import resource
from support.world import World

from eiginfra.core.change import Change
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.providers.gateway.kinds.forward import ForwardKind, ForwardSpec
from eiginfra.providers.gateway.kinds.subdomain import SubdomainKind, SubdomainSpec

NAME = "adler.eig-apps.example.org"
MACHINE = "proxmox.container[eig3/adler/web]"


class Site:
    """One cohort on one gateway. box: the machine that is wanted, and is there."""

    def __init__(self) -> None:
        self.gateway = FakeGateway()
        self.boxes, self.entrances = Boxes({"eig3/adler/web": "192.168.0.101"}), Entrances()
        self.world = World(SubdomainKind(self.gateway.client), ForwardKind(self.gateway.client), self.boxes, self.entrances)
        self.box: Spec = BoxSpec(mark="eig3/adler/web")

    def wanted(self, *specs: Spec, machine: bool = True) -> list[Resource]:
        every = [*([self.box] if machine else []), *specs]
        return [resource(self.world.registry, spec, "adler") for spec in every]

    def plan(self, *specs: Spec, machine: bool = True, **asked: Any) -> Plan:
        return self.world.plan(*self.wanted(*specs, machine=machine), **asked)

    def apply(self, *specs: Spec, machine: bool = True, **asked: Any) -> list[tuple[str, str]]:
        """The outcome of each change."""
        report = self.world.run(self.plan(*specs, machine=machine, **asked))
        return [(str(result.change.address), str(result.outcome)) for result in report.results]


def of(plan: Plan, kind: str) -> list[Change]:
    return [change for change in plan.changes if change.address.kind == kind]


def subdomain(**fields: Any) -> SubdomainSpec:
    return SubdomainSpec.model_validate({"name": NAME, "machine": MACHINE, "port": 8080, **fields})


def forward(**fields: Any) -> ForwardSpec:
    return ForwardSpec.model_validate({"public": 10222, "machine": MACHINE, "port": 22, **fields})


def entrance() -> EntranceSpec:
    return EntranceSpec(machine="eig3/adler/web")


@pytest.fixture
def site() -> Site:
    return Site()


__all__ = ["MACHINE", "META", "NAME", "Site", "entrance", "forward", "of", "subdomain"]
