"""Sub-domains and public ports."""

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Break, Code, Column, Inline, Link, Paragraph, Section, Status, Table, Text
from eiginfra.handouts.views.gateway import PublicView
from eiginfra.handouts.views.team_view import TeamView


def public_section(view: TeamView, language: Language, *, gateway: bool) -> Section | None:
    """What was asked for, and whether it is in service; None where nothing was asked for."""
    if not view.public:
        return None
    words = language.words
    columns = tuple(Column(words[title]) for title in ("public_name", "leads_to", "state"))
    table = Table(words["public_caption"], columns, tuple(_row(each, language) for each in view.public))
    blocks: tuple[Block, ...] = (table,) if gateway else (Paragraph(words["no_gateway"]), table)
    return Section("public", words["public_names"], blocks)


def _row(each: PublicView, language: Language) -> tuple[Text, ...]:
    name: Inline = Link(each.url, each.name) if each.url else Code(each.name)
    state: tuple[Inline, ...] = (Status(language.words[each.state], "good" if each.state == "in_service" else "warn"),)
    if each.sources:
        state += (Break(), *language.listing("only_from", [Code(source) for source in each.sources]))
    return (name,), language.text("port_of", str(each.port), Code(each.host)), state
