"""Whom to ask, and the tools that all teams share."""

from collections.abc import Sequence
from typing import Final

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Inline, Items, Link, Paragraph, Section, Terms, Text
from eiginfra.handouts.sections.texts import text_blocks
from eiginfra.handouts.views.team_view import TeamView
from eiginfra.inventory.contacts import Contact, Correspondent
from eiginfra.inventory.model import Team
from eiginfra.inventory.programme import CohortTool

_MATTERS: Final = ("data_protection", "it", "open_data", "legal", "data")


def contacts_section(contacts: Sequence[Contact], language: Language, before: Sequence[Block] = (), after: Sequence[Block] = ()) -> Section:
    """The cohort's contacts."""
    words = language.words
    block: Block = Items(tuple(contact_text(contact, language) for contact in contacts)) if contacts else Paragraph(words["no_contacts"])
    return Section("ask", words["ask"], (*before, block, *after))


def who_section(view: TeamView, context: HandoutContext) -> Section:
    """Who does what: the cohort's contacts, then the correspondents in the administration, as far as the team's file names them."""
    language = context.language
    inside = tuple(_correspondents(view.team, language))
    blocks = (Paragraph(f"{language.words['in_administration']}{language.words['colon']}"), Terms(inside)) if inside else ()
    before = (*text_blocks("who_is_who", view, context), Paragraph(f"{language.words['in_programme']}{language.words['colon']}"))
    return contacts_section(view.contacts, language, before, blocks)


def tools_section(view: TeamView, context: HandoutContext) -> Section | None:
    """The tools that all teams share; None where nothing is known of them."""
    language = context.language
    tools = tuple(_tool(tool) for tool in context.cohort.file.tools)
    text = text_blocks("tools", view, context)
    if not tools and not text:
        return None
    listed = (Paragraph(f"{language.words['tools_list']}{language.words['colon']}"), Items(tools)) if tools else ()
    return Section("tools", language.words["tools"], (*text, *listed))


def _tool(tool: CohortTool) -> Text:
    return Link(tool.url, tool.title), *((f" – {tool.description}",) if tool.description else ())


def contact_text(contact: Contact, language: Language) -> Text:
    """A role and where to write."""
    return f"{contact.role}{language.words['colon']} ", *_address(contact, language)


def _correspondents(team: Team, language: Language) -> Sequence[tuple[str, Text]]:
    named = ((matter, getattr(team.contacts, matter)) for matter in _MATTERS)
    return [(language.words[f"matter_{matter}"], _address(one, language)) for matter, one in named if one is not None]


def _address(one: Contact | Correspondent, language: Language) -> tuple[Inline, ...]:
    name: tuple[Inline, ...] = (f"{one.name}, ",) if isinstance(one, Correspondent) and one.name else ()
    web: tuple[Inline, ...] = (" (", Link(one.url, language.words["web"]), ")") if one.url else ()
    return *name, Link(f"mailto:{one.email}", one.email), *web
