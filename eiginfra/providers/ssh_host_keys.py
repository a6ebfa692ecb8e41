"""Which host keys a server may show over SSH: pinned by fingerprint or by a known_hosts file, or whichever it shows first.

paramiko's own reader of known_hosts passes over lines with `@revoked`, patterns and what it cannot read; here each of them counts.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self

from eiginfra.core.errors import InputError, PermanentError, UnreachableError
from eiginfra.core.finding import error

TYPES: tuple[str, ...] = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
"""The types of host keys that can be verified, best first; an `ssh-rsa` key signs with SHA-2 only."""
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


class HostKeyError(PermanentError):
    """The server shows a key that is not the one it has to show: nothing is sent to it, and it is not asked again.

    seen: the fingerprint of the key it shows. pinned: those that it may show. revoked: whether the key seen is a revoked one.
    """

    exit_code = UnreachableError.exit_code

    def __init__(self, server: str, seen: str, pinned: Iterable[str], *, service: str, revoked: bool = False) -> None:
        self.seen, self.pinned, self.revoked = seen, tuple(sorted(pinned)), revoked
        what = "which is revoked" if revoked else f"and {' or '.join(self.pinned)} is pinned"
        super().__init__(
            f"{server}: its host key is {seen}, {what}; nobody logged in. Either somebody else answers there, or the server has a new key: "
            f"compare it with what `ssh-keygen -lf` says on the server itself before you change what is pinned under `{service}:`"
        )


@dataclass(frozen=True)
class HostKey:
    """A public key, such as a server's. blob: as on the wire, which begins with its type."""

    blob: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of a line `TYPE BASE64`, with or without a comment. Raises ValueError."""
        parts = text.split(None, 2)
        if len(parts) < 2:
            raise ValueError("a host key is a type and Base64")
        try:
            key = cls(base64.b64decode(parts[1], validate=True))
        except binascii.Error:
            raise ValueError("a host key in Base64 was expected") from None
        if key.type != parts[0]:
            raise ValueError(f"a host key of type {parts[0]} was expected")
        return key

    @property
    def type(self) -> str:
        """Such as `ssh-ed25519`; empty where the blob is none."""
        length = int.from_bytes(self.blob[:4], "big")
        name = self.blob[4 : 4 + length]
        return name.decode() if len(self.blob) > 4 + length and name.isascii() else ""

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as ssh-keygen shows it."""
        return "SHA256:" + base64.b64encode(sha256(self.blob).digest()).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.type} {base64.b64encode(self.blob).decode()}"


@dataclass(frozen=True)
class HostKeys:
    """What a server may show. pinned, revoked: fingerprints. types: of the pinned keys, best first; empty where that is not known.

    first: whichever it shows first, if nothing is pinned; a connection that is opened again then has to show the same.
    """

    pinned: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()
    types: tuple[str, ...] = ()
    first: bool = False

    @classmethod
    def first_use(cls) -> Self:
        """Whichever key it shows first."""
        return cls(first=True)

    @classmethod
    def of_fingerprints(cls, *fingerprints: str) -> Self:
        """Exactly these. Raises ValueError for what is no fingerprint."""
        for fingerprint in fingerprints:
            if not FINGERPRINT.fullmatch(fingerprint):
                raise ValueError("a fingerprint is SHA256: and 43 characters, as ssh-keygen -l shows it")
        return cls(frozenset(fingerprints))

    @classmethod
    def of_keys(cls, keys: Iterable[HostKey], revoked: Iterable[HostKey] = ()) -> Self:
        """Exactly these, of the types that can be verified."""
        known = [key for key in keys if key.type in TYPES]
        types = sorted({key.type for key in known}, key=TYPES.index)
        return cls(frozenset(key.fingerprint for key in known), frozenset(key.fingerprint for key in revoked), tuple(types))

    @classmethod
    def of_known_hosts(cls, path: Path, host: str, port: int) -> Self:
        """Those that a known_hosts file has for a server. Raises InputError for a file that cannot be read, or has none."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is no text"
            raise InputError([error("known-hosts-unreadable", file=str(path), reason=reason)]) from None
        try:
            exact, plain = ([*_lines_of(lines, name)] for name in (f"[{host}]:{port}".lower(), host.lower()))
        except ValueError as problem:
            raise InputError([error("known-hosts-line", file=str(path), line=str(problem))]) from None
        # As ssh does: a line without a port counts where there is none for this port.
        valid = [key for marker, key in exact if not marker] or [key for marker, key in plain if not marker]
        keys = cls.of_keys(valid, (key for marker, key in exact + plain if marker))
        if not keys.pinned:
            raise InputError([error("known-hosts-without", file=str(path), host=host, port=str(port))])
        return keys

    def allows(self, key: HostKey) -> bool:
        """Whether a server may show the key."""
        return key.fingerprint not in self.revoked and (key.fingerprint in self.pinned or (self.first and not self.pinned))


class PinnedKeyLike(Protocol):
    """What a site file says of a host key: its fingerprint, or a known_hosts file."""

    @property
    def fingerprint(self) -> str | None: ...  # noqa: D102 - named by the class
    @property
    def file(self) -> Path | None: ...  # noqa: D102 - the same


def host_keys_of(pinned: PinnedKeyLike, host: str, port: int) -> HostKeys:
    """By what a site file says. Raises InputError for a known_hosts file that cannot be read, or has no key of the server."""
    return HostKeys.of_known_hosts(pinned.file, host, port) if pinned.file else HostKeys.of_fingerprints(pinned.fingerprint or "")


def _lines_of(lines: Iterable[str], name: str) -> Iterator[tuple[str, HostKey]]:
    """The keys of a host in a known_hosts file, each with its marker. Raises ValueError with the number of a line of it that is wrong."""
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        marker = fields.pop(0) if fields[0].startswith("@") else ""
        if not fields or not _names(fields[0], name) or marker == "@cert-authority":
            continue
        try:
            if marker not in ("", "@revoked"):
                raise ValueError(marker)  # noqa: TRY301 - one message for whatever is wrong with a line
            yield marker, HostKey.parse(" ".join(fields[1:3]))
        except ValueError:
            raise ValueError(number) from None


def _names(patterns: str, name: str) -> bool:
    """Whether the first field of a line is about a host: names and patterns with commas between, or one hashed name."""
    if patterns.startswith("|1|"):
        _, _, salt, digest = f"{patterns}|".split("|")[:4]
        try:
            made = hmac.digest(base64.b64decode(salt), name.encode(), "sha1")
            return hmac.compare_digest(made, base64.b64decode(digest))
        except binascii.Error:
            return False
    found = False
    for pattern in patterns.lower().split(","):
        # Only * and ? are signs of a pattern there.
        if fnmatchcase(name, pattern.removeprefix("!").replace("[", "[[]")):
            if pattern.startswith("!"):
                return False
            found = True
    return found
