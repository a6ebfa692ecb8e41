"""Public SSH keys: refuses what sshd would silently skip, and says what it is. No message repeats a key: it may be private."""

import base64
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_TYPES: Final = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com"
_KEY: Final = rf"(?:{_TYPES}) [A-Za-z0-9+/]+={{0,3}}(?: [^\r\n]*)?"
LONGEST: Final = 16_384
PRIVATE: Final = ("this is a private key", "delete it, make a new pair with ssh-keygen, and write the .pub file's line here")
_COPY: Final = "copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment'"
# What else people paste: a pattern at the text's beginning, what it is, what to do.
_OTHER: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"ssh-dss ",
        "this is a DSA key, which SSH no longer takes",
        "make a new pair with ssh-keygen -t ed25519, and write the .pub file's line",
    ),
    (r"(?:SHA256|MD5):", "this is the fingerprint of a key, not the key", _COPY),
    (r"---- BEGIN SSH2", "this public key is in PuTTY's format", "write the line that ssh-keygen -i -f FILE prints"),
    (r"-----BEGIN (?:\w+ )*PUBLIC KEY", "this public key is in PEM format", "write the line that ssh-keygen -i -m PKCS8 -f FILE prints"),
)


def _public_key(value: str) -> str:
    if problem := _wrong(value):
        message, remedy = problem
        code = "private_key" if problem is PRIVATE else "ssh_key"
        raise PydanticCustomError(code, "{message}", {"message": message, "remedy": remedy})
    return value


def _wrong(value: str) -> tuple[str, str] | None:
    """What is wrong with it, and what to do; None for a good key."""
    if "PRIVATE KEY" in value or value.startswith("PuTTY-User-Key-File"):
        return PRIVATE
    if _sound(value):
        return None
    for pattern, message, remedy in _OTHER:
        if re.match(pattern, value):
            return message, remedy
    if path := _path(value):
        return "this is the path of a file, not a key", f"write the line that the file holds: cat {path}"
    return _nearly(value) or (
        ("this public SSH key is damaged or cut off", "copy the whole line of the .pub file again")
        if re.fullmatch(_KEY, value)
        else ("this is not a public SSH key", _COPY)
    )


def _nearly(value: str) -> tuple[str, str] | None:
    """What is a key but for its spaces, its first word, or options before it."""
    words = value.split()
    if words and re.fullmatch(_TYPES, words[0]):
        for end in range(2, len(words) + 1):
            if _sound(f"{words[0]} {''.join(words[1:end])}"):
                whole = "write the whole key on one line: type, one space, the long text, one space, a comment"
                return ("this SSH key is cut over two lines, or broken by spaces", whole)
    start = next((index for index in range(1, len(words)) if re.fullmatch(_TYPES, words[index])), None)
    if start is not None and _sound(" ".join(words[start:])):
        return "text stands before this SSH key", f"begin with {words[start]}"
    for kind in ("ssh-ed25519", "ssh-rsa"):
        if _sound(f"{kind} {value.strip()}"):
            return "the first word of this SSH key is missing", f"write {kind} and a space before it"
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
    return bool(parts) and parts[0] == kind.encode() and (kind != "ssh-ed25519" or [len(part) for part in parts[1:]] == [32])


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


SshKey = Annotated[str, Field(max_length=LONGEST, json_schema_extra={"pattern": f"^{_KEY}$"}), AfterValidator(_public_key)]
