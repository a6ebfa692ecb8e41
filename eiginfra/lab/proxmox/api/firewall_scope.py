"""The firewalls there are (of guests, nodes, security groups, the datacenter), and the digest of what they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.routing import ProxmoxCall, Rule, perm
from eiginfra.lab.proxmox.state import FirewallRecord, Json, sha1

NAME = r"re=[A-Za-z][A-Za-z0-9\-\_]+"
DIGEST = "digest: str len=..64"
NAMED = f"name!: str len=2..64 {NAME}"
RENAME = f"rename: str len=2..64 {NAME}"


@dataclass(frozen=True)
class FirewallScope:
    """A firewall's scope: its paths, its file, and who may read and write it."""

    base: str
    file: Callable[[ProxmoxCall], str]
    read: Rule
    write: Rule

    def get(self, call: ProxmoxCall) -> FirewallRecord:
        """The firewall file."""
        return call.lab.firewall(self.file(call))

    def edit(self, call: ProxmoxCall, section: Callable[[FirewallRecord], list[Json]]) -> FirewallRecord:
        """The same, once the digest of the section that is changed is checked."""
        firewall = self.get(call)
        digest = call.text("digest")
        if digest and digest != digest_of(section(firewall)):
            raise ServerError("detected modified configuration - file changed by other user? Try again.")
        return firewall


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of one section, not of the file: a line for each property, as the recorded ones come out."""
    pairs = (pair for row in rows for pair in sorted(row.items()))
    return sha1("".join(f"{key}:{int(value) if isinstance(value, bool) else value}\n" for key, value in pairs))


def guest_scope(kind: str) -> FirewallScope:
    """The firewall of a container (`lxc`) or a VM (`qemu`)."""
    read, write = perm("/vms/{vmid}", "VM.Audit"), perm("/vms/{vmid}", "VM.Config.Network")
    return FirewallScope(f"/nodes/{{node}}/{kind}/{{vmid}}/firewall", lambda call: f"guest/{call.vmid}", read, write)


NODE = FirewallScope(
    "/nodes/{node}/firewall", lambda call: f"node/{call.node}", perm("/nodes/{node}", "Sys.Audit"), perm("/nodes/{node}", "Sys.Modify")
)
CLUSTER = FirewallScope("/cluster/firewall", lambda _: "cluster", perm("/", "Sys.Audit"), perm("/", "Sys.Modify"))
GROUP = FirewallScope("/cluster/firewall/groups/{group}", lambda call: f"group/{call.text('group')}", CLUSTER.read, CLUSTER.write)
