"""What a review goes by, as it is at the base: settings, site, playbook, and where the cohorts are."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from eiginfra.core.clock import Clock
from eiginfra.core.errors import UsageError
from eiginfra.inventory.document import YamlDocument, load_document, parse_document
from eiginfra.inventory.folder import EntryType
from eiginfra.inventory.loader import load_settings
from eiginfra.inventory.settings import PACKAGED
from eiginfra.inventory.site import Site
from eiginfra.playbook import Playbook
from eiginfra.playbook.loader import load_playbook, read_playbook
from eiginfra.wiring.asked import SETTINGS, Paths
from eiginfra.wiring.commits import CommitFiles, CommitFolder, Contents
from eiginfra.wiring.providers import filters, read_site


@dataclass
class Sources:
    """What a review goes by, as it is at the base."""

    contents: Contents
    base: str
    paths: Paths

    @cached_property
    def _settings(self) -> Paths:
        """The options, and what eiginfra.yml says of the rest."""
        path = self.paths.settings or SETTINGS
        there = self.paths.settings is not None or self._at_base(path)
        settings = load_settings(path, self._document(path)) if there else None
        return replace(
            self.paths,
            inventory=self.paths.inventory or (settings.inventory if settings else None),
            playbook=self.paths.playbook or (settings.playbook if settings else None),
            site=self.paths.site or (settings.site if settings else None),
            as_of=self.paths.as_of or (settings.as_of if settings else None),
        )

    @cached_property
    def clock(self) -> Clock:
        """The day of the settings, else today."""
        return Clock(self._settings.as_of)

    @cached_property
    def root(self) -> str:
        """The folder that holds the cohorts, as a path in the repository."""
        inventory = self._named("inventory", "-i", self._settings.inventory)
        path = self._within(inventory)
        if path is None:
            raise UsageError(f"{inventory} is not in the repository")
        return path.rpartition("/")[0]

    @cached_property
    def site(self) -> Site:
        """The site. Raises InputError."""
        path = self._named("site", "--site", self._settings.site)
        return read_site(path, self._document(path))

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook. Raises InputError."""
        path = self._named("playbook", "--playbook", self._settings.playbook)
        if str(path).startswith(PACKAGED):
            return load_playbook(path, filters())
        return read_playbook(self._document(path, templates=True), filters())

    def _named(self, what: str, option: str, path: Path | None) -> Path:
        if path is None:
            raise UsageError(f"no {what} is named: give {option}, or write `{what}:` in {SETTINGS}")
        return path

    def _within(self, path: Path) -> str | None:
        """A path as it is in the repository; None outside."""
        try:
            return path.absolute().resolve().relative_to(self.contents.git.checkout.top.resolve()).as_posix()
        except ValueError:
            return None

    def _at_base(self, path: Path) -> bool:
        inside = self._within(path)
        return inside is not None and self._folder(inside).type(Path(inside).name) is EntryType.FILE

    def _folder(self, path: str) -> CommitFolder:
        return CommitFiles(self.contents, self.base, path).folder(path.rpartition("/")[0])

    def _document(self, path: Path, *, templates: bool = False) -> YamlDocument:
        """A file as it is at the base; one that is not in the repository, as it is on the disk. Raises InputError."""
        inside = self._within(path)
        if inside is None:
            return load_document(path, templates=templates)
        return parse_document(self._folder(inside).read(Path(inside).name), inside, templates=templates)
