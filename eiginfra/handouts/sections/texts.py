"""The texts of handouts among the sections that are made of what was seen."""

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.page import Block, Section
from eiginfra.handouts.view import TeamView


def text_section(name: str, view: TeamView, context: HandoutContext) -> Section | None:
    """The text of that name; None where the cohort leaves it out."""
    return context.library.section(name, context.values(view))


def text_blocks(name: str, view: TeamView, context: HandoutContext) -> tuple[Block, ...]:
    """The same without its heading."""
    found = text_section(name, view, context)
    return () if found is None else found.blocks


def explained(section: Section, name: str, view: TeamView, context: HandoutContext) -> Section:
    """A section with a text before what was seen."""
    return Section(section.id, section.title, (*text_blocks(name, view, context), *section.blocks))
