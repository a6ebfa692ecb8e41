"""A review as data: what a request edits, what would change by it, what is wrong, and whose approval it needs."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.change import Change, FieldDiff
from eiginfra.core.finding import Finding, Location, Severity
from eiginfra.core.reason import Reason


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Edited(StrEnum):
    """What a request does to a file, a key or an entry; the last three are of files only.

    LAYOUT: it says the same as before, in other words: comments, spaces, order. MODE: it was or is something else than a plain file that
    nobody executes: a program, a link, a folder of another repository. UNREADABLE: it is no YAML that can be compared, before or after.
    """

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    LAYOUT = "layout"
    MODE = "mode"
    UNREADABLE = "unreadable"


class Author(_Model):
    """An account on GitLab that wrote something: a request, commits, an approval. id: GitLab's own number, None where nobody can say it."""

    username: str
    id: int | None = None


class Edit(_Model):
    """One thing that a request edits.

    file: its path in the repository. cohort, team: whose file it is; None where it is no team's (cohort.yml, a playbook, CI …).
    path: the key in the file, entries by what names them (`machines[web].memory`, `machines[web].forward[10222/tcp]`); "" for the file as a
    whole. field: the same without names (`machines[].memory`), by which rules know it. names: the names in the path, outermost first.
    before, after: the values, None where there is none; of an added entry without the lists of entries in it, which are edits of their
    own. location: the line to look at, of the head unless the thing is removed.
    """

    file: str
    edited: Edited
    cohort: str | None = None
    team: str | None = None
    path: str = ""
    field: str = ""
    names: tuple[str, ...] = ()
    before: JsonValue = None
    after: JsonValue = None
    location: Location | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is of a text of handouts that the cohort has of its own."""
        return self.cohort is not None and self.team is None and self.file.rpartition("/")[2] != "cohort.yml"


class ApprovalNeed(_Model):
    """An edit that somebody must approve: why, and the user names of whom one yes is enough; by: empty where cohort.yml names nobody.

    given: who gave it; an author who may approve gave it by writing.
    """

    edit: Edit
    reason: Reason
    by: tuple[str, ...] = ()
    given: str | None = None


class QuotaUse(_Model):
    """What a team (None: the whole cohort) asks for of a measure, and what it may; before and after, memory and disk in bytes."""

    team: str | None
    measure: str
    before: int
    after: int
    limit_before: int | None = None
    limit_after: int | None = None


class AccessChange(_Model):
    """Somebody who gains or loses access to something."""

    person: str
    team: str | None
    address: str
    gained: bool


class Allowance(_Model):
    """What EIG Link would have to write into cohort.yml, so that what is refused to a team is allowed.

    lines: YAML, from the outermost key on; a quota with what is written for the team now. location: where the innermost key of these that
    is there is written.
    """

    team: str
    lines: tuple[str, ...]
    location: Location


class CohortReview(_Model):
    """What a request does to one cohort.

    changes: what differs between the wishes of base and head, in the order of the playbook; as a plan that no server was asked for.
    findings: of the head and not of the base; known: those that the base has, too. incomplete: teams that cannot be compared, since their
    files are broken at the base or at the head. allowances: what cohort.yml could say about the findings.
    """

    cohort: str
    language: Literal["fr", "en"] = "fr"
    changes: tuple[Change, ...] = ()
    amounts: tuple[QuotaUse, ...] = ()
    access: tuple[AccessChange, ...] = ()
    findings: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    incomplete: tuple[str, ...] = ()


class LiveObject(_Model):
    """What a server has of something that a request is about. identity: the server's own (`{"node": "eig", "vmid": 101}`).

    where: its IP address. drift: how it differs from what the base wishes for. missing: it was there, and was removed by somebody.
    """

    address: str
    team: str | None = None
    identity: dict[str, JsonValue] = {}
    where: str | None = None
    drift: tuple[FieldDiff, ...] = ()
    missing: bool = False


class Review(_Model):
    """What a request would do.

    base, head: the commits. author: the request's, None where nobody can vouch for it. findings: about the request as a whole.
    together: other open requests with which it does not fit, each with what is wrong then. live: what servers know, where they were asked.
    """

    base: str
    head: str
    author: str | None = None
    cohorts: tuple[CohortReview, ...] = ()
    edits: tuple[Edit, ...] = ()
    needs: tuple[ApprovalNeed, ...] = ()
    findings: tuple[Finding, ...] = ()
    together: tuple["Together", ...] = ()
    live: tuple[LiveObject, ...] = ()

    @property
    def every_finding(self) -> tuple[Finding, ...]:
        """The new findings: of the request, then of each cohort."""
        return (*self.findings, *(found for cohort in self.cohorts for found in cohort.findings))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The errors that the request brings."""
        return tuple(found for found in self.every_finding if found.severity is Severity.ERROR)

    @property
    def failed(self) -> bool:
        """Whether the request brings an error."""
        return bool(self.errors)

    @property
    def changes(self) -> bool:
        """Whether the request changes anything that is wished for."""
        return any(cohort.changes for cohort in self.cohorts)

    @property
    def missing(self) -> tuple[ApprovalNeed, ...]:
        """The approvals that nobody gave yet."""
        return tuple(need for need in self.needs if need.given is None)


class Together(_Model):
    """Another open request with which this one does not fit: its number and author, and what is wrong with both and not with one."""

    number: int
    findings: tuple[Finding, ...] = ()
