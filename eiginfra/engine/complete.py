"""Completion: the spec fields that people do not write, filled in by the kinds, dependencies first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Absence, Resource
from eiginfra.core.spec import Spec
from eiginfra.core.world import World
from eiginfra.engine.order import topological


def completed(registry: Registry, world: World) -> tuple[list[Resource], dict[Address, Absence]]:
    """The wanted resources, completed, those of absent objects as they are; and which of them cannot be created yet.

    Raises InputError when there is nothing left to give.
    """
    absent: dict[Address, Absence] = {}
    world.completed.update({address: resource for address, resource in world.wanted.items() if not _completes(registry, address)})
    todo = {address: resource for address, resource in world.wanted.items() if address not in world.completed}
    for address in topological(_needs(registry, todo)):
        resource = todo[address]
        if address not in world.absent or address in world.observed:
            fields = registry[address.kind].complete(resource, world)
            if isinstance(fields, Absence):
                absent[address] = fields
            elif fields:
                resource = replace(resource, spec=resource.spec.model_copy(update=dict(fields)))
        world.completed[address] = resource
    return [world.completed[address] for address in world.wanted], absent


def assessed(registry: Registry, resources: Sequence[Resource], world: World) -> list[Finding]:
    """What the kinds object to in the completed resources that are there, or are to be created."""
    by_kind: dict[str, list[Resource]] = {}
    for resource in resources:
        here = resource.address in world.observed
        if here or (world.creating and resource.address not in world.absent):
            by_kind.setdefault(resource.address.kind, []).append(resource)
    return [found for name, items in by_kind.items() for found in registry[name].assess(items, world)]


def _completes(registry: Registry, address: Address) -> bool:
    return type(registry[address.kind]).complete is not Kind.complete


def _needs(registry: Registry, todo: Mapping[Address, Resource]) -> dict[Address, Iterable[Address]]:
    """What each depends on or follows, which it may learn from; the order of the others does not matter."""

    def needed(address: Address, spec: Spec) -> list[Address]:
        kind = registry[address.kind]
        return [*kind.dependencies(spec), *kind.follows(spec)]

    return {address: needed(address, resource.spec) for address, resource in todo.items()}
