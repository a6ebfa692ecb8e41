"""The plan: immutable, ordered, the same bytes for the same situation; what is shown is what is executed."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Severity, error
from eiginfra.core.secret import Secret, keyed_digest
from eiginfra.core.text import in_json

FORMAT_VERSION: Literal[2] = 2


class PlanRequest(BaseModel):
    """What a plan was asked for beyond its files, as the options say it: it is asked again when a saved plan is carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: str | None = None
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    targets: tuple[Address, ...] = ()
    prune: bool = False
    restart: bool = False
    replacing: tuple[Address, ...] = ()
    allow_removals: int | None = None
    known_as_new: tuple[str, ...] = ()


class PlanMeta(BaseModel):
    """For what a plan was made: one that says otherwise is not carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    asked: PlanRequest = PlanRequest()


class Plan(BaseModel):
    """Every change, dependencies first, deletions last and in reverse; the findings; what it was made for."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[2] = FORMAT_VERSION
    meta: PlanMeta
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    remaining: dict[str, tuple[str, ...]] = {}
    """By the address of what cannot be reached: the people who still have access there, and should not."""

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
        return hashlib.sha256(json.dumps(body, sort_keys=True, allow_nan=False).encode()).hexdigest()[:16]

    @property
    def digest(self) -> str:
        """A digest of all that the plan says: what it was altered in is seen by it."""
        return hashlib.sha256(self._bytes()).hexdigest()

    def _bytes(self) -> bytes:
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, allow_nan=False).encode()

    def signature(self, key: Secret) -> str:
        """What only those who have the key can make of the plan."""
        return keyed_digest(hashlib.sha256(b"eiginfra: saved plans\0" + key.reveal().encode()).digest(), self._bytes().decode())

    def to_json(self, key: Secret | None = None) -> str:
        """The plan as a JSON document with its fingerprint, signed with the key if there is one; `from_json` reads it back."""
        body = self.model_dump(mode="json")
        body |= {"fingerprint": self.fingerprint, "digest": self.digest}
        body["totals"] = _counted(self)
        if key is not None:
            body["signature"] = self.signature(key)
        return in_json(json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True))

    @classmethod
    def from_json(cls, text: str, name: str = "plan", key: Secret | None = None) -> "Plan":
        """Read a saved plan; raises InputError when it is no plan, of another format, altered, or not signed with the key."""
        try:
            body = json.loads(text, parse_constant=_refuse)
            given = body.pop("fingerprint"), body.pop("digest"), body.pop("totals")
            signature = body.pop("signature", None)
            for found in body["findings"]:
                found.pop("message", None), found.pop("remedy", None)
            plan = cls.model_validate(body)
            same = given == (plan.fingerprint, plan.digest, _counted(plan))
            several = len({change.address for change in plan.changes}) < len(plan.changes)
            signed = key is None or (isinstance(signature, str) and hmac.compare_digest(signature.encode(), plan.signature(key).encode()))
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            # Without the cause: it quotes what was read.
            raise InputError([error("plan-unreadable", name=name)]) from None
        if several or not same:
            raise InputError([error("plan-altered", name=name)])
        if not signed:
            raise InputError([error("plan-unsigned", name=name)])
        return plan


def _counted(plan: Plan) -> dict[str, int]:
    return {action.value: count for action, count in sorted(plan.totals().items())}


def _refuse(number: str) -> None:
    """JSON knows neither NaN nor infinity."""
    raise ValueError(number)


def by_team(changes: Iterable[Change]) -> dict[str | None, list[Change]]:
    """The changes grouped for reading: the cohort's own first (None), then by team."""
    groups: dict[str | None, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.team, []).append(change)
    return dict(sorted(groups.items(), key=lambda item: (item[0] is not None, item[0] or "")))
