"""The files that a report is about, by their paths in the repository."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eiginfra.core.finding import Finding, Location
from eiginfra.inventory.settings import PACKAGED
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.grouped import told


@dataclass(frozen=True)
class ReportFiles:
    """What a command read, and the file at which a finding is shown that names none of the repository.

    read: all files. cohort: the cohort's own; teams: by team. top: the repository's top folder, from which all these paths are;
    None: findings have such paths already.
    """

    cohort: str
    read: Sequence[str] = ()
    teams: Mapping[str, str] = field(default_factory=dict)
    top: Path | None = None

    def at(self, found: Finding) -> Location:
        """Where a report shows the finding: at its place; of one outside the repository, or without a place, at the file concerned."""
        return self._inside(found) or Location(file=self.teams.get(found.team or "", self.cohort))

    def text(self, found: Finding, words: Catalogue) -> str:
        """What it says and what to do about it, with its place where `at` is another."""
        where = None if self._inside(found) else found.location or found.address
        remedy = words.remedy(found)
        return f"{f'{where}: ' if where else ''}{told(found, words)}{f' ({remedy})' if remedy else ''}"

    def _inside(self, found: Finding) -> Location | None:
        if found.location is None:
            return None
        path = from_top(found.location.file, self.top)
        return None if path is None else found.location.model_copy(update={"file": path})


def from_top(file: str, top: Path | None) -> str | None:
    """The path of a file from the repository's top folder, wherever the command runs; None for one outside, such as eiginfra's own."""
    if file.startswith(PACKAGED):
        return None
    if top is None:
        return file
    try:
        return Path(os.path.normpath(Path(file).absolute())).relative_to(top).as_posix()
    except ValueError:
        return None
