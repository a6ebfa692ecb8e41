"""`eiginfra drift`: what changed on the servers, and not in the inventory."""

from typing import TYPE_CHECKING

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.cli.plan import DIFFERENCES, planned
from eiginfra.wiring.asked import Asked, Paths, Selection

if TYPE_CHECKING:
    from pydantic import JsonValue

    from eiginfra.core.resource import Record


@options.files
@options.choice
def run(
    *,
    paths: Paths,
    selection: Selection,
    quiet: options.Quiet = False,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Show the differences that arose on the servers, by cause. Exits 2 if there are any. `plan` also shows what the inventory changed."""
    from eiginfra.core.finding import Severity
    from eiginfra.engine.drift import drifted
    from eiginfra.engine.overdue import pending
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import err, out, print_json
    from eiginfra.render.findings import as_json, print_findings
    from eiginfra.render.phrases import not_todays_plan
    from eiginfra.render.plan_text import print_changes
    from eiginfra.render.still_access import still_access
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        plan = planned(workspace, Asked(selection))
        changes = drifted(plan)
        records = workspace.journal.records(workspace.cohort.id)
        if format_ is Format.JSON:
            body = [{**change.model_dump(mode="json"), "last_applied": _record(records.get(change.address))} for change in changes]
            print_json(
                "drift",
                {
                    "changes": body,
                    "findings": as_json(plan.findings),
                    "remaining": plan.remaining,
                    "meta": plan.meta.model_dump(mode="json"),
                },
            )
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
        return DIFFERENCES if changes else 0


def _last(record: "Record") -> str:
    """When it was last in order."""
    from eiginfra.render.catalogue import spoken

    return spoken().say("applied-in-run", at=f"{record.at:%Y-%m-%d %H:%M}", by=record.by, run=record.run, commit=record.commit)


def _record(record: "Record | None") -> "dict[str, JsonValue] | None":
    if record is None:
        return None
    return {"run": record.run, "at": record.at.isoformat(), "by": record.by, "commit": record.commit}
