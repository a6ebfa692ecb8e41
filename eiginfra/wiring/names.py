"""Names to choose from at the keyboard: teams, resources, runs. Read in a moment, so neither checked nor complete, and no server is asked.

Resources and runs are those of the journal, if it is an SQLite file: its tables are read without what else the journal needs.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from eiginfra.wiring.asked import SETTINGS, Paths

JOURNAL = "../.eiginfra/journal.db"
_SECONDS = 0.2


def teams(paths: Paths) -> list[str]:
    """The teams of the cohort, by the names of their files."""
    return sorted(path.stem for path in (_path(paths, "inventory") / "teams").glob("*.yml"))


def addresses(paths: Paths) -> list[str]:
    """The resources that the cohort has on record."""
    return [address for (address,) in _ask(paths, "SELECT address FROM records WHERE cohort = ? ORDER BY address")]


def runs(paths: Paths) -> list[tuple[str, str]]:
    """The cohort's latest runs, newest first: number, and what it was."""
    query = "SELECT number, command, started, by FROM runs WHERE cohort = ? ORDER BY number DESC LIMIT 50"
    return [
        (str(number), f"{command}, {started[:16].replace('T', ' ')} UTC, by {by}") for number, command, started, by in _ask(paths, query)
    ]


def _ask(paths: Paths, query: str) -> list[Any]:
    site = _path(paths, "site")
    file = site.parent / Path(str(_mapping(site).get("journal", JOURNAL))).expanduser()
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=_SECONDS)) as connection:
        return connection.execute(query, [_path(paths, "inventory").resolve().name]).fetchall()


def _path(paths: Paths, what: str) -> Path:
    """A file as given, else as the settings name it. Raises LookupError where nobody names it."""
    given: Path | None = getattr(paths, what)
    settings = paths.settings or SETTINGS
    return given or settings.parent / Path(_mapping(settings)[what]).expanduser()


def _mapping(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - help offers nothing, and is to be quick

    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}
