"""Handouts, from one look at the servers to files."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from eiginfra.handouts import HandoutsAsked, OutputFolder, handout_files
from eiginfra.handouts.changing import TeamSource
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.files.output_folder import FoundFile, LeftOver
from eiginfra.handouts.languages import LANGUAGES
from eiginfra.handouts.rendering.theme import theme_css
from eiginfra.inventory.cohort import Cohort
from eiginfra.render.formats.files import from_top
from eiginfra.wiring.facts import FactsAsked, facts_of
from eiginfra.wiring.git import Checkout
from eiginfra.wiring.workspace import Workspace


@dataclass(frozen=True)
class HandoutsReport:
    """What was seen, each file as it was found, which of them were written; what is left over, and what of that was removed.

    missing: the characters that no font has, of the PDFs that were written.
    """

    facts: Facts
    found: Sequence[FoundFile]
    written: Sequence[FoundFile]
    left_over: Sequence[LeftOver]
    removed: Sequence[LeftOver]
    missing: Sequence[str]

    @property
    def sound(self) -> bool:
        """Whether every file was found as it should be, and none is left over."""
        return not self.left_over and all(each.state == "current" for each in self.found)


def handouts_report(
    workspace: Workspace,
    folder: Path,
    asked: HandoutsAsked,
    *,
    languages: Sequence[str] = (),
    persons: bool = True,
    checking: bool = False,
    prune: bool = False,
) -> HandoutsReport:
    """Look at the servers, then write the handouts whose facts changed. Raises as `facts_of`, and HandoutError.

    languages: their codes; the cohort's where there are none. persons: whether each person has a page, too. checking: nothing is written.
    prune: what is left over is removed, as far as it is unchanged; nothing is left over where some teams only are asked for.
    """
    facts = facts_of(workspace, FactsAsked(utilisation=True))
    codes = dict.fromkeys(languages or (workspace.cohort.file.language,))
    sources = team_sources(workspace.cohort)
    contexts = [HandoutContext(workspace.cohort, workspace.site, facts, LANGUAGES[code], persons, sources) for code in codes]
    files = list(handout_files(contexts, asked))
    theme = theme_css(workspace.cohort.file.theme, workspace.cohort.stylesheet)
    pages = OutputFolder(folder, facts.day, is_today=facts.is_today, theme=theme)
    found = pages.look(files)
    written = [] if checking else pages.write(found)
    left_over = pages.left_over(files) if asked.teams is None else []
    removed = pages.remove(left_over) if prune and not checking else []
    return HandoutsReport(facts, found, written, left_over, removed, sorted(pages.missing))


def team_sources(cohort: Cohort) -> Mapping[str, TeamSource]:
    """The teams' files by team, with their paths in the repository; without a checkout, from the current folder."""
    checkout = Checkout.of(Path(cohort.document.file))
    top = Path.cwd() if checkout is None else checkout.top
    found = {}
    for team in cohort.teams:
        file = cohort.documents[team.id].file
        path = from_top(file, top)
        with suppress(OSError, UnicodeDecodeError):
            if path is not None:
                found[team.id] = TeamSource(path, Path(file).read_text(encoding="utf-8"))
    return found
