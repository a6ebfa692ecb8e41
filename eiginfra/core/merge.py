"""How the values that several cohorts want of one field become one value, where that is lawful."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue


class NotMergeableError(ValueError):
    """The values differ in what no rule can bring together."""


def _no_end(_value: JsonValue) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Merge:
    """together: the one value, whatever the order; raises NotMergeableError. ends: the last days that a value names, in ISO 8601."""

    together: Callable[[Sequence[JsonValue]], JsonValue]
    ends: Callable[[JsonValue], Iterable[str]] = _no_end


def _latest(values: Sequence[JsonValue]) -> JsonValue:
    days = [value for value in values if isinstance(value, str)]
    return max(days) if len(days) == len(values) else None


def _union(values: Sequence[JsonValue]) -> JsonValue:
    every = {str(item): item for value in values if isinstance(value, list) for item in value}
    return [every[name] for name in sorted(every)]


LATEST = Merge(_latest, lambda value: [value] if isinstance(value, str) else [])
"""The latest day; None is no end, and later than any."""
UNION = Merge(_union)
"""A list of all that is in any of the lists."""


def strongest(order: Sequence[JsonValue]) -> Merge:
    """The value that comes first in the order."""

    def together(values: Sequence[JsonValue]) -> JsonValue:
        found = next((value for value in order if value in values), None)
        if found is None:
            raise NotMergeableError
        return found

    return Merge(together)


def by_entry(key: str, **fields: Merge) -> Merge:
    """Entries of any of the lists, each once by its field `key`; of an entry in several, these fields are merged and the rest is equal."""

    def one(entries: Sequence[dict[str, JsonValue]]) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        for name in dict.fromkeys(name for entry in entries for name in entry):
            values = [entry[name] for entry in entries if name in entry]
            if all(value == values[0] for value in values):
                found[name] = values[0]
            elif name in fields:
                found[name] = fields[name].together(values)
            else:
                raise NotMergeableError
        return found

    def together(values: Sequence[JsonValue]) -> JsonValue:
        groups: dict[str, list[dict[str, JsonValue]]] = {}
        for entry in _entries(values):
            groups.setdefault(str(entry.get(key)), []).append(entry)
        return [one(groups[name]) for name in sorted(groups)]

    def ends(value: JsonValue) -> Iterable[str]:
        return (day for entry in _entries([value]) for name, merge in fields.items() for day in merge.ends(entry.get(name)))

    return Merge(together, ends)


def _entries(values: Sequence[JsonValue]) -> Iterable[dict[str, JsonValue]]:
    return (entry for value in values if isinstance(value, list) for entry in value if isinstance(entry, dict))
