"""Proxmox's ways of writing values: property strings, sizes, booleans, tags, descriptions with the marker, keys.

Every form here was seen in recordings of Proxmox VE 9.1: reading a value and printing it again gives the same text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self
from urllib.parse import quote

from eiginfra.core.values import ByteSize

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
_ADDRESS = r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"
_MAC = re.compile(rf"^macaddr={_ADDRESS},|(?:,macaddr)?={_ADDRESS}(?=,|$)")
_TRUE = frozenset({"1", "on", "yes", "true"})
_MARK = re.compile(r"^[ \t]*eiginfra:[ \t]*(?P<mark>[^\s/]+(?:/[^\s/]+){2})[ \t]*(?=\r?$)", re.MULTILINE)
_REMOVAL = re.compile(r"^[ \t]*eiginfra-remove-after:[ \t]*(?P<day>\d{4}-\d{2}-\d{2})[ \t]*(?:\r?\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class Properties:
    """A property string, `local-lvm:vm-100-disk-0,size=8G`: pairs in the server's order.

    A first value without a key goes by the name of the default key, and is printed without it again. Keys that eiginfra does not know
    survive every change.
    """

    pairs: tuple[tuple[str, str], ...]
    bare: bool = False

    @classmethod
    def parse(cls, text: str, default: str = "") -> Self:
        """Read a property string whose first value may come without a key."""
        first, *others = text.split(",")
        bare = "=" not in first
        pairs = [(default, first) if bare else _pair(first), *map(_pair, others)]
        return cls(tuple(pairs), bare)

    def __str__(self) -> str:
        (_, first), *others = self.pairs
        head = [first] if self.bare else [_text(self.pairs[0])]
        return ",".join([*head, *map(_text, others)])

    def get(self, key: str) -> str | None:
        """The value of a key; None if it is not there."""
        return next((value for name, value in self.pairs if name == key), None)

    def flag(self, key: str) -> bool:
        """A boolean, False when it is not there."""
        value = self.get(key)
        return value is not None and flag(value)

    def replace(self, **changes: str | None) -> Self:
        """The same with some keys set (in their place, or at the end) or, by None, left out."""
        blank = self.bare and not self.pairs[0][1].strip()
        kept = [(key, changes.get(key, value)) for key, value in self.pairs[blank:]]
        known = {key for key, _ in kept}
        added = [(key, value) for key, value in changes.items() if key not in known]
        pairs = tuple((key, value) for key, value in [*kept, *added] if value is not None)
        return type(self)(pairs or (("", ""),), not pairs or (self.bare and pairs[0][0] == self.pairs[0][0]))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    return (key, value) if equals else ("", key)


def _text(pair: tuple[str, str]) -> str:
    return "=".join(pair) if pair[0] else pair[1]


def parse_size(text: str) -> ByteSize:
    """A disk's size, `8G`; a number without a unit counts bytes. Raises ValueError on anything else."""
    match = _SIZE.fullmatch(text)
    if match is None:
        msg = f"{text!r} is not a size as Proxmox writes it"
        raise ValueError(msg)
    return ByteSize(int(Decimal(match[1]) * _UNITS[match[2]]))


def print_size(size: int) -> str:
    """A size in the largest unit that divides it, as the server prints it (0 is `0T`)."""
    unit = next(unit for unit in reversed(_UNITS) if size % _UNITS[unit] == 0)
    return f"{size // _UNITS[unit]}{unit}"


def flag(value: object) -> bool:
    """A boolean, which comes as a number or a text."""
    return str(value).lower() in _TRUE


def whole(value: object) -> int:
    """A number that an answer should hold; 0 for anything else."""
    return int(float(value)) if isinstance(value, int | float | str) and re.fullmatch(r"\d+(?:\.\d*)?", str(value)) else 0


def parse_tags(text: object) -> tuple[str, ...]:
    """Tags as the server would store them: separated, lower-case, sorted, each once."""
    return tuple(sorted({tag.lower() for tag in re.split(r"[;,\s]+", str(text or "")) if tag}))


def print_tags(tags: Iterable[str]) -> str:
    """Tags as one parameter."""
    return ";".join(parse_tags(" ".join(tags)))


def mark_of(description: object) -> str | None:
    """The marker in a guest's description: the first line `eiginfra: cohort/team/machine`."""
    match = _MARK.search(str(description or ""))
    return match["mark"] if match else None


def with_mark(description: object, mark: str) -> str:
    """The description with the marker in place of an older one, or on a line of its own at the end; people's lines are kept."""
    text, line = str(description or ""), f"eiginfra: {mark}"
    if _MARK.search(text):
        return _MARK.sub(lambda _: line, text, count=1)
    return f"{text.rstrip()}\n\n{line}" if text.strip() else line


def removal_of(description: object) -> date | None:
    """The day after which a guest may be removed: the first line `eiginfra-remove-after: 2020-08-01`; None if there is none."""
    match = _REMOVAL.search(str(description or ""))
    try:
        return date.fromisoformat(match["day"]) if match else None
    except ValueError:
        return None


def with_removal(description: object, day: date | None) -> str:
    """The description with that day on a line of its own at the end, or with none; other lines are kept."""
    text = _REMOVAL.sub("", str(description or "")).rstrip("\n")
    return text if day is None else f"{text}\neiginfra-remove-after: {day.isoformat()}".lstrip("\n")


def without_mac(device: str) -> str:
    """A VM's network device, `virtio=BC:24:11:6D:26:A0,bridge=vmbr0`, without its MAC: the server then chooses one."""
    return _MAC.sub("", device)


def print_keys(keys: Iterable[str]) -> str:
    """SSH keys for a container: one a line."""
    return "".join(f"{key}\n" for key in keys)


def encode_keys(keys: Iterable[str]) -> str:
    """SSH keys for a VM: the same, percent-encoded inside the value."""
    return quote(print_keys(keys), safe="")
