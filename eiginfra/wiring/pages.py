"""The cohort's pages, from one look at the servers to files."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path, PurePath

from eiginfra.handouts.facts import Facts
from eiginfra.handouts.html import render_html
from eiginfra.handouts.pages.build import cohort_pages, pages_context
from eiginfra.handouts.pages.context import FEED, Audience
from eiginfra.handouts.pages.feed import feed
from eiginfra.handouts.renderers import dated
from eiginfra.handouts.theme import theme_css
from eiginfra.handouts.writing import Handout, write
from eiginfra.wiring.facts import FactsAsked, facts_of
from eiginfra.wiring.workspace import Workspace


@dataclass(frozen=True)
class BuiltPages:
    """What was written, and what it states."""

    files: list[Path]
    facts: Facts


def write_pages(workspace: Workspace, folder: Path, audience: Audience, language: str | None = None) -> BuiltPages:
    """Look, compose and write. language: the code; None: the cohort's. Raises as `facts_of` and `write` do."""
    facts = facts_of(workspace, asked_for(workspace, audience))
    return BuiltPages(write_facts(workspace, facts, folder, audience, language), facts)


def write_facts(workspace: Workspace, facts: Facts, folder: Path, audience: Audience, language: str | None = None) -> list[Path]:
    """Compose and write what was seen already."""
    context = pages_context(workspace.cohort, workspace.site, facts, language or workspace.cohort.file.language, audience)
    theme = theme_css(workspace.cohort.file.theme, workspace.cohort.stylesheet)
    pages = [dated(page, facts.day, context.language, is_today=facts.is_today) for page in cohort_pages(context)]
    files = [Handout(PurePath(f"{page.name}.html"), render_html(page, theme)) for page in pages]
    return write([*files, Handout(PurePath(FEED), feed(context))], folder)


def asked_for(workspace: Workspace, audience: Audience) -> FactsAsked:
    """What the pages need: for everybody neither the plan nor what machines use."""
    file, internal = workspace.cohort.file, audience == "internal"
    since = datetime.combine(file.starts, time(), UTC)
    return FactsAsked(since=since, labels=file.pages.help_labels, plan=internal, utilisation=internal, websites=True)
