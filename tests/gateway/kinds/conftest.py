"""The gateway's kinds over the real program, real accounts, nginx and nft; machines are made up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support.gateway_fake import Boxes, BoxSpec
from support.gateway_root import CERTIFICATE, GatewayRoot
from support.gateway_wire import SETTINGS
from support.planning import resource
from support.world import World

from eiginfra.core.change import Change
from eiginfra.core.plan import Plan
from eiginfra.core.spec import Spec
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.kinds.account import GatewayAccountKind
from eiginfra.providers.gateway.kinds.forward import ForwardKind, ForwardSpec
from eiginfra.providers.gateway.kinds.subdomain import SubdomainKind, SubdomainSpec
from eiginfra.providers.ssh_target import SshAnswer

DOMAIN = "eig-apps.example.org"
MACHINE = "proxmox.container[eig3/adler/web]"


@dataclass
class InRoot:
    """The connection to a gateway: its commands run in a root of its own."""

    root: GatewayRoot

    def run(self, words: Sequence[str], data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        done = self.root.run(*words[2:], data=data)
        return SshAnswer(done.code, done.out.encode(), done.err.encode())


class RealSite:
    """One cohort on one gateway, whose machine is there."""

    def __init__(self, root: GatewayRoot) -> None:
        self.root = root
        site = replace(SETTINGS, certificate=CERTIFICATE, reserved_names=frozenset({"www"}), reserved_ports=frozenset({10001}))
        self.client = GatewayClient(site, InRoot(root))
        self.world = World(
            GatewayAccountKind(self.client),
            SubdomainKind(self.client),
            ForwardKind(self.client),
            Boxes({"eig3/adler/web": "192.168.0.101"}),
        )

    def plan(self, *specs: Spec, **asked: Any) -> Plan:
        every = [BoxSpec(mark="eig3/adler/web"), *specs]
        return self.world.plan(*(resource(self.world.registry, spec, "adler") for spec in every), **asked)

    def changes(self, *specs: Spec, **asked: Any) -> list[Change]:
        """What the plan does on the gateway."""
        return [change for change in self.plan(*specs, **asked).changes if change.address.provider == "gateway"]

    def apply(self, *specs: Spec, **asked: Any) -> list[tuple[str, str]]:
        """The outcome of each change on the gateway, with the reason of what failed."""
        report = self.world.run(self.plan(*specs, **asked))
        results = [result for result in report.results if result.change.address.provider == "gateway"]
        return [
            (result.change.address.key, str(result.outcome if result.reason is None else f"{result.outcome}: {result.reason}"))
            for result in results
        ]


def subdomain(label: str = "adler", **fields: Any) -> SubdomainSpec:
    return SubdomainSpec.model_validate({"name": f"{label}.{DOMAIN}", "machine": MACHINE, "port": 8080, **fields})


def forward(**fields: Any) -> ForwardSpec:
    return ForwardSpec.model_validate({"public": 10222, "machine": MACHINE, "port": 22, **fields})


@pytest.fixture
def real(gateway: GatewayRoot) -> RealSite:
    return RealSite(gateway)
