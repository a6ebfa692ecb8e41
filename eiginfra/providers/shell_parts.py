"""Programs in POSIX shell that run elsewhere: one text each, kept in parts that can be read."""

from importlib.resources import files


def joined(package: str) -> str:
    """The text of all `*.sh` in a package, in the order of their names."""
    parts = sorted((part for part in files(package).iterdir() if part.name.endswith(".sh")), key=lambda part: part.name)
    return "".join(part.read_text(encoding="utf-8") for part in parts)
