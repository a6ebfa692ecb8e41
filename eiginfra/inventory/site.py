"""The site: the contents of `infra/*.yml`, which say where things are made and with what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from eiginfra.core.refusal import refusal
from eiginfra.core.server_rule import BRIDGE, REALM, STORAGE
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.inventory.document import Document
from eiginfra.inventory.durations import Interval
from eiginfra.inventory.fields import (
    LOGIN,
    Code,
    Day,
    Disk,
    GroupPath,
    HostName,
    Hours,
    KindName,
    Listen,
    Matching,
    Memory,
    Proxy,
    Title,
    TokenId,
    Url,
    Username,
)
from eiginfra.inventory.file_model import MOST, FileModel
from eiginfra.inventory.model import Machine
from eiginfra.inventory.patterns import ADDRESS, SchemaPattern, networks
from eiginfra.inventory.site_fields import RangeField, SecretField
from eiginfra.inventory.site_gateway import GatewaySite, MachinesSite


class SignIn(FileModel):
    """How people sign in to GitLab, where not with a password of GitLab's own: what new accounts are tied to."""

    provider: Annotated[str, Matching(r"[A-Za-z0-9_-]{1,60}", "provider")] = Field(
        description="Its name in GitLab's configuration: openid_connect, saml"
    )
    uid: Literal["email", "username"] = Field(description="What it gives as a person's ID (OpenID: sub, SAML: NameID)")


class GitLabSite(FileModel):
    """A GitLab. `root_group` is a fence: eiginfra touches nothing outside it."""

    url: Url = Field(description="Without /api/v4")
    token: SecretField = Field(description="Where its API token is kept")
    root_group: GroupPath = Field(description="The full path of a group that exists; nothing outside it is touched")
    accounts: Literal["create", "invite", "require"] = Field(
        default="require", description="Create missing accounts, invite people by e-mail, or insist that the accounts exist"
    )
    identity: SignIn | None = Field(default=None, description="With accounts: create, where people sign in by OpenID or SAML")
    ca: Path | None = Field(default=None, description="Certificates to trust instead of the system's (PEM)")
    proxy: Proxy | None = Field(default=None, description="The HTTP proxy to it, or none; the environment's if absent")
    keep: tuple[Username, ...] = Field(default=(), max_length=MOST, description="Accounts that are never touched")


class Storage(FileModel):
    """Which storage holds what."""

    disks: Annotated[str, STORAGE] = Field(description="Disks of containers and VMs")
    templates: Annotated[str, STORAGE] = Field(default="local", description="Container templates")
    backups: Annotated[str, STORAGE] = Field(default="local", description="Backups")


def _plain_network(value: object) -> object:
    """Refuses what is a network to Python and is not written as one here: `192.168.0.0/255.255.255.0`."""
    if not (isinstance(value, str) and re.fullmatch(_NETWORKS, value)):
        raise PydanticCustomError("ip_v4_network", "Input is not a valid IPv4 network")
    return value


_NETWORKS = networks(0)
Ipv4 = Annotated[IPv4Address, SchemaPattern(ADDRESS)]
Subnet = Annotated[IPv4Network, BeforeValidator(_plain_network, json_schema_input_type=Annotated[str, SchemaPattern(_NETWORKS)])]


class Network(FileModel):
    """The private bridge of the guests; the address of guest N is the network's address + N."""

    bridge: Annotated[str, BRIDGE] = Field(description="The bridge on every node, e.g. vmbr1")
    subnet: Subnet = Field(description="Its network, e.g. 192.168.0.0/24")
    gateway: Ipv4 = Field(description="The guests' default route")
    dns: tuple[Ipv4, ...] = Field(default=(), max_length=10, description="The guests' name servers")
    ids: RangeField = Field(description="IDs of guests, e.g. 100-250; the address of guest N is the network's + N")

    def address(self, number: int) -> IPv4Address:
        """The address of the guest with that ID."""
        return self.subnet.network_address + number

    @model_validator(mode="after")
    def _range_fits(self) -> Self:
        if self.gateway not in self.subnet:
            raise refusal("gateway-outside", gateway=str(self.gateway), subnet=str(self.subnet))
        gateway = int(self.gateway) - int(self.subnet.network_address)
        if gateway in self.ids:
            raise refusal("gateway-in-range", ids=str(self.ids), gateway=str(self.gateway), number=gateway)
        largest = self.subnet.num_addresses - 2
        if self.ids.first < 100 or self.ids.last > largest:
            raise refusal("range-leaves-subnet", ids=str(self.ids), largest=largest, subnet=str(self.subnet))
        return self


