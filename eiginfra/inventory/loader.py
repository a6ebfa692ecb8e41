"""Folders and files to a Cohort, a Site and Settings; everything that is wrong is reported at once."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, Severity, error, warning
from eiginfra.core.reason import reason
from eiginfra.inventory.checks import check_inventory
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.document import YamlDocument, load_document
from eiginfra.inventory.fields import TEAM_ID
from eiginfra.inventory.model import Team, TeamFile
from eiginfra.inventory.settings import Settings
from eiginfra.inventory.site import Site, SiteFile, site_model
from eiginfra.inventory.source import shown
from eiginfra.inventory.spelling import spelling_notices
from eiginfra.inventory.validation import ordered, validate

T = TypeVar("T")


def load_cohort(folder: Path) -> Cohort:
    """The cohort of a folder: `cohort.yml` and `teams/*.yml`. InputError carries every finding of every file, in order of place."""
    findings: list[Finding] = []
    file = _collect(findings, _load_cohort_file, folder)
    reading = _TeamFolder(folder / "teams", linked=folder.is_symlink())
    findings += [*reading.findings, *(() if file is None else _strays(folder)), *spelling_notices(reading.documents)]
    if file is None:
        raise InputError(ordered(findings))
    cohort = Cohort(
        file=file[0],
        teams=tuple(reading.teams),
        document=file[1],
        documents=reading.documents,
        digest=_digest({"cohort.yml": file[1], **{f"teams/{stem}.yml": document for stem, document in reading.documents.items()}}),
        findings=tuple(finding for finding in findings if finding.severity is not Severity.ERROR),
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        # What the sound files say against each other is told along with what is wrong in the others.
        across = check_inventory(cohort, broken=reading.broken)
        findings += [finding for finding in across if finding.severity is Severity.ERROR]
        raise InputError(ordered(findings))
    return cohort


def load_siblings(folder: Path) -> tuple[list[Cohort], list[Finding]]:
    """The other cohorts beside the one of a folder, and a warning for each that cannot be read."""
    here = folder.resolve()
    cohorts, warnings = [], list[Finding]()
    for other in sorted(here.parent.iterdir()):
        # Not through a link: findings quote what they read.
        if other == here or other.is_symlink() or not other.is_dir():
            continue
        try:
            if (other / "cohort.yml").is_file():
                cohorts.append(load_cohort(other))
        except InputError as problem:
            warnings.append(mistaken_sibling(other.name, problem.findings))
        except OSError as problem:
            unreadable = error("folder-unreadable", reason=problem.strerror, location=Location(file=shown(other)))
            warnings.append(mistaken_sibling(other.name, [unreadable]))
    return cohorts, warnings


def mistaken_sibling(name: str, findings: Iterable[Finding]) -> Finding:
    """That the files of a cohort beside this one are wrong: this concerns that cohort alone. findings: with at least one error."""
    first = next(found for found in findings if found.severity is Severity.ERROR)
    return warning("sibling-mistaken", name=name, why=first.brief, location=first.location)


def load_site(path: Path, sections: Mapping[str, type[BaseModel]] = MappingProxyType({})) -> Site:
    """The site of a file, its relative paths resolved against the file and `~` expanded; raises InputError.

    sections: the models of further sections that the file may have, by key.
    """
    document = load_document(path, templates=False)
    base = path.absolute().parent
    file: SiteFile = _resolved(validate(site_model(sections), document), base)
    if "://" not in file.journal:
        file = file.model_copy(update={"journal": str(_resolve(Path(file.journal), base))})
    return Site(name=path.stem, file=file, document=document, path=path)


def load_settings(path: Path) -> Settings:
    """The settings of a file, paths resolved as in site files; raises InputError."""
    settings: Settings = _resolved(validate(Settings, load_document(path, templates=False)), path.absolute().parent)
    return settings


def _load_cohort_file(folder: Path) -> tuple[CohortFile, YamlDocument]:
    path = folder / "cohort.yml"
    if folder.is_symlink():
        raise InputError([error("file-is-link", location=Location(file=shown(folder)))])
    if not path.exists():
        raise InputError([_no_cohort(folder)])
    document = load_document(path, templates=False)
    file = validate(CohortFile, document)
    name = folder.resolve().name
    if file.cohort != name:
        raise InputError([error("cohort-folder", cohort=file.cohort, folder=name, location=document.locate("cohort"))])
    return file, document


def _no_cohort(folder: Path) -> Finding:
    where = Location(file=shown(folder / "cohort.yml"))
    if not folder.is_dir():
        return error("no-cohort-folder", folder=shown(folder), location=where)
    if (folder / "cohort.yaml").exists():
        return error("cohort-suffix", location=where)
    below = sorted(entry.name for entry in folder.iterdir() if (entry / "cohort.yml").is_file())
    meant = reason("did-you-mean-folder", folder=shown(folder / below[0])) if below else reason("name-cohort")
    return error("no-cohort", advice=meant, location=where)


MOST_FILES = 5000
"""More files than any cohort has teams are a mistake or an attack: none of them is read."""
_KNOWN = re.compile(r"README(?:\.\w+)?|\.gitkeep|\.DS_Store|\..+\.sw[a-p]|.+~")
"""What a cohort's folders may hold besides: what people read, and what editors leave."""


