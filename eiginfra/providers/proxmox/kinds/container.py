"""`proxmox.container`: a Linux container (LXC), made from a template of the site."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, JsonValue

from eiginfra.core.change import FieldDiff, label
from eiginfra.core.finding import Finding, notice
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Rules
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties, flag, print_keys, with_mark
from eiginfra.providers.proxmox.guests import features, mounts
from eiginfra.providers.proxmox.guests.config import Config, given, startup, volume_size
from eiginfra.providers.proxmox.guests.devices import DEVICE, device_changes, device_number, gateway
from eiginfra.providers.proxmox.guests.findings import GuestsSeen, attributed
from eiginfra.providers.proxmox.guests.kind import GuestKind
from eiginfra.providers.proxmox.guests.mounts import MountPoint
from eiginfra.providers.proxmox.guests.spec import GIB, MIB, GuestSpec, Swap
from eiginfra.providers.proxmox.guests.survey import Reading

_NOTHING = Reading({}, {})
Feature = Annotated[str, Field(pattern=r"^(?:keyctl|fuse|mknod|force_rw_sys|mount=[a-z0-9_;]+)$")]


class ContainerSpec(GuestSpec):
    """A container."""

    image: Annotated[str, CREATE_ONLY, Field(pattern=r"^[^:\s]+:vztmpl/\S+$")] = Field(description="The template's volume")
    swap: Swap | None = Field(default=None, description="Swap, whole MiB; counts as memory. Unset: made without, then left alone")
    mounts: Annotated[tuple[MountPoint, ...] | None, Rules(entries="path")] = Field(
        default=None, description="Further volumes, by their path"
    )
    unprivileged: Annotated[bool | None, IMMUTABLE] = Field(default=None, description="Unset: made unprivileged")
    nesting: bool | None = Field(default=None, description="Allow containers inside, as Docker needs them")
    features: Annotated[tuple[Feature, ...], CREATE_ONLY] = Field(
        default=(), description="What only root may switch on, e.g. keyctl: looked at, never set; a finding says the command"
    )

    @property
    def usage(self) -> Usage:
        """Swap counts as memory, mount points count as disk."""
        return super().usage + Usage(memory=self.swap or ByteSize(0), disk=ByteSize(sum(mount.size for mount in self.mounts or ())))

    @property
    def volumes(self) -> Mapping[str, ByteSize]:
        """The root disk and the mount points."""
        return {**super().volumes, **{label("mounts", mount.path): mount.size for mount in self.mounts or ()}}

    @property
    def template_volume(self) -> str:
        """Its image."""
        return self.image


class ContainerKind(GuestKind[ContainerSpec]):
    """Containers, found by their marker."""

    name = "proxmox.container"
    spec = ContainerSpec
    title = "A container on Proxmox VE"
    type = "lxc"
    name_key = "hostname"
    shell = "pct exec {} --"
    long_tasks = 2  # create, start
    restart_fields = frozenset({"dns", "nesting"})

    def waits(self, diff: FieldDiff) -> bool:
        """A mount point is added at once and taken off with a restart."""
        return super().waits(diff) or (diff.field == "mounts" and diff.removes)

    def own_values(self, config: Config) -> dict[str, JsonValue]:
        """Swap, mount points, features and the address."""
        device = f"net{device_number(config, self.api.client.settings)}"
        return {
            "swap": str(ByteSize(int(config.get("swap", 0)) * MIB)),
            "mounts": mounts.values(config),
            "unprivileged": flag(config.get("unprivileged", 0)),
            "nesting": Properties.parse(str(config.get("features", ""))).flag("nesting"),
            "address": Properties.parse(str(config.get(device, ""))).get("ip"),
        }

    def disks(self, config: Config) -> dict[str, ByteSize]:
        """Root disk and mount points; those without a size (a host's folder) take nothing."""
        root = volume_size(Properties.parse(str(config.get("rootfs", "")), "volume"))
        return ({} if root is None else {"rootfs": root}) | {key: size for key, (_, size) in mounts.volumes(config).items()}

    def changes(self, spec: ContainerSpec, fields: set[str], reading: Reading) -> dict[str, Any]:
        """Swap, mounts, features, network; the rest of features and network device is kept, above all the MAC."""
        config = reading.wanted
        params: dict[str, Any] = {}
        if "swap" in fields:
            params["swap"] = (spec.swap or 0) // MIB
        if "nesting" in fields:
            params["features"] = str(Properties.parse(str(config.get("features", ""))).replace(nesting=str(int(bool(spec.nesting)))))
        if "address" in fields or fields & set(DEVICE):
            number = device_number(config, self.api.client.settings)
            params[f"net{number}"] = str(self._network(spec, fields, config, number))
        if "mounts" in fields:
            params |= mounts.additions(spec.mounts or (), self.api.client.settings.disks, reading)
            params |= dict.fromkeys(mounts.removals(spec.mounts or (), config))
        return params

    def growths(self, spec: ContainerSpec, fields: set[str], config: Config) -> dict[str, str]:
        """Root disk and mount points."""
        more = mounts.growths(spec.mounts or (), config) if "mounts" in fields else {}
        return super().growths(spec, fields, config) | more

    def _network(self, spec: ContainerSpec, fields: set[str], config: Config, number: int) -> Properties:
        """The network device, from what is written of it."""
        site = self.api.client.settings
        written = str(config.get(f"net{number}") or f"name=eth{number},bridge={site.bridge},firewall=1")
        device = Properties.parse(written).replace(**device_changes(spec, fields))
        return device.replace(ip=spec.address, gw=gateway(config, number, site)) if "address" in fields else device

    def remarks(self, seen: GuestsSeen) -> Iterable[Finding]:
        """Features that only root may switch on."""
        standing = {observed.address: observed for observed in seen.objects}
        for resource in seen.scope.resources:
            spec, observed = resource.spec, standing.get(resource.address)
            if not isinstance(spec, ContainerSpec) or observed is None:
                continue
            vmid = int(str(observed.handle["vmid"]))
            config = seen.readings[vmid].wanted
            if missing := features.lacking(spec.features, config):
                where, what = observed.handle["node"], features.command(vmid, missing, config)
                yield attributed(
                    notice("feature-for-root", id=vmid, features=missing, node=where, command=what, field="features"), resource
                )

    def first_devices(self, spec: ContainerSpec) -> Config:
        """Of the creating request."""
        return {"net0": str(self._network(spec, {"address", *given(spec, DEVICE)}, {}, 0))}

    def make(self, spec: ContainerSpec) -> None:
        """One request makes it: the server finishes what it began even if this process is killed."""
        site, node = self.api.client.settings, str(spec.node)
        with self.api.client.task_slot(node, site.disks):
            upid = self.api.client.create_container(node, self.create_params(spec))
            self.api.client.follow(upid, f"create container {spec.id}")

    def create_params(self, spec: ContainerSpec) -> dict[str, Any]:
        """The creating request: all but the tags, which would ask for VM.Config.Options on /vms there, and the start.

        With `start=1` another task begins when this one has ended: it holds the container's lock, and nobody is told how it ends.
        """
        site = self.api.client.settings
        params = {
            "vmid": spec.id,
            "ostemplate": spec.image,
            "hostname": spec.name,
            "pool": spec.pool,
            "description": with_mark(None, spec.mark),
            "cores": spec.cores,
            "memory": spec.memory // MIB,
            "swap": (spec.swap or 0) // MIB,
            "rootfs": f"{site.disks}:{spec.disk // GIB}",
            **mounts.additions(spec.mounts or (), site.disks, _NOTHING),
            **self.first_devices(spec),
            "nameserver": " ".join(map(str, site.dns if spec.dns is None else spec.dns)) or None,
            "ssh-public-keys": print_keys(spec.keys) or None,
            "unprivileged": int(spec.unprivileged is not False),
            "features": "nesting=1" if spec.nesting else None,  # written out as 0, it is refused to every token
            "onboot": None if spec.onboot is None else int(spec.onboot),
            "startup": startup(spec, {}),
            "protection": None if spec.protection is None else int(spec.protection),
        }
        return {name: value for name, value in params.items() if value is not None}
