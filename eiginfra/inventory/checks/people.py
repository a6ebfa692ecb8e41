"""People: one person is one user name, one name and one e-mail address, in all teams."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from eiginfra.core.finding import Finding, Location, error, warning
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Person, Team


@dataclass(frozen=True)
class _First:
    """Somebody where first met."""

    person: Person
    team: str
    role: str
    index: int

    def at(self, cohort: Cohort, *path: str | int) -> Location:
        """Where something about the person is written."""
        return cohort.where(self.team, self.role, self.index, *path)


@dataclass
class _Known:
    """Everybody met so far. User names and e-mail addresses are in lower case, as they are read."""

    by_username: dict[str, _First] = field(default_factory=dict)
    by_email: dict[str, _First] = field(default_factory=dict)
    by_key: dict[str, tuple[_First, Location]] = field(default_factory=dict)


def check_people(cohort: Cohort) -> Iterator[Finding]:
    """Findings about members and mentors."""
    known = _Known()
    for team in cohort.teams:
        if not team.members:
            yield warning("no-member", "the team has no member", location=cohort.where(team.id, "members"), team=team.id)
        if not team.mentors:
            yield warning(
                "no-mentor",
                "the team has no mentor",
                remedy="name one, so that the newcomers know whom to ask",
                location=cohort.where(team.id, "mentors"),
                team=team.id,
            )
        yield from _check_team(cohort, team, known)


def _check_team(cohort: Cohort, team: Team, known: _Known) -> Iterator[Finding]:
    here: dict[str, _First] = {}
    for role, people in (("members", team.members), ("mentors", team.mentors)):
        for index, person in enumerate(people):
            this = _First(person, team.id, role, index)
            first = here.setdefault(person.username, this)
            if first is not this:
                yield _twice_in_team(cohort, this, first)
                continue
            first = known.by_username.setdefault(person.username, this)
            if first is not this:
                yield from _check_same_person(cohort, this, first)
            yield from _check_email(cohort, this, known)
            yield from _check_keys(cohort, this, known)


def _twice_in_team(cohort: Cohort, this: _First, first: _First) -> Finding:
    among = "among the members and the mentors" if first.role != this.role else f"twice among the {this.role}"
    return error(
        "duplicate-member",
        f"{this.person.username!r} stands {among} of this team",
        remedy="keep one",
        location=this.at(cohort, "username"),
        also=(first.at(cohort, "username"),),
        team=this.team,
    )


def _check_same_person(cohort: Cohort, this: _First, first: _First) -> Iterator[Finding]:
    """The same user name in another team: then everything else must agree."""
    for key in ("name", "email"):
        mine, theirs = getattr(this.person, key), getattr(first.person, key)
        if mine != theirs:
            label = "e-mail address" if key == "email" else key
            both = sorted((one.team, repr(value) if value else "none") for one, value in ((this, mine), (first, theirs)))
            said = ", and ".join(f"{value} in {team}" for team, value in both)
            yield error(
                "person-differs",
                f"{this.person.username!r} has the {label} {said}",
                remedy=f"write the same {label} in both, or use another user name if they are two persons",
                location=first.at(cohort, key),
                also=(this.at(cohort, key),),
            )


def _check_email(cohort: Cohort, this: _First, known: _Known) -> Iterator[Finding]:
    first = known.by_email.setdefault(this.person.email, this)
    if first.person.username != this.person.username:
        yield error(
            "duplicate-email",
            f"the e-mail address {this.person.email} is that of {_both(first, this)}",
            remedy="give each account its own address",
            location=first.at(cohort, "email"),
            also=(this.at(cohort, "email"),),
        )


def _check_keys(cohort: Cohort, this: _First, known: _Known) -> Iterator[Finding]:
    for number, key in enumerate(this.person.ssh_keys):
        first, place = known.by_key.setdefault(" ".join(key.split(" ")[:2]), (this, this.at(cohort, "ssh_keys", number)))
        if first.person.username != this.person.username:
            yield warning(
                "shared-ssh-key",
                f"this SSH key is that of {_both(first, this)}",
                remedy="each person needs a key of their own, so that one can leave",
                location=place,
                also=(this.at(cohort, "ssh_keys", number),),
            )


def _both(first: _First, this: _First) -> str:
    return " and of ".join(sorted(repr(one.person.username) for one in (first, this)))
