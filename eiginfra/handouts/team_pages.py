"""From a cohort and what was observed of it to pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from eiginfra.core.resource import Observed
from eiginfra.core.usage import Usage
from eiginfra.handouts import markup
from eiginfra.handouts.en import ENGLISH
from eiginfra.handouts.fr import FRENCH
from eiginfra.handouts.gateway_view import accounts
from eiginfra.handouts.ssh import ssh_configs
from eiginfra.handouts.view import TeamView, quota, team_view
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

LANGUAGES = {language.code: language for language in (FRENCH, ENGLISH)}
FORMATS = ("html", "md")
INDEX = "index"


@dataclass(frozen=True)
class Handout:
    """A page and its path below the folder of all handouts."""

    path: PurePath
    text: str


def render(
    cohort: Cohort, site: Site, observed: Sequence[Observed], as_of: date, *, is_today: bool = True, fingerprints: Sequence[str] = ()
) -> list[Handout]:
    """One page a team and an index, each in HTML and Markdown, in the cohort's language.

    observed: what exists now, each with its team. as_of: the day the pages say they are of; is_today: whether it is the real one.
    fingerprints: of the host keys that the gateway may show.
    Nothing is stated to exist that is not among `observed`; no secret and nobody's e-mail but the contacts' is on them.
    """
    standing: dict[str | None, list[Observed]] = {}
    for each in observed:
        standing.setdefault(each.team, []).append(each)
    opened = accounts(observed, as_of)
    views = [team_view(cohort, site, team, standing.get(team.id, ()), opened) for team in cohort.teams]
    seen = {"as_of": as_of, "is_today": is_today, "fingerprints": fingerprints}
    return [*_index(cohort, views, seen), *(page for view in views for page in _team(cohort, site, view, seen))]


def page_name(team: str) -> str:
    """The name of a team's page without its ending; no id holds an underscore, so a team `index` does not hide the index."""
    return f"{team}_" if team == INDEX else team


def _team(cohort: Cohort, site: Site, view: TeamView, seen: dict[str, Any]) -> Iterator[Handout]:
    gateway = site.file.gateway
    members = [person for person in view.people if person.place == "member"]
    values = {
        "view": view,
        "team": view.team,
        "configs": ssh_configs(view, cohort, site),
        "gateway": gateway,
        "without_account": [person.username for person in members if gateway and not person.jumps],
    }
    return _pages("team", page_name(view.team.id), cohort, values | seen)


def _index(cohort: Cohort, views: Sequence[TeamView], seen: dict[str, Any]) -> Iterator[Handout]:
    values = {"views": views, "capacity": quota(cohort.file.capacity, Usage.total(view.usage for view in views))}
    return _pages(INDEX, INDEX, cohort, values | seen)


def _pages(template: str, name: str, cohort: Cohort, values: dict[str, Any]) -> Iterator[Handout]:
    language = LANGUAGES[cohort.file.language]
    for suffix in FORMATS:
        text = (
            _environment(suffix)
            .get_template(f"{template}.{suffix}")
            .render(values, cohort=cohort.file, t=language.words, language=language, page_name=page_name, mark=markup.MARKS[suffix])
        )
        yield Handout(PurePath(f"{name}.{suffix}"), text)


@cache
def _environment(suffix: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("eiginfra.handouts"),
        autoescape=suffix == "html",  # noqa: S701 - Markdown escapes by its filters `text` and `code`
        undefined=StrictUndefined,
        finalize=markup.printable if suffix == "html" else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"url": markup.url, "text": markup.text, "code": markup.code, "mailto": markup.mailto}
    return environment
