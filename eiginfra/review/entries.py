"""What differs between two versions of a YAML file, as data: an edit for each key, and for each entry of a list that has a name."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.ssh_keys import bare_key
from eiginfra.review.model import Edit, Edited

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_NAME: Final = re.compile(r"[\w.@/:+=-]+", re.ASCII)


def _named_by(key: str) -> Callable[[Any], str | None]:
    def name(entry: Any) -> str | None:
        found = entry.get(key) if isinstance(entry, dict) else None
        return found if isinstance(found, str) else None

    return name


def _person(entry: Any) -> str | None:
    name = _named_by("username")(entry)
    return None if name is None else name.lower()


def _forward(entry: Any) -> str | None:
    public = entry.get("public") if isinstance(entry, dict) else None
    return f"{public}/{entry.get('protocol', 'tcp')}" if isinstance(public, int | str) else None


def _ssh_key(entry: Any) -> str | None:
    """The fingerprint as `ssh-keygen -l` shows it; of what is no key, the text."""
    if not isinstance(entry, str):
        return None
    try:
        wire = base64.b64decode(bare_key(entry).partition(" ")[2], validate=True)
    except ValueError:
        wire = b""
    return f"SHA256:{base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip('=')}" if wire else entry


NAMES: Final[Mapping[str, Callable[[Any], str | None]]] = {
    "members": _person,
    "mentors": _person,
    "members[].ssh_keys": _ssh_key,
    "mentors[].ssh_keys": _ssh_key,
    "projects": _named_by("name"),
    "data": _named_by("title"),
    "machines": _named_by("name"),
    "machines[].publish": _named_by("subdomain"),
    "machines[].forward": _forward,
    "machines[].mounts": _named_by("path"),
}
"""By field: lists of entries, and what names an entry. All other lists are single values."""
_RENAMED: Final = frozenset({"projects", "machines"})


@dataclass(frozen=True)
class _Place:
    """Where something is in both versions: path, field and names as in an edit; the steps to it in each document."""

    path: str = ""
    field: str = ""
    names: tuple[str, ...] = ()
    before: tuple[str | int, ...] = ()
    after: tuple[str | int, ...] = ()

    def key(self, key: str) -> "_Place":
        """A key of the mapping here. A key that is not written like one of a file format is quoted: it passes for no other."""
        text = key if _PLAIN_KEY.fullmatch(key) else json.dumps(key)
        dot = "." if self.path else ""
        return _Place(f"{self.path}{dot}{text}", f"{self.field}{dot}{text}", self.names, (*self.before, key), (*self.after, key))

    def entry(self, name: str, before: int | None, after: int | None) -> "_Place":
        """An entry of the list here, by its index in each version."""
        text = name if _PLAIN_NAME.fullmatch(name) else json.dumps(name)
        return _Place(
            f"{self.path}[{text}]",
            f"{self.field}[]",
            (*self.names, name),
            self.before if before is None else (*self.before, before),
            self.after if after is None else (*self.after, after),
        )


@dataclass(frozen=True)
class Versions:
    """Two versions of one file, each a mapping."""

    before: YamlDocument
    after: YamlDocument
    cohort: str
    team: str | None

    def edits(self) -> Iterator[Edit]:
        """Every difference of what they say; none where they say the same, whatever the order of keys and entries."""
        yield from self._mapping(_Place(), self.before.data, self.after.data)

    def _mapping(self, at: _Place, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Edit]:
        for key in dict.fromkeys((*before, *after)):
            here = at.key(key)
            if key not in after:
                yield from self._removed(here, before[key])
            elif key not in before:
                yield from self._added(here, after[key])
            else:
                yield from self._value(here, before[key], after[key])

    def _value(self, at: _Place, before: Any, after: Any) -> Iterator[Edit]:
        if _same(before, after):
            return
        old, new = _entries(at, before), _entries(at, after)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self._mapping(at, before, after)
        elif old is not None and new is not None:
            yield from self._list(at, old, new)
        else:
            yield self._edit(at, Edited.CHANGED, before, after)

    def _list(self, at: _Place, before: "_Entries", after: "_Entries") -> Iterator[Edit]:
        former = _former(before, after) if at.field in _RENAMED else {}
        for name, (index, entry) in before.items():
            if name not in after and name not in former.values():
                yield from self._removed(at.entry(name, index, None), entry)
        for name, (index, entry) in after.items():
            there = before.get(former.get(name, name))
            if there is None:
                yield from self._added(at.entry(name, None, index), entry)
            else:
                yield from self._value(at.entry(name, there[0], index), there[1], entry)

    def _added(self, at: _Place, value: Any) -> Iterator[Edit]:
        if (entries := _entries(at, value)) is not None:
            yield from self._list(at, {}, entries)
            return
        inner = {key: found for key in value if (found := _entries(at.key(key), value[key])) is not None} if isinstance(value, dict) else {}
        yield self._edit(at, Edited.ADDED, None, {key: value[key] for key in value if key not in inner} if inner else value)
        for key, found in inner.items():
            yield from self._list(at.key(key), {}, found)

    def _removed(self, at: _Place, value: Any) -> Iterator[Edit]:
        if (entries := _entries(at, value)) is not None:
            yield from self._list(at, entries, {})
        else:
            yield self._edit(at, Edited.REMOVED, value, None)

    def _edit(self, at: _Place, edited: Edited, before: Any, after: Any) -> Edit:
        return Edit(
            file=self.after.file,
            edited=edited,
            cohort=self.cohort,
            team=self.team,
            path=at.path,
            field=at.field,
            names=at.names,
            before=before,
            after=after,
            location=self.before.locate(*at.before) if edited is Edited.REMOVED else self.after.locate(*at.after),
        )


_Entries = Mapping[str, tuple[int, Any]]
"""The entries of a list by name, each with its index."""


def _entries(at: _Place, value: Any) -> _Entries | None:
    """None where it is no list of entries, or one of them has no name of its own."""
    name = NAMES.get(at.field)
    if name is None or not isinstance(value, list):
        return None
    names = [name(entry) for entry in value]
    return dict(zip(names, enumerate(value), strict=True)) if _all_named(names) and len({*names}) == len(names) else None


def _all_named(names: list[str | None]) -> TypeGuard[list[str]]:
    return None not in names


def _former(before: _Entries, after: _Entries) -> dict[str, str]:
    """By the new name, what an entry was called: `was` names one that left."""
    found: dict[str, str] = {}
    for name, (_, entry) in after.items():
        was = entry.get("was")
        if name not in before and isinstance(was, str) and was in before and was not in after and was not in found.values():
            found[name] = was
    return found


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same in YAML, where 1, 1.0 and true are three."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
