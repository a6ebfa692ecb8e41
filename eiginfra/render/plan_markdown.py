"""A plan as Markdown, for the note of a merge request: totals first, a folded section a team."""

import re

from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.plan import Plan, by_team
from eiginfra.render.console import compared, printable, show
from eiginfra.render.findings import acknowledged
from eiginfra.render.grouped import entries
from eiginfra.render.plan_text import SIGNS, shown, totals
from eiginfra.render.reasons import renamed, told, waits

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&])")


def markdown(plan: Plan) -> str:
    """The document; everything that a team wrote is escaped."""
    meta = plan.meta
    day = f"as of {meta.as_of}{'' if meta.as_of_is_today else ' (not today)'}"
    lines = [f"### eiginfra: plan of {_text(meta.cohort)} on {_text(meta.site)}, {day}", "", f"**{totals(plan)}**", ""]
    if told_of := list(entries(plan.findings)):
        lines += ["| | Finding | What to do |", "|---|---|---|"]
        for entry in told_of:
            places = [entry.where or "", *(str(place) for _, place in entry.also)]
            where = "".join(f"{_text(place)}<br>" for place in places if place)
            lines.append(f"| {entry.severity} | {where}{_text(entry.text)} | {_text(entry.remedy or '')} |")
        lines.append("")
    if count := acknowledged(plan.findings):
        lines += [f"{count}.", ""]
    shown_changes = [change for change in plan.changes if change.noteworthy]
    for team, group in by_team(shown_changes).items():
        details = "<details open>" if len(shown_changes) <= 20 else "<details>"
        lines += [details, f"<summary>{_text(team or 'the cohort’s own')} ({len(group)})</summary>", ""]
        for change in group:
            lines += _change(change)
        lines += ["", "</details>", ""]
    lines.append(f"<sub>plan {plan.fingerprint}{f', commit {meta.commit}' if meta.commit else ''}</sub>")
    return "\n".join(lines) + "\n"


def _change(change: Change) -> list[str]:
    cause = f" *{change.cause}*" if change.cause else ""
    lines = [f"- `{SIGNS[change.action][0]}` {_text(str(change.address))}{cause}"]
    lines += [f"  - {_text(text)}" for text in (told(change.reason) if change.reason else None, renamed(change)) if text]
    if change.action is Action.CREATE and change.desired:
        facts = ", ".join(f"{name}: {_text(show(value))}" for name, value in shown(change))
        lines.append(f"  - {facts}")
    lines += [f"  - {_difference(found)}" for found in change.diffs]
    lines += [f"  - {_difference(item.diff)} ({_text(told(item.reason))})" for item in change.blocked]
    lines += [f"  - {_text(str(change.trace))}"] if change.trace and str(change.trace) else []
    lines += [f"  - {_text(waits(name, what))}" for name, what in sorted(change.waiting.items())]
    return lines


def _difference(found: FieldDiff) -> str:
    before, after = ("***", "***") if found.sensitive else (found.before, found.after)
    cause = f" *{found.cause}*"
    if found.entry is not None and found.before is None:
        return f"add {_text(found.label)} {_text(show(after))}{cause}"
    if found.removes:
        return f"remove {_text(found.label)} {_text(show(before))}{cause}"
    return f"{_text(found.label)}: {_text(compared(before, after))}{cause}"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text)) if text else ""
