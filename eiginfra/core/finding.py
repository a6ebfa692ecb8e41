"""Findings: what a check, a plan or a guard reports, with its location and a remedy."""

from enum import StrEnum
from functools import partial

from pydantic import BaseModel, ConfigDict

from eiginfra.core.trace import Trace

TASK = ""
"""As a finding's field: what is wrong is in the playbook's task, whatever its values come from."""


class Severity(StrEnum):
    """How much a finding matters: an error stops the command, a warning and a notice do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Location(BaseModel):
    """A place in a file; lines and columns count from 1."""

    model_config = ConfigDict(frozen=True)

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Finding(BaseModel):
    """One thing to know: `code` is stable and kebab-case, `remedy` says what to do next, `trace` since when it is so.

    location: the place that its reader may change; also: other places that have part in it. field: of the resource at `address`, the
    field or entry that it is about (`license`, `members[adler-1]`): where no location is given, the engine finds it by that.
    acknowledged: the reason that the site file gives for a known one; it is left out of what people read.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    code: str
    message: str
    remedy: str | None = None
    location: Location | None = None
    also: tuple[Location, ...] = ()
    address: str | None = None
    field: str | None = None
    team: str | None = None
    trace: Trace | None = None
    acknowledged: str | None = None

    def __str__(self) -> str:
        where = self.location or self.address
        head = f"{where}: " if where else ""
        tail = f" ({self.remedy})" if self.remedy else ""
        others = f" [also {', '.join(map(str, self.also))}]" if self.also else ""
        return f"{head}{self.severity}: {self.message}{tail}{others}"


def _finding(
    severity: Severity,
    code: str,
    message: str,
    *,
    remedy: str | None = None,
    location: Location | None = None,
    also: tuple[Location, ...] = (),
    address: str | None = None,
    field: str | None = None,
    team: str | None = None,
) -> Finding:
    return Finding(
        severity=severity,
        code=code,
        message=message,
        remedy=remedy,
        location=location,
        also=also,
        address=address,
        field=field,
        team=team,
    )


error = partial(_finding, Severity.ERROR)
"""A finding that stops the command."""

warning = partial(_finding, Severity.WARNING)
"""A finding to read before going on."""

notice = partial(_finding, Severity.NOTICE)
"""A finding that is good to know."""
