"""People and contacts on pages."""

from eiginfra.handouts.page import Break, Code, Inline, Items, Link, Table, Terms, Text
from eiginfra.handouts.pages.context import PagesContext
from eiginfra.handouts.views.team_view import PersonView, TeamView
from eiginfra.inventory.model import Team

_CORRESPONDENTS = ("data_protection", "it", "open_data", "legal", "data")


def people_table(context: PagesContext, view: TeamView) -> Table | None:
    """The team's people: with roles and last days for the cohort's people; for everybody only who wants to be named."""
    skills = {person.username.casefold(): person.skills for person in view.team.people}
    known = any(skills.values())
    rows: list[tuple[Text, ...]] = [
        (
            *_named(person, internal=context.internal),
            context.say(person.place),
            *((person.access or context.say("not_given"), _last_day(context, person)) if context.internal else ()),
            *((", ".join(skills.get(person.username.casefold(), ())) or "–",) if known else ()),
        )
        for person in view.people
    ]
    inner = ("username", "place_in_team", "access", "last_day") if context.internal else ("place_in_team",)
    titles = ("person", *inner, *(("skills",) if known else ()))
    columns = context.columns(*titles)
    return Table(context.say("people_caption"), columns, tuple(rows)) if rows else None


def _named(person: PersonView, *, internal: bool) -> tuple[Text, ...]:
    name = person.name or person.username
    return (name, (Code(person.username),)) if internal else (name,)


def _last_day(context: PagesContext, person: PersonView) -> Text:
    return "–" if person.last_day is None else (context.day(person.last_day),)


def correspondents(context: PagesContext, team: Team) -> Terms | None:
    """The team's correspondents in its administration."""
    found = [(matter, getattr(team.contacts, matter)) for matter in _CORRESPONDENTS]
    pairs = tuple(
        (context.say(f"matter_{matter}"), _reached(context, each.name, each.email, each.url)) for matter, each in found if each is not None
    )
    return Terms(pairs) if pairs else None


def contacts(context: PagesContext) -> Terms | Items | None:
    """Whom to ask about the cohort; for everybody by their roles alone."""
    found = context.cohort.file.contacts
    if not context.internal:
        return Items(tuple(contact.role for contact in found)) if found else None
    return Terms(tuple((contact.role, _reached(context, None, contact.email, contact.url)) for contact in found)) if found else None


def _reached(context: PagesContext, name: str | None, email: str, url: str | None) -> Text:
    found: list[Inline] = [f"{name}{context.say('colon')} "] if name else []
    found.append(Link(f"mailto:{email}", email))
    if url:
        found += [Break(), Link(url, url)]
    return tuple(found)
