"""The types of single values in inventory and site files, each with the sentence that refuses a bad one."""

import base64
import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from eiginfra.core.values import ByteSize


def brief(value: object) -> str:
    """A value as messages show it: not longer than a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


@dataclass(frozen=True)
class Matching:
    """Text that matches a pattern as a whole; the JSON Schema has the same pattern."""

    pattern: str
    sentence: str

    @property
    def rule(self) -> str:
        """The second half of the sentence: what is allowed."""
        return self.sentence.partition("; ")[2]

    def fits(self, text: str) -> bool:
        """Whether the text is one of these."""
        return re.fullmatch(self.pattern, text) is not None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """After the check that it is text at all."""

        def check(value: str) -> str:
            if not self.fits(value):
                raise PydanticCustomError("pattern", "{value} {sentence}", {"value": brief(value), "sentence": self.sentence})
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The pattern, anchored."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


TEAM_ID = Matching(
    r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,30}",
    "is not a team or cohort id; lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most",
)
TeamId = Annotated[str, TEAM_ID]
Label = Annotated[
    str,
    Matching(
        r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?",
        "is not a name for a machine or sub-domain; lower-case letters, digits and inner hyphens, 32 characters at most",
    ),
]
Username = Annotated[
    str,
    Matching(
        r"(?!.*\.(?:git|atom)$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?",
        "is not a user name; letters, digits, and inside also . _ -",
    ),
]
Email = Annotated[str, Matching(r"[^@\s]+@[^@\s]+\.[^@\s.]+", "is not an e-mail address")]
ProjectName = Annotated[
    str,
    Matching(
        r"(?!.*\.(?:git|atom)$)[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_])){0,99}",
        "is not a project name; letters, digits, _ and -, with single inner dots, not ending in .git or .atom",
    ),
]


def _sound_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise PydanticCustomError("url", "{value} is not a web address; check host and port", {"value": brief(value)})
    if parts.username is not None:
        raise PydanticCustomError("url_with_user", "a web address with a user name or password; delete everything before the @")
    return value


Url = Annotated[
    str,
    Matching(r"https?://[^/\s]+(?:/[^\s]*)?", "is not a web address; write http:// or https:// and the host"),
    AfterValidator(_sound_url),
]
HostName = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
        "is not a host or domain name; letters, digits, hyphens and dots, e.g. eig.example.org",
    ),
]
GroupPath = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*",
        "is not the path of a group; write it without a slash at either end, e.g. eig or public/eig",
    ),
]
TokenId = Annotated[
    str, Matching(r"[^@!\s]+@[^@!\s]+![^@!\s]+", "is not the id of an API token; write user@realm!name, e.g. eiginfra@pve!ci")
]
Hours = Annotated[
    str, Matching(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", "is not a time of day; write hh:mm-hh:mm, e.g. 03:00-05:00")
]
KindName = Annotated[
    str, Matching(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "is not the name of a kind; write provider.thing, e.g. gitlab.group")
]
Listen = Annotated[str, Matching(r"[A-Za-z0-9.-]+:\d{1,5}", "is not an address to listen on; write host:port, e.g. 127.0.0.1:9469")]
License = Annotated[
    str, Matching(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "is not an SPDX identifier; write e.g. MIT, AGPL-3.0-or-later or etalab-2.0")
]
MountPath = Annotated[str, Matching(r"/[^\s,]+", "is not a path to mount a volume at; write it from the root, e.g. /srv/data")]
Title = Annotated[
    str,
    Field(max_length=255),
    Matching(r"(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<!\s)", "is not a title; one line of text, without spaces around it"),
]
Port = Annotated[int, Field(ge=1, le=65535)]

_KEY_TYPES = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com"
_SSH_KEY = rf"(?:{_KEY_TYPES}) [A-Za-z0-9+/]+={{0,3}}(?: [^\r\n]*)?"


def _public_key(value: str) -> str:
    """Refuses what sshd would silently skip. The messages never repeat the text: it may be a private key."""
    if "PRIVATE KEY" in value:
        raise PydanticCustomError(
            "private_key", "this is a private key; delete it, make a new pair with ssh-keygen, and write the .pub file's line here"
        )
    if not re.fullmatch(_SSH_KEY, value):
        raise PydanticCustomError(
            "ssh_key", "this is not a public SSH key; copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment'"
        )
    kind, payload = value.split(" ")[:2]
    try:
        wire = base64.b64decode(payload, validate=True)
    except ValueError:
        wire = b""
    parts = _wire_parts(wire)
    if not parts or parts[0] != kind.encode() or (kind == "ssh-ed25519" and [len(part) for part in parts[1:]] != [32]):
        raise PydanticCustomError(
            "ssh_key_damaged", "this public SSH key is damaged or cut off; copy the whole line of the .pub file again"
        )
    return value


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


SshKey = Annotated[str, AfterValidator(_public_key), Field(json_schema_extra={"pattern": f"^{_SSH_KEY}$"})]


def _whole(unit: int, sentence: str) -> AfterValidator:
    def check(value: ByteSize) -> ByteSize:
        if value <= 0 or value % unit:
            raise PydanticCustomError("whole_unit", "{value} {sentence}", {"value": str(value), "sentence": sentence})
        return value

    return AfterValidator(check)


Memory = Annotated[ByteSize, _whole(2**20, "is not a memory size; write whole MiB or GiB, e.g. 512MiB")]
Disk = Annotated[ByteSize, _whole(2**30, "is not a disk size; disks are whole GiB, e.g. 8GiB")]
