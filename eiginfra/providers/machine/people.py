"""Whose keys are in a machine: the wanted ones, those of people whom inventory or journal know, and unknown ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from eiginfra.core.resource import Record, Scope
from eiginfra.providers.machine.answer import MachineAnswer
from eiginfra.providers.machine.authorized_keys import KeyLine, fingerprint

Owners = Mapping[str, str]
"""Whose a key is, by its Base64."""


def owners(kind: str, scope: Scope) -> dict[str, str]:
    """Of every key that inventory or journal ever named: the journal from old to new, then what is wanted now.

    An account of another kind with the fields `user` and `keys` names a person's keys, too.
    """
    found: dict[str, str] = {}
    for record in (*scope.history, *scope.recorded.values()):
        if record.address.kind == kind:
            found |= _named(record.values)
    for resource in (*scope.everything.values(), *scope.resources):
        found |= _named(resource.values)
    return found


def _named(values: Mapping[str, JsonValue]) -> dict[str, str]:
    keys, user = values.get("keys"), values.get("user")
    found: dict[str, str] = {}
    for entry in keys if isinstance(keys, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("keys"), list):
            found |= {blob: str(entry["person"]) for blob in map(_blob, entry["keys"]) if blob}  # type: ignore[arg-type]  # a list, as asked
        elif isinstance(entry, str) and isinstance(user, str) and (blob := _blob(entry)):
            found[blob] = user
    return found


def _blob(key: Any) -> str:
    return key.split()[1] if isinstance(key, str) and len(key.split()) > 1 else ""


def people_of(record: Record | None) -> list[str]:
    """Who has access to a machine, as it was last reached."""
    entries = None if record is None else record.values.get("keys")
    return [str(entry["person"]) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


@dataclass(frozen=True)
class UnknownKey:
    """A key that nobody knows, and in which login's file it is."""

    login: str
    line: KeyLine

    @property
    def shown(self) -> str:
        """For people: fingerprint, comment and login."""
        comment = "".join(sign for sign in self.line.comment if sign.isprintable())[:80]
        return f"{fingerprint(self.line.blob)}{f' ({comment})' if comment else ''}, {self.login}"


@dataclass(frozen=True)
class KeysSeen:
    """The entries of a machine as they are; theirs: whose the keys are that are not wanted, for a later look; unknown: nobody's."""

    entries: Sequence[Mapping[str, JsonValue]]
    theirs: Mapping[str, str] = field(default_factory=dict)
    unknown: Sequence[UnknownKey] = ()


def keys_seen(answer: MachineAnswer, wanted: Mapping[str, Iterable[str]], known: Owners, own: str, *, authoritative: bool) -> KeysSeen:
    """A wanted key is there if each login has it, and no line gives it less than a plain one; any other is there if any login has it.

    authoritative: unknown keys are entries, too, each by its fingerprint.
    """
    asked = {_blob(key): (person, key) for person, keys in wanted.items() for key in keys}
    lines = [(login, line) for login, found in answer.lines.items() for line in found if line.blob != own]
    held = {line.blob for _, line in lines if not line.plain}
    plain = {login: {line.blob for line in found if line.plain} for login, found in answer.lines.items()}
    found: dict[str, set[str]] = {}
    theirs: dict[str, str] = {}
    unknown: dict[str, UnknownKey] = {}
    for blob, (person, key) in asked.items():
        if plain and blob not in held and all(blob in blobs for blobs in plain.values()):
            found.setdefault(person, set()).add(key)
    for login, line in lines:
        if line.blob in asked:
            continue
        if line.blob not in known and not authoritative:
            unknown.setdefault(line.blob, UnknownKey(login, line))
            continue
        theirs[line.blob] = known.get(line.blob) or fingerprint(line.blob)
        found.setdefault(theirs[line.blob], set()).add(f"{line.type or 'unknown'} {line.blob}")
    entries: list[Mapping[str, JsonValue]] = [{"person": person, "keys": [*sorted(found[person])]} for person in sorted(found)]
    return KeysSeen(entries, theirs, list(unknown.values()))
