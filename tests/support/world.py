"""A server in memory, a journal and what is wanted: observed, planned and carried out as the command line does it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from support.fakes import META, MemoryJournal, Server, Thing

from eiginfra.core.kind import Kind, Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observation, Resource
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.rename import renames
from eiginfra.engine.report import ApplyReport
from eiginfra.engine.situation import Situation


class World:
    """kinds: over one server; a Thing, if none is given."""

    def __init__(self, *kinds: Kind[Any], server: Server | None = None, workers: int = 4) -> None:
        self.server, self.journal = server or Server(), MemoryJournal()
        self.registry = Registry(kinds or [Thing(self.server)])
        self.workers = workers

    def observations(self, *resources: Resource, whole: bool = True) -> dict[str, Observation]:
        records = self.journal.known("eig3")
        available = frozenset({kind.provider for kind in self.registry})
        renamed = renames(self.registry, resources)
        return observe(self.registry, resources, records, cohort="eig3", teams=[], available=available, whole=whole, renamed=renamed)

    def situation(self, *resources: Resource, **asked: Any) -> Situation:
        seen, records = self.observations(*resources), self.journal.known("eig3")
        renamed = renames(self.registry, resources)
        given = {"orphans_among": None, "history": list(records.values()), **asked}
        return Situation(resources, resources, seen, records, renames=renamed, **given)

    def plan(self, *resources: Resource, today: date = META.as_of, **asked: Any) -> Plan:
        return make_plan(self.registry, self.situation(*resources, **asked), META.model_copy(update={"as_of": today}))

    def run(self, plan: Plan) -> ApplyReport:
        """Through JSON, as a saved plan would go."""
        workers = {kind.provider: self.workers for kind in self.registry}
        return Executor(self.registry, self.journal, workers=workers).run(Plan.from_json(plan.to_json()), 1)

    def apply(self, *resources: Resource, **asked: Any) -> ApplyReport:
        return self.run(self.plan(*resources, **asked))

    def names(self, verb: str) -> Sequence[str]:
        """What was asked with that verb, in order."""
        return [name for request in self.server.requests for done, _, name in [request.partition(" ")] if done == verb]
