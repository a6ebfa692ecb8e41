"""Which files a report is about, whether they are right or wrong."""

from contextlib import suppress
from pathlib import Path

from eiginfra.core.errors import InputError, UsageError
from eiginfra.inventory.loader import read_cohort
from eiginfra.inventory.source import shown
from eiginfra.render.catalogue import Language
from eiginfra.render.formats.files import ReportFiles, from_top
from eiginfra.wiring.asked import SETTINGS, Paths
from eiginfra.wiring.git import Checkout
from eiginfra.wiring.settings import named


def report_files(paths: Paths) -> ReportFiles:
    """The files that these options and eiginfra.yml name, from the top of the checkout, or without one from the current folder.

    Raises UsageError when a file is named nowhere.
    """
    checkout = Checkout.of(paths.settings or (SETTINGS if SETTINGS.exists() else paths.anchor))
    top = checkout.top if checkout is not None else Path.cwd()
    try:
        paths = named(paths)
    except InputError:  # the settings themselves are wrong
        settings = _shown(paths.settings or SETTINGS, top)
        return ReportFiles(cohort=settings, read=(settings,), top=top)
    folder = paths.inventory or Path()
    teams = {path.stem: path for path in sorted((folder / "teams").glob("*.yml"))}
    files = [folder / "cohort.yml", *teams.values(), paths.playbook, paths.site]
    read = [path for file in files if file is not None and (path := from_top(str(file), top)) is not None]
    named_teams = {team: _shown(path, top) for team, path in teams.items()}
    return ReportFiles(cohort=_shown(folder / "cohort.yml", top), read=read, teams=named_teams, top=top)


def language_of(paths: Paths) -> Language | None:
    """The cohort's language, if cohort.yml can be read, whatever else is wrong."""
    with suppress(InputError, UsageError):
        read = read_cohort(named(paths).inventory or Path())
        return None if read.cohort is None else read.cohort.file.language
    return None


def _shown(path: Path, top: Path) -> str:
    return from_top(str(path), top) or shown(path)
