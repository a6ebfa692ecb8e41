"""Cohorts, teams, people and machines more: the files as they would be, checked before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eiginfra.core.clock import Clock
from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.suggest import did_you_mean
from eiginfra.inventory.editing import with_entry, with_value, without
from eiginfra.inventory.folder import DiskFolder, EditedFolder
from eiginfra.inventory.loader import load_cohort
from eiginfra.inventory.source import read_bytes, shown, to_text
from eiginfra.render.catalogue import spoken
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.files import create_file, replace_file
from eiginfra.wiring.providers import read_site
from eiginfra.wiring.settings import named
from eiginfra.wiring.starting import TEN_MONTHS, Beginning, cohort_text, sure_id, team_text
from eiginfra.wiring.workspace import Workspace

CONTACT, UNKNOWN = "contact@example.org", "À compléter"


@dataclass(frozen=True)
class Addition:
    """A file as it is to be. new: it is not there yet. beside: new files that come with it."""

    path: Path
    text: str
    new: bool = False
    beside: Mapping[Path, str] = field(default_factory=dict)

    def files(self) -> Mapping[Path, bytes]:
        """All of them."""
        return {path: text.encode() for path, text in {self.path: self.text, **self.beside}.items()}


def new_team(paths: Paths, team: str, title: str | None, administration: str | None) -> Addition:
    """A file for a team more. Raises UsageError for an id that is none, or is taken."""
    inventory = _inventory(paths)
    path = _free(inventory / "teams" / f"{sure_id(team)}.yml")
    return Addition(path, team_text(title or team, administration or UNKNOWN, _schemas(path)), new=True)


def new_entry(paths: Paths, team: str, key: str, entry: Mapping[str, Any]) -> Addition:
    """The file of a team with an entry more in a list: a member, a machine. Raises UsageError for a team that is not there."""
    teams = _inventory(paths) / "teams"
    path = teams / f"{team}.yml"
    if not path.exists():
        meant = did_you_mean(team, (one.stem for one in teams.glob("*.yml")))
        raise UsageError(f"there is no team {team}" + (f"; {spoken().told(meant)}" if meant else ""))
    text = to_text(read_bytes(path), shown(path))
    return Addition(path, with_entry(text, key, entry, shown(path)))


def usual_machine(paths: Paths) -> tuple[str | None, str | None]:
    """The image and the size that come first in the site's file, of those that every team may use; None where it has none."""
    site = named(paths).site
    if site is None:
        return None, None
    file = read_site(site).file
    return next(iter(file.images), None), next((name for name, size in file.sizes.items() if not size.privileged), None)


def new_cohort(
    paths: Paths, cohort: str, team: str, *, like: str | None, title: str | None, days: tuple[date | None, date | None]
) -> Addition:
    """The folder of a cohort more with a first team, beside the chosen one.

    like: the cohort whose file it has, but for grants, people and teams' quotas. days: the first and the last, as far as they are given.
    """
    folder = _inventory(paths).absolute().parent / sure_id(cohort)
    path = _free(folder / "cohort.yml")
    today = Clock(named(paths).as_of).today()
    if like is None:
        begins = days[0] or today
        new = Beginning(cohort, "", begins, days[1] or begins + TEN_MONTHS, title or cohort, "", "", CONTACT)
        text = cohort_text(new, _schemas(path))
    else:
        text = _like(folder.parent / sure_id(like), cohort, title or cohort, lambda first: _days(first, days, today))
    first = folder / "teams" / f"{sure_id(team)}.yml"
    return Addition(path, text, new=True, beside={first: team_text(team, UNKNOWN, _schemas(first))})


def _like(folder: Path, cohort: str, title: str, days: Callable[[tuple[date, date]], tuple[date, date]]) -> str:
    file = load_cohort(folder).file
    path = folder / "cohort.yml"
    text = to_text(read_bytes(path), shown(path))
    begins, last = days((file.starts, file.ends))
    for key in (("grants",), ("people",), ("quota", "teams")):
        text = without(text, key, shown(path))
    for name, value in (("cohort", cohort), ("title", title), ("starts", begins.isoformat()), ("ends", last.isoformat())):
        text = with_value(text, (name,), value, shown(path))
    return text


def _days(first: tuple[date, date], given: tuple[date | None, date | None], today: date) -> tuple[date, date]:
    """As long as the other cohort, and from the day after it on, if that is not over."""
    begins = given[0] or max(today, first[1] + timedelta(days=1))
    return begins, given[1] or begins + (first[1] - first[0])


def write(paths: Paths, addition: Addition) -> Sequence[Finding]:
    """Check and write it; what is good to know of the file. Raises InputError with the errors that it would bring, UsageError."""
    folder = _inventory(paths)
    if addition.new and addition.path.name == "cohort.yml":
        folder, paths = addition.path.parent, replace(paths, inventory=addition.path.parent)
    files = addition.files()
    told = _findings(paths, EditedFolder(folder, {path.resolve(): data for path, data in files.items()}))
    errors = [found for found in told if found.severity is Severity.ERROR]
    if errors:
        before = {_same(found) for found in _findings(paths, DiskFolder(folder))}
        if new := [found for found in errors if _same(found) not in before]:
            raise InputError(new)
    for path, data in files.items():
        (create_file if addition.new else replace_file)(path, data)
    names = {shown(path) for path in files}
    return [found for found in told if found.location is not None and found.location.file in names]


def _findings(paths: Paths, folder: DiskFolder) -> Sequence[Finding]:
    try:
        with Workspace.load(paths, offline=True, folder=folder) as workspace:
            return workspace.check()
    except InputError as problem:
        return problem.findings


def _same(found: Finding) -> tuple[str, str, str]:
    """What stays of a finding when lines come before it."""
    return found.code, found.location.file if found.location else "", repr(sorted(found.params.items()))


def _inventory(paths: Paths) -> Path:
    found = named(paths).inventory
    if found is None:
        raise UsageError("no inventory is named: give -i")
    return found


def _free(path: Path) -> Path:
    if path.exists():
        raise UsageError(f"{shown(path)} is there, and is not overwritten")
    return path


def _schemas(path: Path) -> str:
    """The folder of the JSON Schemas that `eiginfra init` wrote, as seen from a file."""
    above = "../../.." if path.parent.name == "teams" else "../.."
    return f"{above}/schemas"
