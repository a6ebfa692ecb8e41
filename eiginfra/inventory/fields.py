"""The types of single values in inventory and site files, each with the sentence that refuses a bad one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from eiginfra.core.values import ByteSize, size_remedy
from eiginfra.inventory import remedies


def brief(value: object) -> str:
    """A value as messages show it: not longer than a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def refusal(code: str, message: str, remedy: str) -> PydanticCustomError:
    """The error of a value that is not valid: what is wrong, and what to write instead."""
    return PydanticCustomError(code, "{message}", {"message": message, "remedy": remedy})


@dataclass(frozen=True)
class Matching:
    """Text that matches a pattern as a whole; the JSON Schema has the same pattern.

    `suggest` gives what was probably meant: it is told as remedy when it matches.
    """

    pattern: str
    what: str
    rule: str
    suggest: Callable[[str], str | None] = remedies.bare

    def fits(self, text: str) -> bool:
        """Whether the text is one of these."""
        return re.fullmatch(self.pattern, text) is not None

    def remedy(self, text: str) -> str:
        """What to write instead of a text that does not fit."""
        meant = self.suggest(text[:1000])
        if not meant or not self.fits(meant):
            return self.rule
        return f"write {meant}" if self.rule.startswith("write ") else f"write {meant}; {self.rule}"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """After the check that it is text at all."""

        def check(value: str) -> str:
            if not self.fits(value):
                raise refusal("pattern", f"{brief(value)} is not {self.what}", self.remedy(value))
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The pattern, anchored."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


TEAM_ID = Matching(
    r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,30}",
    "a team or cohort id",
    "lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most",
    remedies.slug,
)
TeamId = Annotated[str, TEAM_ID]
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
_LABEL_RULE = "lower-case letters, digits and inner hyphens, 32 characters at most"
MachineName = Annotated[str, Matching(_LABEL, "a machine's name", _LABEL_RULE, remedies.slug)]
Subdomain = Annotated[
    str,
    Matching(_LABEL, "a sub-domain", f"the part before the gateway's domain, {_LABEL_RULE}", remedies.domain_label),
]
Username = Annotated[
    str,
    Matching(
        r"(?!.*\.(?:git|atom)$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?",
        "a user name",
        "letters, digits, and inside also . _ -",
        remedies.user_name,
    ),
]
_LOCAL = r"[A-Za-z0-9_+~-]+(?:\.[A-Za-z0-9_+~-]+)*"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
# What GitLab and Proxmox VE both take (PVE::JSONSchema, format email-opt). Both ignore the case.
Email = Annotated[
    str,
    Field(max_length=254),
    Matching(
        rf"{_LOCAL}@{_DOMAIN}",
        "an e-mail address that GitLab and Proxmox take",
        "one address, name@domain, with letters, digits and . _ + ~ - before the @",
        remedies.email,
    ),
    AfterValidator(str.lower),
]
ProjectName = Annotated[
    str,
    Matching(
        r"(?!.*\.(?:git|atom)$)[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_])){0,99}",
        "a project name",
        "letters, digits, _ and -, with single inner dots, not ending in .git or .atom",
        lambda text: remedies.slug(text.removesuffix(".git").removesuffix(".atom")),
    ),
]


def _sound_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise refusal("url", f"{brief(value)} is not a web address", "check host and port")
    if parts.username is not None:
        raise refusal("url_with_user", "a web address with a user name or password", "delete everything before the @")
    return value


