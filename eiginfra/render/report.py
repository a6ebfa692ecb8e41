"""What an apply did, for people and for programs."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from eiginfra.core.plan import Plan
from eiginfra.engine.executor import ApplyReport, Outcome
from eiginfra.render.console import printable

_STYLES = {Outcome.FAILED: "bold red", Outcome.REFUSED: "red", Outcome.SKIPPED: "yellow", Outcome.WAITING: "cyan"}


def print_report(console: Console, report: ApplyReport) -> None:
    """What was not simply done, each with its reason; then one line of totals."""
    for result in report.results:
        if result.outcome is not Outcome.DONE:
            line = Text(f"{result.outcome}: ", style=_STYLES[result.outcome])
            line.append(printable(str(result.change.address)), style="bold").append(f": {printable(result.reason or '')}")
            console.print(line)
    counts = Counter(result.outcome for result in report.results if result.change.acts)
    parts = [f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]]
    line = Text("Interrupted; " if report.interrupted else "", style="yellow")
    line.append(f"Applied: {', '.join(parts)}." if parts else "Applied: nothing to do.", style="bold")
    console.print(line)
    if report.failed or report.interrupted:
        console.print("Run eiginfra apply again once the reason is mended: what was done stays done, the rest is taken up.")


def report_body(plan: Plan, report: ApplyReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "fingerprint": plan.fingerprint,
        "interrupted": report.interrupted,
        "findings": plan.findings,
        "results": [
            {
                "address": str(result.change.address),
                "action": result.change.action,
                "cause": result.change.cause,
                "team": result.change.team,
                "outcome": result.outcome,
                "reason": result.reason,
                "seconds": round(result.seconds, 3),
            }
            for result in report.results
        ],
    }
