"""The file `eiginfra.json` of a folder of pages: what each file states, and since which day."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from eiginfra.core.text import in_json
from eiginfra.handouts.page import Page

NAME: Final = "eiginfra.json"
_MOST = 16 << 20
"""Bytes of a manifest that is read."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _sound(path: str) -> str:
    parts = PurePath(path).parts
    if not parts or PurePath(path).is_absolute() or ".." in parts or PurePath(path).as_posix() != path:
        msg = "a path within the folder"
        raise ValueError(msg)
    return path


PagePath = Annotated[str, AfterValidator(_sound)]


class FileEntry(BaseModel):
    """What is known of a file.

    facts: the digest of what it states. day: since when; is_today: whether that was the real day then. renderer: the digest of what made
    it of that; content: of its bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    facts: Digest
    day: date
    is_today: bool
    renderer: Digest
    content: Digest


class Manifest(BaseModel):
    """All that is known of a folder's files, by their paths in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    files: Mapping[PagePath, FileEntry] = {}

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """What the folder's manifest says; where there is none that can be read, nothing is known."""
        try:
            with (folder / NAME).open("rb") as file:
                return cls.model_validate_json(file.read(_MOST))
        except (OSError, ValidationError):
            return cls()

    @property
    def data(self) -> bytes:
        """As it is written: the same for the same entries."""
        sorted_ = self.model_copy(update={"files": dict(sorted(self.files.items()))})
        return in_json(sorted_.model_dump_json(indent=1)).encode() + b"\n"


def page_digest(page: Page) -> str:
    """The digest of all that a page states; the same in every process, since a page is made of texts, numbers and days in a fixed order."""
    return sha256(repr(page).encode("utf-8", "backslashreplace")).hexdigest()


def content_digest(data: bytes) -> str:
    """The digest of a file's bytes."""
    return sha256(data).hexdigest()
