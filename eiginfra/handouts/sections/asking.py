"""The rules of the shared server, and whom to ask."""

from collections.abc import Sequence

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Inline, Items, Link, Paragraph, Section, Text
from eiginfra.inventory.contacts import Contact

_RULES = ("rule_purpose", "rule_memory", "rule_backup", "rule_docker", "rule_root", "rule_change")


def rules_section(language: Language) -> Section:
    """What holds for the shared server."""
    return Section("rules", language.words["rules"], (Items(tuple(language.words[rule] for rule in _RULES)),))


def contacts_section(contacts: Sequence[Contact], language: Language) -> Section:
    """Whom to ask."""
    words = language.words
    block: Block = Items(tuple(contact_text(contact, language) for contact in contacts)) if contacts else Paragraph(words["no_contacts"])
    return Section("ask", words["ask"], (block,))


def contact_text(contact: Contact, language: Language) -> Text:
    """A role and where to write."""
    web: tuple[Inline, ...] = (" (", Link(contact.url, language.words["web"]), ")") if contact.url else ()
    return f"{contact.role}{language.words['colon']} ", Link(f"mailto:{contact.email}", contact.email), *web
