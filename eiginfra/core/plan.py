"""The plan: immutable, ordered, the same bytes for the same situation; what is shown is what is executed."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from eiginfra.core.change import Action, Change
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Severity, error

FORMAT_VERSION: Literal[2] = 2


class PlanMeta(BaseModel):
    """For what a plan was made: one that says otherwise is not carried out."""

    model_config = ConfigDict(frozen=True)

    cohort: str
    site: str
    as_of: date
    as_of_is_today: bool = True
    eiginfra: str
    selection: str = ""
    whole: bool = True
    inventory: str = ""
    commit: str | None = None
    dirty: bool = False


class Plan(BaseModel):
    """Every change, dependencies first, deletions last and in reverse; the findings; what it was made for."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[2] = FORMAT_VERSION
    meta: PlanMeta
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def acting(self) -> tuple[Change, ...]:
        """The changes that ask something of a server."""
        return tuple(change for change in self.changes if change.acts)

    @property
    def waiting(self) -> tuple[Change, ...]:
        """The changes made earlier that a server or a person must still finish."""
        return tuple(change for change in self.changes if change.waiting)

    @property
    def empty(self) -> bool:
        """Nothing to do on any server; waiting entries do not count."""
        return not any(change.acts for change in self.changes)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that forbid to apply the plan."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def harm(self) -> Counter[str]:
        """How many lose what by the plan, by the code of the harm; each person or thing once."""
        return Counter(code for code, _ in {(harm.code, harm.subject) for change in self.acting for harm in change.harm})

    def totals(self) -> Counter[Action]:
        """How many changes of each sort."""
        return Counter(change.action for change in self.changes if change.acts or change.action is Action.ADOPT)

    @property
    def fingerprint(self) -> str:
        """A digest of the changes and what they are for; two plans with the same fingerprint do the same."""
        body = self.model_dump(mode="json", include={"meta", "changes"}, exclude={"changes": {"__all__": {"trace"}}})
        return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The plan as a JSON document with its fingerprint; `from_json` reads it back."""
        body = self.model_dump(mode="json")
        body["fingerprint"] = self.fingerprint
        body["totals"] = {action.value: count for action, count in sorted(self.totals().items())}
        return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, name: str = "plan") -> "Plan":
        """Read a saved plan; raises InputError when it is no plan, of another format, or was altered."""
        try:
            body = json.loads(text)
            fingerprint = body.pop("fingerprint")
            body.pop("totals", None)
            plan = cls.model_validate(body)
        except (ValueError, ValidationError, KeyError, AttributeError, TypeError) as problem:
            raise InputError([error("plan-unreadable", name=name)]) from problem
        if plan.fingerprint != fingerprint:
            raise InputError([error("plan-altered", name=name)])
        return plan


def by_team(changes: Iterable[Change]) -> dict[str | None, list[Change]]:
    """The changes grouped for reading: the cohort's own first (None), then by team."""
    groups: dict[str | None, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.team, []).append(change)
    return dict(sorted(groups.items(), key=lambda item: (item[0] is not None, item[0] or "")))
