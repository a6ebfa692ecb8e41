"""Authorized keys files as sshd reads them: whose key a line has, and whether it gives all that a key can give."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = b" \t"
_WITHIN = re.compile(rb"[\r\v\f]")
"""sshd reads over these inside of a key."""


@dataclass(frozen=True)
class KeyLine:
    """One key of a file. blob: in Base64. plain: whether it has no options, so that nothing is held back from who has the key."""

    blob: str
    plain: bool
    comment: str = ""

    @property
    def type(self) -> str:
        """Its type, as the key itself says it; empty where it says none."""
        try:
            wire = base64.b64decode(self.blob, validate=True)
        except (ValueError, binascii.Error):
            return ""
        return wire[4 : 4 + int.from_bytes(wire[:4])].decode("ascii", "replace")


def fingerprint(blob: str) -> str:
    """As `ssh-keygen -l` shows it: `SHA256:…`; of what is no Base64, of its letters."""
    try:
        wire = base64.b64decode(blob, validate=True)
    except (ValueError, binascii.Error):
        wire = blob.encode()
    return "SHA256:" + base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip("=")


def key_lines(text: bytes) -> Iterator[KeyLine]:
    """The keys of a file, in its order; comments and lines without a key are left out."""
    for line in text.split(b"\n"):
        if (found := key_of(line)) is not None:
            yield found


def key_of(line: bytes) -> KeyLine | None:
    """The key of a line: behind its type, or behind options and its type, whatever the type is called."""
    line = line.lstrip(_BLANK)
    if line.startswith(b"#"):
        return None
    first, rest = _cut(line)
    blob, comment = _cut(rest.lstrip(_BLANK))
    if b'"' not in first and _WITHIN.sub(b"", blob).startswith(b"AAAA"):
        return _line(blob, comment, plain=True)
    _, rest = _cut(_behind_options(line).lstrip(_BLANK))
    blob, comment = _cut(rest.lstrip(_BLANK))
    return _line(blob, comment, plain=False) if _WITHIN.sub(b"", blob).startswith(b"AAAA") else None


def _line(blob: bytes, comment: bytes, *, plain: bool) -> KeyLine:
    return KeyLine(_WITHIN.sub(b"", blob).decode("latin-1"), plain, comment.decode("utf-8", "replace").strip())


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Up to the first blank, and the rest."""
    end = next((at for at, sign in enumerate(text) if sign in _BLANK), len(text))
    return text[:end], text[end:]


def _behind_options(line: bytes) -> bytes:
    """What follows the options: a blank ends them, where it is not in quotation marks."""
    quoted, at = False, 0
    while at < len(line):
        sign = line[at : at + 1]
        if not quoted and sign in (b" ", b"\t"):
            break
        if sign == b"\\" and line[at + 1 : at + 2] == b'"':
            at += 1
        elif sign == b'"':
            quoted = not quoted
        at += 1
    return line[at:]
