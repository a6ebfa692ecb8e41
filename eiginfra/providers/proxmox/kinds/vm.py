"""`proxmox.vm`: a virtual machine (KVM), a full or linked clone of a cloud-init template of the site."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, model_validator

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Observation, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties, encode_keys, with_mark, without_mac
from eiginfra.providers.proxmox.guests import findings, fitting, host_keys
from eiginfra.providers.proxmox.guests.config import (
    Config,
    given,
    settled,
    shared_changes,
    startup,
    volume_size,
)
from eiginfra.providers.proxmox.guests.devices import DEVICE, device_changes, device_number, gateway
from eiginfra.providers.proxmox.guests.kind import GuestKind
from eiginfra.providers.proxmox.guests.observe import ObservedGuest
from eiginfra.providers.proxmox.guests.spec import MIB, GuestSpec, Swap
from eiginfra.providers.proxmox.guests.survey import Reading
from eiginfra.providers.proxmox.guests.templates import Templates, drives

_NOTHING = Reading({}, {})


class VmSpec(GuestSpec):
    """A virtual machine."""

    image: Annotated[int, CREATE_ONLY, Field(ge=100)] = Field(description="The template's number")
    clone: Annotated[Literal["full", "linked"], CREATE_ONLY] = Field(
        default="full", description="A copy of the template's disk; or `linked`: it shares what it does not change with the template"
    )
    sockets: int | None = Field(
        default=None, ge=1, le=16, description="Processors, each with its `cores`. Unset: as the template, then left alone"
    )
    cpu: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        default=None, description="The type of processor it sees, e.g. x86-64-v2-AES or host. Unset: as the template, then left alone"
    )
    balloon: Swap | None = Field(
        default=None, description="The least memory it is left with when the server needs it, whole MiB; 0MiB: always all of it"
    )
    agent: bool | None = Field(default=None, description="Whether Proxmox speaks to an agent inside. Unset: made with, then left alone")
    user: Annotated[str | None, CREATE_ONLY] = Field(default=None, description="The user that cloud-init makes; unset: the template's")

    @property
    def usage(self) -> Usage:
        """Every socket has its cores."""
        return super().usage + Usage(cores=self.cores * ((self.sockets or 1) - 1))

    @property
    def template_guest(self) -> int:
        """Its image."""
        return self.image

    @property
    def linked(self) -> bool:
        """Whether it shares its template's disk."""
        return self.clone == "linked"

    @model_validator(mode="after")
    def _balloon_within(self) -> Self:
        if self.balloon is not None and self.balloon > self.memory:
            raise refusal("balloon-larger", balloon=self.balloon, memory=self.memory)
        return self


