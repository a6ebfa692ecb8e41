"""The fields that containers and VMs have in common, as playbooks write them."""

from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Interface, ip_address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Resource
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec
from eiginfra.core.usage import Usage
from eiginfra.core.values import UNITS, ByteSize
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.codec import parse_tags
from eiginfra.providers.proxmox.fields import PoolId, address_form, tag_form

MIB, GIB = UNITS["MiB"], UNITS["GiB"]
_PART = r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?"


def _whole(unit: str, least: int) -> AfterValidator:
    def check(size: ByteSize) -> ByteSize:
        if size % UNITS[unit] or size < least * UNITS[unit]:
            raise refusal("size-not-whole", size=size, unit=unit, least=f"{least}{unit}")
        return size

    return AfterValidator(check)


def _interface(text: str) -> str:
    return str(IPv4Interface(text))


def _server(text: str) -> str:
    return str(ip_address(text))


Mark = Annotated[str, Field(pattern=rf"^{_PART}/{_PART}/{_PART}$", examples=["eig3/adler/web"])]
Memory = Annotated[ByteSize, _whole("MiB", 16)]
Swap = Annotated[ByteSize, _whole("MiB", 0)]
Disk = Annotated[ByteSize, _whole("GiB", 1)]


class GuestSpec(Spec):
    """A container or a VM. It is found again by its marker, a line in its description."""

    mark: Mark = Field(description="COHORT/TEAM/MACHINE: what shows that the guest is ours")
    name: Annotated[str, rules.DNS_NAME] = Field(description="Its host name")
    pool: PoolId = Field(description="The pool it stands in")
    cores: int = Field(ge=1, le=8192, description="Processor cores")
    memory: Memory = Field(description="Main memory, whole MiB")
    disk: Disk = Field(description="Its root disk, whole GiB; grows, never shrinks")
    keys: Annotated[tuple[str, ...], CREATE_ONLY] = Field(default=(), description="SSH keys put into it when it is made")
    bridge: Annotated[str, rules.BRIDGE] | None = Field(
        default=None, description="The bridge of its network device. Unset: made on the site's, then left alone"
    )
    vlan: int | None = Field(default=None, ge=0, le=4094, description="The VLAN of its network device; 0: none")
    rate: int | None = Field(default=None, ge=0, description="The most its network device may send, MB a second; 0: no limit")
    firewall: bool | None = Field(default=None, description="Whether the firewall's rules hold for its network device. Unset: made with")
    dns: Annotated[tuple[Annotated[str, AfterValidator(_server)], ...] | None, Rules(normalise=address_form)] = Field(
        default=None, description="Its name servers. Unset: made with the site's, then left alone"
    )
    state: Annotated[Literal["running", "stopped"] | None, Rules(harm=("stopped", "machine-stopped"))] = Field(
        default=None, description="Unset: started once when made, then left alone"
    )
    protection: bool | None = Field(default=None, description="Refuse to remove it")
    snapshot: Annotated[bool | None, Rules(write_only=True)] = Field(default=None, description="Take a snapshot before risky changes")
    onboot: bool | None = Field(default=None, description="Start it with the server")
    order: int | None = Field(default=None, ge=0, description="Its place when the server starts and stops guests")
    tags: Annotated[tuple[Annotated[str, rules.TAG], ...], Rules(unordered=True, normalise=tag_form)] = Field(
        default=(), description="For people; when not written: eiginfra, the cohort, the team"
    )
    id: Annotated[int | None, Rules(immutable=True, assigned=True)] = Field(
        default=None, ge=100, description="Its number; written only to adopt a guest that exists"
    )
    node: Annotated[str | None, Rules(create_only=True, assigned=True)] = Field(default=None, description="Where it is made; assigned")
    address: Annotated[str | None, AfterValidator(lambda text: text and _interface(text)), Rules(assigned=True, normalise=address_form)] = (
        Field(default=None, description="Its address with the network's length; assigned by its number")
    )
    remove_after: Annotated[date | None, Rules(assigned=True)] = Field(
        default=None, description="The day after which it is removed, once it has left the inventory; taken off when it is wanted again"
    )

    @model_validator(mode="before")
    @classmethod
    def _tags(cls, data: Any) -> Any:
        """Tags as the server stores them; from the marker when there are none."""
        if not isinstance(data, dict):
            return data
        tags = data.get("tags")
        if tags is None:
            cohort, _, rest = str(data.get("mark", "")).partition("/")
            tags = ["eiginfra", cohort, rest.partition("/")[0]]
        if isinstance(tags, list | tuple) and all(isinstance(tag, str) for tag in tags):
            return {**data, "tags": parse_tags(" ".join(tags)) if all(tags) else tags}
        return data

    @property
    def cohort(self) -> str:
        """The cohort in the marker."""
        return self.mark.split("/")[0]

    @property
    def team(self) -> str:
        """The team in the marker."""
        return self.mark.split("/")[1]

    @property
    def usage(self) -> Usage:
        """What it takes, running or not."""
        return Usage(machines=1, cores=self.cores, memory=self.memory, disk=self.disk)

    @property
    def volumes(self) -> Mapping[str, ByteSize]:
        """The sizes of its disks, by the label of a difference."""
        return {"disk": self.disk}

    @property
    def template_volume(self) -> str | None:
        """The volume that it is unpacked from; None of a clone."""
        return None

    @property
    def template_guest(self) -> int | None:
        """The number of the guest that it is a clone of; None of what is unpacked."""
        return None

    @property
    def linked(self) -> bool:
        """Whether it shares its template's disk."""
        return False


def guest_spec(resource: Resource) -> GuestSpec:
    """The spec of a guest's resource. Raises TypeError for any other's."""
    if not isinstance(resource.spec, GuestSpec):
        raise TypeError(f"{resource.address} is no guest")
    return resource.spec
