"""Files of the repository as eiginfra writes them: whole or not at all, and none that is there by accident."""

import os
from pathlib import Path

from eiginfra.core.errors import UsageError


def replace_file(path: Path, data: bytes) -> None:
    """Other contents for a file that is there, whose mode stays. Raises OSError."""
    beside = _beside(path)
    beside.write_bytes(data)
    beside.chmod(path.stat().st_mode)
    beside.replace(path)


def create_file(path: Path, data: bytes) -> None:
    """A new file, and the folders that it needs. Raises UsageError if anything is there, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    beside.write_bytes(data)
    try:
        os.link(beside, path)
    except FileExistsError:
        raise UsageError(f"{path} is there, and is not overwritten") from None
    finally:
        beside.unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
