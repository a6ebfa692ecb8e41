"""What a round works on: a workspace, loaded afresh, and the policy that its site file writes down."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from eiginfra.core.change import Change
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observed
from eiginfra.core.spec import rules
from eiginfra.core.suggest import suggest
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.healing import HealingPolicy, HealingRule
from eiginfra.engine.mode import Mode
from eiginfra.engine.report import ApplyReport, Result
from eiginfra.handouts.pages.context import Audience
from eiginfra.wiring.asked import Asked, Paths
from eiginfra.wiring.facts import facts_from
from eiginfra.wiring.pages import asked_for, write_facts
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

    def pages(self) -> int:
        """Refresh the pages that the site names, of what `plan` saw last; how many files were written. 0 where it saw a part only."""
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
    seen: tuple[Plan, list[Observed]] | None = field(default=None, init=False)

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
        self.seen = self.workspace.looked(self.asked, sightings)
        return self.seen[0]

    def apply(self, plan: Plan, stopping: Stopping, on_start: OnStart, on_end: OnEnd) -> ApplyReport:
        """The project's."""
        return self.workspace.apply(plan, command=PURPOSE, stopping=stopping, on_start=on_start, on_end=on_end)

    def pages(self) -> int:
        """Of both audiences, by one question for what the plan did not see."""
        folders = self.workspace.site.file.reconcile.pages
        if folders is None or self.seen is None or not self.asked.selection.whole:
            return 0
        wanted: list[tuple[Audience, Path | None]] = [("internal", folders.internal), ("public", folders.public)]
        facts = facts_from(self.workspace, asked_for(self.workspace, "internal"), *self.seen)
        return sum(len(write_facts(self.workspace, facts, folder, audience).written) for audience, folder in wanted if folder is not None)

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
