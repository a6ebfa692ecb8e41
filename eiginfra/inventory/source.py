"""Files to text: what can be refused before a parser sees it, each with the sentence that says how to correct it."""

import re
import stat
from itertools import islice
from pathlib import Path

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.signs import REFUSED, code_point
from eiginfra.inventory.ssh_keys import PRIVATE

MAX_BYTES = 2**20
"""No file that people write comes near it; what does is a mistake or an attack."""

_BREAK = re.compile("\r\n|\r|\n")
# Git's conflict markers, also where a whole block was indented afterwards; what diff3 adds between them begins with bars.
_CONFLICT = re.compile(r"^ *(?:<{7}|={7}|>{7}|\|{7})(?= |\r?$)", re.MULTILINE)


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
    """The contents of a file that people write; InputError when it is absent, no file, unreadable or above MAX_BYTES (then unread).

    A symbolic link is no file: a merge request could point it at any file of the machine that reads it, and findings quote what they read.
    """
    where = Location(file=shown(path))
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise InputError([error("file-is-link", location=where)])
        if not stat.S_ISREG(status.st_mode):
            directory = stat.S_ISDIR(status.st_mode)
            raise InputError([error("file-is-folder" if directory else "file-not-regular", location=where)])
        if status.st_size > MAX_BYTES:
            raise InputError([_too_large(status.st_size, where)])
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise InputError([error("file-missing", location=where)]) from problem
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError([error("file-unreadable", reason=reason, location=where)]) from problem


def to_text(data: bytes, file: str) -> str:
    """The text of a UTF-8 file, without its BOM; InputError for anything that is not plain UTF-8 text."""
    if len(data) > MAX_BYTES:
        raise InputError([_too_large(len(data), Location(file=file))])
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InputError([error("utf-16", location=Location(file=file))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8-sig")
        byte = data[problem.start]
        where, written = place(file, before), f"{byte:02X}"
        if byte >= 0xA0:
            raise InputError([error("not-utf-8-but-latin-1", byte=written, letter=chr(byte), location=where)]) from problem
        raise InputError([error("not-utf-8", byte=written, location=where)]) from problem
    if match := REFUSED.search(text):
        raise InputError([error("invisible-character", sign=code_point(match[0]), location=place(file, text[: match.start()]))])
    if private := PRIVATE.search(text):
        # Nothing else is said of the file: what would be quoted from it may be of the key.
        raise InputError([error("private-key", location=place(file, text[: private.start()]))])
    if conflict := _CONFLICT.search(text):
        raise InputError([_conflict(text, place(file, text[: conflict.start()]))])
    return text


def _conflict(text: str, where: Location) -> Finding:
    ends = [len(_BREAK.split(text[: match.start()])) for match in islice(_CONFLICT.finditer(text), 9)]
    return error("merge-conflict", lines=ends, location=where)


def _too_large(size: int, where: Location) -> Finding:
    return error("file-too-large", size=f"{size / 2**20:.1f}", location=where)
