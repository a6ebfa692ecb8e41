"""`proxmox.container`: a Linux container (LXC), unprivileged, made from a template of the site."""

from typing import Annotated, Any

from pydantic import Field, JsonValue

from eiginfra.core.spec import CREATE_ONLY
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties, print_keys, print_tags, with_mark
from eiginfra.providers.proxmox.kinds.guests import GuestKind
from eiginfra.providers.proxmox.kinds.reading import Config, ObservedGuest, volume_size
from eiginfra.providers.proxmox.kinds.specs import GIB, MIB, GuestSpec, Swap


class ContainerSpec(GuestSpec):
    """A container."""

    image: Annotated[str, CREATE_ONLY, Field(pattern=r"^[^:\s]+:vztmpl/\S+$")] = Field(description="The template's volume")
    swap: Swap | None = Field(default=None, description="Swap, whole MiB; counts as memory. Unset: made without, then left alone")
    nesting: bool | None = Field(default=None, description="Allow containers inside, as Docker needs them")


class ContainerKind(GuestKind[ContainerSpec]):
    """Containers, found by their mark."""

    name = "proxmox.container"
    spec = ContainerSpec
    title = "A container on Proxmox VE"
    type = "lxc"
    name_key = "hostname"

    def usage(self, spec: ContainerSpec) -> Usage:
        """Swap counts as memory."""
        return super().usage(spec) + Usage(memory=spec.swap or ByteSize(0))

    def own_values(self, config: Config) -> dict[str, JsonValue]:
        """Swap, features and the address of the first network device."""
        return {
            "swap": str(ByteSize(int(config.get("swap", 0)) * MIB)),
            "nesting": Properties.parse(str(config.get("features", ""))).flag("nesting"),
            "address": Properties.parse(str(config.get("net0", ""))).get("ip"),
        }

    def disks(self, config: Config) -> dict[str, ByteSize]:
        """Root disk and mount points; those without a size (a host's folder) take nothing."""
        keys = ["rootfs", *sorted(key for key in config if key.startswith("mp") and key[2:].isdigit())]
        sizes = {key: volume_size(Properties.parse(str(config[key]), "volume")) for key in keys if key in config}
        return {key: size for key, size in sizes.items() if size is not None}

    def changes(self, spec: ContainerSpec, fields: set[str], config: Config) -> dict[str, Any]:
        """Swap, features, address; what else stands in features and network device is kept, the MAC above all."""
        params: dict[str, Any] = {}
        if "swap" in fields:
            params["swap"] = (spec.swap or 0) // MIB
        if "nesting" in fields:
            params["features"] = str(Properties.parse(str(config.get("features", ""))).replace(nesting=str(int(bool(spec.nesting)))))
        if "address" in fields:
            params["net0"] = str(self._network(spec, config))
        return params

    def _network(self, spec: ContainerSpec, config: Config) -> Properties:
        site = self._client.settings
        net0 = Properties.parse(str(config.get("net0") or f"name=eth0,bridge={site.bridge},firewall=1"))
        return net0.replace(ip=spec.address, gw=str(site.gateway))

    def make(self, spec: ContainerSpec) -> None:
        """One request makes and starts it: the server finishes what it began even if this process is killed."""
        site, node = self._client.settings, str(spec.node)
        with self._client.room(node, site.disks):
            upid = self._client.create_container(node, self.create_params(spec))
            self._client.follow(upid, f"create container {spec.id}")

    def create_params(self, spec: ContainerSpec) -> dict[str, Any]:
        """The creating request: all but the tags, which would ask for VM.Config.Options on /vms there."""
        site = self._client.settings
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
            "net0": str(self._network(spec, {})),
            "nameserver": " ".join(map(str, site.dns)) or None,
            "ssh-public-keys": print_keys(spec.keys) or None,
            "unprivileged": 1,
            "features": "nesting=1" if spec.nesting else None,  # written out as 0, it is refused to every token
            "onboot": None if spec.onboot is None else int(spec.onboot),
            "protection": None if spec.protection is None else int(spec.protection),
            "start": int(spec.state != "stopped"),
        }
        return {name: value for name, value in params.items() if value is not None}

    def finish(self, spec: ContainerSpec, standing: ObservedGuest | None) -> None:
        """The tags; and a start, if the making task broke off before it."""
        node, vmid = (standing.node, standing.vmid) if standing else (str(spec.node), int(spec.id or 0))
        if standing and standing.values["state"] == "stopped" and spec.state != "stopped":
            self._client.power(node, self.type, vmid, "start")
        if spec.tags:
            self._client.configure(node, self.type, vmid, {"tags": print_tags(spec.tags)})
