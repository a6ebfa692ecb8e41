"""What a change of a guest asks of the token, and the same change as an administrator's command.

Facts: tried with single privileges on 9.1, and with the documented ones on 9.2. A device that changes its bridge needs the right to both.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.providers.proxmox.client import GuestType
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.config import Config, settled
from eiginfra.providers.proxmox.guests.snapshots import HARMLESS
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.guests.survey import Listed, Reading
from eiginfra.providers.proxmox.kind import WHOLE, Needs
from eiginfra.providers.proxmox.permissions import MODIFY, Permissions, Right, right
from eiginfra.providers.proxmox.privileges import SEE, SPACE
from eiginfra.providers.proxmox.settings import ProxmoxSettings

_NETWORK, _OPTIONS, _DISK = ("VM.Config.Network",), ("VM.Config.Options",), ("VM.Config.Disk",)
_CLOUD_INIT = ("VM.Config.Cloudinit", "VM.Config.Network")
_MAKING = ("VM.Allocate", "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options")
_SHARED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("cores", "sockets", "cpu"), (("VM.Config.CPU",),)),
    **dict.fromkeys(("memory", "swap", "balloon"), (("VM.Config.Memory",),)),
    **dict.fromkeys(("bridge", "vlan", "rate", "firewall", "name", "address", "dns"), (_NETWORK,)),
    **dict.fromkeys(("tags", "onboot", "order", "protection", "agent", "remove_after", "mark"), (_OPTIONS,)),
    **dict.fromkeys(("disk", "mounts"), (_DISK,)),
    "nesting": (_OPTIONS, ("VM.Allocate",)),
    "state": (("VM.PowerMgmt",),),
}
FIELDS: Mapping[GuestType, Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "lxc": {**_SHARED, "disk": (_DISK, _OPTIONS)},
    "qemu": {**_SHARED, "name": (_OPTIONS,), **dict.fromkeys(("address", "dns"), (_CLOUD_INIT,))},
}
"""The privileges that a field asks for on the guest: one of each."""
_DEVICE = re.compile(r"net\d+")


class GuestRights:
    """Of one guest. there: as it was listed, None if it is to be made."""

    def __init__(self, site: ProxmoxSettings, allowed: Permissions, kind: GuestType, there: Listed | None) -> None:
        self._site, self._allowed, self._kind, self._there = site, allowed, kind, there

    def creation(self, spec: GuestSpec, template: Listed | None, copied: Config, devices: Config) -> Needs:
        """To make it. template: of a VM; copied: its configuration. devices: the network devices that the guest gets."""
        site = self._site
        wanted = [*_MAKING, *([] if spec.state == "stopped" else ["VM.PowerMgmt"])]
        yield from ((WHOLE, right(f"/vms/{spec.id}", name, pool=spec.pool)) for name in wanted)
        yield WHOLE, right(f"/storage/{site.disks}", SPACE)
        if spec.template_volume is not None:
            yield WHOLE, right(f"/storage/{spec.template_volume.partition(':')[0]}", SPACE, SEE)
        if spec.template_guest is not None:
            yield WHOLE, right(f"/vms/{spec.template_guest}", "VM.Clone", pool=None if template is None else template.pool)
        yield from ((WHOLE, bridge) for bridge in self._bridges(copied, devices))

    def update(self, spec: GuestSpec, change: Change, params: Mapping[str, Any], config: Config) -> Needs:
        """To change it. params: what would be sent of its configuration, whose network devices change by the labels of `change`."""
        before = None if self._there is None else self._there.pool
        labels = {diff.label: diff for diff in change.diffs}
        moving = [*self._moving(spec, before)] if "pool" in labels else []
        yield from (("pool", wanted) for wanted in moving)
        pool = spec.pool if moving and all(map(self._allowed.allow, moving)) else before

        def here(*any_of: str) -> Right:
            return right(f"/vms/{change.handle['vmid']}", *any_of, pool=pool)

        for label, diff in labels.items():
            yield from ((label, here(*any_of)) for any_of in FIELDS[self._kind].get(diff.field, ()))
            if _grows(diff):
                yield label, right(f"/storage/{self._site.disks}", SPACE)
            if spec.snapshot and diff.field not in HARMLESS:
                yield label, here("VM.Snapshot")
        devices = {key: value for key, value in params.items() if _DEVICE.fullmatch(key)}
        asking = [label for label in labels if label in {"bridge", "vlan", "rate", "firewall", "address"}]
        if devices and asking:
            former = {key: config[key] for key in devices if key in config}
            yield from ((label, bridge) for bridge in self._bridges(former, devices) for label in asking)
        if change.marked is False:
            yield WHOLE, here(*_OPTIONS)
        if change.restart is not None:
            yield WHOLE, here("VM.PowerMgmt")

    def leaving(self, change: Change) -> Needs:
        """To take a step of its decommission."""
        pool = None if self._there is None else self._there.pool
        names = ("VM.Allocate",) if change.action is Action.DELETE else ("VM.PowerMgmt", "VM.Backup", "VM.Config.Options")
        yield from ((WHOLE, right(f"/vms/{change.handle['vmid']}", name, pool=pool)) for name in names)
        if change.action is not Action.DELETE:
            yield WHOLE, right(f"/storage/{self._site.backups}", SPACE)

    def _moving(self, spec: GuestSpec, before: str | None) -> Iterator[Right]:
        """To put it into another pool: the pools' owner, and who may change the guest's own entries."""
        if self._there is not None:
            yield right(f"/vms/{self._there.vmid}", MODIFY, "VM.Allocate", pool=before)
        yield from (right(f"/pool/{name}", "Pool.Allocate") for name in (before, spec.pool) if name)

    def _bridges(self, *configs: Config) -> Iterable[Right]:
        """To connect its devices, and to disconnect them from where they are."""
        devices = [Properties.parse(str(config[key]), "model") for config in configs for key in config if _DEVICE.fullmatch(key)]
        found = [self._allowed.bridge(bridge, device.get("tag")) for device in devices if (bridge := device.get("bridge"))]
        return dict.fromkeys(found)


def reserved_tags(tags: Iterable[str], options: Mapping[str, Any]) -> list[str]:
    """Those of the tags that only administrators may set or take away, by the datacenter's options as far as the token sees them."""
    access, registered = options.get("user-tag-access"), options.get("registered-tags") or ()
    free = not isinstance(access, Mapping) or access.get("user-allow", "free") == "free"
    kept = set(re.split(r"[;, ]+", registered) if isinstance(registered, str) else registered)
    allowed = set(options.get("allowed-tags") or ())
    return sorted(tag for tag in tags if tag in kept or not (free or tag in allowed))


def _grows(diff: FieldDiff) -> bool:
    """Whether a disk is added, or made larger."""
    return diff.field == "disk" or (diff.field == "mounts" and not diff.removes)


def command(there: Listed, pool: str | None, params: Mapping[str, Any], reading: Reading) -> str | None:
    """What an administrator types: into the pool (None: it stays where it is), and its configuration."""
    commands = [] if pool is None else [["/pools", "--poolid", pool, "--vms", str(there.vmid), "--allow-move", "1"]]
    options = [f"--{name}={value}" for name, value in settled(params, reading.running).items()]
    commands += [[f"/nodes/{there.node}/{there.type}/{there.vmid}/config", *options]] if options else []
    return " && ".join(shlex.join(["pvesh", "set", *words]) for words in commands) or None


def configured(labels: Collection[str], sizes: Collection[str] = ("disk", "mounts", "state")) -> bool:
    """Whether all of these labels are options of the configuration, or the pool: what else there is takes more than a command."""
    return all(label.partition("[")[0] not in {*sizes, WHOLE, "remove_after", "mark"} for label in labels)
