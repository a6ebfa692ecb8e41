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
    from eiginfra.render.phrases import many, not_todays_plan
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
            last = {change.address: _last(record) for change in changes if (record := records.get(change.address))}
            print_changes(console, changes, last)
            print_findings(
                err() if quiet else console,
                plan.errors if quiet else [found for found in plan.findings if found.severity is not Severity.NOTICE],
            )
            if still := still_access(plan.remaining, spoken()):
                console.print(still)
            applied = workspace.last_applied()
            seen = f"Drift: {many(len(changes), 'resource')}" if changes else "No drift"
            merged = f"{many(count, 'change')} merged and not applied (eiginfra plan)" if (count := len(pending(plan))) else None
            console.print(f"{', '.join(filter(None, (seen, merged, not_todays_plan(plan.meta))))}.", end=" ")
            console.print(f"Last applied {applied}." if applied else "Nothing was applied yet, as far as the journal knows.")
        return DIFFERENCES if changes else 0


def _last(record: "Record") -> str:
    """When it was last in order."""
    commit = f", commit {record.commit}" if record.commit else ""
    return f"last applied {record.at:%Y-%m-%d %H:%M} UTC by {record.by} (run {record.run}{commit})"


def _record(record: "Record | None") -> "dict[str, JsonValue] | None":
    if record is None:
        return None
    return {"run": record.run, "at": record.at.isoformat(), "by": record.by, "commit": record.commit}
