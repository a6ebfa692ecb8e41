"""From a cohort and what was seen of it to all its handouts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.html import render_html
from eiginfra.handouts.index import index_page
from eiginfra.handouts.language import Language
from eiginfra.handouts.markdown import render_markdown
from eiginfra.handouts.page import Note, Page
from eiginfra.handouts.team import team_page


@dataclass(frozen=True)
class Handout:
    """A page and its path below the folder of all handouts."""

    path: PurePath
    text: str


def compose(context: HandoutContext) -> Iterator[Page]:
    """The index and a page for each team, none with a day yet.

    Nothing is stated to exist that is not among what was observed; no secret and nobody's e-mail but the contacts' is on them.
    """
    yield index_page(context)
    for view in context.views.values():
        yield team_page(view, context)


def dated(page: Page, day: date, language: Language, *, is_today: bool) -> Page:
    """A page that says of which day it is. is_today: whether that was the real day when it was seen."""
    said = Note(language.text("as_of" if is_today else "as_of_set", language.date(day)))
    return replace(page, blocks=(said, *page.blocks))


def render(context: HandoutContext) -> Iterator[Handout]:
    """Every handout as HTML and as Markdown."""
    facts = context.facts
    for page in compose(context):
        shown = dated(page, facts.day, context.language, is_today=facts.is_today)
        yield Handout(PurePath(f"{page.name}.html"), render_html(shown))
        yield Handout(PurePath(f"{page.name}.md"), render_markdown(shown))
