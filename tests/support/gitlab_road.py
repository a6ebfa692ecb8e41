"""The whole road for a few specs: check, observe, plan, apply, and a second plan that must be empty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from support.planning import Task, planned, resource, situated
from support.words import told

from eiginfra.core.change import Change
from eiginfra.core.finding import Location
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.executor import Executor
from eiginfra.engine.report import ApplyReport
from eiginfra.engine.situation import Situation
from eiginfra.engine.verify import Stale, judge
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

    def resource(self, task: Spec | Task, team: str | None = None) -> Resource:
        return resource(self.registry, task, team, Location(file=str(self.folder / "site.yml")))

    def plan(self, *tasks: Spec | Task, team: str | None = None, **asked: Any) -> Plan:
        resources = [self.resource(task, team) for task in tasks]
        findings = check_wanted(self.registry, resources, Limits())
        return planned(
            self.registry, self.journal, META, resources, teams=("adler",), findings=findings, **{"allows": self.allows, **asked}
        )

    def situation(self, *tasks: Spec | Task) -> Situation:
        """What a plan is made of."""
        return situated(self.registry, self.journal, META.cohort, [self.resource(task) for task in tasks], teams=("adler",))

    def stale(self, saved: Plan, fresh: Plan) -> Sequence[Stale]:
        """As `plan --verify` finds it; fresh: the same plan made now."""
        return judge(self.registry, saved, fresh, ()).stale

    def run(self, plan: Plan) -> ApplyReport:
        """Carry a plan out; it went through JSON, as a saved one."""
        plan = Plan.from_json(plan.to_json())
        executor = Executor(self.registry, self.journal, workers={"gitlab": 4})
        self.last = executor.run(plan, self.journal.begin(plan.meta, "apply"))
        return self.last

    def apply(self, *tasks: Spec | Task, prune: bool = False) -> Sequence[Change]:
        """Plan and carry out; the next plan, of another process, is empty. Returns what acted."""
        plan = self.plan(*tasks, prune=prune)
        assert plan.errors == ()
        report = self.run(plan)
        assert not report.failed, reasons(report)
        after = self.later().plan(*tasks, prune=prune)
        assert [change for change in after.changes if change.acts] == []
        return plan.acting


def reasons(report: ApplyReport) -> dict[str, str]:
    """Why changes did not end plainly, in words, by address."""
    return {str(result.change.address): told(result.reason) for result in report.results if result.reason is not None}


def shown(changes: Sequence[Change]) -> list[str]:
    """`update gitlab.label[…]: color`, for short assertions."""
    return [
        f"{change.action} {change.address}" + (f": {', '.join(diff.label for diff in change.diffs)}" if change.diffs else "")
        for change in changes
    ]
