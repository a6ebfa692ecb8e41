"""The only comparison: desired with observed, field by field, each difference with its cause."""

from collections.abc import Mapping
from functools import cache

from pydantic import JsonValue

from eiginfra.core.change import Cause, FieldDiff
from eiginfra.core.spec import Rules, Spec, rules

Values = Mapping[str, JsonValue]
_ABSENT = object()


def diff(spec: type[Spec], desired: Values, observed: Values, last: Values | None) -> list[FieldDiff]:
    """The differences of one object, in the spec's order of fields.

    desired: the set fields only; observed: what the server has; last: what was last applied, None if the journal does not know.
    """
    found: list[FieldDiff] = []
    for name, rule in _compared(spec):
        if name not in desired:
            continue
        before = _last(last, name)
        if rule.entries is not None:
            found += _entries(name, rule, desired[name], observed.get(name), before)
        else:
            untold = rule.unreadable and name not in observed and before is not _ABSENT
            wanted, there = normal(rule, desired[name]), normal(rule, before if untold else observed.get(name))  # type: ignore[arg-type]
            if wanted != there:
                was = before if before is _ABSENT else normal(rule, before)  # type: ignore[arg-type]  # _ABSENT is no JSON value
                found.append(
                    FieldDiff(
                        field=name,
                        before=there,
                        after=wanted,
                        cause=Cause.UNKNOWN if last is None else _cause(was, there, wanted),
                        sensitive=rule.sensitive,
                    )
                )
    return found


def agrees(spec: type[Spec], observed: Values, either: Values, other: Values) -> bool:
    """Whether every field that `other` sets is as in `either` or as in `other`: half-way between the two is no third thing."""
    return all(
        (there := normal(rule, observed.get(name))) in (normal(rule, either.get(name)), normal(rule, other[name]))
        or (rule.entries is not None and _between(rule, there, either.get(name), other[name]))
        for name, rule in _compared(spec)
        if name in other
    )


def overall(diffs: list[FieldDiff]) -> Cause | None:
    """The cause of a resource's differences taken together: inventory and reality both having moved is a conflict."""
    causes = {found.cause for found in diffs}
    if Cause.CONFLICT in causes or {Cause.DRIFT, Cause.PENDING} <= causes:
        return Cause.CONFLICT
    return next((cause for cause in (Cause.DRIFT, Cause.PENDING, Cause.UNKNOWN) if cause in causes), None)


@cache
def _compared(spec: type[Spec]) -> tuple[tuple[str, Rules], ...]:
    return tuple((name, rule) for name, rule in rules(spec).items() if rule.compared)


def _last(last: Values | None, name: str) -> object:
    return _ABSENT if last is None else last.get(name, _ABSENT)


def _cause(last: object, observed: object, desired: object) -> Cause:
    if last is _ABSENT or last == observed:
        return Cause.PENDING
    return Cause.DRIFT if last == desired else Cause.CONFLICT


def normal(rule: Rules, value: JsonValue) -> JsonValue:
    """A value in the one form by which it is compared."""
    if rule.normalise is not None:
        value = rule.normalise(value)
    if isinstance(value, list):
        if rule.entries is not None:
            return sorted(value, key=lambda entry: _key(rule, entry))
        if rule.unordered:
            return sorted(value, key=repr)
    return value


def _key(rule: Rules, entry: JsonValue) -> str:
    return str(entry.get(rule.entries or "")) if isinstance(entry, dict) else str(entry)


def by_key(rule: Rules, value: object) -> dict[str, dict[str, JsonValue]]:
    """The entries of a list by the field that names them."""
    return {_key(rule, entry): entry for entry in value if isinstance(entry, dict)} if isinstance(value, list) else {}


def matches(rule: Rules, wanted: Values, there: Values) -> bool:
    """Whether an entry is as wanted: of its fields those that the wanted one sets, hidden ones only where the server shows them."""
    return all(there.get(name) == value for name, value in wanted.items() if name in there or name not in rule.hidden)


def shown(rule: Rules, entry: dict[str, JsonValue] | None, there: Values) -> dict[str, JsonValue] | None:
    """An entry without the hidden fields that the server does not show."""
    return None if entry is None else {name: value for name, value in entry.items() if name in there or name not in rule.hidden}


def _entries(name: str, rule: Rules, desired: JsonValue, observed: JsonValue, last: object) -> list[FieldDiff]:
    """One difference per entry; of an entry only the fields that the desired one sets are compared."""
    wanted, there, was = by_key(rule, desired), by_key(rule, observed), by_key(rule, last)
    found = []
    for key in sorted(wanted.keys() | there.keys()):
        after, before = wanted.get(key), there.get(key)
        if after is not None and before is not None:
            if matches(rule, after, before):
                continue
            before = {field: before.get(field) for field in after if field in before or field not in rule.hidden}
        shape = before if before is not None and after is not None else after
        then, form, mine = (shown(rule, entry, before or {}) for entry in (was.get(key), shape, after))
        cause = Cause.UNKNOWN if last is _ABSENT else _cause(_as(then, form), before, _as(mine, form))
        found.append(FieldDiff(field=name, entry=key, before=before, after=after, cause=cause, sensitive=rule.sensitive))
    return found


def _as(entry: dict[str, JsonValue] | None, shape: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
    return entry if entry is None or shape is None else {field: entry.get(field) for field in shape}


def _between(rule: Rules, there: JsonValue, either: JsonValue, other: JsonValue) -> bool:
    mine, planned, wanted = by_key(rule, there), by_key(rule, either), by_key(rule, other)
    return all(
        _entry_between(rule, mine.get(key), planned.get(key), wanted.get(key)) for key in mine.keys() | planned.keys() | wanted.keys()
    )


Entry = dict[str, JsonValue] | None


def _entry_between(rule: Rules, there: Entry, planned: Entry, wanted: Entry) -> bool:
    """Whether an entry is as it was planned from, or as it is wanted."""
    if there is None:
        return planned is None or wanted is None
    if wanted is None:
        return planned == there
    return matches(rule, wanted, there) or (planned is not None and _as(planned, wanted) == _as(there, wanted))
