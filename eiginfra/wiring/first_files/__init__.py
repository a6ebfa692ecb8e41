"""The files of a new repository, in French: the texts that `eiginfra init` and `eiginfra new` fill in.

`%name%` is a value. What every repository has is in `files`, under its path in the repository; `dot.` begins names that begin with a dot.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable


def filled(name: str, values: Mapping[str, str]) -> str:
    """The text of a file with its values."""
    return _filled(files(__name__) / name, values)


def every_file(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The files that every repository has: their paths and texts."""
    for path, file in _below(files(__name__) / "files"):
        yield path, _filled(file, values)


def _below(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = path + re.sub(r"^dot\.", ".", entry.name)
        if entry.is_dir():
            yield from _below(entry, f"{name}/")
        else:
            yield name, entry


def _filled(file: Traversable, values: Mapping[str, str]) -> str:
    return re.sub(r"%(\w+)%", lambda found: values[found[1]], file.read_text(encoding="utf-8"))
