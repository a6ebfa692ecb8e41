"""One team and what it asks for: the contents of `teams/<id>.yml`."""

import re
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.core.values import ByteSize
from eiginfra.inventory.contacts import Correspondents
from eiginfra.inventory.durations import Timeout
from eiginfra.inventory.fields import (
    WELL_ENCODED,
    Body,
    Day,
    Disk,
    Email,
    FormerName,
    License,
    MachineName,
    Memory,
    MountPath,
    PersonName,
    Port,
    ProjectName,
    ShortText,
    Subdomain,
    TeamId,
    Title,
    Url,
)
from eiginfra.inventory.file_model import MOST, FileModel
from eiginfra.inventory.networks import Source
from eiginfra.inventory.openness import DataSet
from eiginfra.inventory.remedies import domain_label
from eiginfra.inventory.ssh_keys import SshKey

Role = Literal["maintainer", "developer", "reporter"]
Visibility = Literal["public", "internal", "private"]
MachineType = Literal["container", "vm"]
Protocol = Literal["tcp", "udp"]
Sources = Annotated[
    tuple[Source, ...], Field(max_length=100, description="Networks that may use it, e.g. 192.0.2.0/24; everybody if absent")
]
Skills = Annotated[
    tuple[Annotated[Title, Field(max_length=60)], ...], Field(max_length=30, description="What others may ask the person about")
]

# As long as GitLab takes the descriptions of groups and projects.
GroupText = Annotated[str, Field(max_length=500), WELL_ENCODED]
ProjectText = Annotated[str, Field(max_length=2000), WELL_ENCODED]


class Person(FileModel):
    """What a member and a mentor have in common."""

    username: PersonName = Field(description="The account on GitLab and on the server; case is ignored")
    name: Title | None = Field(default=None, description="How the person is shown; the user name if absent")
    email: Email = Field(description="Where invitations go")
    ssh_keys: tuple[SshKey, ...] = Field(default=(), max_length=50, description="Public keys that open the team's machines")
    until: Day | None = Field(default=None, description="Last day of access; the cohort's end if absent")
    skills: Skills = ()
    public: bool = Field(default=False, description="May be named on pages that everybody sees; the person alone decides it")


class Member(Person):
    """Somebody who works in the team."""

    role: Role = Field(default="developer", description="The right in the team's GitLab group")


class Mentor(Person):
    """Somebody of the host administration; a reporter on GitLab."""


class Project(FileModel):
    """A GitLab project in the team's group."""

    name: ProjectName = Field(description="The last part of the project's path")
    title: Title | None = Field(default=None, description="The name shown; the path's last part if absent")
    description: Annotated[str, Field(max_length=2000), WELL_ENCODED] | None = Field(
        default=None, description="What it does and for whom, in a sentence"
    )
    visibility: Visibility = Field(default="public", description="Who sees it; never more than the team's group")
    license: License | None = Field(default=None, description="SPDX identifier")
    website: Url | None = Field(default=None, description="Where it runs or is explained")
    topics: tuple[Title, ...] = Field(default=(), max_length=100, description="Words by which it is found")
    reusable: Title | None = Field(default=None, description="What others may take from it, in a sentence")
    was: FormerName | None = Field(default=None, description="The former name: renamed, not new")


class Publish(FileModel):
    """A sub-domain of the gateway's domain, sent to a port of the machine."""

    subdomain: Subdomain = Field(description="The part before the gateway's domain")
    port: Port = Field(description="The port inside the machine")
    websocket: bool = Field(default=True, description="WebSockets are sent on, too")
    max_body: Body = Field(
        default=ByteSize(16 * 2**20), description="The largest request, in whole MiB; at most 10GiB", json_schema_extra={"default": "16MiB"}
    )
    timeout: Timeout = Field(
        default=60, description="How long the machine may take for an answer; at most 1h", json_schema_extra={"default": "60s"}
    )
    sources: Sources = ()

    @classmethod
    def from_text(cls, text: str) -> str | None:
        """`adler:8080`."""
        match = re.fullmatch(r"(?:https?://)?([A-Za-z0-9][A-Za-z0-9.-]*)(?: *(?::|->|=>|→) *(\d{1,5})/?)?", text.strip())
        label = domain_label(match[1]) if match else ""
        return f"{{subdomain: {label}, port: {match[2] or '…'}}}" if match and label and not label.isdecimal() else None


class Forward(FileModel):
    """A public port of the gateway, sent to a port of the machine."""

    public: Port = Field(description="The gateway's port, in the site's range")
    port: Port = Field(description="The port inside the machine")
    protocol: Protocol = Field(default="tcp", description="One entry for each")
    sources: Sources = ()

    @classmethod
    def from_text(cls, text: str) -> str | None:
        """`10222:22`, `10222:53/udp`, as Docker writes it."""
        match = re.fullmatch(r"(\d{1,5})(?: *(?::|->|=>|→|-) *(\d{1,5}))?(?:/(tcp|udp))?", text.strip())
        if match is None:
            return None
        protocol = ", protocol: udp" if match[3] == "udp" else ""
        return f"{{public: {match[1]}, port: {match[2] or '…'}{protocol}}}"


