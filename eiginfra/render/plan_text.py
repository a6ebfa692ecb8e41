"""A plan for a terminal, in Terraform's manner: signs, old → new, a line of totals; grouped by team."""

from collections.abc import Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.text import Text

from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.plan import Plan, by_team
from eiginfra.render.console import printable, show
from eiginfra.render.findings import print_findings

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "magenta"),
    Action.DELETE: ("-", "red"),
    Action.ADOPT: ("=", "cyan"),
    Action.NONE: ("·", "dim"),
}
STUCK = "cannot be changed"
CAUSE_STYLES = {Cause.DRIFT: "red", Cause.CONFLICT: "bold red", Cause.ORPHAN: "magenta", Cause.UNKNOWN: "dim"}


def print_plan(console: Console, plan: Plan) -> None:
    """The whole plan, findings last but before the totals, so that they are read."""
    shown = [change for change in plan.changes if change.noteworthy]
    print_changes(console, shown)
    known = sum(change.action is Action.ADOPT and not change.acts for change in plan.changes)
    if known:
        console.print(Text(f"{known} resources stand already as wanted; the journal will note them.\n", style="dim"))
    if plan.findings:
        print_findings(console, plan.findings)
        console.print()
    console.print(Text(totals(plan), style="bold"))


def print_changes(console: Console, changes: Sequence[Change]) -> None:
    """The changes, by team."""
    for team, group in by_team(changes).items():
        console.print(Text(team or "the cohort's own", style="bold underline"))
        for change in group:
            _print_change(console, change)
        console.print()


def totals(plan: Plan) -> str:
    """One line, such as `Plan: 3 to add, 1 to change, 0 to remove.`."""
    if plan.empty:
        left = {"still waiting": len(plan.waiting), f"differ in what {STUCK}": sum(bool(change.stuck) for change in plan.changes)}
        told = ", ".join(f"{count} {what}" for what, count in left.items() if count)
        return f"Nothing to do; {told}." if told else "Nothing to do: what stands is what the inventory asks for."
    count = plan.totals()
    adopt = sum(change.action is Action.ADOPT and change.acts for change in plan.changes)
    parts = [f"{count[Action.CREATE]} to add", f"{count[Action.UPDATE]} to change"]
    parts += [f"{adopt} to adopt"] if adopt else []
    parts += [f"{count[Action.REPLACE]} to replace"] if count[Action.REPLACE] else []
    parts += [f"{count[Action.DELETE]} to remove"]
    return f"Plan: {', '.join(parts)}."


def told(change: Change) -> list[tuple[str, JsonValue]]:
    """The fields of a new thing that its address does not say already."""
    return [(name, value) for name, value in (change.desired or {}).items() if value not in (None, [], "", change.address.key)]


def _print_change(console: Console, change: Change) -> None:
    sign, style = SIGNS[change.action]
    line = Text("  ")
    line.append(f"{sign} ", style=f"bold {style}")
    line.append(printable(str(change.address)))
    if change.cause is not None:
        line.append(f"  {change.cause}", style=CAUSE_STYLES.get(change.cause, "dim"))
    console.print(line)
    if change.note:
        console.print(Text(f"      {printable(change.note)}", style="dim"))
    if change.action is Action.CREATE and change.desired:
        facts = " · ".join(f"{name} {show(value)}" for name, value in told(change))
        console.print(Text(f"      {facts}", style="dim"))
    for found in change.diffs:
        console.print(_difference(found, change.cause))
    for found in change.stuck:
        console.print(_difference(found, change.cause).append(f"  {STUCK}", style="dim"))
    if change.trace and str(change.trace):
        console.print(Text(f"      {printable(str(change.trace))}", style="dim"))
    for name, what in sorted(change.waiting.items()):
        console.print(Text(f"      {name} waits for {what}", style="cyan"))


def _difference(found: FieldDiff, overall: Cause | None) -> Text:
    before, after = ("***", "***") if found.sensitive else (show(found.before), show(found.after))
    line = Text("      ")
    if found.entry is not None and found.before is None:
        line.append(f"+ {printable(found.label)} ", style="green").append(after)
    elif found.removes:
        line.append(f"- {printable(found.label)} ", style="red").append(before)
    else:
        line.append(f"{printable(found.label)}: {before} → {after}")
    if found.cause is not overall:
        line.append(f"  {found.cause}", style=CAUSE_STYLES.get(found.cause, "dim"))
    return line
