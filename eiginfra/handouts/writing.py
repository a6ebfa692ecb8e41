"""Handouts to files."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from eiginfra.core.errors import EiginfraError
from eiginfra.core.text import all_lines
from eiginfra.handouts import html, markdown
from eiginfra.handouts.composition import Handout

GENERATORS = {".html": html.GENERATOR, ".md": markdown.GENERATOR, ".xml": "<generator>eiginfra<"}
"""What a file of that ending has near its beginning where eiginfra wrote it."""


class HandoutError(EiginfraError):
    """A page cannot be written."""


def write(handouts: Iterable[Handout], folder: Path) -> list[Path]:
    """Write every page, each whole or not at all; returns their paths.

    The folder is made. Pages written before are replaced, other files are left alone: raises HandoutError rather than replace a file that
    was not written by eiginfra, before anything is written, and when the disk refuses.
    """
    pages = [(_within(folder, handout), handout.text) for handout in handouts]
    try:
        for path, _ in pages:
            _check_marked(path)
        for path, text in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, text)
    except OSError as problem:
        raise HandoutError(f"cannot write {problem.filename or folder}: {problem.strerror}; choose another folder") from problem
    return [path for path, _ in pages]


def _within(folder: Path, handout: Handout) -> Path:
    if handout.path.is_absolute() or ".." in handout.path.parts:
        raise HandoutError(f"{handout.path} would be outside of {folder}")
    return folder / handout.path


def _check_marked(path: Path) -> None:
    """Pages of eiginfra have its line near their beginning."""
    if not path.exists():
        return
    with path.open("rb") as file:
        if GENERATORS[path.suffix].encode() not in file.read(1000):
            raise HandoutError(f"{path} was not written by eiginfra; move it away, or choose another folder")


def _replace(path: Path, text: str) -> None:
    """Under another name first: who reads meanwhile sees the old page or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(all_lines(text), encoding="utf-8", newline="\n")
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
