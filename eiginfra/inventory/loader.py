"""Folders and files to a Cohort, a Site and Settings; everything that is wrong is reported at once."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from eiginfra.inventory.comments import cut_texts
from eiginfra.inventory.document import YamlDocument, load_document, parse_document
from eiginfra.inventory.fields import TEAM_ID
from eiginfra.inventory.folder import DiskFolder, EntryType, Folder
from eiginfra.inventory.handout_texts import read_texts
from eiginfra.inventory.model import Team, TeamFile
from eiginfra.inventory.settings import PACKAGED, Settings
from eiginfra.inventory.site import Site, SiteFile, site_model
from eiginfra.inventory.spelling import spelling_notices
from eiginfra.inventory.stylesheet import read_stylesheet
from eiginfra.inventory.tree import MAX_FINDINGS
from eiginfra.inventory.validation import ordered, validate

F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True)
class ReadCohort:
    """What could be read of a cohort's folder: without the teams whose files are broken.

    cohort: None where cohort.yml cannot be read. findings: all of every file, in order of place.
    """

    cohort: Cohort | None
    findings: Sequence[Finding]


def read_cohort(folder: Path | Folder) -> ReadCohort:
    """The cohort of a folder, as far as it is sound: `cohort.yml`, `teams/*.yml` and the texts of `handouts`."""
    where = DiskFolder(folder) if isinstance(folder, Path) else folder
    findings: list[Finding] = []
    file = _collect(findings, _load_cohort_file, where)
    reading = _TeamFolder(where.folder("teams"), linked=where.type() is EntryType.LINK)
    findings += [
        *reading.findings,
        *(() if file is None else _strays(where, file[0].theme.stylesheet)),
    ]
    stylesheet = None if file is None else _stylesheet(findings, where, *file)
    findings += [*spelling_notices(reading.documents), *cut_texts(reading.documents)]
    if file is None:
        return ReadCohort(None, ordered(findings))
    texts, unread = read_texts(where)
    findings += unread
    cohort = Cohort(
        file=file[0],
        teams=tuple(reading.teams),
        document=file[1],
        documents=reading.documents,
        texts={name: text for name, text in texts.items() if not _KNOWN.fullmatch(name)},
        digest=_digest({"cohort.yml": file[1], **{f"teams/{stem}.yml": document for stem, document in reading.documents.items()}}),
        findings=tuple(finding for finding in findings if finding.severity is not Severity.ERROR),
        broken=frozenset(reading.broken),
        stylesheet=stylesheet or "",
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        # What the sound files say against each other is told along with what is wrong in the others.
        across = check_inventory(cohort)
        findings += [finding for finding in across if finding.severity is Severity.ERROR]
    return ReadCohort(cohort, ordered(findings))


def load_cohort(folder: Path | Folder) -> Cohort:
    """The cohort of a folder. InputError carries every finding of every file, in order of place."""
    read = read_cohort(folder)
    if read.cohort is None or any(finding.severity is Severity.ERROR for finding in read.findings):
        raise InputError(read.findings)
    return read.cohort


def load_siblings(folder: Path | Folder) -> tuple[list[Cohort], list[Finding]]:
    """The other cohorts beside the one of a folder, and a warning for each that cannot be read."""
    here = DiskFolder(folder) if isinstance(folder, Path) else folder
    cohorts, warnings = [], list[Finding]()
    for name, there in here.parent.entries():
        # Not through a link: findings quote what they read.
        if name == here.name or there is not EntryType.FOLDER:
            continue
        other = here.parent.folder(name)
        try:
            if other.type("cohort.yml") is not None:
                cohorts.append(load_cohort(other))
        except InputError as problem:
            warnings.append(mistaken_sibling(name, problem.findings))
        except OSError as problem:
            unreadable = error("folder-unreadable", reason=problem.strerror, location=Location(file=other.shown()))
            warnings.append(mistaken_sibling(name, [unreadable]))
    return cohorts, warnings


def mistaken_sibling(name: str, findings: Iterable[Finding]) -> Finding:
    """That the files of a cohort beside this one are wrong: this concerns that cohort alone. findings: with at least one error."""
    first = next(found for found in findings if found.severity is Severity.ERROR)
    return warning("sibling-mistaken", name=name, why=first.brief, location=first.location)


def load_site(path: Path, sections: Mapping[str, type[BaseModel]] = MappingProxyType({}), document: YamlDocument | None = None) -> Site:
    """The site of a file, its relative paths resolved against the file and `~` expanded; raises InputError.

    sections: the models of further sections that the file may have, by key. document: what the file says, where it was read before.
    """
    document = document or load_document(path, templates=False)
    base = path.absolute().parent
    file: SiteFile = _resolved(validate(site_model(sections), document), base)
    if "://" not in file.journal:
        file = file.model_copy(update={"journal": str(_resolve(Path(file.journal), base))})
    return Site(name=path.stem, file=file, document=document, path=path)


def load_settings(path: Path, document: YamlDocument | None = None) -> Settings:
    """The settings of a file, paths resolved as in site files; raises InputError."""
    written = validate(Settings, document or load_document(path, templates=False))
    settings: Settings = _resolved(written, path.absolute().parent)
    return settings.model_copy(update={"playbook": written.playbook}) if str(written.playbook).startswith(PACKAGED) else settings


def _load_cohort_file(folder: Folder) -> tuple[CohortFile, YamlDocument]:
    if folder.type() is EntryType.LINK:
        raise InputError([error("file-is-link", location=Location(file=folder.shown()))])
    if folder.type("cohort.yml") is None:
        raise InputError([_no_cohort(folder)])
    file, document = folder.parsed("cohort.yml", folder.read("cohort.yml"), _cohort_file)
    if file.cohort != folder.name:
        raise InputError([error("cohort-folder", cohort=file.cohort, folder=folder.name, location=document.locate("cohort"))])
    return file, document


def _stylesheet(findings: list[Finding], folder: Folder, file: CohortFile, document: YamlDocument) -> str | None:
    """The text of the cohort's stylesheet; None where it has none, or one that is wrong."""
    name = file.theme.stylesheet
    return None if name is None else _collect(findings, lambda there: read_stylesheet(there, name, document), folder)


