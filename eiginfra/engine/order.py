"""Order: dependencies first, the same order for the same things whatever order they came in."""

import heapq
from collections.abc import Iterable, Mapping
from typing import TypeVar

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.errors import InputError
from eiginfra.core.finding import error

T = TypeVar("T")


def topological(after: Mapping[Address, Iterable[Address]]) -> list[Address]:
    """The addresses, each behind those it depends on; ties by kind and key. Raises InputError, naming the circle, if there is one."""
    pending = {address: {other for other in others if other in after} for address, others in after.items()}
    dependents: dict[Address, list[Address]] = {}
    for address, others in pending.items():
        for other in others:
            dependents.setdefault(other, []).append(address)
    ready = [address for address, others in pending.items() if not others]
    heapq.heapify(ready)
    done: list[Address] = []
    while ready:
        address = heapq.heappop(ready)
        done.append(address)
        for dependent in dependents.get(address, ()):
            pending[dependent].discard(address)
            if not pending[dependent]:
                heapq.heappush(ready, dependent)
    if len(done) < len(pending):
        circle = [str(address) for address in sorted(pending.keys() - set(done))[:6]]
        raise InputError([error("dependency-circle", circle=circle)])
    return done


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes in the order they are carried out: everything else first, then deletions, dependents before what they depend on."""
    by_address = {change.address: change for change in changes}
    places = {address: place for place, address in enumerate(topological({a: (*c.depends_on, *c.follows) for a, c in by_address.items()}))}

    def place(change: Change) -> tuple[bool, int]:
        position = places[change.address]
        gone = change.action is Action.DELETE
        return gone, -position if gone else position

    return tuple(sorted(by_address.values(), key=place))
