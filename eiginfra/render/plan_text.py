"""A plan for a terminal, in Terraform's manner: signs, old → new, a line of totals; grouped by team."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue
from rich.text import Text

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.plan import Plan, by_team
from eiginfra.render.catalogue import Catalogue, spoken
from eiginfra.render.console import Terminal
from eiginfra.render.findings import acknowledged, print_findings
from eiginfra.render.phrases import not_todays_plan
from eiginfra.render.still_access import still_access
from eiginfra.render.values import compared, show

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "magenta"),
    Action.DELETE: ("-", "red"),
    Action.ADOPT: ("=", "cyan"),
    Action.NONE: ("·", "dim"),
}
ACTIONS = (Action.CREATE, Action.UPDATE, Action.ADOPT, Action.REPLACE, Action.DELETE)
ALWAYS = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
LONG = 40
"""From so many lines of changes on, a line a team comes before them."""
CAUSE_STYLES = {Cause.DRIFT: "red", Cause.CONFLICT: "bold red", Cause.ORPHAN: "magenta", Cause.UNKNOWN: "dim"}


def print_plan(console: Terminal, plan: Plan) -> None:
    """The whole plan, findings last but before the totals, so that they are read."""
    words = spoken()
    shown = [change for change in plan.changes if change.noteworthy]
    if sum(1 for change in shown for _ in change_lines(change, words)) > LONG:
        for team, group in by_team(shown).items():
            actions = _counted(group, words)
            console.print(
                Text(words.say("plan-of", what=team or words.say("of-the-cohort"), actions=", ".join(actions) if actions else None))
            )
        console.print()
    print_changes(console, shown)
    known = sum(change.action is Action.ADOPT and not change.acts for change in plan.changes)
    if known:
        console.print(Text(words.say("plan-known", count=known), style="dim"))
        console.print()
    if plan.findings:
        print_findings(console, plan.findings)
        if count := acknowledged(plan.findings, words):
            console.print(Text(f"{count}.", style="dim"))
        console.print()
    if still := still_access(plan.remaining, words):
        console.print(Text(still, style="bold red"))
    if told_day := not_todays_plan(plan.meta, words):
        console.print(Text(words.say("plan-day", day=f"{told_day[0].upper()}{told_day[1:]}"), style="yellow"))
    console.print(Text(totals(plan, words), style="bold"))


def print_changes(console: Terminal, changes: Sequence[Change], further: Mapping[Address, str] = {}, *, causes: bool = True) -> None:
    """The changes, by team. further: what else is shown of each. causes: whether why it differs is shown; of wishes it says nothing."""
    words = spoken()
    for team, group in by_team(changes).items():
        console.print(Text(team or words.say("of-the-cohort"), style="bold underline"))
        for line in (line for change in group for line in change_lines(change, words, further.get(change.address), causes=causes)):
            console.print(line)
        console.print()


def totals(plan: Plan, words: Catalogue) -> str:
    """One line, such as `Plan: 3 to add, 1 to change, 0 to remove.`."""
    if plan.empty:
        left = Counter(what for change in plan.changes if (what := _left(change)))
        rest = ", ".join(words.say(entry, count=count) for entry, count in left.items())
        return words.say("plan-nothing-but", rest=rest) if rest else words.say("plan-nothing")
    harm = words.harms(plan.harm())
    return words.say("plan-totals", actions=", ".join(_counted(plan.changes, words, always=ALWAYS))) + (f" {harm}." if harm else "")


def _left(change: Change) -> str | None:
    """The entry for why a change that does nothing is told all the same; None if it is not."""
    if change.waiting:
        return "plan-waiting"
    if change.blocked:
        return "plan-blocked"
    if change.action is not Action.NONE or change.reason is None:
        return None
    return "plan-orphans" if change.cause is Cause.ORPHAN else "plan-left"


def _counted(changes: Sequence[Change], words: Catalogue, *, always: frozenset[Action] = frozenset()) -> list[str]:
    """How many of each sort of action: `2 to add`, `1 to change`; sorts that do not occur are left out, unless they always count."""
    count = Counter(change.action for change in changes if change.acts)
    return [words.say(f"to-{action}", count=count[action]) for action in ACTIONS if count[action] or action in always]


def shown(change: Change) -> list[tuple[str, JsonValue]]:
    """The fields of a new thing that its address does not say already."""
    return [(name, value) for name, value in (change.desired or {}).items() if value not in (None, [], "", change.address.key)]


def change_lines(change: Change, said: Catalogue, further: str | None = None, *, causes: bool = True) -> Iterator[Text]:
    """One change: what it is, then its details, indented."""
    sign, style = SIGNS[change.action]
    line = Text("  ")
    line.append(f"{sign} ", style=f"bold {style}")
    line.append(str(change.address))
    if change.cause is not None and causes:
        line.append(f"  {said.say(f'cause-{change.cause}')}", style=CAUSE_STYLES.get(change.cause, "dim"))
    yield line
    for text in (said.told(change.reason) if change.reason else None, said.renamed(change), further):
        if text:
            yield Text(f"      {text}", style="dim")
    if change.action is Action.CREATE and change.desired:
        facts = " · ".join(f"{name} {show(value, said)}" for name, value in shown(change))
        yield Text(f"      {facts}", style="dim")
    for found in change.diffs:
        yield _difference(found, change.cause, said)
    for item in change.blocked:
        yield _difference(item.diff, change.cause, said).append(f"  {said.told(item.reason)}", style="dim")
    if since := said.since(change.trace):
        yield Text(f"      {since}", style="dim")
    for name, what in sorted(change.waiting.items()):
        yield Text(f"      {said.waits(name, what)}", style="cyan")


def _difference(found: FieldDiff, overall: Cause | None, said: Catalogue) -> Text:
    before, after = ("***", "***") if found.sensitive else (found.before, found.after)
    line = Text("      ")
    if found.entry is not None and found.before is None:
        line.append(f"+ {found.label} ", style="green").append(show(after, said))
    elif found.removes:
        line.append(f"- {found.label} ", style="red").append(show(before, said))
    else:
        line.append(f"{found.label}: {compared(before, after, said)}")
    if found.cause is not overall:
        line.append(f"  {said.say(f'cause-{found.cause}')}", style=CAUSE_STYLES.get(found.cause, "dim"))
    return line