class VmKind(GuestKind[VmSpec]):
    """Virtual machines, found by their marker."""

    name = "proxmox.vm"
    spec = VmSpec
    title = "A virtual machine on Proxmox VE"
    type = "qemu"
    name_key = "name"
    default_cores = 1
    long_tasks = 3  # clone, resize, start
    restart_fields = frozenset({"cores", "sockets", "memory", "cpu", "agent", "dns", "address"})

    def observe(self, scope: Scope) -> Observation:
        """As all guests; and of VMs that somebody is to enter, the host keys that nobody knows yet."""
        seen = super().observe(scope)
        return replace(seen, objects=host_keys.told(self.api.client, seen.objects, scope))

    def waits(self, diff: FieldDiff) -> bool:
        """A balloon is blown up at once, but switched on or off with a restart."""
        return super().waits(diff) or (diff.field == "balloon" and "0MiB" in {diff.before, diff.after})

    def own_values(self, config: Config) -> dict[str, JsonValue]:
        """Processor, balloon, agent, and the address given to cloud-init."""
        number = device_number(config, self.api.client.settings)
        return {
            "sockets": int(config.get("sockets", 1)),
            "cpu": Properties.parse(str(config.get("cpu") or "kvm64"), "cputype").get("cputype"),
            "balloon": str(ByteSize(int(config["balloon"]) * MIB)) if "balloon" in config else None,
            "agent": Properties.parse(str(config.get("agent", "0")), "enabled").flag("enabled"),
            "address": Properties.parse(str(config.get(f"ipconfig{number}", ""))).get("ip"),
        }

    def disks(self, config: Config) -> dict[str, ByteSize]:
        """All disks, the first to boot from first; drives for CDs and cloud-init are none."""
        sizes = dict[str, ByteSize]()
        boot = Properties.parse(str(config.get("boot", ""))).get("order") or str(config.get("bootdisk", ""))
        order = boot.split(";")
        found = drives(config)
        for key in sorted(found, key=lambda key: (order.index(key) if key in order else len(order), key)):
            size = volume_size(found[key])
            if found[key].get("media") != "cdrom" and size is not None:
                sizes[key] = size
        return sizes

    def made_of(self, config: Config) -> dict[str, JsonValue]:
        """Also the user of cloud-init, and of a linked clone its template's number, which its disk's name has (but on LVM-thin)."""
        linked = (re.search(r"\bbase-(\d+)-disk-[^/]*/", str(config.get(key))) for key in drives(config))
        template = next((int(found[1]) for found in linked if found is not None), None)
        return {**super().made_of(config), "login": str(config["ciuser"]) if config.get("ciuser") else None, "template": template}

    def changes(self, spec: VmSpec, fields: set[str], reading: Reading) -> dict[str, Any]:
        """Processor, balloon, agent, network; the other parts of a value are kept, above all the MAC."""
        site, config = self.api.client.settings, reading.wanted
        number = device_number(config, site)
        params: dict[str, Any] = {}
        if "sockets" in fields:
            params["sockets"] = spec.sockets
        if "cpu" in fields:
            params["cpu"] = str(Properties.parse(str(config.get("cpu") or "kvm64"), "cputype").replace(cputype=spec.cpu))
        if "balloon" in fields:
            params["balloon"] = (spec.balloon or 0) // MIB
        if "agent" in fields:
            agent = Properties.parse(str(config.get("agent") or "enabled=0"), "enabled")
            params["agent"] = str(agent.replace(enabled=str(int(bool(spec.agent)))))
        if fields & set(DEVICE):
            device = Properties.parse(str(config.get(f"net{number}") or f"virtio,bridge={site.bridge}"), "model")
            params[f"net{number}"] = str(device.replace(**device_changes(spec, fields)))
        if "address" in fields:
            ipconfig = Properties.parse(str(config.get(f"ipconfig{number}", "")))
            params[f"ipconfig{number}"] = str(ipconfig.replace(ip=spec.address, gw=gateway(config, number, site)))
        return params

    def fitting(self, params: Mapping[str, Any], config: Config) -> dict[str, Any]:
        """Balloon and plugged-in processors."""
        return fitting.fitting(params, config)

    def remarks(self, seen: findings.GuestsSeen) -> Iterable[Finding]:
        """What changes with what is wanted; of VMs that are to be made: templates that are not there, or cannot be cloned as wanted."""
        standing = {observed.address: observed for observed in seen.objects}
        left = standing.keys() | findings.absent(seen).keys()
        templates = Templates(self.api.client, self.api.surveys.last(seen.scope.cohort))
        for resource in seen.scope.resources:
            spec = resource.spec
            if isinstance(spec, VmSpec) and spec.id is None and resource.address not in left and templates.sound(spec.image, self.disks):
                found = [*templates.remarks(spec.image, spec.disk, linked=spec.linked), *templates.extras(spec.image, self.disks)]
                yield from (findings.attributed(finding, resource) for finding in [*found, *templates.fitted(spec.image, _wanted(spec))])
            elif isinstance(spec, VmSpec) and isinstance(there := standing.get(resource.address), ObservedGuest):
                fitted = fitting.told(_wanted(spec), there.reading.wanted, there.vmid, template=False)
                yield from (findings.attributed(finding, resource) for finding in fitted)

    def further(self, cohort: str, new: Iterable[Resource]) -> Mapping[Address, Usage]:
        """The disks that a template has besides its first, and the cores of its further sockets."""
        survey, found = self.api.surveys.last(cohort), dict[Address, Usage]()
        for resource in new:
            spec = resource.spec
            if not isinstance(spec, VmSpec):
                continue
            for reading in survey.read([spec.image]).values():
                disks, sockets = list(self.disks(reading.running).values()), int(reading.running.get("sockets", 1))
                cores = 0 if spec.sockets else spec.cores * (sockets - 1)
                found[resource.address] = Usage(cores=cores, disk=ByteSize(sum(disks[1:])))
        return {address: usage for address, usage in found.items() if usage != Usage()}

    def make(self, spec: VmSpec) -> None:
        """Clone the template, on whichever node it is."""
        site, node = self.api.client.settings, str(spec.node)
        template = self.api.surveys.last(spec.cohort).guests.get(spec.image)
        if template is None:
            raise NotFoundError(f"proxmox: there is no VM template {spec.image} that the token sees; see `images` in the site file")
        with self.api.client.task_slot(node, site.disks):
            upid = self.api.client.clone_vm(template.node, spec.image, self.clone_params(spec, template.node))
            self.api.client.follow(upid, f"clone VM {spec.image} to {spec.id}")

    def clone_params(self, spec: VmSpec, source: str) -> dict[str, Any]:
        """The cloning request: `target` only if the template is on another node, a storage only for a full clone."""
        params = {
            "newid": spec.id,
            "name": spec.name,
            "pool": spec.pool,
            "description": with_mark(None, spec.mark),
            "full": int(not spec.linked),
            "storage": None if spec.linked else self.api.client.settings.disks,
            "target": spec.node if spec.node != source else None,
        }
        return {name: value for name, value in params.items() if value is not None}

    def inherited_tags(self, spec: VmSpec) -> tuple[str, ...]:
        """A clone has its template's tags."""
        template = self.api.surveys.last(spec.cohort).guests.get(spec.image)
        return template.tags if template else ()

    def configure(self, spec: VmSpec, standing: ObservedGuest | None) -> None:
        """All that a clone has from its template, and the size of its disk. A clone just made is as its template: it is not read."""
        node, vmid = (standing.node, standing.vmid) if standing else (str(spec.node), int(spec.id or 0))
        reading = standing.reading if standing else self._copy(spec)
        self.api.client.configure(node, self.type, vmid, self.first_params(spec, reading), reading.digest)
        self.grow(spec, {"disk"}, node, vmid, reading.wanted)

    def _copy(self, spec: VmSpec) -> Reading:
        """A clone's configuration as far as it is its template's: without a MAC, so that the server gives it one, and without a digest."""
        template = self.api.surveys.last(spec.cohort).read([spec.image]).get(spec.image, _NOTHING)
        config = {key: value for key, value in template.running.items() if key != "digest"}
        if "net0" in config:
            config["net0"] = without_mac(str(config["net0"]))
        return Reading(config, config)

    def first_devices(self, spec: VmSpec) -> Config:
        """Of the first change of a clone; its other devices are its template's."""
        return {"net0": self.first_params(spec, self._copy(spec))["net0"]}

    def first_params(self, spec: VmSpec, reading: Reading) -> dict[str, Any]:
        """What a clone is told before its first start; a network device that has a MAC keeps it."""
        site = self.api.client.settings
        net0 = Properties.parse(str(reading.wanted.get("net0") or "virtio"), "model").replace(bridge=site.bridge, firewall="1")
        fields = {"name", "cores", "memory", *given(spec, ("onboot", "protection"))}
        params: dict[str, Any] = {
            **shared_changes(spec, fields, self.name_key),
            **self.changes(spec, given(spec, ("sockets", "cpu", "balloon")), reading),
            "ipconfig0": str(Properties.parse("").replace(ip=spec.address, gw=gateway(reading.wanted, 0, site))),
            "startup": startup(spec, reading.wanted),
            "ciuser": spec.user,
            "sshkeys": encode_keys(spec.keys) or None,
            "nameserver": " ".join(map(str, site.dns if spec.dns is None else spec.dns)) or None,
            "net0": str(net0.replace(**device_changes(spec, given(spec, DEVICE)))),
            "agent": f"enabled={int(spec.agent is not False)}",
        }
        params = {name: value for name, value in params.items() if value is not None}
        # Whatever its template has plugged in, it has the cores that are asked for.
        gone = {"vcpus": None} if "vcpus" in reading.wanted else {}
        return params | settled({**self.fitting(params, reading.wanted), **gone}, reading.running)


def _wanted(spec: VmSpec) -> dict[str, int]:
    """What is asked for of the options that must fit one another."""
    amounts = {"memory": spec.memory // MIB, "balloon": None if spec.balloon is None else spec.balloon // MIB}
    return {name: value for name, value in {**amounts, "cores": spec.cores, "sockets": spec.sockets}.items() if value is not None}
