"""Observation of all kinds at once: reads only, concurrent; no partial picture."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from eiginfra.core.address import Address
from eiginfra.core.errors import EiginfraError, PermissionDeniedError, UnreachableError
from eiginfra.core.kind import Registry
from eiginfra.core.look import Look
from eiginfra.core.resource import Observation, Record, Resource, Scope
from eiginfra.engine.rename import NO_RENAMES, Renames


def observe(
    registry: Registry,
    resources: Sequence[Resource],
    records: Mapping[Address, Record],
    *,
    cohort: str,
    teams: Sequence[str],
    available: frozenset[str],
    whole: bool,
    everything: Sequence[Resource] = (),
    renamed: Renames = NO_RENAMES,
) -> dict[str, Observation]:
    """What every kind of the available providers sees, by kind name, if anything of it is wanted or was ever made.

    A renamed resource is looked for under both addresses, unless its record says that the rename is done.
    Raises the weightiest error if any kind fails: a service that cannot be reached, then a token that may not, then the rest.
    """
    every = {resource.address: resource for resource in everything or resources}
    wanted: dict[str, list[Resource]] = {}
    for resource in resources:
        wanted.setdefault(resource.address.kind, []).append(resource)
        former = renamed.former.get(resource.address)
        done = resource.address in records and (former is None or former.address not in records)
        if former is not None and not done and former.address not in every:
            wanted[resource.address.kind].append(former)
    known: dict[str, list[Record]] = {}
    for record in records.values():
        known.setdefault(record.address.kind, []).append(record)
    names = sorted(name for name in wanted.keys() | known.keys() if name in registry and registry[name].provider in available)
    look = Look()
    scopes = {name: Scope(cohort, teams, wanted.get(name, ()), known.get(name, ()), whole, every, records, look) for name in names}
    with ThreadPoolExecutor(max_workers=max(1, len(names)), thread_name_prefix="observe") as pool:
        futures = {name: pool.submit(registry[name].observe, scope) for name, scope in scopes.items()}
    problems = [problem for future in futures.values() if (problem := future.exception()) is not None]
    if problems:
        raise min(problems, key=_weight)
    return {name: future.result() for name, future in futures.items()}


def _weight(problem: BaseException) -> int:
    order = (UnreachableError, PermissionDeniedError, EiginfraError)
    return next((place for place, sort in enumerate(order) if isinstance(problem, sort)), -1)
