"""The types of single values in inventory and site files, each with the sentence that refuses a bad one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from eiginfra.core.numbers import up_to
from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal
from eiginfra.core.server_rule import DNS_NAME, EMAIL
from eiginfra.core.values import ByteSize, size_advice
from eiginfra.inventory import remedies
from eiginfra.inventory.patterns import DAY, SchemaPattern, anchored, misread, sizes

LAST_PORT = 65535


def brief(value: object) -> str:
    """A value as messages show it: not longer than a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


@dataclass(frozen=True)
class _Not:
    """Metadata of a type: the values that its JSON Schema excludes."""

    values: tuple[str, ...]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The type's own, less that."""
        return {**handler(schema), "not": {"enum": [*self.values]}}


@dataclass(frozen=True)
class Matching:
    """Text that matches a pattern as a whole; the JSON Schema has the same pattern.

    what: its name in the catalogue of messages. `suggest` gives what was probably meant: it is told as remedy when it matches.
    most: the most characters it may have, where the pattern sets no limit.
    """

    pattern: str
    what: str
    suggest: Callable[[str], str | None] = remedies.bare
    most: int = 2000
    hidden_with: str = ""
    """Signs with which a text may hold a password or a token: then it is not repeated."""

    def fits(self, text: str) -> bool:
        """Whether the text is one of these."""
        return len(text) <= self.most and re.fullmatch(self.pattern, text) is not None

    def hides(self, text: str) -> bool:
        """Whether the text may hold a secret."""
        return any(sign in text for sign in self.hidden_with)

    def advice(self, text: str) -> Reason:
        """What to write instead of a text that does not fit."""
        meant = None if self.hides(text) else self.suggest(text[:1000])
        return reason("pattern-meant", what=self.what, meant=meant) if meant and self.fits(meant) else reason("pattern", what=self.what)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """After the check that it is text at all."""

        def check(value: str) -> str:
            if not self.fits(value):
                raise refusal("pattern", value="…" if self.hides(value) else brief(value), what=self.what, advice=self.advice(value))
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The pattern, anchored, and the most characters."""
        return {"maxLength": self.most, **handler(schema), "pattern": anchored(self.pattern)}


TEAM_ID = Matching(
    r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,30}",
    "team-id",
    remedies.slug,
)
TeamId = Annotated[str, TEAM_ID]
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
MachineName = Annotated[str, Matching(_LABEL, "machine-name", remedies.slug)]
# A label with `--` as third and fourth sign is an encoded one (RFC 5890, section 2.3.1): a name that shows other letters than it has.
SUBDOMAIN = Matching(rf"(?!..--)(?!.*xn--){_LABEL}", "subdomain", remedies.domain_label)


def _one_plain_label(value: str) -> str:
    """Refuses what is a sub-domain to a server, and never one to give away."""
    meant = SUBDOMAIN.suggest(value[:1000])
    advice = reason("write", text=meant) if meant and SUBDOMAIN.fits(meant) else None
    if value[2:4] == "--" or "xn--" in value.lower():
        raise refusal("subdomain-encoded", value=brief(value), advice=advice)
    if "*" in value:
        raise refusal("subdomain-wildcard", value=brief(value), advice=advice)
    return value


Subdomain = Annotated[str, AfterValidator(_one_plain_label), SUBDOMAIN]
Username = Annotated[
    str,
    Matching(
        r"(?!.*\.(?:git|atom)$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?",
        "username",
        remedies.user_name,
    ),
]
PersonName = Annotated[Username, AfterValidator(str.lower)]
"""A user name that finds a person: GitLab ignores its case."""
LOGIN = Matching(r"[a-z_][a-z0-9_-]{0,31}", "login", remedies.user_name)
ProxmoxAccount = Annotated[
    str,
    Field(max_length=64),
    Matching(
        r"[^\s:/@,!]+@[A-Za-z][A-Za-z0-9._-]+",
        "proxmox-account",
    ),
]
# Servers ignore the case.
Email = Annotated[
    str,
    Field(max_length=EMAIL.most),
    Matching(
        EMAIL.pattern,
        "email",
        remedies.email,
    ),
    AfterValidator(str.lower),
]
ProjectName = Annotated[
    str,
    Matching(
        r"(?=.{1,100}$)(?!.*\.(?:git|atom|GIT|ATOM)$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*",
        "project-name",
        lambda text: remedies.slug(text.removesuffix(".git").removesuffix(".atom")),
    ),
]
# A project may have got its name when GitLab still took more.
FormerName = Annotated[str, Matching(r"[A-Za-z0-9_.-]{1,255}", "former-name")]


_SERVER = rf"(?:[^\s/?#@:\[\]\\]+|\[[0-9A-Fa-f:.]+\])(?::{up_to(LAST_PORT)}?)?"
_SOUND_URL = rf"https?://{_SERVER}(?:[/?#][^\s]*)?"


def _sound_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise refusal("url", value="…" if "@" in value else brief(value))
    if parts.username is not None:
        raise refusal("url-with-user")
    if not re.fullmatch(_SOUND_URL, value):
        raise refusal("url", value=brief(value))
    return value


Url = Annotated[
    str,
    Field(max_length=2000),
    Matching(r"https?://[^/\s]+(?:/[^\s]*)?", "url", remedies.web_address, hidden_with="@"),
    AfterValidator(_sound_url),
    SchemaPattern(_SOUND_URL),
]
Proxy = Annotated[
    str,
    Field(max_length=2000),
    Matching(r"none|https?://[^/\s]+/?", "proxy", remedies.web_address, hidden_with="@"),
    AfterValidator(lambda value: value if value == "none" else _sound_url(value)),
    SchemaPattern(rf"none|https?://{_SERVER}/?"),
]
HostName = Annotated[
    str,
    Field(max_length=253),
    Matching(
        DNS_NAME.pattern,
        "host-name",
    ),
]
GroupPath = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*",
        "group-path",
        lambda text: remedies.bare(text).strip("/"),
    ),
]
ProjectPath = Annotated[
    str,
    Field(max_length=255),
    Matching(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+",
        "project-path",
        remedies.project_path,
    ),
]
TokenId = Annotated[str, Matching(r"[^@!=\s]+@[^@!=\s]+![^@!=\s]+", "token-id", hidden_with="=: ")]
Hours = Annotated[str, Matching(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", "hours")]
KindName = Annotated[str, Matching(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "kind-name")]
Listen = Annotated[str, Matching(r"[A-Za-z0-9.-]+:\d{1,5}", "listen")]
Code = Annotated[str, Matching(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", "code")]


def _with_version(value: str) -> str:
    """`GPL` names no licence: its version is a part of the name."""
    if "-" not in value and (whole := remedies.license_id(value)) and value.lower() != whole.lower():
        raise refusal("license-without-version", value=brief(value), whole=whole)
    return value


def _unversioned() -> Iterator[str]:
    """The usual names of licences that lack their version."""
    for name in ("GPL", "LGPL", "AGPL", "Apache", "BSD", "CeCILL", "EUPL", "MPL", "EPL", "CC0", "etalab"):
        for version in ("", "2", "3", "2.0", "3.0", "v2", "v3", "v2.0", "v3.0", "1.1", "1.2"):
            for written in dict.fromkeys((f"{name}{version}", f"{name}{version}".lower(), f"{name}{version}".upper())):
                try:
                    _with_version(written)
                except ValueError:
                    yield written


License = Annotated[
    str,
    Field(max_length=100),
    Matching(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "license", remedies.license_id),
    AfterValidator(_with_version),
    _Not(tuple(_unversioned())),
]
MountPath = Annotated[
    str,
    Field(max_length=255),
    Matching(
        r"(?!.*//)(?!.*/\.{1,2}(?:/|$))/[^\s,]+",
        "mount-path",
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
        raise refusal("wrong-encoding", value=brief(value), meant=brief(meant))
    return value


@dataclass(frozen=True)
class WellEncoded:
    """Metadata of text whose UTF-8 was read as UTF-8."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """After the check that it is text at all."""
        return core_schema.no_info_after_validator_function(_well_encoded, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Nothing that was read otherwise."""
        return {**handler(schema), "not": {"pattern": anchored(misread())}}


