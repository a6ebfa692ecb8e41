"""What all handouts of one call are made of, besides the texts: the files, what was seen, and the language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from eiginfra.handouts.blocks import TextLibrary, Values, text_values
from eiginfra.handouts.changing import TeamSource
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.language import Language
from eiginfra.handouts.names import INDEX
from eiginfra.handouts.page import Block, Page, PageLink, Text
from eiginfra.handouts.sizing.cohort_sizing import SizingView, sizing_view
from eiginfra.handouts.views.team_view import TeamView, team_views
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site


@dataclass(frozen=True)
class HandoutContext:
    """A cohort, its site, what was seen of them, and the language of the handouts. persons: whether each person has one, too.

    sources: the teams' files by team, as far as they are known.
    """

    cohort: Cohort
    site: Site
    facts: Facts
    language: Language
    persons: bool = True
    sources: Mapping[str, TeamSource] = field(default_factory=dict)

    @cached_property
    def views(self) -> Mapping[str, TeamView]:
        """The teams' views by id, in their order."""
        return team_views(self.cohort, self.site, self.facts)

    @cached_property
    def sizing(self) -> SizingView:
        """All machines, judged by what they used."""
        return sizing_view(self.cohort, self.site, self.facts)

    @cached_property
    def library(self) -> TextLibrary:
        """The texts, in the language."""
        return TextLibrary(self.cohort, self.language.code)

    def values(self, view: TeamView) -> Values:
        """What stands for the placeholders of texts on a page of a team."""
        machine = next((machine.host for machine in view.machines if machine.made and machine.address), None)
        found = text_values(self.cohort, self.site, self.language, team=view.team, hosts=self.facts.hosts, machine=machine)
        source = self.sources.get(view.team.id)
        return {**found, **({} if source is None else {"team_file": source.path})}

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
