"""Renames: which resources are found at the address that they, or what they belong to, had before."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.finding import Finding, notice
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec, rules
from eiginfra.core.usage import Usage
from eiginfra.engine.order import topological

Keys = Mapping[str, str]


@dataclass(frozen=True)
class Renames:
    """The renames of one inventory.

    former: by wanted address, the resource as it was addressed before. keys: by wanted address, the old and the new keys of what it
    depends on, for the values that name these. verbatim: the fields that no rename on the server changes.
    """

    former: Mapping[Address, Resource] = field(default_factory=dict)
    keys: Mapping[Address, Keys] = field(default_factory=dict)
    verbatim: Mapping[Address, frozenset[str]] = field(default_factory=dict)

    def current(self, address: Address, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """Values of a resource with the new keys of what it depends on in place of the old ones."""
        keys, kept = self.keys.get(address), self.verbatim.get(address, ())
        return {name: value if name in kept else _substituted(value, keys) for name, value in values.items()} if keys else values


NO_RENAMES = Renames()


def renames(registry: Registry, resources: Sequence[Resource]) -> Renames:
    """The renames that the resources ask for (`was`), and what follows from them for all that depends on the renamed.

    A resource whose key holds, as whole segments, the key of something renamed that it depends on is renamed with it. A kind whose specs
    do not name their key, or the part of it that changed, in a field of text cannot be renamed, and is left as it is.
    """
    if not any(resource.was for resource in resources):
        return NO_RENAMES
    by_address = {resource.address: resource for resource in resources}
    needs = {item.address: _needed(registry, item) for item in resources}
    former: dict[Address, Resource] = {}
    keys: dict[Address, Keys] = {}
    verbatim: dict[Address, frozenset[str]] = {}
    for address in topological(needs):
        resource = by_address[address]
        renamed = {former[other].address.key: other.key for other in needs[address] if other in former}
        if renamed:
            keys[address] = renamed
            verbatim[address] = frozenset(name for name, rule in rules(type(resource.spec)).items() if rule.verbatim)
        asked = {**renamed, **({resource.was.key: address.key} if resource.was else {})}
        before = {new: old for old, new in asked.items()}
        key = resource.was.key if resource.was else _replaced(address.key, before)
        if key == address.key:
            continue
        specs = (_respelled(resource.spec, names) for names in (before, {**before, **_differing(key, address.key)}))
        spec = next((spec for spec in specs if registry[address.kind].key(spec) == key), None)
        if spec is not None:
            former[address] = replace(resource, address=Address(address.kind, key), spec=spec, was=None)
    return Renames(former, keys, verbatim)


def _respelled(spec: Spec, before: Keys) -> Spec:
    """A spec with old keys in place of new ones, in its fields of text."""
    texts = {name: value for name in spec.model_fields_set if isinstance(value := getattr(spec, name), str)}
    return spec.model_copy(update={name: _replaced(value, before) for name, value in texts.items()})


def _differing(old: str, new: str) -> Keys:
    """The segments in which two keys differ, from new to old: `eig/eig3#Mid-term` and `eig/eig3#Half-time` in what follows the #."""
    before, after = (re.findall(r"[\w.-]+|[^\w.-]+", key) for key in (old, new))
    same = len([*takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))])
    return {"".join(after[same:]): "".join(before[same:])} if after[same:] else {}


def _needed(registry: Registry, resource: Resource) -> list[Address]:
    """All that its values may name."""
    kind = registry[resource.address.kind]
    return [*kind.dependencies(resource.spec), *kind.follows(resource.spec)]


def _replaced(text: str, keys: Keys) -> str:
    for before, after in keys.items():
        parts = re.split(rf"(?<![\w.-]){re.escape(before)}(?![\w.-])", text)
        text = after.join(parts)
    return text


def _substituted(value: JsonValue, keys: Keys) -> JsonValue:
    match value:
        case str():
            return _replaced(value, keys)
        case list():
            return [_substituted(item, keys) for item in value]
        case dict():
            return {name: _substituted(item, keys) for name, item in value.items()}
        case _:
            return value


def was_missing(registry: Registry, changes: Sequence[Change], wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
    """A notice where a team lost just one of a kind and asks for just one more, without `was`: of what takes a quota, such as machines."""
    groups: dict[tuple[str | None, str], list[Change]] = {}
    for change in changes:
        if (change.action is Action.CREATE and change.cause is Cause.NEW) or (change.cause is Cause.ORPHAN and not change.waiting):
            groups.setdefault((change.team, change.address.kind), []).append(change)
    for (team, kind), group in groups.items():
        gone = [change.address.key for change in group if change.cause is Cause.ORPHAN]
        new = [change.address for change in group if change.cause is Cause.NEW]
        if team is not None and len(gone) == len(new) == 1 and registry[kind].usage(wanted[new[0]].spec) != Usage():
            name, other = gone[0].rpartition("/")[2], new[0].key.rpartition("/")[2]
            yield notice(
                "was-missing",
                gone=name,
                new=other,
                address=str(new[0]),
                team=team,
            )
