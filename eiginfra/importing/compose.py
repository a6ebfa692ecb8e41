"""What was found, as the files of an inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from eiginfra.core.errors import UsageError
from eiginfra.core.filters import Filter
from eiginfra.core.finding import Finding, notice
from eiginfra.core.resource import Observed
from eiginfra.importing.asking import Wanted
from eiginfra.importing.estate import Estate, FoundTeam
from eiginfra.importing.fitting import Written, fitting, not_expressible, writable
from eiginfra.importing.machines import Guessed, machines_of
from eiginfra.importing.people import NOBODY, by_name_alone, confirmed, last_day, people_of, without_keys
from eiginfra.inventory.checks.grants import privileged
from eiginfra.inventory.fields import Title, brief
from eiginfra.inventory.file_model import MOST
from eiginfra.inventory.model import Project, Team, TeamFile
from eiginfra.inventory.site import Site

UNKNOWN: Final = "à compléter"
"""In place of who hosts a team: no server knows it, and a file has to say it."""
BEFORE: Final = "existait avant cet inventaire"
"""The reason of a grant."""


_TITLE: Final[TypeAdapter[str]] = TypeAdapter(Title)


@dataclass(frozen=True)
class Composed:
    """The contents of cohort.yml and of the team files, by team, and what could not be said."""

    cohort: Written
    teams: Mapping[str, Written]
    findings: tuple[Finding, ...]


def compose(estate: Estate, wanted: Wanted, site: Site, filters: Mapping[str, Filter]) -> Composed:
    """The inventory. Raises UsageError where nothing tells the cohort's last day."""
    ends = wanted.ends or last_day(estate)
    if ends is None:
        raise UsageError("no membership on the servers says when the cohort ends: give --ends DATE")
    titled = filters.get("gitlab_name")
    guessed: Guessed = {}
    teams: dict[str, Written] = {}
    for found in (estate.teams[name] for name in sorted(estate.teams)):
        members, mentors = people_of(found, estate, ends)
        written: Written = {
            "title": _title(found.group, found.pool, titled) or found.id,
            "administration": UNKNOWN,
            "description": _text(found.group, "description"),
            "members": members,
            "mentors": mentors,
            "projects": _projects(found, estate),
            "machines": machines_of(found, estate, wanted, site, guessed),
        }
        lists = {key: _within(key, value, found, estate) for key, value in written.items() if isinstance(value, list)}
        plain = fitting(TeamFile, {key: value for key, value in written.items() if key not in lists}, found.id, estate.findings, found.id)
        teams[found.id] = {
            **(plain or {"title": found.id, "administration": UNKNOWN}),
            **{key: value for key, value in lists.items() if value},
        }
    names = {str(person["username"]) for team in teams.values() for person in (*team.get("members", ()), *team.get("mentors", ()))}
    cohort: Written = {
        "cohort": wanted.cohort,
        "title": _sound_title(wanted, estate, titled),
        "starts": wanted.starts.isoformat(),
        "ends": ends.isoformat(),
        "grants": [grant for team, written in teams.items() for grant in _grants(team, written, site)],
        "people": confirmed(estate, names),
    }
    estate.findings += [*_told(teams, guessed), *without_keys(teams), *by_name_alone(estate, names)]
    return Composed({key: value for key, value in cohort.items() if value}, teams, tuple(dict.fromkeys(estate.findings)))


def _within(key: str, entries: list[Written], team: FoundTeam, estate: Estate) -> list[Written]:
    """No more of them than a team's file may have."""
    if len(entries) > MOST:
        estate.findings.append(not_expressible(team.id, key, f"{len(entries)} > {MOST}", team.id))
    return entries[:MOST]


def _text(found: Observed | None, field: str) -> str | None:
    value = None if found is None else found.values.get(field)
    return value if isinstance(value, str) and value else None


def _title(group: Observed | None, other: Observed | None, name: Filter | None) -> str | None:
    """As it was written: the comment of a pool or of a backup job, where GitLab's name of the group was made of it; else that name."""
    shown, comment = _text(group, "name"), _text(other, "comment")
    return comment if comment is not None and (shown is None or (name is not None and name(comment) == shown)) else shown


def _sound_title(wanted: Wanted, estate: Estate, name: Filter | None) -> str:
    """The cohort's: as it was asked for, else as GitLab has it; its id where that cannot be written."""
    title = wanted.title or _title(estate.group, estate.backup, name) or wanted.cohort
    try:
        _TITLE.validate_python(title)
    except ValidationError:
        sound = False
    else:
        sound = writable(title)
    estate.findings += [] if sound else [not_expressible(wanted.cohort, "title", brief(title), None)]
    return title if sound else wanted.cohort


def _projects(team: FoundTeam, estate: Estate) -> list[Written]:
    found = []
    for project in sorted(team.projects, key=lambda one: one.address.key):
        name, title, visibility = project.address.key.rpartition("/")[2], _text(project, "title"), project.values.get("visibility")
        entry: dict[str, Any] = {
            "name": name,
            "title": title if title != name else None,
            "description": _text(project, "description"),
            "visibility": visibility if visibility != "public" else None,
            "website": _text(project, "website"),
            "topics": project.values.get("topics") or None,
        }
        if (sound := fitting(Project, entry, project.address.key, estate.findings, team.id)) is not None:
            found.append(sound)
    return found


def _grants(team: str, written: Written, site: Site) -> list[Written]:
    """What cohort.yml has to allow for the team's file to be as it is."""
    known = {key: [{"email": NOBODY, **one} for one in written.get(key, ())] for key in ("members", "mentors")}
    file = TeamFile.model_validate({**written, **known})
    found: list[Written] = []
    for asked in privileged(Team(id=team, **dict(file)), site):
        grant = {"team": team, "key": asked.key, **asked.allowance, "reason": BEFORE}
        found += [] if grant in found else [grant]
    return found


def _told(teams: Mapping[str, Written], guessed: Guessed) -> list[Finding]:
    """What is to be seen to in all files."""
    bare = [
        f"{team}/{machine['name']}" for team, written in teams.items() for machine in written.get("machines", ()) if "backup" in machine
    ]
    return [
        *([notice("import-administration", text=UNKNOWN, count=len(teams))] if teams else ()),
        *(notice("import-image-guessed", image=image, machines=sorted(names)) for image, names in sorted(guessed.items())),
        *([notice("import-without-backup", machines=bare)] if bare else ()),
    ]