def _cohort_file(data: bytes, file: str) -> tuple[CohortFile, YamlDocument]:
    document = parse_document(data, file, templates=False)
    return validate(CohortFile, document), document


def _team_file(data: bytes, file: str) -> tuple[Team, YamlDocument]:
    document = parse_document(data, file, pure=True)
    return Team(id=Path(file).stem, **dict(validate(TeamFile, document))), document


def _no_cohort(folder: Folder) -> Finding:
    where = Location(file=folder.shown("cohort.yml"))
    if folder.type() is not EntryType.FOLDER:
        return error("no-cohort-folder", folder=folder.shown(), location=where)
    if folder.type("cohort.yaml") is not None:
        return error("cohort-suffix", location=where)
    below = [name for name, _ in folder.entries() if folder.folder(name).type("cohort.yml") is EntryType.FILE]
    meant = reason("did-you-mean-folder", folder=folder.folder(below[0]).shown()) if below else reason("name-cohort")
    return error("no-cohort", advice=meant, location=where)


MOST_FILES = 5000
"""More files than any cohort has teams are a mistake or an attack: none of them is read."""
MOST_BYTES = 6 * 2**20
"""Of all team files. The others are not read."""
MOST_WRONG = 500
"""Errors of all team files, and KiB of those with errors: the others are read when these are corrected."""
_KNOWN = re.compile(r"README(?:\.\w+)?|\.gitkeep|\.DS_Store|\..+\.sw[a-p]|.+~")
"""What a cohort's folders may hold besides: what people read, and what editors leave."""


