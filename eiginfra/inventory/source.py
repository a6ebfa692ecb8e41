"""Files to text: what can be refused before a parser sees it, each with the sentence that says how to correct it."""

import re
import stat
from pathlib import Path

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error

MAX_BYTES = 2**20
"""No file that people write comes near it; what does is a mistake or an attack."""

_BREAK = re.compile("\r\n|\r|\n")
# What YAML forbids, separators that the parser would count as line ends while editors do not, and signs without width.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
# Git's conflict markers are at the beginning of a line, where no YAML value can be.
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)


def shown(path: Path) -> str:
    """The path as findings show it: relative to the current directory when below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def place(file: str, text_before: str) -> Location:
    """The place that follows the given beginning of a file."""
    lines = _BREAK.split(text_before)
    return Location(file=file, line=len(lines), column=len(lines[-1]) + 1)


def read_bytes(path: Path) -> bytes:
    """The contents of a file that people write; InputError when it is absent, no file, unreadable or above MAX_BYTES (then unread)."""
    where = Location(file=shown(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise InputError([error("file-kind", f"this is {what}", remedy="name a YAML file", location=where)])
        if status.st_size > MAX_BYTES:
            raise InputError([_too_large(status.st_size, where)])
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise InputError([error("file-missing", "there is no such file", remedy="check the path", location=where)]) from problem
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(
            [error("file-unreadable", f"the file cannot be read: {reason}", remedy="check its path and permissions", location=where)]
        ) from problem


def to_text(data: bytes, file: str) -> str:
    """The text of a UTF-8 file, without its BOM; InputError for anything that is not plain UTF-8 text."""
    if len(data) > MAX_BYTES:
        raise InputError([_too_large(len(data), Location(file=file))])
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InputError([error("not-utf-8", "this file is UTF-16", remedy="save it in the encoding UTF-8", location=Location(file=file))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8-sig")
        byte = data[problem.start]
        latin = f" (in Latin-1 it would be {chr(byte)!r})" if byte >= 0xA0 else ""
        raise InputError(
            [
                error(
                    "not-utf-8",
                    f"the byte 0x{byte:02X} is not UTF-8{latin}",
                    remedy="save the file in the encoding UTF-8",
                    location=place(file, before),
                )
            ]
        ) from problem
    if match := _INVISIBLE.search(text):
        raise InputError(
            [
                error(
                    "invisible-character",
                    f"an invisible character stands here (U+{ord(match[0]):04X})",
                    remedy="delete it, or replace it by a space",
                    location=place(file, text[: match.start()]),
                )
            ]
        )
    if conflict := _CONFLICT.search(text):
        raise InputError([_conflict(text, place(file, text[: conflict.start()]))])
    return text


def _conflict(text: str, where: Location) -> Finding:
    ends = [len(_BREAK.split(text[: match.start()])) for match in _CONFLICT.finditer(text)]
    remedy = f"keep one of the two versions, and delete Git's markers in lines {', '.join(map(str, ends[:9]))}"
    return error("merge-conflict", "a merge conflict of Git stands here, not yet resolved", remedy=remedy, location=where)


def _too_large(size: int, where: Location) -> Finding:
    return error(
        "file-too-large",
        f"the file has {size / 2**20:.1f} MiB; at most 1 MiB is read",
        remedy="is it the right file?",
        location=where,
    )
