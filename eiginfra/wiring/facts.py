"""What is seen for handouts, pages and the bulletin: the servers and the journal, asked once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Host, Utilisation
from eiginfra.core.website import WebsiteAnswer
from eiginfra.handouts.facts import Facts, PastAction
from eiginfra.handouts.websites import project_websites, public_ports
from eiginfra.providers.websites import Websites
from eiginfra.wiring.providers import LOOKING
from eiginfra.wiring.workspace import Workspace

RUNS = 50
"""Runs of the journal whose actions are told."""


@dataclass(frozen=True)
class FactsAsked:
    """What is asked for.

    since: activity from then on; None: none. labels: of issues that call for help. plan: what differs and what was done. utilisation: what
    machines really use. websites: whether those of the projects answer, of which activity is asked for.
    open_only: no activity of projects that are not public.
    """

    since: datetime | None = None
    labels: tuple[str, ...] = ()
    plan: bool = False
    utilisation: bool = False
    websites: bool = False
    open_only: bool = False


def facts_of(workspace: Workspace, asking: FactsAsked) -> Facts:
    """What was seen. Raises as Workspace.plan does."""
    plan, observed = workspace.looked() if asking.plan else (None, workspace.standing(remembering=True))
    return facts_from(workspace, asking, plan, observed)


def facts_from(workspace: Workspace, asking: FactsAsked, plan: Plan | None, observed: Sequence[Observed]) -> Facts:
    """The same of a look that somebody took already: only what it did not see is asked for. Raises UnreachableError."""
    with workspace.providers.within(LOOKING):
        shown = [each for each in observed if not asking.open_only or each.values.get("visibility") == "public"]
        activity = _activity(workspace, shown, asking.since, asking.labels) if asking.since is not None else {}
        return Facts(
            day=workspace.clock.today(),
            is_today=workspace.clock.is_today,
            observed=observed,
            fingerprints=[found for provider in workspace.providers for found in provider.fingerprints()],
            changes=plan.changes if plan is not None else (),
            done=tuple(_done(workspace)) if asking.plan else (),
            activity=activity,
            opened=_opened(workspace, asking.since) if asking.since is not None else {},
            utilisation=_utilisation(workspace, observed) if asking.utilisation else {},
            hosts=_hosts(workspace),
            websites=_websites(workspace, activity.values()) if asking.websites else {},
        )


def _activity(
    workspace: Workspace, observed: Collection[Observed], since: datetime, labels: Collection[str]
) -> dict[Address, ProjectActivity]:
    return {address: found for provider in workspace.providers for address, found in provider.activity(observed, since, labels).items()}


def _opened(workspace: Workspace, since: datetime) -> dict[Address, datetime]:
    """When eiginfra made projects public last, since then."""
    return {
        step.address: step.finished
        for step in workspace.journal.done_since(workspace.cohort.id, since)
        if step.finished is not None and any(diff.field == "visibility" and diff.after == "public" for diff in step.diffs)
    }


def _utilisation(workspace: Workspace, observed: Collection[Observed]) -> dict[Address, Utilisation]:
    return {address: found for provider in workspace.providers for address, found in provider.utilisation(observed).items()}


def _hosts(workspace: Workspace) -> list[Host]:
    return [host for provider in workspace.providers for host in provider.hosts()]


def _websites(workspace: Workspace, activity: Iterable[ProjectActivity]) -> Mapping[str, WebsiteAnswer]:
    """Of all projects."""
    return Websites(public_ports(workspace.cohort, workspace.site)).ask_all(project_websites(workspace.cohort, activity))


def _done(workspace: Workspace) -> Iterator[PastAction]:
    for run in workspace.journal.runs(workspace.cohort.id, RUNS):
        for step in reversed(workspace.journal.show(run.number).steps):
            yield PastAction(
                at=step.finished or step.started,
                run=run.number,
                by=run.by,
                action=step.action,
                address=step.address,
                team=step.team,
                outcome=step.outcome or "unfinished",
            )
