"""Pages to files, each whole or not at all; no file that eiginfra did not write is replaced."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from eiginfra.core.errors import EiginfraError
from eiginfra.core.text import all_lines
from eiginfra.handouts.rendering import html, markdown, pdf

GENERATORS: Final[Mapping[str, bytes]] = {
    ".html": html.GENERATOR.encode(),
    ".md": markdown.GENERATOR.encode(),
    ".xml": b"<generator>eiginfra<",
    ".pdf": pdf.GENERATOR,
}
"""What a file of that ending has in it where eiginfra wrote it."""
_HEAD = 1000
"""Bytes at the beginning of a text in which it is."""


class HandoutError(EiginfraError):
    """A page cannot be written."""


@dataclass(frozen=True)
class Handout:
    """A page and its path below the folder of all handouts."""

    path: PurePath
    text: str


def write(handouts: Iterable[Handout], folder: Path) -> list[Path]:
    """Write every page; returns their paths.

    The folder is made. Pages written before are replaced, other files are left alone: raises HandoutError rather than replace a file that
    was not written by eiginfra, before anything is written, and when the disk refuses.
    """
    pages = [(within(folder, handout.path), all_lines(handout.text).encode()) for handout in handouts]
    with disk_errors(folder):
        for path, _ in pages:
            check_replaceable(path)
        for path, data in pages:
            replace_page(path, data)
    return [path for path, _ in pages]


def within(folder: Path, path: PurePath) -> Path:
    """The path in the folder. Raises HandoutError for one that leads out of it."""
    if path.is_absolute() or ".." in path.parts:
        raise HandoutError(f"{path} would be outside of {folder}")
    return folder / path


def is_generated(path: Path) -> bool:
    """Whether eiginfra wrote the file. Raises OSError."""
    generator = GENERATORS.get(path.suffix)
    if generator is None:
        return False
    with path.open("rb") as file:
        return generator in (file.read() if path.suffix == ".pdf" else file.read(_HEAD))


def check_replaceable(path: Path) -> None:
    """Raises HandoutError for a file that eiginfra did not write, and OSError."""
    if path.exists() and not is_generated(path):
        raise HandoutError(f"{path} was not written by eiginfra; move it away, or choose another folder")


def replace_page(path: Path, data: bytes) -> None:
    """Under another name first: who reads meanwhile sees the old page or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """What the disk refuses, as a HandoutError."""
    try:
        yield
    except OSError as problem:
        raise HandoutError(f"cannot write {problem.filename or folder}: {problem.strerror}; choose another folder") from problem