class TaskLimits(FileModel):
    """How many tasks may run at once, per node and per storage."""

    node: int = Field(default=4, ge=1, le=100, description="At once on a node")
    storage: int = Field(default=4, ge=1, le=100, description="At once on a storage")


class ProxmoxSite(FileModel):
    """A Proxmox VE cluster or single node."""

    url: Url = Field(description="With its port, without /api2/json")
    token_id: TokenId = Field(description="user@realm!name")
    token: SecretField = Field(description="Where the token's secret is kept")
    ca: Path | None = Field(default=None, description="Certificates to trust instead of the system's (PEM)")
    proxy: Proxy | None = Field(default=None, description="The HTTP proxy to it, or none; the environment's if absent")
    nodes: tuple[HostName, ...] = Field(min_length=1, max_length=MOST, description="The nodes that guests are made on")
    storage: Storage
    network: Network
    realm: Annotated[str, REALM] = Field(default="pve", description="Where the teams' accounts live")
    limits: TaskLimits = Field(default=TaskLimits(), description="Parallel tasks")
    overcommit: int = Field(default=4, ge=1, le=1000, description="How many times a node's cores may be promised to its guests")
    restart_window: Hours | None = Field(default=None, description="When waiting restarts may happen, e.g. 03:00-05:00")


class Size(FileModel):
    """A named size of machines."""

    cores: int = Field(ge=1, le=8192, description="CPU cores")
    memory: Memory = Field(description="Whole MiB or GiB")
    disk: Disk = Field(description="The root disk, in whole GiB")
    privileged: bool = Field(default=False, description="Only for teams that cohort.yml grants it")


class Image(FileModel):
    """What a machine is made from: a container template's volume, a VM template's ID, or both."""

    container: Title | None = Field(default=None, description="The volume of a container template")
    vm: int | None = Field(default=None, ge=100, le=999_999_999, description="The ID of a VM template with cloud-init")
    user: Annotated[str, LOGIN] | None = Field(default=None, description="The user that cloud-init makes in VMs, e.g. debian")

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.container is None and self.vm is None:
            raise refusal("empty-image")
        return self


class PagesFolders(FileModel):
    """Where the loop keeps the cohort's pages up to date, and how often."""

    internal: Path | None = Field(default=None, description="The folder of the pages for the cohort's people")
    public: Path | None = Field(default=None, description="The folder of the pages for everybody")
    every: Interval = Field(
        default=timedelta(hours=1), description="From one refresh to the next, at least, e.g. 1h", json_schema_extra={"default": "1h"}
    )


class ReconcileSite(FileModel):
    """Policy of `eiginfra reconcile`: how often it looks, what it may heal, who is told."""

    interval: Interval = Field(
        default=timedelta(minutes=10), description="From one round to the next, e.g. 10m", json_schema_extra={"default": "10m"}
    )
    policy: dict[KindName, Literal["heal", "alert", "ignore"]] = Field(
        default={}, max_length=MOST, description="By kind: whether its drift is healed (the default), only told, or not even told"
    )
    ignore: dict[KindName, Annotated[tuple[Title, ...], Field(max_length=MOST)]] = Field(
        default={}, max_length=MOST, description="By kind: fields whose drift is nobody's business"
    )
    heals_per_hour: int = Field(default=20, ge=0, le=1_000_000, description="The most resources that are healed in any hour")
    pending_after: Interval = Field(
        default=timedelta(hours=4),
        description="How long what was merged may wait for an apply before it is told, e.g. 4h",
        json_schema_extra={"default": "4h"},
    )
    webhook: SecretField | None = Field(default=None, description="Where the address of a chat's incoming webhook is kept")
    proxy: Proxy | None = Field(default=None, description="The HTTP proxy to the webhook, or none; the environment's if absent")
    metrics: Listen = Field(default="127.0.0.1:9469", description="Where /metrics and /healthz are served")
    pages: PagesFolders | None = Field(default=None, description="The cohort's pages, refreshed after rounds that saw everything")
    state: Path | None = Field(default=None, description="The folder for what the loop remembers; the journal's if absent")