def _strays(folder: Path) -> list[Finding]:
    """What nothing reads: a team in the wrong place, or files that make the folder something else than an inventory."""
    names = sorted(path.name for path in folder.iterdir() if path.name not in ("cohort.yml", "teams") and not _is_known(path))
    found = [error("stray-file", location=Location(file=shown(folder / name))) for name in names]
    teams = folder / "teams"
    return [*found, error("file-is-link", location=Location(file=shown(teams)))] if teams.is_symlink() else found


def _is_known(path: Path) -> bool:
    return bool(_KNOWN.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


@dataclass
class _TeamFolder:
    """The team files of a folder, read: those that are sound, and what is wrong with the others."""

    folder: Path
    linked: bool
    teams: list[Team] = field(default_factory=list)
    documents: dict[str, YamlDocument] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        try:
            there = self.folder.is_dir() and not (self.linked or self.folder.is_symlink())
            entries = sorted(os.scandir(self.folder), key=lambda entry: entry.name) if there else []
        except OSError as problem:
            where = Location(file=shown(self.folder))
            self.findings.append(error("folder-unreadable", reason=problem.strerror, location=where))
            return
        if len(entries) > MOST_FILES:
            self.broken |= {Path(entry.name).stem for entry in entries}
            self.findings.append(error("too-many-files", count=len(entries), most=MOST_FILES, location=Location(file=shown(self.folder))))
            return
        for entry in entries:
            if not _is_known(Path(entry.path)):
                self._read(entry)

    def _read(self, entry: os.DirEntry[str]) -> None:
        path = Path(entry.path)
        where = Location(file=shown(path))
        if path.suffix != ".yml" and path.suffix.lower() in {".yaml", ".yml"}:
            self.findings.append(error("yaml-suffix", name=path.stem, location=where))
            self.broken.add(path.stem)
        elif path.suffix != ".yml":
            stem = path.name.partition(".")[0]
            maybe = TEAM_ID.fits(stem) and ".y" in path.name.lower()
            advice = reason("rename-team-file", name=stem) if maybe else None
            self.findings.append(error("file-ignored", advice=advice, location=where))
        elif not TEAM_ID.fits(path.stem):
            meant = TEAM_ID.suggest(path.stem)
            advice = reason("rename-file", name=meant) if meant and TEAM_ID.fits(meant) else None
            self.findings.append(error("team-id", name=path.stem, advice=advice, location=where))
        else:
            loaded = _collect(self.findings, _load_team, path)
            if loaded is None:
                self.broken.add(path.stem)
            else:
                self.teams.append(loaded[0])
                self.documents[path.stem] = loaded[1]


def _load_team(path: Path) -> tuple[Team, YamlDocument]:
    document = load_document(path, pure=True)
    file = validate(TeamFile, document)
    return Team(id=path.stem, **dict(file)), document


def _collect(findings: list[Finding], load: Callable[[Path], T], path: Path) -> T | None:
    """What `load` gives; None if it raised InputError, whose findings are kept."""
    try:
        return load(path)
    except InputError as problem:
        findings += problem.findings
        return None


def _digest(documents: dict[str, YamlDocument]) -> str:
    whole = hashlib.sha256()
    for name, document in sorted(documents.items()):
        whole.update(f"{name}\0{document.digest}\n".encode())
    return whole.hexdigest()


def _resolve(path: Path, base: Path) -> Path:
    home = os.path.expanduser(path)  # noqa: PTH111 - Path's own raises where there is no such home
    return Path(os.path.normpath(base / home))


def _resolved(value: Any, base: Path) -> Any:
    """A value with every relative path in it, those of secrets too, resolved against `base`, and `~` expanded."""
    match value:
        case Path():
            return _resolve(value, base)
        case BaseModel():
            return value.model_copy(update={name: _resolved(inner, base) for name, inner in value})
        case tuple() | list():
            return type(value)(_resolved(inner, base) for inner in value)
        case dict():
            return {key: _resolved(inner, base) for key, inner in value.items()}
        case _:
            return value
