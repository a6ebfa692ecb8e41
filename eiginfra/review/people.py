"""Who is who at the base: which names of the inventory are an account's, and who belongs to which team."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Member, Mentor, Team
from eiginfra.review.model import Author


@dataclass(frozen=True)
class BasePeople:
    """The people of the cohorts at the base, by id, on a day. Nobody belongs to a team after their last day in it."""

    base: Mapping[str, Cohort]
    as_of: date

    def names(self, author: Author) -> frozenset[str]:
        """The user names by which the inventory knows an account; none where somebody took over a name that is confirmed to be another's.

        An account whose ID cohort.yml confirms goes by the names that it is confirmed for, whatever it is called now.
        """
        confirmed = {name for name, ids in self._confirmed.items() if author.id in ids}
        name = author.username.lower()
        return frozenset(confirmed) if confirmed or name in self._confirmed else frozenset({name})

    def running(self) -> Mapping[str, Cohort]:
        """The cohorts that have not ended, by id and in its order."""
        return {name: cohort for name, cohort in sorted(self.base.items()) if cohort.file.ends >= self.as_of}

    def approvers(self, cohort: str | None) -> tuple[str, ...]:
        """Whose yes is enough for what is a cohort's; for what is no known cohort's, those who may give it in each that has not ended."""
        if cohort is not None and cohort in self.base:
            return self.base[cohort].file.approvals.by
        every = [found.file.approvals.by for found in self.running().values()]
        return tuple(name for name in every[0] if all(name in by for by in every)) if every else ()

    def members(self, cohort: str, team: str) -> Mapping[str, Member]:
        """The members of a team by user name."""
        return {person.username: person for person in self._people(cohort, team) if isinstance(person, Member)}

    def mentors(self, cohort: str, team: str) -> Mapping[str, Mentor]:
        """The mentors of a team by user name."""
        return {person.username: person for person in self._people(cohort, team) if isinstance(person, Mentor)}

    def elsewhere(self, name: str, cohort: str, team: str) -> bool:
        """Whether a person is in another team, of this or another cohort."""
        return bool(self._teams.get(name, frozenset()) - {(cohort, team)})

    @cached_property
    def teams(self) -> frozenset[str]:
        """The ids of all teams."""
        return frozenset(team.id for cohort in self.base.values() for team in cohort.teams)

    @cached_property
    def subdomains(self) -> Mapping[str, set[tuple[str, str]]]:
        """The teams, each with its cohort, that have a sub-domain, by its name."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for id_, cohort in self.base.items():
            for team in cohort.teams:
                for machine in team.machines:
                    for published in machine.publish:
                        found[published.subdomain].add((id_, team.id))
        return found

    @cached_property
    def _confirmed(self) -> Mapping[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for cohort in self.base.values():
            for name, accounts in cohort.file.people.items():
                if accounts.gitlab_id is not None:
                    found[name].add(accounts.gitlab_id)
        return found

    @cached_property
    def _teams(self) -> Mapping[str, set[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for id_, cohort in self.base.items():
            for team in cohort.teams:
                for person in self._people(id_, team.id):
                    found[person.username].add((id_, team.id))
        return found

    def knows(self, cohort: str, team: str) -> bool:
        """Whether there is such a team, with a file that is sound."""
        return team in self._by_id.get(cohort, {})

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[str, Team]]:
        return {name: {team.id: team for team in cohort.teams} for name, cohort in self.base.items()}

    def _people(self, cohort: str, team: str) -> Iterator[Member | Mentor]:
        if (found := self._by_id.get(cohort, {}).get(team)) is not None:
            ends = self.base[cohort].file.ends
            yield from (person for person in found.people if (person.until or ends) >= self.as_of)
