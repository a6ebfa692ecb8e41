"""`eiginfra drift`: what changed on the servers, and not in the inventory."""

from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.plan import DIFFERENCES, planned
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Asked, Paths, Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eiginfra.core.change import Change
    from eiginfra.core.resource import Record
    from eiginfra.wiring.repository import Issues
    from eiginfra.wiring.workspace import Workspace


@options.files
@options.choice
def run(
    *,
    paths: Paths,
    selection: Selection,
    issue: Annotated[
        bool, typer.Option("--issue", help="Keep one issue in the cohort's repository open while there are any, and close it after.")
    ] = False,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Show the differences that arose on the servers, by cause. Exits 2 if there are any. `plan` also shows what the inventory changed."""
    from eiginfra.core.finding import Severity
    from eiginfra.engine.drift import drifted
    from eiginfra.engine.overdue import pending
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import err, out
    from eiginfra.render.findings import print_findings
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.plans import DriftOutput
    from eiginfra.render.phrases import not_todays_plan
    from eiginfra.render.plan_text import print_changes
    from eiginfra.render.still_access import still_access
    from eiginfra.wiring.workspace import Workspace

    if issue and not selection.whole:
        msg = "--issue tells of the whole cohort; leave out --limit, --tags, --skip-tags and --target"
        raise UsageError(msg)
    with Workspace.load(paths) as workspace:
        issues = _issues(workspace) if issue else None  # before anything is observed: what is not set up is told at once
        plan = planned(workspace, Asked(selection))
        changes = drifted(plan)
        records = workspace.journal.records(workspace.cohort.id)
        if format_ is Format.JSON:
            write_document(DriftOutput.of(plan, changes, records))
        else:
            console = out(quiet=quiet)
            before = {change.address: _last(record) for change in changes if (record := records.get(change.address))}
            print_changes(console, changes, before)
            print_findings(
                err() if quiet else console,
                plan.errors if quiet else [found for found in plan.findings if found.severity is not Severity.NOTICE],
            )
            words = spoken()
            if still := still_access(plan.remaining, words):
                console.print(still)
            runs = workspace.journal.runs(workspace.cohort.id, 1)
            seen = words.say("drifted", count=len(changes)) if changes else words.say("no-drift")
            merged = words.say("merged-not-applied", count=count) if (count := len(pending(plan))) else None
            console.print(f"{', '.join(filter(None, (seen, merged, not_todays_plan(plan.meta, words))))}.", end=" ")
            last = [words.say("last-applied", at=f"{run.started:%Y-%m-%d %H:%M}", by=run.by, commit=run.commit) for run in runs]
            console.print(last[0] if last else words.say("never-applied"))
        if issues is not None:
            _keep(issues, workspace, changes, quiet=quiet)
        return DIFFERENCES if changes else 0


def _issues(workspace: "Workspace") -> "Issues":
    from eiginfra.reconcile.issue import label
    from eiginfra.wiring.repository import repository_of

    forge, project = repository_of(workspace.cohort, workspace.providers)
    return forge.issues(project, label(workspace.cohort.id))


def _keep(issues: "Issues", workspace: "Workspace", changes: "Sequence[Change]", *, quiet: bool) -> None:
    """Bring the issue in line, and say on standard error what became of it."""
    from eiginfra.reconcile.issue import issue_text, keep_issue
    from eiginfra.render.catalogue import catalogue, spoken
    from eiginfra.render.console import err

    theirs = catalogue(workspace.cohort.file.language)
    title = theirs.say("drift-issue-title", cohort=workspace.cohort.id)
    for kept in keep_issue(issues, title, issue_text(changes, theirs)):
        err(quiet=quiet).print(spoken().say(kept.end, url=kept.url))


def _last(record: "Record") -> str:
    """When it was last in order."""
    from eiginfra.render.catalogue import spoken

    return spoken().say("applied-in-run", at=f"{record.at:%Y-%m-%d %H:%M}", by=record.by, run=record.run, commit=record.commit)
