"""A folder of pages: which of its files are as they should be, which are written again, which are left over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Final, Literal

from eiginfra.handouts.files.manifest import NAME, FileEntry, Manifest, content_digest, page_digest
from eiginfra.handouts.files.writing import check_replaceable, disk_errors, is_generated, replace_page, within
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Page
from eiginfra.handouts.rendering.renderers import dated, rendered, renderer_digest

_ENDINGS: Final = frozenset({".html", ".md", ".pdf"})


@dataclass(frozen=True)
class PageFile:
    """A file that a page becomes. page: without its day. looked_at: it says the day of each look, also where it states the same."""

    path: PurePath
    page: Page
    language: Language
    looked_at: bool = False


@dataclass(frozen=True)
class FoundFile:
    """A file as it is in the folder. state: as it should be, not there, or other than it should be. day: since when it states that."""

    file: PageFile
    state: Literal["current", "missing", "stale"]
    facts: str
    renderer: str
    day: date


@dataclass(frozen=True)
class LeftOver:
    """A file of a page that is no more. unchanged: whether it is as eiginfra wrote it, so that it may be removed."""

    path: PurePath
    unchanged: bool


def has_pdfs(folder: Path) -> bool:
    """Whether PDFs were written there, which are to be kept up to date like all else."""
    return any(path.endswith(".pdf") for path in Manifest.read(folder).files)


class OutputFolder:
    """A folder, and what its manifest says.

    day: of what the pages state; is_today: whether it is the real one. theme: rules of CSS over the packaged ones.
    """

    def __init__(self, folder: Path, day: date, *, is_today: bool = True, theme: str = "") -> None:
        self._folder, self._day, self._is_today, self._theme = folder, day, is_today, theme
        self._known: dict[str, FileEntry] = dict(Manifest.read(folder).files)
        self.missing = set[str]()
        """The characters that no font has, of the PDFs that were written."""

    def look(self, files: Iterable[PageFile]) -> list[FoundFile]:
        """Each file as it is. Raises HandoutError for what cannot be read."""
        with disk_errors(self._folder):
            return [self._found(file) for file in files]

    def _found(self, file: PageFile) -> FoundFile:
        path, facts = within(self._folder, file.path), page_digest(file.page)
        renderer, known = renderer_digest(file.path, self._theme), self._known.get(file.path.as_posix())
        if known is None or known.facts != facts or known.is_today is not self._is_today or known.day > self._day:
            return FoundFile(file, "stale" if path.exists() else "missing", facts, renderer, self._day)
        if not path.exists():
            return FoundFile(file, "missing", facts, renderer, known.day)
        as_written = known.renderer == renderer and known.content == content_digest(path.read_bytes())
        return FoundFile(file, "current" if as_written else "stale", facts, renderer, known.day)

    def write(self, found: Sequence[FoundFile]) -> list[FoundFile]:
        """Write what is not as it should be, and the manifest; returns what was written.

        Raises HandoutError rather than replace a file that was not written by eiginfra, before anything is written, and when the disk
        refuses.
        """
        due = [each for each in found if each.state != "current" or (each.file.looked_at and each.day != self._day)]
        with disk_errors(self._folder):
            for each in due:
                check_replaceable(within(self._folder, each.file.path))
            for each in due:
                self._write(each)
            self._save()
        return due

    def _write(self, found: FoundFile) -> None:
        file = found.file
        day = self._day if file.looked_at else found.day
        made = rendered(dated(file.page, day, file.language, is_today=self._is_today), file.path, self._theme)
        self.missing |= set(made.missing)
        replace_page(within(self._folder, file.path), made.content)
        self._known[file.path.as_posix()] = FileEntry(
            facts=found.facts, day=day, is_today=self._is_today, renderer=found.renderer, content=content_digest(made.content)
        )

    def left_over(self, files: Iterable[PageFile]) -> list[LeftOver]:
        """The pages in it that are none of these. Raises HandoutError for what cannot be read."""
        wanted = {file.path.as_posix() for file in files}
        with disk_errors(self._folder):
            return [LeftOver(PurePath(path), self._unchanged(path)) for path in sorted(self._generated() - wanted)]

    def _generated(self) -> set[str]:
        """The files of pages in the folder and in those below it that the manifest names."""
        folders = {self._folder, *(self._folder / PurePath(path).parent for path in self._known)}
        found = (path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix in _ENDINGS)
        return {path.relative_to(self._folder).as_posix() for path in found if path.is_file() and is_generated(path)}

    def _unchanged(self, path: str) -> bool:
        known = self._known.get(path)
        return known is not None and known.content == content_digest((self._folder / path).read_bytes())

    def remove(self, files: Collection[LeftOver]) -> list[LeftOver]:
        """Remove what is as it was written; returns it. Raises HandoutError."""
        removed = [each for each in files if each.unchanged]
        with disk_errors(self._folder):
            for each in removed:
                within(self._folder, each.path).unlink()
                self._known.pop(each.path.as_posix(), None)
            self._save()
        return removed

    def _save(self) -> None:
        """Write the manifest, if it says something else by now; files that are gone are left out."""
        entries = {path: entry for path, entry in self._known.items() if (self._folder / path).exists()}
        data, path = Manifest(files=entries).data, self._folder / NAME
        if not path.exists() or path.read_bytes() != data:
            replace_page(path, data)