Url = Annotated[
    str,
    Field(max_length=2000),
    Matching(r"https?://[^/\s]+(?:/[^\s]*)?", "a web address", "write http:// or https:// and the host", remedies.web_address),
    AfterValidator(_sound_url),
]
Proxy = Annotated[
    str,
    Field(max_length=2000),
    Matching(r"none|https?://[^/\s]+/?", "a proxy's address", "write http:// and its host and port, or none", remedies.web_address),
    AfterValidator(lambda value: value if value == "none" else _sound_url(value)),
]
HostName = Annotated[
    str,
    Field(max_length=253),
    Matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
        "a host or domain name",
        "letters, digits, hyphens and dots, e.g. eig.example.org",
    ),
]
GroupPath = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*",
        "the path of a group",
        "write it without a slash at either end, e.g. eig or public/eig",
        lambda text: remedies.bare(text).strip("/"),
    ),
]
TokenId = Annotated[str, Matching(r"[^@!\s]+@[^@!\s]+![^@!\s]+", "the id of an API token", "write user@realm!name, e.g. eiginfra@pve!ci")]
Hours = Annotated[
    str, Matching(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", "a time of day", "write hh:mm-hh:mm, e.g. 03:00-05:00")
]
KindName = Annotated[str, Matching(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "the name of a kind", "write provider.thing, e.g. gitlab.group")]
Code = Annotated[str, Matching(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", "the code of a finding", "lower-case words with hyphens, e.g. node-offline")]
Listen = Annotated[str, Matching(r"[A-Za-z0-9.-]+:\d{1,5}", "an address to listen on", "write host:port, e.g. 127.0.0.1:9469")]
_LICENSE_RULE = "write e.g. MIT, AGPL-3.0-or-later or etalab-2.0"


def _with_version(value: str) -> str:
    """`GPL` names no licence: its version is a part of the name."""
    if "-" not in value and (whole := remedies.license_id(value)) and value.lower() != whole.lower():
        raise refusal("pattern", f"{brief(value)} is not an SPDX identifier: it names no version", f"write {whole}, if that is the one")
    return value


License = Annotated[
    str,
    Field(max_length=100),
    Matching(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "an SPDX identifier", _LICENSE_RULE, remedies.license_id),
    AfterValidator(_with_version),
]
MountPath = Annotated[
    str,
    Field(max_length=255),
    Matching(
        r"(?!.*/\.{1,2}(?:/|$))/[^\s,]+",
        "a path to mount a volume at",
        "write it from the root, e.g. /srv/data",
        remedies.mount_path,
    ),
]


def _well_encoded(value: str) -> str:
    """Refuses text whose UTF-8 was once read as Windows-1252: `Ã©` for `é`."""
    try:
        meant = value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return value
    if meant != value:
        raise refusal("wrong_encoding", f"{brief(value)} was saved in a wrong encoding", f"write {brief(meant)}")
    return value


WELL_ENCODED = AfterValidator(_well_encoded)
Title = Annotated[
    str,
    Field(max_length=255),
    Matching(
        r"(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<![\s,])",
        "a title",
        "one line of text, without spaces around it or a comma at its end",
        lambda text: " ".join(text.split()).rstrip(","),
    ),
    WELL_ENCODED,
]
Port = Annotated[int, Field(ge=1, le=65535)]


@dataclass(frozen=True)
class Amount:
    """A size in whole `unit`s, at most `largest`; what is written otherwise is refused with the size that was probably meant."""

    what: str
    unit: int
    largest: ByteSize

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In the place of the type's own reading, which knows no unit that is likely here."""
        return core_schema.no_info_plain_validator_function(self._read, serialization=core_schema.to_string_ser_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """That of all sizes."""
        return ByteSize.__get_pydantic_json_schema__(schema, handler)

    def _read(self, value: object) -> ByteSize:
        if isinstance(value, ByteSize):
            size = value
        else:
            try:
                size = ByteSize.parse(value if isinstance(value, str) else "")
            except ValueError:
                raise refusal("size", f"{brief(value)} is not a {self.what} size", size_remedy(value, self.unit)) from None
        if size > self.largest:
            raise refusal("size", f"{size} is too large for a {self.what}", f"at most {self.largest}")
        if size <= 0 or size % self.unit:
            raise refusal("size", f"{size} is not a {self.what} size", size_remedy(str(size), self.unit))
        return size


Memory = Annotated[ByteSize, Amount("memory", 2**20, ByteSize(16 * 2**40))]
Disk = Annotated[ByteSize, Amount("disk", 2**30, ByteSize(1024 * 2**40))]
