"""Observation of all kinds at once: reads only, concurrent; no partial picture."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePath

from eiginfra.core.address import Address
from eiginfra.core.errors import EiginfraError, PermanentError, PermissionDeniedError, UnreachableError
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Registry
from eiginfra.core.look import Look
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Record, Resource, Scope
from eiginfra.engine.rename import NO_RENAMES, Renames

UNREAD = Absence(reason("odd-answer"))


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
    history: Sequence[Record] = (),
    renamed: Renames = NO_RENAMES,
    oddities: Callable[[], Mapping[str, Sequence[Finding]]] = dict,
) -> dict[str, Observation]:
    """What every kind of the available providers sees, by kind name, if anything of it is wanted or was ever made.

    A renamed resource is looked for under both addresses, unless its record says that the rename is done.
    oddities: by provider, what it said in a form that is not known. It may be about anything, so what was not seen is not created then.
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
    scopes = {name: Scope(cohort, teams, wanted.get(name, ()), known.get(name, ()), whole, every, records, history, look) for name in names}
    seen = _together(registry, {name: scope for name, scope in scopes.items() if not registry[name].looks_into})
    there = {found.address: found for observation in seen.values() for found in observation.objects}
    further = {name: replace(scope, observed=there) for name, scope in scopes.items() if registry[name].looks_into}
    seen |= _together(registry, further)
    odd = oddities()
    return {name: _doubted(seen[name], scopes[name], odd.get(registry[name].provider, ())) for name in names}


def _together(registry: Registry, scopes: Mapping[str, Scope]) -> dict[str, Observation]:
    """What these kinds see, all at once. Raises as `observe`."""
    with ThreadPoolExecutor(max_workers=max(1, len(scopes)), thread_name_prefix="observe") as pool:
        futures = {name: pool.submit(registry[name].observe, scope) for name, scope in scopes.items()}
    problems = [problem for future in futures.values() if (problem := future.exception()) is not None]
    if problems:
        raise min(map(_typed, problems), key=_weight)
    return {name: future.result() for name, future in futures.items()}


def _doubted(seen: Observation, scope: Scope, odd: Sequence[Finding]) -> Observation:
    """What was seen, where something could not be read: what is wanted and was not seen may exist."""
    if not odd:
        return seen
    there = {found.address for found in seen.objects} | seen.absent.keys()
    unknown = {resource.address: UNREAD for resource in scope.resources if resource.address not in there}
    return replace(seen, findings=[*seen.findings, *odd], absent={**seen.absent, **unknown})


def _typed(problem: BaseException) -> BaseException:
    """What a kind did not expect of an answer, as an error with a message; its own words may hold anything."""
    if isinstance(problem, EiginfraError) or not isinstance(problem, Exception):
        return problem
    place = traceback.extract_tb(problem.__traceback__)[-1]
    said = PermanentError(
        f"an answer could not be read ({type(problem).__name__} at {PurePath(place.filename).name}:{place.lineno}); "
        "see whether the servers are well, and tell eiginfra's developers if they are"
    )
    said.__cause__ = problem
    return said


def _weight(problem: BaseException) -> int:
    order = (UnreachableError, PermissionDeniedError, EiginfraError)
    return next((place for place, sort in enumerate(order) if isinstance(problem, sort)), -1)
