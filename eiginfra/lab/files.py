"""Writing files that hold secrets."""

import os
from pathlib import Path
from tempfile import mkstemp


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone (mode 0700)."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read (mode 0600), whole or not at all."""
    private_folder(path.parent)
    handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
