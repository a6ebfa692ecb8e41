"""Several cohorts on one site, in memory: accounts, lists of people, and a journal for each cohort that knows the others'."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from support.fakes import META, MemoryJournal, Server, Thing

from eiginfra.core.address import Address
from eiginfra.core.claim import Claim
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.kind import Registry
from eiginfra.core.merge import LATEST, by_entry, strongest
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Rules, Spec
from eiginfra.core.usage import Usage
from eiginfra.engine.claims import by_address, merged, shared
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

ROLES = ["maintainer", "developer", "reporter"]


class Membership(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    username: str
    access: str
    expires: date


class AccountSpec(Spec):
    name: str
    until: Annotated[date | None, Rules(merge=LATEST)] = None
    enabled: Annotated[bool, Rules(merge=strongest([True, False]))] = True
    title: str | None = None


class ListSpec(Spec):
    name: str
    people: Annotated[
        tuple[Membership, ...], Rules(entries="username", merge=by_entry("username", access=strongest(ROLES), expires=LATEST))
    ] = ()


class _Alone(Thing):
    """Depends on nothing and takes nothing of a quota."""

    def dependencies(self, spec: Spec) -> list[Address]:
        return []

    def usage(self, spec: Spec) -> Usage:
        return Usage()


class Account(_Alone):
    """Disabled by a plain apply when its person left, if eiginfra created it."""

    name = "test.account"
    spec = AccountSpec
    decommission = Decommission((Step("disable", Trigger.APPLY, {"enabled": False}, created_only=True),))


class People(_Alone):
    """Deleted by --prune."""

    name = "test.people"
    spec = ListSpec


def account(name: str, until: date | None = None, *, protect: bool = False, title: str | None = None) -> Resource:
    given = {"until": until, "title": title}
    spec = AccountSpec(name=name, enabled=True, **{key: value for key, value in given.items() if value is not None})
    return Resource(Address("test.account", name), spec, protect=protect)


def people(name: str, *members: Membership, protect: bool = False) -> Resource:
    return Resource(Address("test.people", name), ListSpec(name=name, people=members), protect=protect)


@dataclass
class Cohorts:
    """wanted: what each cohort's files ask for. unread: those whose files cannot be read by the others."""

    names: Sequence[str] = ("ca", "cb")
    today: date = META.as_of
    wanted: dict[str, Sequence[Resource]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    accounts: Server = field(default_factory=Server)
    lists: Server = field(default_factory=Server)
    journals: dict[str, MemoryJournal] = field(init=False)

    def __post_init__(self) -> None:
        self.registry = Registry([Account(self.accounts), People(self.lists)])
        self._seconds = itertools.count()
        self.lose_journal()

    def lose_journal(self) -> None:
        self.journals = {}
        past: dict[tuple[str, Address, str], object] = {}
        for name in self.names:
            self.journals[name] = MemoryJournal(now=self._now, cohort=name, past=past, beside=self.journals)  # type: ignore[arg-type]

    def _now(self) -> datetime:
        return datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self._seconds))

    def plan(self, cohort: str, *, prune: bool = False) -> Plan:
        """As `Workspace.plan` makes it."""
        siblings = {
            other: [Claim(other, resource.address, resource.values, resource) for resource in self.wanted.get(other, ())]
            for other in self.names
            if other != cohort and other not in self.unread
        }
        claims = by_address(claim for wishes in siblings.values() for claim in wishes)
        resources, findings = merged(self.registry, self.wanted.get(cohort, ()), claims, cohort=cohort)
        site = shared(self.registry, self.journals[cohort], cohort, resources, siblings=siblings, today=self.today)
        seen = observe(
            self.registry, site.resources, site.records, cohort=cohort, teams=[], available=frozenset({"test"}), whole=True
        )  # fmt: skip
        situation = Situation(
            resources=site.resources,
            everything=site.resources,
            observations=seen,
            records=site.records,
            history=site.history,
            claims=site.claims,
            elsewhere=site.elsewhere,
            orphans_among=None,
            prune=prune,
        )
        meta = META.model_copy(update={"cohort": cohort, "as_of": self.today})
        return make_plan(self.registry, situation, meta, [*findings, *site.findings])

    def apply(self, cohort: str, *, prune: bool = False) -> None:
        """Through JSON, as a saved plan goes."""
        plan = Plan.from_json(self.plan(cohort, prune=prune).to_json())
        assert not plan.errors
        assert not Executor(self.registry, self.journals[cohort], workers={"test": 1}).run(plan, 1).failed

    def standing(self) -> Mapping[str, tuple[object, object]]:
        """Of each account whether it is enabled, and until when."""
        return {name: (values["enabled"], values.get("until")) for name, values in self.accounts.objects.items()}