WELL_ENCODED = WellEncoded()
Title = Annotated[
    str,
    Field(max_length=255),
    Matching(
        r"(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<![\s,])",
        "title",
        lambda text: " ".join(text.split()).rstrip(","),
    ),
    WELL_ENCODED,
]
ShortText = Annotated[str, Field(max_length=500), WELL_ENCODED]
"""Some sentences."""
Port = Annotated[int, Field(ge=1, le=LAST_PORT)]


def _of_this_time(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise refusal("day-out-of-time", day=day, first=_FIRST, last=_LAST)
    return day


# Servers count days from 1970 on, and a day is added to some.
_FIRST, _LAST = date(1970, 1, 2), date(2999, 12, 31)
Day = Annotated[date, AfterValidator(_of_this_time), SchemaPattern(DAY)]


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
        """In whole units, up to the largest."""
        return {**ByteSize.__get_pydantic_json_schema__(schema, handler), "pattern": anchored(self.pattern)}

    @property
    def pattern(self) -> str:
        """How it is written."""
        return sizes(self.unit, self.largest)

    def _read(self, value: object) -> ByteSize:
        if isinstance(value, ByteSize):
            size = value
        else:
            try:
                size = ByteSize.parse(value if isinstance(value, str) else "")
            except ValueError:
                raise refusal("size", value=brief(value), what=self.what, advice=size_advice(value, self.unit)) from None
        if size > self.largest:
            raise refusal("size-too-large", size=size, what=self.what, largest=self.largest)
        if not isinstance(value, ByteSize) and not re.fullmatch(self.pattern, str(value)):
            raise refusal("size", value=str(size), what=self.what, advice=size_advice(str(size), self.unit))
        return size


Memory = Annotated[ByteSize, Amount("memory", 2**20, ByteSize(16 * 2**40))]
Disk = Annotated[ByteSize, Amount("disk", 2**30, ByteSize(1024 * 2**40))]
Body = Annotated[ByteSize, Amount("body", 2**20, ByteSize(10 * 2**30))]
