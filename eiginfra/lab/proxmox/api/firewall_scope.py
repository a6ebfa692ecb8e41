"""The firewalls there are (of guests, nodes, security groups, the datacenter), and the digest of what they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.firewall import NAME, Surroundings
from eiginfra.lab.proxmox.routing import ProxmoxCall, Rule, perm
from eiginfra.lab.proxmox.state import FirewallRecord, Json, sha1

DIGEST = "digest: str len=..64"
NAMED = f"name!: str len=2..64 re={NAME}"
RENAME = f"rename: str len=2..64 re={NAME}"


@dataclass(frozen=True)
class FirewallScope:
    """A firewall's scope: its paths, its file, who may read and write it, and what sort of rules it has (PVE's `rule_env`)."""

    base: str
    file: Callable[[ProxmoxCall], str]
    read: Rule
    write: Rule
    env: str

    def get(self, call: ProxmoxCall) -> FirewallRecord:
        """The firewall file."""
        return call.lab.firewall(self.file(call))

    def edit(self, call: ProxmoxCall, section: Callable[[FirewallRecord], list[Json]]) -> FirewallRecord:
        """The same, once the digest of the section that is changed is checked."""
        firewall = self.get(call)
        check_digest(call, section(firewall))
        return firewall

    def around(self, call: ProxmoxCall) -> Surroundings:
        """What its rules may refer to; a group's, what the datacenter has."""
        cluster = call.lab.firewall("cluster")
        return Surroundings(self.env, cluster if self.env == "group" else self.get(call), cluster)


def check_digest(call: ProxmoxCall, rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise the 500 of rows that are no longer those the caller saw."""
    digest = call.text("digest")
    if digest and digest != digest_of(rows):
        raise ServerError("detected modified configuration - file changed by other user? Try again.")


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of one section, not of the file: a line for each property, as the recorded ones come out."""
    pairs = (pair for row in rows for pair in sorted(row.items()) if not isinstance(pair[1], dict))
    return sha1("".join(f"{key}:{int(value) if isinstance(value, bool) else value}\n" for key, value in pairs))


def with_digest(rows: list[Json]) -> list[Json]:
    """The rows of a section, each with the digest of all."""
    digest = digest_of(rows)
    return [{**row, "digest": digest} for row in rows]


def guest_scope(kind: str) -> FirewallScope:
    """The firewall of a container (`lxc`) or a VM (`qemu`)."""
    read, write = perm("/vms/{vmid}", "VM.Audit"), perm("/vms/{vmid}", "VM.Config.Network")
    base = f"/nodes/{{node}}/{kind}/{{vmid}}/firewall"
    return FirewallScope(base, lambda call: f"guest/{call.vmid}", read, write, "ct" if kind == "lxc" else "vm")


NODE = FirewallScope(
    "/nodes/{node}/firewall",
    lambda call: f"node/{call.node}",
    perm("/nodes/{node}", "Sys.Audit"),
    perm("/nodes/{node}", "Sys.Modify"),
    "host",
)
CLUSTER = FirewallScope("/cluster/firewall", lambda _: "cluster", perm("/", "Sys.Audit"), perm("/", "Sys.Modify"), "cluster")


def _group_file(call: ProxmoxCall) -> str:
    if call.text("group") not in call.lab.firewall("cluster").groups:
        raise ServerError(f"no such security group '{call.text('group')}'")
    return f"group/{call.text('group')}"


GROUP = FirewallScope("/cluster/firewall/groups/{group}", _group_file, CLUSTER.read, CLUSTER.write, "group")
