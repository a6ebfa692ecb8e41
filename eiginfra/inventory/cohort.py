"""A cohort: the contents of `cohort.yml`, and the teams beside it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from eiginfra.core.finding import Finding, Location
from eiginfra.core.numbers import up_to
from eiginfra.core.refusal import refusal
from eiginfra.core.usage import MEASURES, Limit, Limits
from eiginfra.core.values import ByteSize
from eiginfra.inventory.approvals import Approvals
from eiginfra.inventory.contacts import Contact
from eiginfra.inventory.document import Document
from eiginfra.inventory.fields import Day, PersonName, ProxmoxAccount, TeamId, Title, brief
from eiginfra.inventory.file_model import MOST, FileModel
from eiginfra.inventory.grants import Grant
from eiginfra.inventory.handout_texts import HandoutText
from eiginfra.inventory.model import Team
from eiginfra.inventory.openness import PublicationException
from eiginfra.inventory.pages import Pages
from eiginfra.inventory.patterns import SchemaPattern
from eiginfra.inventory.programme import CohortEvent, CohortTool, Programme
from eiginfra.inventory.repository import Repository
from eiginfra.inventory.theme import Theme

MOST_COUNTED = 1_000_000


def _sensible(limit: Limit) -> Limit:
    negative = [name for name in MEASURES if (getattr(limit, name) or 0) < 0]
    if negative:
        raise refusal("negative", names=negative)
    counts = [name for name in MEASURES if (getattr(limit, name) or 0) > MOST_COUNTED and not isinstance(getattr(limit, name), ByteSize)]
    if counts:
        raise refusal("amounts-too-large", names=counts, most=MOST_COUNTED)
    return limit


Amounts = Annotated[Limit, AfterValidator(_sensible)]


class Quota(FileModel):
    """What teams may use: the default, and per team the measures that differ from it."""

    default: Amounts = Field(default=Limit(), description="What every team may use; a measure left out is not limited")
    teams: dict[TeamId, Amounts] = Field(default={}, max_length=MOST, description="By team, the measures that differ from the default")


class Cap(FileModel):
    """The most that one apply may remove of a kind of entry: a number, a share in per cent, or the larger of both."""

    number: int | None = Field(default=None, ge=0, le=MOST_COUNTED)
    percent: int | None = Field(default=None, ge=0, le=100)

    def allows(self, removed: int, total: int) -> bool:
        """Whether removing `removed` of `total` stays within the cap."""
        allowed = [self.number if self.number is not None else -1, total * self.percent // 100 if self.percent is not None else -1]
        return removed <= max(allowed)

    def __str__(self) -> str:
        parts = ([str(self.number)] if self.number is not None else []) + ([f"{self.percent}%"] if self.percent is not None else [])
        return " or ".join(parts)


_CAP = r"(?:(?P<number>[0-9]{1,7})(?: +or +(?P<both>[0-9]{1,3}) ?%)?|(?P<percent>[0-9]{1,3}) ?%)"
_DAYS = r"([0-9]{1,5}) ?d"


def _parse_cap(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"number": value}
    if isinstance(value, str) and (match := re.fullmatch(_CAP, value)):
        percent = match["both"] or match["percent"]
        return {
            **({"number": int(match["number"])} if match["number"] else {}),
            **({"percent": int(percent)} if percent else {}),
        }
    raise refusal("cap", value=brief(value))


def _parse_days(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(_DAYS, value)):
        return timedelta(days=int(match[1]))
    raise refusal("days", value=brief(value))


_NUMBER, _SHARE = rf"(?:0{{1,7}}|0{{0,6}}{up_to(MOST_COUNTED)})", rf"(?:0{{1,3}}|0{{0,2}}{up_to(100)}) ?%"
_CapText = Annotated[str, SchemaPattern(rf"{_NUMBER}(?: +or +{_SHARE})?|{_SHARE}")]
CapField = Annotated[Cap, BeforeValidator(_parse_cap, json_schema_input_type=Annotated[int, Field(ge=0, le=MOST_COUNTED)] | _CapText)]
Days = Annotated[timedelta, BeforeValidator(_parse_days, json_schema_input_type=Annotated[str, SchemaPattern(_DAYS)])]

_FEW = Cap(number=3, percent=20)
DEFAULT_CAPS: Mapping[str, Cap] = dict.fromkeys(("members", "shares", "direct_members", "keys"), _FEW)


class Accounts(FileModel):
    """Which accounts are a person's: the servers' own IDs. A name can be given up and taken by somebody else, an ID cannot."""

    gitlab_id: int | None = Field(default=None, ge=1, le=2**63 - 1, description="The ID of the account on GitLab")
    proxmox_id: ProxmoxAccount | None = Field(default=None, description="The account on Proxmox VE, NAME@REALM")
    gateway_id: int | None = Field(
        default=None, ge=1000, le=2**32 - 2, description="The UID of the account on the gateway that eiginfra may take over"
    )


Authority = Literal["shares", "direct_members", "keys"]


class CohortFile(FileModel):
    """The contents of `cohort.yml`."""

    cohort: TeamId = Field(description="The cohort's id, the name of its folder")
    title: Title = Field(description="The cohort's name as it is spoken")
    starts: Day = Field(description="First day")
    ends: Day = Field(description="Last day; accounts and access end with it")
    language: Literal["fr", "en"] = Field(default="fr", description="Of handouts, notes and Markdown")
    programme: Programme | None = Field(default=None, description="The programme that the cohort is part of")
    contacts: tuple[Contact, ...] = Field(default=(), max_length=MOST, description="Whom to ask, for the handouts")
    tools: tuple[CohortTool, ...] = Field(default=(), max_length=100, description="What all teams use: chat, lists, calendar")
    events: tuple[CohortEvent, ...] = Field(default=(), max_length=MOST, description="Days for the whole cohort, in any order")
    quota: Quota = Field(default=Quota(), description="What each team may ask for")
    capacity: Amounts | None = Field(default=None, description="What the whole cohort may take of the server")
    caps: dict[Title, CapField] = Field(
        default={}, max_length=MOST, description="The most that one apply may remove, by what is removed, e.g. members: 3 or 20%"
    )
    grants: tuple[Grant, ...] = Field(
        default=(), max_length=MOST, description="What single teams' files may have that no team's file may have by itself"
    )
    approvals: Approvals = Field(default=Approvals(), description="Whose yes a merge request needs")
    people: dict[PersonName, Accounts] = Field(
        default={},
        max_length=MOST * 10,
        description="Whose accounts are whose, by user name, confirmed by EIG Link; `eiginfra confirm` writes it",
    )
    authoritative: tuple[Authority, ...] = Field(
        default=(),
        max_length=MOST,
        description="What gives access beside the lists of members and is removed, not only told, where nobody asked for it",
    )
    repository: Repository | None = Field(
        default=None, description="The repository with this file, where eiginfra keeps its notes and issues, and what links lead to"
    )
    pages: Pages = Field(default=Pages(), description="Where the cohort's pages are")
    theme: Theme = Field(default=Theme(), description="The look of handouts and pages")
    exceptions: tuple[PublicationException, ...] = Field(
        default=(), max_length=MOST, description="Projects whose code is not published, and why"
    )
    grace: Days = Field(
        default=timedelta(days=30), description="From a machine's stop to its deletion", json_schema_extra={"default": "30d"}
    )

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.ends < self.starts:
            raise refusal("dates-reversed", ends=self.ends, starts=self.starts)
        return self


@dataclass(frozen=True)
class Cohort:
    """A cohort as loaded: its file, its teams in the order of their ids, and where every value is written."""

    file: CohortFile
    teams: tuple[Team, ...]
    document: Document
    documents: Mapping[str, Document] = field(default_factory=dict)
    """The team files by team id."""
    texts: Mapping[str, HandoutText] = field(default_factory=dict)
    """The files of the folder `handouts`, by name: texts of handouts that the cohort has of its own."""
    digest: str = ""
    """SHA-256 over the names and bytes of the cohort's and the teams' files, in order; texts ask for nothing."""
    findings: tuple[Finding, ...] = ()
    """What loading had to say that is no error: files that were left out."""
    broken: frozenset[str] = frozenset()
    """The ids of teams that are left out, since their files are broken."""
    stylesheet: str = ""
    """The text of the stylesheet that `theme` names: sound CSS that asks nothing of any server."""

    @property
    def id(self) -> str:
        """The cohort's id: `eig3`."""
        return self.file.cohort

    @cached_property
    def _by_id(self) -> Mapping[str, Team]:
        return {team.id: team for team in self.teams}

    def team(self, team_id: str) -> Team:
        """The team of that id; KeyError if there is none."""
        return self._by_id[team_id]

    def where(self, team_id: str | None, *path: Any) -> Location:
        """The place of a value: `where("adler", "machines", 0, "size")`; of the nearest parent if the value is not written."""
        return self._document(team_id).locate(*path)

    def where_key(self, team_id: str | None, *path: Any) -> Location:
        """The same for the key that the path ends with."""
        return self._document(team_id).locate_key(*path)

    def _document(self, team_id: str | None) -> Document:
        return self.document if team_id is None else self.documents[team_id]

    def quota_of(self, team_id: str) -> Limit:
        """The default quota with the team's own measures over it."""
        own = self.file.quota.teams.get(team_id)
        default = self.file.quota.default
        return default if own is None else default.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})

    def ended(self, today: date) -> Callable[[str | None, str], bool]:
        """Whether the last day of a person has come: in a team, or in all (None). By the account's name, with or without its realm."""
        last: dict[tuple[str | None, str], date] = {}
        for team in self.teams:
            for person in team.people:
                name, until = person.username.lower(), person.until or self.file.ends
                for where in (team.id, None):
                    last[where, name] = max(until, last.get((where, name), until))
        over = {who for who, until in last.items() if until < today}
        return lambda team, account: (team, account.partition("@")[0].lower()) in over

    def cap(self, what: str) -> Cap | None:
        """The removal cap of a sort of entry, e.g. `members`."""
        return self.file.caps.get(what) or DEFAULT_CAPS.get(what)

    def limits(self) -> Limits:
        """All quotas and the capacity, as the engine's quota check wants them."""
        return Limits(
            teams={team.id: self.quota_of(team.id) for team in self.teams},
            own=dict(self.file.quota.teams),
            capacity=self.file.capacity,
            asked={
                (team.id, measure): self.where(team.id, "projects" if measure == "projects" else "machines")
                for team in self.teams
                for measure in MEASURES
            },
            granted={(team.id, measure): self._where_granted(team.id, measure) for team in self.teams for measure in MEASURES},
            capacity_location=self.where(None, "capacity"),
        )

    def _where_granted(self, team_id: str, measure: str) -> Location:
        own = self.file.quota.teams.get(team_id)
        written = ("teams", team_id) if own is not None and measure in own.model_fields_set else ("default",)
        return self.where(None, "quota", *written, measure)
