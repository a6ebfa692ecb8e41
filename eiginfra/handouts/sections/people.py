"""Who is in a team, with the access that was seen."""

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Code, Column, Paragraph, Section, Status, Table, Text
from eiginfra.handouts.view import PersonView, TeamView


def people_section(view: TeamView, language: Language) -> Section:
    """Members, mentors, then whoever else has access."""
    words = language.words
    if not view.people:
        return Section("team", words["team"], (Paragraph(words["nobody"]),))
    columns = tuple(Column(words[title]) for title in ("username", "name", "place", "access", "last_day"))
    rows = tuple(_row(person, language) for person in view.people)
    return Section("team", words["team"], (Table(words["people_caption"], columns, rows), Paragraph(words["access_help"])))


def _row(person: PersonView, language: Language) -> tuple[Text, ...]:
    words = language.words
    access = Status(words["not_given"], "warn") if person.access is None else Status(person.access, "good")
    last_day = (language.date(person.last_day),) if person.last_day else words["no_end"]
    return (Code(person.username),), person.name or "–", words[person.place], (access,), last_day
