"""What a round works on: a workspace, loaded afresh, and the policy that its site file writes down."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from eiginfra.core.change import Change
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error
from eiginfra.core.plan import Plan
from eiginfra.core.spec import rules
from eiginfra.core.suggest import suggest
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.healing import HealingPolicy, HealingRule
from eiginfra.engine.mode import Mode
from eiginfra.engine.report import ApplyReport, Result
from eiginfra.wiring.asked import Asked, Paths
from eiginfra.wiring.workspace import Workspace

PURPOSE = "reconcile"

Stopping = Callable[[], bool]
OnStart = Callable[[Change], None]
OnEnd = Callable[[Result], None]


class Work(Protocol):
    """What a round may do; every method raises the errors of core.errors."""

    def policy(self) -> HealingPolicy:
        """What the site allows now."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs out; raises LockedError."""
        ...

    def plan(self, sightings: Sightings) -> Plan:
        """Observe everything and plan; what differs, with since when by these sightings."""
        ...

    def apply(self, plan: Plan, stopping: Stopping, on_start: OnStart, on_end: OnEnd) -> ApplyReport:
        """Carry the plan out; nothing more is begun once `stopping`."""
        ...

    def requests(self) -> Mapping[str, Mapping[str, int]]:
        """Requests sent so far, by provider and method."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@dataclass
class ProjectWork:
    """A project's; files are read when it is made."""

    paths: Paths
    asked: Asked
    mode: Mode
    workspace: Workspace = field(init=False)

    def __post_init__(self) -> None:
        self.workspace = Workspace.load(self.paths)

    def policy(self) -> HealingPolicy:
        """The site file's; raises InputError for kinds and fields that do not exist."""
        return policy(self.workspace, self.mode)

    def lock(self) -> AbstractContextManager[None]:
        """The journal's lock, held while looking too: what another run has half done is no drift."""
        return self.workspace.journal.lock(PURPOSE)

    def plan(self, sightings: Sightings) -> Plan:
        """The project's."""
        return self.workspace.plan(self.asked, sightings)

    def apply(self, plan: Plan, stopping: Stopping, on_start: OnStart, on_end: OnEnd) -> ApplyReport:
        """The project's."""
        return self.workspace.apply(plan, command=PURPOSE, stopping=stopping, on_start=on_start, on_end=on_end)

    def requests(self) -> Mapping[str, Mapping[str, int]]:
        """By the providers' own meters."""
        return self.workspace.requests()

    def close(self) -> None:
        """Close the workspace."""
        self.workspace.close()


def policy(workspace: Workspace, mode: Mode) -> HealingPolicy:
    """The policy that the site file writes down. Raises InputError, with a place for each, for kinds and fields that do not exist."""
    section = workspace.site.file.reconcile
    findings: list[Finding] = []

    for key, written in (("policy", section.policy), ("ignore", section.ignore)):
        for kind in written:
            if kind not in (known := workspace.registry.names()):
                where = workspace.site.document.locate_key("reconcile", key, kind)
                findings.append(error("unknown-kind", name=kind, advice=suggest(kind, known), location=where))
    for kind, names in section.ignore.items():
        spec = found.spec if (found := workspace.registry.get(kind)) else None
        for place, name in enumerate(names if spec else ()):
            if spec is not None and name not in (fields := [*rules(spec)]):
                where = workspace.site.document.locate("reconcile", "ignore", kind, place)
                findings.append(error("unknown-field", name=name, advice=suggest(name, fields), location=where))
    if findings:
        raise InputError(findings)
    return HealingPolicy(
        mode=mode,
        rules={kind: HealingRule(rule) for kind, rule in section.policy.items()},
        ignored={kind: frozenset(names) for kind, names in section.ignore.items()},
        heals_per_hour=section.heals_per_hour,
        rest=section.interval,
        pending_after=section.pending_after,
    )
