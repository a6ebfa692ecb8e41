"""What an apply did, for people."""

from collections import Counter

from rich.text import Text

from eiginfra.core.plan import Plan
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.render.catalogue import spoken
from eiginfra.render.console import Terminal
from eiginfra.render.phrases import not_todays_plan
from eiginfra.render.still_access import still_access

_STYLES = {Outcome.FAILED: "bold red", Outcome.REFUSED: "red", Outcome.SKIPPED: "yellow", Outcome.WAITING: "cyan"}


def print_report(console: Terminal, plan: Plan, report: ApplyReport) -> None:
    """What was not simply done, each with its reason; then one line of totals."""
    words = spoken()
    for result in report.results:
        if result.outcome is not Outcome.DONE:
            console.print(_line(result))
    counts = Counter(result.outcome for result in report.results if result.change.acts)
    parts = [words.say("outcome-count", count=counts[outcome], outcome=outcome) for outcome in Outcome if counts[outcome]]
    line = Text(f"{words.say('interrupted')} " if report.interrupted else "", style="yellow")
    line.append(words.say("applied", counts=", ".join(parts)) if parts else words.say("applied-nothing"), style="bold")
    if told_day := not_todays_plan(plan.meta, words):
        line.append(f" {words.say('that-was', day=told_day)}")
    console.print(line)
    if still := still_access(plan.remaining, words):
        console.print(Text(still, style="bold red"))
    if report.failed or report.interrupted:
        console.print(words.say("apply-again"))


def print_failures(console: Terminal, report: ApplyReport) -> None:
    """What failed or was refused, each with its reason."""
    for result in report.of(Outcome.FAILED, Outcome.REFUSED):
        console.print(_line(result))


def _line(result: Result) -> Text:
    words = spoken()
    why = words.told(result.reason) if result.reason else ""
    line = Text(f"{words.say('label', label=words.say(f'outcome-{result.outcome}'))} ", style=_STYLES[result.outcome])
    return line.append(str(result.change.address), style="bold").append(f": {why}")
