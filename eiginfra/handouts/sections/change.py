"""How to ask for a change."""

from collections.abc import Iterator

from eiginfra.handouts.changing import edit_url, example_change
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.page import Block, Code, Link, Paragraph, Preformatted, Section, Terms, Text
from eiginfra.handouts.sections.texts import explained
from eiginfra.handouts.views.team_view import TeamView


def change_section(view: TeamView, context: HandoutContext) -> Section | None:
    """The team's file, where it is edited, and an example; None where nothing of that is known."""
    section = explained(Section("change", context.language.words["change"], tuple(_blocks(view, context))), "ask_for_change", view, context)
    return section if section.blocks else None


def _blocks(view: TeamView, context: HandoutContext) -> Iterator[Block]:
    source, words = context.sources.get(view.team.id), context.language.words
    if source is None:
        return
    url = edit_url(context.cohort, context.site, source.path)
    pairs: list[tuple[str, Text]] = [(words["your_file"], (Code(source.path),))]
    pairs += [(words["edit_it"], (Link(url, url),))] if url else []
    yield Terms(tuple(pairs))
    if example := example_change(context.cohort, context.site, view.team, source):
        yield Paragraph(words["example_text"])
        yield Preformatted(example, words["example"], "diff")
