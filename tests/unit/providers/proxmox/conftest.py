"""A site, specs of guests, what a plan knows of them, and a client that remembers what it was asked."""

from collections.abc import Iterable, Sequence
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from eiginfra.core.claim import Claims
from eiginfra.core.resource import Observation, Observed, Record, Resource
from eiginfra.core.secret import Secret
from eiginfra.core.values import ByteSize
from eiginfra.core.world import World
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.guests.allocator import KINDS, GuestFacts
from eiginfra.providers.proxmox.kinds.container import ContainerSpec
from eiginfra.providers.proxmox.kinds.vm import VmSpec
from eiginfra.providers.proxmox.settings import ProxmoxSettings

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X/68GOJZvi user+tag@host"
TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"


def make_site(**changes: Any) -> ProxmoxSettings:
    return ProxmoxSettings(
        **{
            "url": "https://proxmox.example.org:8006",
            "token_id": "eiginfra@pve!ci",
            "token": Secret("00000000-0000-0000-0000-000000000001"),
            "nodes": ("eig",),
            "disks": "local-lvm",
            "bridge": "vmbr1",
            "subnet": IPv4Network("192.168.0.0/24"),
            "gateway": IPv4Address("192.168.0.254"),
            "ids": (100, 250),
            "dns": (IPv4Address("9.9.9.9"),),
            **changes,
        }
    )


def container(mark: str = "eig3/adler/web", **fields: Any) -> ContainerSpec:
    cohort, team, machine = mark.split("/")
    return ContainerSpec(
        **{
            "mark": mark,
            "name": f"{team}-{machine}",
            "pool": f"{cohort}-{team}",
            "image": TEMPLATE,
            "cores": 1,
            "memory": ByteSize.parse("512MiB"),
            "disk": ByteSize.parse("8GiB"),
            **fields,
        }
    )


def vm(mark: str = "eig3/adler/db", **fields: Any) -> VmSpec:
    cohort, team, machine = mark.split("/")
    return VmSpec(
        **{
            "mark": mark,
            "name": f"{team}-{machine}",
            "pool": f"{cohort}-{team}",
            "image": 9012,
            "cores": 2,
            "memory": ByteSize.parse("1GiB"),
            "disk": ByteSize.parse("16GiB"),
            **fields,
        }
    )


NOTHING_READ = GuestFacts()


NO_CLAIMS: Claims = {}


def known(
    resources: Sequence[Resource],
    observed: Iterable[Observed] = (),
    *,
    facts: GuestFacts = NOTHING_READ,
    records: Sequence[Record] = (),
    claims: Claims = NO_CLAIMS,
) -> World:
    """What a plan knows when numbers are given out; the resources count as completed."""
    wanted = {resource.address: resource for resource in resources}
    observations = {kind: Observation(facts=facts) for kind in KINDS}
    there = {seen.address: seen for seen in observed}
    return World(wanted, there, observations, frozenset(), records, date(2020, 7, 2), claims=claims, completed=dict(wanted))


@pytest.fixture
def site() -> ProxmoxSettings:
    return make_site()


class Wire(ProxmoxClient):
    """A client whose requests go nowhere: it answers for one guest, and remembers what changes it was asked for."""

    def __init__(self, site: ProxmoxSettings, config: dict[str, Any] | None = None, *, running: bool = True, kind: str = "lxc") -> None:
        super().__init__(site, sleep=lambda _seconds: None)
        self.config = {"digest": "d1", **(config or {})}
        self.pending_rows: list[dict[str, Any]] = []
        self.running = running
        self.kind = kind
        self.vmid = 107
        self.pool_of = "eig3-adler"
        self.task_result = "OK"
        self.stays_down = False
        self.sent: list[tuple[str, str, dict[str, Any]]] = []

    def _call(self, method: str, path: str, what: str, params: Any = None) -> Any:
        if method != "GET":
            self.sent.append((method, path, dict(params or {})))
            self._learn(path, dict(params or {}))
            return (
                None
                if path.endswith("/config") or path == "pools"
                else f"UPID:eig:00000001:00000002:00000003:task:{self.vmid}:eiginfra@pve!ci:"
            )
        return self._read(path)

    def _learn(self, path: str, params: dict[str, Any]) -> None:
        """What the mark's readers must see afterwards."""
        if path.endswith("/config"):
            self.config |= {key: value for key, value in params.items() if key != "digest"}
        elif "description" in params:
            self.config["description"] = params["description"]
        if "/status/" in path:
            self.running = path.endswith(("/start", "/reboot")) and not self.stays_down

    def _read(self, path: str) -> Any:
        row = {"vmid": self.vmid, "node": "eig", "status": "running" if self.running else "stopped", "type": self.kind}
        template = {
            "vmid": 9012,
            "node": "eig",
            "template": 1,
            "type": "qemu",
            "maxdisk": 2 * 2**30,
            "status": "stopped",
            "tags": "template;base",
        }
        match path.split("/"):
            case [*_, "tasks", _, "status"]:
                return {"status": "stopped", "exitstatus": self.task_result}
            case [*_, "tasks", _, "log"]:
                return [{"n": 1, "t": "extracting"}, {"n": 2, "t": f"TASK ERROR: {self.task_result}"}]
            case [*_, "current"]:
                return row
            case [*_, "pending"]:
                return [{"key": key, "value": value} for key, value in self.config.items()] + self.pending_rows
            case ["pools"]:
                return [{"poolid": self.pool_of, "members": [row]}]
            case ["cluster", "resources"]:
                return [{**row, "pool": self.pool_of}, template]
            case ["nodes", _, kind] if kind in {"lxc", "qemu"}:
                return [item for item in (row, template) if item["type"] == kind]
            case _:
                return []

    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.sent]
