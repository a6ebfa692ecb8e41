"""The texts of handouts among the sections that are made of what was seen."""

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.page import Block, Section
from eiginfra.handouts.views.team_view import TeamView


def text_section(name: str, view: TeamView, context: HandoutContext) -> Section | None:
    """The text of that name; None where the cohort leaves it out."""
    return context.library.section(name, context.values(view))


def text_blocks(name: str, view: TeamView, context: HandoutContext) -> tuple[Block, ...]:
    """The same without its heading."""
    found = text_section(name, view, context)
    return () if found is None else found.blocks


def explained(section: Section, name: str, view: TeamView, context: HandoutContext) -> Section:
    """A section with a text around what was seen: the text's words before, its parts behind, so that none of them seems to hold it."""
    text = text_blocks(name, view, context)
    words = (block for block in text if not isinstance(block, Section))
    parts = (block for block in text if isinstance(block, Section))
    return Section(section.id, section.title, (*words, *section.blocks, *parts))
