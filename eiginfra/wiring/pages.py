"""The cohort's pages, from one look at the servers to files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path, PurePath

from eiginfra.handouts.facts import Facts
from eiginfra.handouts.files.output_folder import LeftOver, OutputFolder
from eiginfra.handouts.files.writing import Handout, HandoutError, write
from eiginfra.handouts.pages.build import is_of_pages, page_files, pages_context
from eiginfra.handouts.pages.context import FEED, Audience
from eiginfra.handouts.pages.feed import feed
from eiginfra.handouts.rendering.theme import theme_css
from eiginfra.wiring.facts import FactsAsked, facts_of
from eiginfra.wiring.workspace import Workspace


@dataclass(frozen=True)
class BuiltPages:
    """What was seen; all files, and those that were written and removed, by their paths in the folder."""

    facts: Facts
    files: Sequence[PurePath]
    written: Sequence[PurePath]
    removed: Sequence[PurePath]


def write_pages(workspace: Workspace, folder: Path, audience: Audience, language: str | None = None) -> BuiltPages:
    """Look, compose and write. language: the code; None: the cohort's. Raises as `facts_of`, and HandoutError."""
    return write_facts(workspace, facts_of(workspace, asked_for(workspace, audience)), folder, audience, language)


def write_facts(workspace: Workspace, facts: Facts, folder: Path, audience: Audience, language: str | None = None) -> BuiltPages:
    """Compose and write what was seen already: only files that state something new.

    Pages of an earlier build that are not of this one are removed. Raises HandoutError, and leaves all as it is, where the folder holds
    other pages, or one that somebody changed: it would be published along.
    """
    file = workspace.cohort.file
    context = pages_context(workspace.cohort, workspace.site, facts, language or file.language, audience)
    files = page_files(context)
    output = OutputFolder(folder, facts.day, is_today=facts.is_today, theme=theme_css(file.theme, workspace.cohort.stylesheet))
    left = [each for each in output.left_over(files) if each.path != PurePath(FEED)]
    _check(folder, left)
    found = output.look(files)
    written = [each.file.path for each in output.write(found)]
    removed = [each.path for each in output.remove(left)]
    news, path = feed(context), folder / FEED
    if not path.exists() or path.read_bytes() != news.encode():
        write([Handout(PurePath(FEED), news)], folder)
        written.append(PurePath(FEED))
    return BuiltPages(facts, [*(each.path for each in files), PurePath(FEED)], written, removed)


def _check(folder: Path, left: Sequence[LeftOver]) -> None:
    for each in left:
        if not is_of_pages(each.path):
            raise HandoutError(f"{folder / each.path} is none of the cohort's pages; choose another folder")
        if not each.unchanged:
            raise HandoutError(f"{folder / each.path} is of an earlier build and was changed since; remove it, or choose another folder")


def asked_for(workspace: Workspace, audience: Audience) -> FactsAsked:
    """What the pages need: for everybody neither the plan nor what machines use, and no project that is not public."""
    file, internal = workspace.cohort.file, audience == "internal"
    since = datetime.combine(file.starts, time(), UTC)
    return FactsAsked(
        since=since, labels=file.pages.help_labels, plan=internal, utilisation=internal, websites=True, open_only=not internal
    )
