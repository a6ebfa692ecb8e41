"""What the journal remembers of a resource: the values that were reached, field by field, as they were seen."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.errors import ProviderError
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Record
from eiginfra.core.spec import Rules, Spec, rules
from eiginfra.engine.diff import Values, by_key, matches, normal, shown


def reached(spec: type[Spec], desired: Values, seen: Values, before: Values | None, *, sent: bool = False) -> dict[str, JsonValue]:
    """The desired values that were seen; a field that differs keeps what it reached before, if it ever did.

    Fields that are never compared are taken as they were sent. before: the last record. sent: whether all was just sent, and taken: so are
    fields that the server keeps to itself.
    """
    last = before or {}
    found: dict[str, JsonValue] = {}
    for name, rule in rules(spec).items():
        if name not in desired:
            continue
        if rule.entries is not None:
            found[name] = _entries(rule, desired[name], seen.get(name), last.get(name))
        elif (
            not rule.compared
            or (sent and rule.unreadable and name not in seen)
            or normal(rule, seen.get(name)) == normal(rule, desired[name])
        ):
            found[name] = desired[name]
        elif name in last:
            found[name] = last[name]
    return found


def last_known(spec: type[Spec], record: Record | None, seen: Values) -> Values | None:
    """The values last applied, with what a killed run came to: of what it was about to do, that which is seen."""
    if record is None or record.attempted is None:
        return None if record is None else record.values
    return reached(spec, record.attempted, seen, record.values if record.verified else None)


def gone_with(registry: Registry, records: Mapping[Address, Record], gone: Address) -> Iterator[Address]:
    """The records of what depended on an object that was removed, and went with it: it would be new, and no drift, if it came back."""
    for address, record in sorted(records.items()):
        kind = registry.get(address.kind)
        if kind is None or kind.provider != gone.provider:
            continue
        try:
            spec = kind.spec.model_validate(record.values)
            if gone in kind.dependencies(spec) and kind.read(spec, record.handle) is None:
                yield address
        except (ValueError, ProviderError):  # no spec can be made of what was reached, or nothing can be seen: the record stays
            continue


def compared(spec: type[Spec], values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The values that decide about causes. A field that is never compared is not needed, nor what the server hides of an entry."""
    return {name: _visible(rule, normal(rule, values[name])) for name, rule in rules(spec).items() if rule.compared and name in values}


def _visible(rule: Rules, value: JsonValue) -> JsonValue:
    return [*(shown(rule, entry, {}) for entry in by_key(rule, value).values())] if rule.hidden else value


def _entries(rule: Rules, desired: JsonValue, seen: JsonValue, last: JsonValue) -> list[JsonValue]:
    """The entries that were reached, and of the others what they reached before, unless they are gone."""
    wanted, there, was = by_key(rule, desired), by_key(rule, seen), by_key(rule, last)
    found: dict[str, JsonValue] = {key: entry for key, entry in was.items() if key in there or key in wanted}
    found |= {key: entry for key, entry in wanted.items() if key in there and matches(rule, entry, there[key])}
    return [found[key] for key in sorted(found)]
