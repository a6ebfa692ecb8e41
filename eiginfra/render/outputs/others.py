"""The documents that are about neither plans nor the journal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field

from eiginfra.render.outputs.base import DatedOutput, FindingOutput, Output


class CheckOutput(DatedOutput):
    """`check --format json`. resources: how many the inventory asks for; 0 where its files have errors."""

    format_version: Literal[1] = 1
    type: Literal["check"] = "check"
    findings: tuple[FindingOutput, ...]
    resources: int
    ok: bool


class DoctorOutput(Output):
    """`doctor --format json`."""

    format_version: Literal[1] = 1
    type: Literal["doctor"] = "doctor"
    findings: tuple[FindingOutput, ...]
    ok: bool


class HandoutFileOutput(Output):
    """A file of `handouts --format json`. since: the day from which on it states what it states; None for what is left over."""

    path: str
    state: Literal["current", "written", "stale", "missing", "left-over", "removed"]
    since: date | None


class HandoutsOutput(DatedOutput):
    """`handouts --format json`: the files that are up to date, each with its folder, and the state of every file.

    sound: whether all were found up to date, and none left over.
    """

    format_version: Literal[1] = 1
    type: Literal["handouts"] = "handouts"
    folder: str
    files: tuple[str, ...]
    pages: tuple[HandoutFileOutput, ...]
    sound: bool


class PagesOutput(DatedOutput):
    """`pages build --format json`: all files, each with its folder, and those that were written or removed, since what they state is new.

    public: whether they are for everybody.
    """

    format_version: Literal[1] = 1
    type: Literal["pages.build"] = "pages.build"
    folder: str
    public: bool
    files: tuple[str, ...]
    written: tuple[str, ...]
    removed: tuple[str, ...]


class CandidateOutput(Output):
    """An account that may be a person's. key: under which its ID is written in cohort.yml; confirmed: whether it was, by this call."""

    person: str
    service: str
    key: str
    id: int | str
    name: str
    shown: str
    since: str | None
    state: str
    administrator: bool
    proved: bool
    confirmed: bool


class ConfirmOutput(Output):
    """`confirm --format json`."""

    format_version: Literal[1] = 1
    type: Literal["confirm"] = "confirm"
    accounts: tuple[CandidateOutput, ...]


class ImportOutput(Output):
    """`import --format json`: the files that were written. adopted: how many objects a plan adopts; None where none could be made."""

    format_version: Literal[1] = 1
    type: Literal["import"] = "import"
    files: tuple[str, ...]
    findings: tuple[FindingOutput, ...]
    adopted: int | None


class UnmodelledOutput(Output):
    """What the lab was asked for and does not model. parameter: None where it is the route itself."""

    method: str
    route: str
    parameter: str | None
    ending: str
    times: int


class LabStatusOutput(Output):
    """`lab status --format json`: the services' addresses, further ones, and what they were asked for in vain."""

    format_version: Literal[1] = 1
    type: Literal["lab.status"] = "lab.status"
    running: bool
    pid: int | None
    urls: Mapping[str, str]
    also: Mapping[str, str]
    in_vain: Mapping[str, tuple[UnmodelledOutput, ...]]


class AnsibleHost(Output):
    """The variables of a machine in Ansible's inventory; those from ansible_host on only if it exists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    eiginfra_team: str
    eiginfra_type: str
    eiginfra_image: str
    eiginfra_status: str | None
    ansible_host: str | None = None
    ansible_user: str | None = None
    ansible_ssh_common_args: str | None = None
    eiginfra_id: int | None = None
    eiginfra_node: str | None = None


class AnsibleGroup(Output):
    """A group of Ansible's inventory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    children: tuple[str, ...] | None = None
    hosts: tuple[str, ...] | None = None


class AnsibleHostVariables(Output):
    """The variables of all machines at once, so that Ansible does not ask for each."""

    hostvars: Mapping[str, AnsibleHost]


class AnsibleInventory(Output):
    """`inventory --list`, in Ansible's form, which has no version: a group for each team, one for the cohort, and `all`."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)
    __pydantic_extra__: dict[str, AnsibleGroup] = Field(init=False)

    variables: AnsibleHostVariables = Field(alias="_meta")
    all: AnsibleGroup


class ReconcileLogLine(Output):
    """A line that `reconcile` logs, with what its event brings: the page on reconcile lists the events."""

    model_config = ConfigDict(frozen=True, extra="allow")

    time: datetime
    level: Literal["debug", "info", "warning", "error", "critical"]
    event: str
