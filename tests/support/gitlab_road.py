"""The whole road for a few specs: check, observe, plan, apply, and a second plan that must be empty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.finding import Location
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.executor import ApplyReport, Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation
from eiginfra.journal import open_journal

META = PlanMeta(cohort="eig3", site="lab", as_of=date(2030, 1, 1), eiginfra="test")


@dataclass
class Road:
    """A world with a journal."""

    world: Any
    folder: Path
    journal_file: str = "journal.db"
    allows: Callable[[str, int, int], str | None] = lambda _field, _removed, _total: None
    last: ApplyReport | None = field(default=None)

    def __post_init__(self) -> None:
        self.registry = Registry(self.world.kinds.values())
        self.journal = open_journal(str(self.folder / self.journal_file))

    def later(self, world: Any = None, **changes: Any) -> "Road":
        """Another process: nothing remembered but the journal."""
        fresh = world or self.world.as_token(self.world.settings.token.reveal())
        return replace(self, world=fresh, **changes)

    def plan(self, *specs: Spec, prune: bool = False, team: str | None = None) -> Plan:
        resources = [self._resource(spec, team) for spec in specs]
        findings = check_wanted(self.registry, resources, Situation([], [], {}).limits)
        records = self.journal.records("eig3")
        seen = observe(
            self.registry, resources, records, cohort="eig3", teams=("adler",), available=frozenset({"gitlab"}), whole=True
        )  # fmt: skip
        situation = Situation(
            resources, resources, seen, records, self.journal.history("eig3"), prune=prune, orphans_among=None, allows=self.allows
        )  # fmt: skip
        return make_plan(self.registry, situation, META, findings)

    def _resource(self, spec: Spec, team: str | None) -> Resource:
        kind = self.world.kind(spec)
        return Resource(Address(kind.name, kind.key(spec)), spec, team, Location(file=str(self.folder / "site.yml")))

    def run(self, plan: Plan) -> ApplyReport:
        """Carry a plan out; it went through JSON, as a saved one."""
        plan = Plan.from_json(plan.to_json())
        executor = Executor(self.registry, self.journal, workers={"gitlab": 4})
        self.last = executor.run(plan, self.journal.begin(plan.meta, "apply"))
        return self.last

    def apply(self, *specs: Spec, prune: bool = False) -> Sequence[Change]:
        """Plan and carry out; the next plan, of another process, is empty. Returns what acted."""
        plan = self.plan(*specs, prune=prune)
        assert plan.errors == ()
        report = self.run(plan)
        assert not report.failed, [(str(result.change.address), result.reason) for result in report.results if result.reason]
        after = self.later().plan(*specs, prune=prune)
        assert [change for change in after.changes if change.acts] == []
        return plan.acting


def shown(changes: Sequence[Change]) -> list[str]:
    """`update gitlab.label[…]: color`, for short assertions."""
    return [
        f"{change.action} {change.address}" + (f": {', '.join(diff.label for diff in change.diffs)}" if change.diffs else "")
        for change in changes
    ]
