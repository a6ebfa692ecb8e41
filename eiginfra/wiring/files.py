"""Files of the repository as eiginfra writes them: whole or not at all, and none that is there by accident."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eiginfra.core.errors import UsageError


def replace_file(path: Path, data: bytes) -> None:
    """Other contents for a file that is there, whose mode stays. Raises UsageError if it cannot be written."""
    with _written(path, data) as beside:
        beside.chmod(path.stat().st_mode)
        beside.replace(path)


def create_file(path: Path, data: bytes) -> None:
    """A new file, and the folders that it needs. Raises UsageError if anything is there, or it cannot be written."""
    with _written(path, data) as beside:
        try:
            os.link(beside, path)
        except FileExistsError:
            raise UsageError(f"{path} is there, and is not overwritten") from None


@contextmanager
def _written(path: Path, data: bytes) -> Iterator[Path]:
    """A file beside it with the contents, gone afterwards under that name."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(data)
            yield beside
        finally:
            beside.unlink(missing_ok=True)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}") from None