class Acknowledgement(FileModel):
    """A warning or a notice that is known, and left out of what people read."""

    code: Code = Field(description="The finding's code, as `--format json` shows it")
    subject: Title = Field(description="What it is about: an address, a team, or a pattern of teams; * for everything")
    reason: Title = Field(description="Why it may be so")
    until: Day | None = Field(default=None, description="The last day on which it is left out; for good if absent")


def _journal(value: str) -> str:
    """Refuses what is neither a path nor a URL, without repeating it: it may hold a password."""
    if not value.isprintable() or ("@" in value and "://" not in value):
        raise refusal("journal-url")
    return value


class SiteFile(FileModel):
    """The contents of a site file."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["journal", "journal_url"]}})

    gitlab: GitLabSite | None = None
    proxmox: ProxmoxSite | None = None
    gateway: GatewaySite | None = None
    machines: MachinesSite | None = None
    journal: Annotated[str, AfterValidator(_journal)] = Field(
        default="../.eiginfra/journal.db", min_length=1, max_length=4096, description="A file, or postgresql://…, shared by all who apply"
    )
    journal_url: SecretField | None = Field(default=None, description="Instead of `journal`: where its URL is kept, which has a password")
    plan_key: SecretField | None = Field(default=None, description="Where the key is kept that saved plans are signed with")
    sizes: dict[Title, Size] = Field(default={}, max_length=MOST, description="Sizes of machines by name")
    images: dict[Title, Image] = Field(default={}, max_length=MOST, description="What machines are made from, by name")
    reconcile: ReconcileSite = Field(default=ReconcileSite(), description="Policy of the reconcile loop")
    acknowledge: tuple[Acknowledgement, ...] = Field(
        default=(), max_length=MOST, description="Known warnings and notices, left out of what people read"
    )

    @model_validator(mode="after")
    def _one_journal(self) -> Self:
        if self.journal_url is not None and "journal" in self.model_fields_set:
            raise refusal("two-journals")
        return self


def site_model(sections: Mapping[str, type[BaseModel]]) -> type[SiteFile]:
    """The model of a site file that may also have these sections, by key; keys that SiteFile has are left as they are there."""
    more: dict[str, Any] = {name: (model | None, None) for name, model in sections.items() if name not in SiteFile.model_fields}
    return create_model("SiteFile", __base__=SiteFile, __doc__=SiteFile.__doc__, **more) if more else SiteFile


@dataclass(frozen=True)
class Site:
    """A site as loaded: relative paths resolved against the file, and where every value is written."""

    name: str
    file: SiteFile
    document: Document
    path: Path = field(default=Path())

    def section(self, provider: str) -> BaseModel | None:
        """What the file says of a provider; None where it says nothing."""
        found: BaseModel | None = getattr(self.file, provider, None)
        return found

    def amounts(self, machine: Machine) -> Usage:
        """What a machine takes, its size looked up; KeyError for an unknown size (a finding of the checks)."""
        size = self.file.sizes[machine.size] if machine.size else machine
        mounts = sum(mount.size for mount in machine.mounts)
        return Usage(machines=1, cores=size.cores or 0, memory=size.memory or ByteSize(0), disk=ByteSize((size.disk or 0) + mounts))

    def login(self, machine: Machine) -> str | None:
        """The user that a VM is made with; None for containers, and where the site does not say it."""
        image = self.file.images.get(machine.image)
        return None if image is None or machine.type == "container" else image.user

    def image(self, machine: Machine) -> str | int | None:
        """The volume or template ID a machine is made from; None if the site has none of that name and type."""
        image = self.file.images.get(machine.image)
        return None if image is None else image.container if machine.type == "container" else image.vm
