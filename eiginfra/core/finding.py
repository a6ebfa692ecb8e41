"""Findings: what a check, a plan or a guard reports, as a code with parameters. The words are made in `render`."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.reason import Parameter, Reason
from eiginfra.core.trace import Trace
from eiginfra.core.values import canonical

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
    """One thing to know: `code` is stable and kebab-case, `params` is what its sentence names, `trace` says since when it is so.

    advice: what to do next, where that depends on more than the code. location: the place that its reader may change; also: other places
    that have part in it. field: of the resource at `address`, the field or entry that it is about (`license`, `members[adler-1]`): where
    no location is given, the engine finds it by that.
    acknowledged: the reason that the site file gives for a known one; it is left out of what people read.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    code: str
    params: Mapping[str, JsonValue] = {}
    advice: Reason | None = None
    location: Location | None = None
    also: tuple[Location, ...] = ()
    address: str | None = None
    field: str | None = None
    team: str | None = None
    trace: Trace | None = None
    acknowledged: str | None = None

    @property
    def told(self) -> dict[str, JsonValue]:
        """All that its sentence may name: the parameters, and its own address, team and field."""
        return {"address": self.address, "team": self.team, "field": self.field, **self.params}

    @property
    def brief(self) -> dict[str, JsonValue]:
        """The finding as a parameter of a reason."""
        return {"finding": self.code, "params": self.told}

    def __hash__(self) -> int:
        return hash((self.severity, self.code, self.location, self.also, self.address, self.field, self.team))

    def __str__(self) -> str:
        """For logs of last resort: `a.yml:3:7: error: unknown-size (size=huge)`; people read the words of `render`."""
        where = self.location or self.address
        head = f"{where}: " if where else ""
        others = f" [also {', '.join(map(str, self.also))}]" if self.also else ""
        return f"{head}{self.severity}: {Reason(code=self.code, params=self.params)}{others}"


def _finding(
    severity: Severity,
    code: str,
    given: Mapping[str, object] = {},
    /,
    *,
    advice: Reason | None = None,
    location: Location | None = None,
    also: tuple[Location, ...] = (),
    address: str | None = None,
    field: str | None = None,
    team: str | None = None,
    **params: Parameter,
) -> Finding:
    """given, params: plain values, sizes, dates, lists and mappings of them, and reasons. Raises TypeError for anything else."""
    return Finding(
        severity=severity,
        code=code,
        params={name: canonical(value) for name, value in {**given, **params}.items()},
        advice=advice,
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
