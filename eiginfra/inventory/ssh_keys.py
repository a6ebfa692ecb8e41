"""Public SSH keys: refuses what sshd would silently skip, and says what it is. No message repeats a key: it may be private."""

import base64
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from eiginfra.core.refusal import refusal
from eiginfra.core.server_rule import KEY_TYPES
from eiginfra.inventory.patterns import SchemaPattern, base64_of

_KEY: Final = rf"(?:{KEY_TYPES}) [A-Za-z0-9+/]+={{0,3}}(?: [^\r\n]*)?"
_COMMENT: Final = r"(?: [^\r\n]*)?"


def _kind(name: str, *known: bytes, further: int = 0, least: int = 0) -> str:
    """Keys of a type by the strings that all have. further: bytes behind these; 0: nobody knows how many, but at least `least`."""
    wire = b"".join(len(part).to_bytes(4) + part for part in (name.encode(), *known))
    return f"{name.replace('.', '[.]')} {base64_of(wire, len(wire) + further if further else None, len(wire) + least)}"


def _ecdsa(curve: str, point: int) -> str:
    wire = b"".join(len(part).to_bytes(4) + part for part in (f"ecdsa-sha2-{curve}".encode(), curve.encode())) + point.to_bytes(4) + b"\x04"
    return f"ecdsa-sha2-{curve} {base64_of(wire, len(wire) + point - 1)}"


LONGEST: Final = 16_384
LEAST_RSA: Final = 3072
"""Bits: what ssh-keygen makes by itself since OpenSSH 8.0."""
_PARTS: Final = {"ssh-ed25519": 2, "sk-ecdsa-sha2-nistp256@openssh.com": 4}
"""How many strings a key has, its type included; 3 for all others."""
_POINTS: Final = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
PRIVATE: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File-\d|b3BlbnNzaC1rZXktdjE")
"""Where a private key begins, as ssh-keygen, openssl and PuTTY write them; the last: without its first line."""
# What else people paste: a pattern at the text's beginning, what it is.
_OTHER: Final = (
    (r"ssh-dss ", "ssh-key-dsa"),
    (r"(?:SHA256|MD5):", "ssh-key-fingerprint"),
    (r"---- BEGIN SSH2", "ssh-key-putty"),
    (r"-----BEGIN (?:\w+ )*PUBLIC KEY", "ssh-key-pem"),
)


def _public_key(value: str) -> str:
    if problem := _wrong(value):
        raise problem
    return value


def _wrong(value: str) -> PydanticCustomError | None:
    """What is wrong with it; None for a good key."""
    if PRIVATE.search(value):
        return refusal("private-key")
    if _sound(value):
        bits = _rsa_bits(value)
        return None if bits is None or bits >= LEAST_RSA else refusal("ssh-key-weak", bits=bits, least=LEAST_RSA)
    for pattern, code in _OTHER:
        if re.match(pattern, value):
            return refusal(code)
    if path := _path(value):
        return refusal("ssh-key-path", path=path)
    return _nearly(value) or refusal("ssh-key-damaged" if re.fullmatch(_KEY, value) else "ssh-key")


def bare_key(key: str) -> str:
    """A public key without its comment: two keys are the same when these are."""
    return " ".join(key.split(" ")[:2])


def _rsa_bits(value: str) -> int | None:
    """The length of a sound RSA key; None for others."""
    kind, payload = value.split(" ")[:2]
    return int.from_bytes(_wire_parts(base64.b64decode(payload))[2]).bit_length() if kind == "ssh-rsa" else None


def _nearly(value: str) -> PydanticCustomError | None:
    """What is a key but for its spaces, its first word, or options before it."""
    words = value.split()
    if words and re.fullmatch(KEY_TYPES, words[0]):
        for end in range(2, len(words) + 1):
            if _sound(f"{words[0]} {''.join(words[1:end])}"):
                return refusal("ssh-key-broken")
    start = next((index for index in range(1, len(words)) if re.fullmatch(KEY_TYPES, words[index])), None)
    if start is not None and _sound(" ".join(words[start:])):
        return refusal("ssh-key-text-before", first=words[start])
    for kind in ("ssh-ed25519", "ssh-rsa"):
        if _sound(f"{kind} {value.strip()}"):
            return refusal("ssh-key-without-type", type=kind)
    return None


def _path(value: str) -> str | None:
    """The path of the public key's file that a text names; None if it names none."""
    if not re.fullmatch(r"\S{1,200}", value) or not re.search(r"(?:^|[/\\])(?:id_[a-z0-9_]+(?:\.pub)?|[\w.-]+\.pub)$", value):
        return None
    return value if value.endswith(".pub") else f"{value}.pub"


def _sound(value: str) -> bool:
    if not re.fullmatch(_KEY, value):
        return False
    kind, payload = value.split(" ")[:2]
    try:
        wire = base64.b64decode(payload, validate=True)
    except ValueError:
        return False
    parts = _wire_parts(wire)
    return (
        len(parts) == _PARTS.get(kind, 3) and parts[0] == kind.encode() and _of_kind(kind.removeprefix("sk-").partition("@")[0], parts[1:])
    )


def _of_kind(kind: str, parts: list[bytes]) -> bool:
    """Whether the numbers are those of such a key (RFC 4253, 5656, 8709; OpenSSH, PROTOCOL.u2f): ssh-keygen reads no others."""
    if kind == "ssh-rsa":
        return len(parts[0]) > 0 and len(parts[1].lstrip(b"\0")) > 0
    if kind == "ssh-ed25519":
        return len(parts[0]) == 32
    curve, point = parts[0].decode("ascii", "replace"), parts[1]
    return kind == f"ecdsa-sha2-{curve}" and len(point) == _POINTS.get(curve) and point[:1] == b"\x04"


def _wire_parts(wire: bytes) -> list[bytes]:
    """The length-prefixed strings of a key (RFC 4253, section 6.6); empty if they do not add up."""
    parts = []
    while wire:
        length = int.from_bytes(wire[:4])
        if len(wire) < 4 + length:
            return []
        parts.append(wire[4 : 4 + length])
        wire = wire[4 + length :]
    return parts if len(parts) > 1 else []


_ED25519: Final = base64_of(b"\0\0\0\x0bssh-ed25519\0\0\0\x20", 51)
_SOUND: Final = "|".join(
    [
        f"ssh-ed25519 {_ED25519}",
        _kind("ssh-rsa", least=LEAST_RSA // 8 + 9),
        *(_ecdsa(curve, point) for curve, point in _POINTS.items()),
        _kind("sk-ssh-ed25519@openssh.com", least=36),
        _kind("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", least=69),
    ]
)
SshKey = Annotated[str, Field(max_length=LONGEST), AfterValidator(_public_key), SchemaPattern(f"(?:{_SOUND}){_COMMENT}")]