def _strays(folder: Folder, stylesheet: str | None) -> list[Finding]:
    """What nothing reads: a team in the wrong place, or files that make the folder something else than an inventory."""
    read = {"cohort.yml", "teams", stylesheet} | ({"handouts"} if folder.type("handouts") is EntryType.FOLDER else set())
    strange = [name for name, there in folder.entries() if name not in read and not _is_known(name, there)]
    found = [error("stray-file", location=Location(file=folder.shown(name))) for name in strange[:MAX_FINDINGS]]
    if len(strange) > MAX_FINDINGS:
        found.append(error("files-not-read", count=len(strange) - MAX_FINDINGS, location=Location(file=folder.shown())))
    linked = folder.type("teams") is EntryType.LINK
    return [*found, error("file-is-link", location=Location(file=folder.shown("teams")))] if linked else found


def _is_known(name: str, there: EntryType) -> bool:
    return bool(_KNOWN.fullmatch(name)) and there is EntryType.FILE


@dataclass
class _TeamFolder:
    """The team files of a folder, read: those that are sound, and what is wrong with the others."""

    folder: Folder
    linked: bool
    teams: list[Team] = field(default_factory=list)
    documents: dict[str, YamlDocument] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    _bytes: int = 0
    _wrong: float = 0

    def __post_init__(self) -> None:
        where = Location(file=self.folder.shown())
        try:
            entries = self.folder.entries() if self.folder.type() is EntryType.FOLDER and not self.linked else []
        except OSError as problem:
            self.findings.append(error("folder-unreadable", reason=problem.strerror, location=where))
            return
        if len(entries) > MOST_FILES:
            self.broken |= {Path(name).stem for name, _ in entries}
            self.findings.append(error("too-many-files", count=len(entries), most=MOST_FILES, location=where))
            return
        for number, (name, there) in enumerate(entries):
            if self._bytes > MOST_BYTES or self._wrong > MOST_WRONG:
                self.broken |= {Path(name).stem for name, _ in entries[number:]}
                self.findings.append(error("files-not-read", count=len(entries) - number, location=where))
                return
            if not _is_known(name, there):
                known, bytes_ = len(self.findings), self._bytes
                self._read(Path(name))
                if len(self.findings) > known:
                    self._wrong += len(self.findings) - known + (self._bytes - bytes_) / 1024

    def _read(self, name: Path) -> None:
        where = Location(file=self.folder.shown(str(name)))
        if name.suffix != ".yml" and name.suffix.lower() in {".yaml", ".yml"}:
            self.findings.append(error("yaml-suffix", name=name.stem, location=where))
            self.broken.add(name.stem)
        elif name.suffix != ".yml":
            stem = name.name.partition(".")[0]
            maybe = TEAM_ID.fits(stem) and ".y" in name.name.lower()
            advice = reason("rename-team-file", name=stem) if maybe else None
            self.findings.append(error("file-ignored", advice=advice, location=where))
        elif not TEAM_ID.fits(name.stem):
            meant = TEAM_ID.suggest(name.stem)
            advice = reason("rename-file", name=meant) if meant and TEAM_ID.fits(meant) else None
            self.findings.append(error("team-id", name=name.stem, advice=advice, location=where))
        else:
            loaded = _collect(self.findings, self._team, name.stem)
            if loaded is None:
                self.broken.add(name.stem)
            else:
                self.teams.append(loaded[0])
                self.documents[name.stem] = loaded[1]

    def _team(self, team: str) -> tuple[Team, YamlDocument]:
        name = f"{team}.yml"
        data = self.folder.read(name)
        self._bytes += len(data)
        return self.folder.parsed(name, data, _team_file)


def _collect(findings: list[Finding], load: Callable[[F], T], what: F) -> T | None:
    """What `load` gives; None if it raised InputError, whose findings are kept."""
    try:
        return load(what)
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
