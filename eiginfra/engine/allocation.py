"""What allocators fill in before a plan is made, and what they object."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Allocator, Measuring, Registry
from eiginfra.core.resource import Observed, Resource
from eiginfra.engine.situation import Situation


def allocated(
    registry: Registry, situation: Situation, observed: Mapping[Address, Observed], unknown: Collection[Address]
) -> tuple[list[Resource], list[Finding]]:
    """The resources with what their allocators fill in, and what these say of all that is made or stands; what is unknown gets nothing."""
    groups: dict[int, tuple[Allocator, list[Resource], set[str]]] = {}
    for kind in registry:
        if kind.allocator is not None and kind.name in situation.observations:
            group = groups.setdefault(id(kind.allocator), (kind.allocator, [], set()))
            group[2].add(kind.name)
    filled: dict[Address, Mapping[str, Any]] = {}
    findings: list[Finding] = []
    for allocator, members, kinds in groups.values():
        members += [
            resource
            for resource in situation.resources
            if resource.address.kind in kinds and (resource.address in observed or resource.address not in unknown)
        ]
        addresses = {resource.address for resource in members}
        standing = {address: there for address, there in observed.items() if address in addresses}
        filled |= allocator.allocate(
            members,
            standing,
            [there for address, there in observed.items() if address.kind in kinds and address not in addresses],
            frozenset().union(*(situation.observations[kind].taken for kind in kinds)),
            [record for record in situation.history if record.address.kind in kinds],
        )
        if isinstance(allocator, Measuring):
            made = [_filled(resource, filled) for resource in members if situation.creating or resource.address in standing]
            findings += allocator.check(made, standing)
    return [_filled(resource, filled) for resource in situation.resources], findings


def _filled(resource: Resource, filled: Mapping[Address, Mapping[str, Any]]) -> Resource:
    values = filled.get(resource.address)
    return replace(resource, spec=resource.spec.model_copy(update=dict(values))) if values else resource
