"""A plan for a terminal, in Terraform's manner: signs, old → new, a line of totals; grouped by team."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.text import Text

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.plan import Plan, by_team
from eiginfra.render.console import compared, printable, show
from eiginfra.render.findings import acknowledged, print_findings
from eiginfra.render.phrases import many, not_todays_plan
from eiginfra.render.reasons import harms, renamed, told, waits

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "magenta"),
    Action.DELETE: ("-", "red"),
    Action.ADOPT: ("=", "cyan"),
    Action.NONE: ("·", "dim"),
}
ACTIONS = {
    Action.CREATE: "to add",
    Action.UPDATE: "to change",
    Action.ADOPT: "to adopt",
    Action.REPLACE: "to replace",
    Action.DELETE: "to remove",
}
ALWAYS = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
THE_COHORTS = "the cohort's own"
LONG = 40
"""From so many lines of changes on, a line a team comes before them."""
CAUSE_STYLES = {Cause.DRIFT: "red", Cause.CONFLICT: "bold red", Cause.ORPHAN: "magenta", Cause.UNKNOWN: "dim"}


def print_plan(console: Console, plan: Plan) -> None:
    """The whole plan, findings last but before the totals, so that they are read."""
    shown = [change for change in plan.changes if change.noteworthy]
    if sum(1 for change in shown for _ in _lines(change)) > LONG:
        for team, group in by_team(shown).items():
            console.print(Text(f"{team or THE_COHORTS}: {', '.join(_counted(group)) or 'nothing to do'}"))
        console.print()
    print_changes(console, shown)
    known = sum(change.action is Action.ADOPT and not change.acts for change in plan.changes)
    if known:
        stand = f"{many(known, 'resource')} {'stands' if known == 1 else 'stand'} already as wanted"
        console.print(Text(f"{stand}; the journal will note {'it' if known == 1 else 'them'}.\n", style="dim"))
    if plan.findings:
        print_findings(console, plan.findings)
        if count := acknowledged(plan.findings):
            console.print(Text(f"{count}.", style="dim"))
        console.print()
    if told_day := not_todays_plan(plan.meta):
        console.print(Text(f"{told_day[0].upper()}{told_day[1:]}:", style="yellow"))
    console.print(Text(totals(plan), style="bold"))


def print_changes(console: Console, changes: Sequence[Change], further: Mapping[Address, str] = {}) -> None:
    """The changes, by team. further: what else is shown of each."""
    for team, group in by_team(changes).items():
        console.print(Text(team or THE_COHORTS, style="bold underline"))
        for line in (line for change in group for line in _lines(change, further.get(change.address))):
            console.print(line)
        console.print()


def totals(plan: Plan) -> str:
    """One line, such as `Plan: 3 to add, 1 to change, 0 to remove.`."""
    if plan.empty:
        left = Counter(what for change in plan.changes if (what := _left(change)))
        rest = ", ".join(f"{count} {what}" for what, count in left.items())
        return f"Nothing to do; {rest}." if rest else "Nothing to do: what stands is what the inventory asks for."
    harm = harms(plan.harm())
    return f"Plan: {', '.join(_counted(plan.changes, always=ALWAYS))}." + (f" {harm}." if harm else "")


def _left(change: Change) -> str | None:
    """Why a change that does nothing is told all the same; None if it is not."""
    if change.waiting:
        return "still waiting"
    if change.blocked:
        return "blocked"
    if change.action is not Action.NONE or change.reason is None:
        return None
    return "left the inventory" if change.cause is Cause.ORPHAN else "left alone"


def _counted(changes: Sequence[Change], *, always: frozenset[Action] = frozenset()) -> list[str]:
    """How many of each sort of action: `2 to add`, `1 to change`; sorts that do not occur are left out, unless they always count."""
    count = Counter(change.action for change in changes if change.acts)
    return [f"{count[action]} {words}" for action, words in ACTIONS.items() if count[action] or action in always]


def shown(change: Change) -> list[tuple[str, JsonValue]]:
    """The fields of a new thing that its address does not say already."""
    return [(name, value) for name, value in (change.desired or {}).items() if value not in (None, [], "", change.address.key)]


def _lines(change: Change, further: str | None = None) -> Iterator[Text]:
    """One change: what it is, then its details, indented."""
    sign, style = SIGNS[change.action]
    line = Text("  ")
    line.append(f"{sign} ", style=f"bold {style}")
    line.append(printable(str(change.address)))
    if change.cause is not None:
        line.append(f"  {change.cause}", style=CAUSE_STYLES.get(change.cause, "dim"))
    yield line
    for text in (told(change.reason) if change.reason else None, renamed(change), further):
        if text:
            yield Text(f"      {printable(text)}", style="dim")
    if change.action is Action.CREATE and change.desired:
        facts = " · ".join(f"{name} {show(value)}" for name, value in shown(change))
        yield Text(f"      {facts}", style="dim")
    for found in change.diffs:
        yield _difference(found, change.cause)
    for item in change.blocked:
        yield _difference(item.diff, change.cause).append(f"  {printable(told(item.reason))}", style="dim")
    if change.trace and str(change.trace):
        yield Text(f"      {printable(str(change.trace))}", style="dim")
    for name, what in sorted(change.waiting.items()):
        yield Text(f"      {printable(waits(name, what))}", style="cyan")


def _difference(found: FieldDiff, overall: Cause | None) -> Text:
    before, after = ("***", "***") if found.sensitive else (found.before, found.after)
    line = Text("      ")
    if found.entry is not None and found.before is None:
        line.append(f"+ {printable(found.label)} ", style="green").append(show(after))
    elif found.removes:
        line.append(f"- {printable(found.label)} ", style="red").append(show(before))
    else:
        line.append(f"{printable(found.label)}: {compared(before, after)}")
    if found.cause is not overall:
        line.append(f"  {found.cause}", style=CAUSE_STYLES.get(found.cause, "dim"))
    return line
