"""People: one person is one user name, one name and one e-mail address, in all teams, and all cohorts of the site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from eiginfra.core.finding import Finding, Location, error, warning
from eiginfra.core.reason import reason
from eiginfra.inventory.checks.unique import Taken
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Person, Team
from eiginfra.inventory.ssh_keys import bare_key


@dataclass(frozen=True)
class _First:
    """Somebody where first met."""

    cohort: Cohort
    person: Person
    team: str
    role: str
    index: int

    def at(self, *path: str | int) -> Location:
        """Where something about the person is written."""
        return self.cohort.where(self.team, self.role, self.index, *path)

    def current(self, as_of: date) -> bool:
        """Whether the last day is still to come."""
        return (self.person.until or self.cohort.file.ends) >= as_of


@dataclass
class _Known:
    """Everybody met so far. User names and e-mail addresses are in lower case, as they are read."""

    by_username: dict[str, _First] = field(default_factory=dict)
    by_email: dict[str, _First] = field(default_factory=dict)
    by_key: dict[str, tuple[_First, Location]] = field(default_factory=dict)

    def add(self, this: _First) -> None:
        """Who was met first stays."""
        self.by_username.setdefault(this.person.username, this)
        self.by_email.setdefault(this.person.email, this)
        for number, key in enumerate(this.person.ssh_keys):
            self.by_key.setdefault(bare_key(key), (this, this.at("ssh_keys", number)))


def check_people(cohort: Cohort) -> Iterator[Finding]:
    """Findings about members and mentors."""
    known = _Known()
    for team in cohort.teams:
        if not team.members:
            yield warning("no-member", location=cohort.where(team.id, "members"), team=team.id)
        if not team.mentors:
            yield warning("no-mentor", location=cohort.where(team.id, "mentors"), team=team.id)
        yield from _check_team(cohort, team, known)


def check_accounts(cohort: Cohort, siblings: Iterable[Cohort] = ()) -> Iterator[Finding]:
    """An error for each account on a server that two persons are said to have, in a cohort or in one beside it."""
    first: dict[tuple[str, int | str], tuple[str, Location]] = {}
    for one in (cohort, *siblings):
        for username, accounts in one.file.people.items():
            for name in sorted(accounts.model_fields_set):
                where, number = one.where(None, "people", username, name), getattr(accounts, name)
                other, there = first.setdefault((name, number), (username, where))
                if other != username:
                    names = sorted((other, username))
                    yield error("duplicate-account", key=name, id=str(number), names=names, location=where, also=(there,))


def check_people_across(cohort: Cohort, siblings: Iterable[Cohort], as_of: date) -> Iterator[Finding]:
    """The same between a cohort and its siblings, of people whose last day is still to come."""
    known = _Known()
    for this in _everybody(cohort):
        if this.current(as_of):
            known.add(this)
    for sibling in siblings:
        for this in _everybody(sibling):
            if this.current(as_of):
                yield from _check_person(this, known)


def _everybody(cohort: Cohort) -> Iterator[_First]:
    return (this for team in cohort.teams for this in _people(cohort, team))


def _people(cohort: Cohort, team: Team) -> Iterator[_First]:
    for role, people in (("members", team.members), ("mentors", team.mentors)):
        for index, person in enumerate(people):
            yield _First(cohort, person, team.id, role, index)


def _check_team(cohort: Cohort, team: Team, known: _Known) -> Iterator[Finding]:
    here: dict[str, _First] = {}
    for this in _people(cohort, team):
        first = here.setdefault(this.person.username, this)
        if first is not this:
            yield _twice_in_team(this, first)
            continue
        keys = Taken[str]("duplicate-ssh-key")
        for number, key in enumerate(this.person.ssh_keys):
            yield from keys.take(bare_key(key), this.at("ssh_keys", number), team.id)
        yield from _check_person(this, known)
        known.add(this)


def _check_person(this: _First, known: _Known) -> Iterator[Finding]:
    """Somebody against everybody met before."""
    if (first := known.by_username.get(this.person.username)) is not None:
        yield from _check_same_person(this, first)
    yield from _check_email(this, known)
    yield from _check_keys(this, known)


def _twice_in_team(this: _First, first: _First) -> Finding:
    return error(
        "duplicate-member",
        username=this.person.username,
        among=this.role if first.role == this.role else "both",
        location=this.at("username"),
        also=(first.at("username"),),
        team=this.team,
    )


def _check_same_person(this: _First, first: _First) -> Iterator[Finding]:
    """The same user name in another team: then everything else must agree."""
    for key in ("name", "email"):
        mine, theirs = getattr(this.person, key), getattr(first.person, key)
        if mine != theirs:
            apart = this.cohort is not first.cohort
            whose = {id(one): f"{one.cohort.id}/{one.team}" if apart else one.team for one in (this, first)}
            both = sorted((whose[id(one)], value or "") for one, value in ((this, mine), (first, theirs)))
            values = [reason("value-of-team" if value else "no-value-of-team", team=team, value=value) for team, value in both]
            yield error(
                "person-differs",
                username=this.person.username,
                key=key,
                values=values,
                location=first.at(key),
                also=(this.at(key),),
            )


def _check_email(this: _First, known: _Known) -> Iterator[Finding]:
    first = known.by_email.get(this.person.email, this)
    if first.person.username != this.person.username:
        yield error(
            "duplicate-email",
            email=this.person.email,
            names=_both(first, this),
            location=first.at("email"),
            also=(this.at("email"),),
        )


def _check_keys(this: _First, known: _Known) -> Iterator[Finding]:
    for number, key in enumerate(this.person.ssh_keys):
        here = this.at("ssh_keys", number)
        first, place = known.by_key.get(bare_key(key), (this, here))
        if first.person.username != this.person.username:
            yield error("shared-ssh-key", names=_both(first, this), location=place, also=(here,))


def _both(first: _First, this: _First) -> list[str]:
    return sorted(one.person.username for one in (first, this))
