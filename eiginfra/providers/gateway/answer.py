"""What `observe` gave: the state of the gateway as values, read line by line; a line of another form is told, and left out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from eiginfra.core.errors import PermanentError
from eiginfra.providers.gateway.frames import sections
from eiginfra.providers.gateway.jump_keys import JumpKeys
from eiginfra.providers.shapes import Oddities

T = TypeVar("T")

_ALWAYS = ("configuration", "accounts", "certificates", "forwards", "listening", "pending", "tools")
"""The sections without which nothing could be told from their absence."""
_PORT = r"([1-9]\d{0,4})"
_FEATURES = r"(-|[\x21-\x7e]+)"


@dataclass(frozen=True)
class SystemAccount:
    """An account of the gateway's system.

    expires: the day from which it is closed, in days since 1970. member: of the group for jumping. privileged: nothing may touch it.
    """

    name: str
    uid: int
    expires: int | None
    member: bool
    privileged: bool
    shell: str

    @property
    def closed(self) -> bool:
        """Whether it was closed altogether, and not only from some day on."""
        return self.expires is not None and self.expires <= 1


@dataclass(frozen=True)
class GuestFeatures:
    """The features of a container on the node that the gateway is: those in force, and those after its next start."""

    id: int
    now: Mapping[str, str]
    next: Mapping[str, str]


@dataclass(frozen=True)
class GatewayReading:
    """All that `observe` gave.

    configuration: the values of each key of the program's own file. keys: of every member of the group who has a file; subdomains: the
    text of each file, by host. nginx: what `nginx -T` prints, None where nginx is missing or refuses its configuration; nginx_error: what
    it says then. certificates: the hosts that have one, `*` among them. forwards: the text of what is saved (nft.py reads it); loaded:
    that of the table in force, None where there is none. listening: (protocol, port). guests: by ID, None where the gateway is no node.
    pending: (verb, name) of what was cut. tools: what is there, by name, with its version.
    """

    configuration: Mapping[str, tuple[str, ...]]
    accounts: Mapping[str, SystemAccount]
    keys: Mapping[str, JumpKeys]
    subdomains: Mapping[str, str]
    nginx: str | None
    nginx_error: str | None
    certificates: frozenset[str]
    forwards: str
    loaded: str | None
    listening: frozenset[tuple[str, int]]
    guests: Mapping[int, GuestFeatures] | None
    pending: frozenset[tuple[str, str]]
    tools: Mapping[str, str]

    def settled(self, verb: str, name: str) -> bool:
        """Whether the last write of it came to its end."""
        return (verb, name) not in self.pending

    def unique(self, key: str) -> str | None:
        """The value of a key of the configuration that is written once."""
        return next(iter(self.configuration.get(key, ())), None)


def read_state(answer: bytes, odd: Oddities) -> GatewayReading:
    """The answer of `observe`. odd: takes the lines of another form. Raises the errors of `sections`, and for a section that is missing."""
    found = sections(answer)
    if missing := [name for name in _ALWAYS if name not in found.plain]:
        raise PermanentError(f"the gateway's answer lacks its section {missing[0]}; see docs/gateway-program.md")
    lines = _Lines(found.plain, odd)
    guests = lines.read("guests", _guest) if "guests" in found.plain else None
    return GatewayReading(
        configuration=configuration(found.plain["configuration"]),
        accounts={account.name: account for account in reversed([*lines.read("accounts", _account)])},  # of two, the system takes the first
        keys={name: JumpKeys.of(text) for name, text in found.about.get("keys", {}).items()},
        subdomains=found.about.get("subdomain", {}),
        nginx=found.plain.get("nginx"),
        nginx_error=found.plain.get("nginx-error"),
        certificates=frozenset(lines.read("certificates", lambda line: line if re.fullmatch(r"\*|[a-z0-9.-]+", line) else None)),
        forwards=found.plain["forwards"],
        loaded=found.plain.get("loaded"),
        listening=frozenset(lines.read("listening", _listening)),
        guests=None if guests is None else {guest.id: guest for guest in guests},
        pending=frozenset(lines.read("pending", lambda line: _pair(line, r"([a-z][a-z-]*) (\S+)"))),
        tools=dict(lines.read("tools", lambda line: _pair(line, r"([a-z][a-z0-9-]*)(?: (.+))?"))),
    )


def configuration(text: str) -> dict[str, tuple[str, ...]]:
    """The values of each key of the program's own file, as it reads it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        if key and not key.startswith("#"):
            found[key] = (*found.get(key, ()), value.strip())
    return found


@dataclass(frozen=True)
class _Lines:
    """The lines of sections. odd: takes those that say nothing."""

    texts: Mapping[str, str]
    odd: Oddities

    def read(self, section: str, one: Callable[[str], T | None]) -> Iterable[T]:
        found = []
        for line in self.texts[section].splitlines():
            value = one(line)
            if value is None:
                self.odd.add(section, line[:80], "a line of another form")
            else:
                found.append(value)
        return found


def _account(line: str) -> SystemAccount | None:
    """Names of the system may be anything without a colon."""
    match = re.fullmatch(r"([^:]+):(\d{1,10}):(-?\d{0,9}):([01]):([01]):([^:]*)", line)
    if match is None:
        return None
    name, uid, expires, member, privileged, shell = match.groups()
    ends = int(expires) if expires.lstrip("-") else None
    return SystemAccount(name, int(uid), None if ends is None or ends < 0 else ends, member == "1", privileged == "1", shell)


def _listening(line: str) -> tuple[str, int] | None:
    match = re.fullmatch(rf"(tcp|udp) {_PORT}", line)
    return None if match is None else (match[1], int(match[2]))


def _guest(line: str) -> GuestFeatures | None:
    match = re.fullmatch(rf"([1-9]\d{{2,8}}) {_FEATURES} {_FEATURES}", line)
    if match is None:
        return None
    return GuestFeatures(int(match[1]), _features(match[2]), _features(match[3]))


def _features(text: str) -> dict[str, str]:
    """`nesting=1,keyctl=1`."""
    pairs = (part.partition("=") for part in text.split(",") if part not in ("", "-"))
    return {name: value for name, _, value in pairs}


def _pair(line: str, pattern: str) -> tuple[str, str] | None:
    match = re.fullmatch(pattern, line)
    return None if match is None else (match[1], match[2] or "")
