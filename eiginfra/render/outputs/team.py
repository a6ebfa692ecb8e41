"""The documents of `eiginfra explain` and `eiginfra history`."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from eiginfra.journal.reports import Run, RunStep
from eiginfra.render.outputs.base import DatedOutput, FindingOutput, Output


class ExplainedPerson(Output):
    """A member or mentor; until: the last day of access; ssh_keys: how many."""

    username: str
    role: str
    until: date
    ssh_keys: int


class ExplainedProject(Output):
    """A project of the team's group."""

    name: str
    visibility: str


class ExplainedMachine(Output):
    """A machine; published: sub-domains in full, forwarded: public ports with their protocol."""

    host: str
    type: str
    image: str
    published: tuple[str, ...]
    forwarded: tuple[str, ...]


class ExplainedMeasure(Output):
    """What is used of a measure, and what may be; memory and disk in bytes; limit: None where there is none."""

    used: int
    limit: int | None


class ExplainOutput(DatedOutput):
    """`explain TEAM --format json`. Where the team's file cannot be read, only its findings are there. resources: how many, by kind."""

    format_version: Literal[1] = 1
    type: Literal["explain"] = "explain"
    team: str
    cohort: str | None = None
    file: str | None = None
    people: tuple[ExplainedPerson, ...] = ()
    projects: tuple[ExplainedProject, ...] = ()
    machines: tuple[ExplainedMachine, ...] = ()
    resources: Mapping[str, int] = {}
    quota: Mapping[str, ExplainedMeasure] = {}
    findings: tuple[FindingOutput, ...]


class ExplainCodeOutput(Output):
    """`explain CODE --format json`: the page of a code in one language; a parameter is written ‹name›."""

    format_version: Literal[1] = 1
    type: Literal["explain.code"] = "explain.code"
    code: str
    language: str
    message: str
    remedy: str
    wrong: str | None
    right: str | None
    about: str | None


class HistoryRun(Output):
    """A run, and what it did about the team or address, in the order it was begun."""

    run: Run
    actions: tuple[RunStep, ...]


class HistoryOutput(Output):
    """`history --format json`: the latest runs about a team or an address, newest first."""

    format_version: Literal[1] = 1
    type: Literal["history"] = "history"
    of: str
    runs: tuple[HistoryRun, ...]