class Mount(FileModel):
    """A further volume of a machine; counts against the disk quota."""

    path: MountPath = Field(description="Where it is mounted")
    size: Disk = Field(description="Whole GiB")

    @classmethod
    def from_text(cls, text: str) -> str | None:
        """`/srv/data:20GiB`."""
        match = re.fullmatch(r"(/[^\s:,]+)(?::(\d{1,5}[KMGT]iB))?", text.strip())
        return f"{{path: {match[1]}, size: {match[2] or '…'}}}" if match else None


_AMOUNTS = ("cores", "memory", "disk")


class Machine(FileModel):
    """A container or a VM. Its amounts are a `size` of the site's table, or cores, memory and disk; never both."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["size"], "not": {"anyOf": [{"required": [name]} for name in _AMOUNTS]}},
                {"required": [*_AMOUNTS], "not": {"required": ["size"]}},
            ],
            "dependentSchemas": {"clone": {"required": ["type"], "properties": {"type": {"const": "vm"}}}},
        }
    )

    name: MachineName = Field(description="The guest, its host name, SSH alias and Ansible name are <team>-<name>")
    type: MachineType = Field(default="container", description="A VM only where a container will not do")
    image: Title = Field(description="A name of the site's `images`")
    size: Title | None = Field(default=None, description="A name of the site's `sizes`")
    cores: int | None = Field(default=None, ge=1, le=128, description="Without `size`: CPU cores")
    memory: Memory | None = Field(default=None, description="Without `size`: e.g. 512MiB")
    disk: Disk | None = Field(default=None, description="Without `size`: the root disk, in whole GiB")
    clone: Literal["full", "linked"] | None = Field(
        default=None, description="VMs: a copy of the template's disk (Proxmox: full), or linked to it; used when it is made"
    )
    docker: bool = Field(default=False, description="Docker inside: sets nesting; keyctl is closed to every token")
    publish: tuple[Publish, ...] = Field(default=(), max_length=MOST, description="Sub-domains sent to it")
    forward: tuple[Forward, ...] = Field(default=(), max_length=MOST, description="Public ports sent to it")
    mounts: tuple[Mount, ...] = Field(default=(), max_length=256, description="Further volumes")
    state: Literal["running", "stopped"] | None = Field(default=None, description="Unset: started once when created, then left alone")
    protect: bool = Field(default=False, description="Never removed; also sets Proxmox's protection")
    snapshot: bool = Field(default=False, description="One before risky changes")
    backup: bool = Field(default=True, description="In the site's backup job")
    was: MachineName | None = Field(default=None, description="The former name: renamed, not new")
    id: int | None = Field(default=None, ge=100, le=999_999_999, description="Adopt this existing guest (EIG Link)")

    @classmethod
    def from_text(cls, text: str) -> str | None:
        """Its name; the size is required in one of two ways."""
        written = super().from_text(text)
        return written and f"{written[:-1]}, size: …}}"

    @model_validator(mode="after")
    def _one_way_to_size(self) -> Self:
        amounts = [name for name in _AMOUNTS if getattr(self, name) is not None]
        if self.size and amounts:
            raise refusal("two-sizes", amounts=amounts)
        if not self.size and len(amounts) < 3:
            missing = [name for name in _AMOUNTS if name not in amounts]
            raise refusal("no-size", missing=missing)
        return self

    @model_validator(mode="after")
    def _only_vms_are_clones(self) -> Self:
        if self.clone is not None and self.type != "vm":
            raise refusal("clone-of-container")
        return self


class TeamFile(FileModel):
    """The contents of a team's file."""

    title: Title = Field(description="The team's name as it is spoken, with accents and apostrophes")
    administration: Title = Field(description="Who hosts the team")
    description: ShortText = Field(default="", description="What the team is here to do, in a sentence")
    town: Title | None = Field(default=None, description="Where it works")
    members: tuple[Member, ...] = Field(default=(), max_length=MOST, description="Who works in the team")
    mentors: tuple[Mentor, ...] = Field(default=(), max_length=MOST, description="Who guides it in the administration")
    projects: tuple[Project, ...] = Field(default=(), max_length=MOST, description="Its projects on GitLab")
    machines: tuple[Machine, ...] = Field(default=(), max_length=MOST, description="Its containers and VMs")
    contacts: Correspondents = Field(default=Correspondents(), description="Its correspondents in the administration")
    data: tuple[DataSet, ...] = Field(default=(), max_length=MOST, description="The open data sets that it published")


class Team(TeamFile):
    """A team: its file's contents and its id, the name of that file."""

    id: TeamId

    @property
    def people(self) -> tuple[Member | Mentor, ...]:
        """Members, then mentors."""
        return (*self.members, *self.mentors)

    def host(self, machine: Machine) -> str:
        """The guest's name, host name, SSH alias and Ansible name: `adler-web`."""
        return f"{self.id}-{machine.name}"
