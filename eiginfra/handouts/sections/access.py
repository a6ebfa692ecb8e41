"""How access that was seen is told."""

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Code, Column, Inline, Section, Status, Table, Text
from eiginfra.handouts.views.access import AccessView


def access_status(access: AccessView, language: Language) -> Status:
    """Its state in a few words."""
    return Status(language.words[f"state_{access.state}"].replace("%s", access.role), access.tone)


def access_section(checks: tuple[AccessView, ...], language: Language) -> Section | None:
    """A person's own, each with what was seen and what to do next; None where nothing was looked at."""
    words = language.words
    if not checks:
        return None
    columns = tuple(Column(words[title]) for title in ("access_to", "seen", "until", "next"))
    rows = tuple(_row(access, language) for access in checks)
    return Section("access", words["access_seen"], (Table(words["access_caption"], columns, rows),))


def _row(access: AccessView, language: Language) -> tuple[Text, ...]:
    words = language.words
    to: tuple[Inline, ...] = (words[f"access_{access.sort}"], *((" ", Code(access.to)) if access.to else ()))
    until: Text = (language.date(access.last_day),) if access.last_day is not None else ""
    return to, (access_status(access, language),), until, words.get(f"next_{access.state}", "")
