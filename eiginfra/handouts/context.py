"""What all handouts of one call are made of, besides the texts: the files, what was seen, and the language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from eiginfra.core.resource import Observed
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.gateway_view import accounts
from eiginfra.handouts.language import Language
from eiginfra.handouts.names import INDEX
from eiginfra.handouts.page import Block, Page, PageLink, Text
from eiginfra.handouts.view import TeamView, team_view
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site


@dataclass(frozen=True)
class HandoutContext:
    """A cohort, its site, what was seen of them, and the language of the handouts."""

    cohort: Cohort
    site: Site
    facts: Facts
    language: Language

    @cached_property
    def _observed(self) -> Mapping[str, Sequence[Observed]]:
        found: dict[str, list[Observed]] = {}
        for each in self.facts.observed:
            if each.team is not None:
                found.setdefault(each.team, []).append(each)
        return found

    @cached_property
    def views(self) -> Mapping[str, TeamView]:
        """The teams' views by id, in their order."""
        return {team.id: self._view(team) for team in self.cohort.teams}

    def _view(self, team: Team) -> TeamView:
        return team_view(self.cohort, self.site, team, self._observed.get(team.id, ()), self.open_accounts)

    @cached_property
    def open_accounts(self) -> frozenset[str]:
        """Who has an open account on the gateway, by user name."""
        return accounts(self.facts.observed, self.facts.day)

    def page(self, name: str, title: str, lead: Text, blocks: Sequence[Block], *, description: str, back: PageLink | None = None) -> Page:
        """A page with what all handouts have in common. back: to where its navigation leads beside the index."""
        words = self.language.words
        navigation = (PageLink(INDEX, words["to_index"]), *(() if back is None else (back,)))
        return Page(
            name=name,
            language=self.language.code,
            title=title,
            lead=lead,
            blocks=tuple(blocks),
            site=self.cohort.file.title,
            navigation=navigation,
            navigation_label=words["navigation"],
            skip=words["skip"],
            description=description,
        )
