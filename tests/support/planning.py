"""A plan as the command makes it, from resources instead of files: the steps of `wiring/workspace.py: plan`, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location
from eiginfra.core.journal import Journal
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.engine.drift_history import Sightings, traced
from eiginfra.engine.observer import observe
from eiginfra.engine.permission import forbidden
from eiginfra.engine.planner import make_plan
from eiginfra.engine.rename import renames
from eiginfra.engine.situation import Situation

NOTHING_SEEN = Sightings()


@dataclass(frozen=True)
class Task:
    """A spec with what a playbook's task says beside it: `was`, the key that it had before, and `protect`."""

    spec: Spec
    was: str | None = None
    protect: bool = False


def resource(registry: Registry, task: Spec | Task, team: str | None = None, origin: Location | None = None) -> Resource:
    """The resource that a task compiles to."""
    task = task if isinstance(task, Task) else Task(task)
    kind = next(kind for kind in registry if kind.spec is type(task.spec))
    was = None if task.was is None else Address(kind.name, task.was)
    return Resource(Address(kind.name, kind.key(task.spec)), task.spec, team, origin, protect=task.protect, was=was)


def situated(
    registry: Registry, journal: Journal, cohort: str, resources: Sequence[Resource], *, teams: Sequence[str], **situation: Any
) -> Situation:
    """A whole inventory of these resources, with what the servers show. situation: what else it says; orphans are looked for everywhere."""
    records, history, renamed = journal.known(cohort), journal.history(cohort), renames(registry, resources)
    seen = observe(
        registry,
        resources,
        records,
        cohort=cohort,
        teams=teams,
        available=_providers(registry),
        whole=True,
        everything=resources,
        history=history,
        renamed=renamed,
    )
    asked = {"orphans_among": None, "history": history, **situation}
    return Situation(resources, resources, seen, records, renames=renamed, **asked)


def planned(
    registry: Registry,
    journal: Journal,
    meta: PlanMeta,
    resources: Sequence[Resource],
    *,
    teams: Sequence[str],
    findings: Sequence[Finding] = (),
    sightings: Sightings = NOTHING_SEEN,
    **situation: Any,
) -> Plan:
    """The plan for a whole inventory of these resources; situation as in `situated`."""
    seen = situated(registry, journal, meta.cohort, resources, teams=teams, **situation)
    plan = make_plan(registry, seen, meta, findings)
    if denied := forbidden(registry, plan):
        plan = make_plan(registry, replace(seen, denied=denied), meta, findings)
    return traced(registry, plan, seen.observations, seen.records, sightings)


def _providers(registry: Registry) -> frozenset[str]:
    return frozenset(kind.provider for kind in registry)
