"""A plan as Markdown, for the note of a merge request: totals first, a folded section a team."""

from collections.abc import Iterable

from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.plan import Plan, by_team
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.formats.markdown import escaped, escaped_html, findings_table
from eiginfra.render.plan_text import SIGNS, shown, totals
from eiginfra.render.still_access import still_access
from eiginfra.render.values import compared, show


def markdown(plan: Plan, words: Catalogue) -> str:
    """The document, in the catalogue's language; everything that a team wrote is escaped."""
    meta = plan.meta
    day = words.say("as-of-today" if meta.as_of_is_today else "as-of", day=meta.as_of.isoformat())
    title = words.say("markdown-title", cohort=escaped(meta.cohort), site=escaped(meta.site), day=day)
    lines = [f"### {title}", "", f"**{totals(plan, words)}**", ""]
    if still := still_access(plan.remaining, words):
        lines += [f"**{escaped(still)}**", ""]
    lines += findings_table(plan.findings, words)
    lines += sections(plan.changes, words)
    lines.append(f"<sub>plan {plan.fingerprint}{f', commit {meta.commit}' if meta.commit else ''}</sub>")
    return "\n".join(lines) + "\n"


def sections(changes: Iterable[Change], words: Catalogue) -> list[str]:
    """The lines of changes, a folded section a team."""
    lines: list[str] = []
    shown_changes = [change for change in changes if change.noteworthy]
    for team, group in by_team(shown_changes).items():
        details = "<details open>" if len(shown_changes) <= 20 else "<details>"
        lines += [details, f"<summary>{escaped_html(team or words.say('of-the-cohort'))} ({len(group)})</summary>", ""]
        for change in group:
            lines += change_lines(change, words)
        lines += ["", "</details>", ""]
    return lines


def change_lines(change: Change, words: Catalogue, *, causes: bool = True) -> list[str]:
    """A change as an entry of a list. causes: whether why it differs is told; of wishes it says nothing."""
    lines = [f"- `{SIGNS[change.action][0]}` {escaped(str(change.address))}{_cause(change.cause if causes else None, words)}"]
    lines += [f"  - {escaped(text)}" for text in (words.told(change.reason) if change.reason else None, words.renamed(change)) if text]
    if change.action is Action.CREATE and change.desired:
        facts = ", ".join(f"{name}: {escaped(show(value, words))}" for name, value in shown(change))
        lines.append(f"  - {facts}")
    lines += [f"  - {_difference(found, words, causes=causes)}" for found in change.diffs]
    lines += [f"  - {_difference(item.diff, words, causes=causes)} ({escaped(words.told(item.reason))})" for item in change.blocked]
    lines += [f"  - {escaped(since)}" for since in (words.since(change.trace),) if since]
    lines += [f"  - {escaped(words.waits(name, what))}" for name, what in sorted(change.waiting.items())]
    return lines


def _cause(cause: Cause | None, words: Catalogue) -> str:
    return f" *{words.say(f'cause-{cause}')}*" if cause else ""


def _difference(found: FieldDiff, words: Catalogue, *, causes: bool) -> str:
    before, after = ("***", "***") if found.sensitive else (found.before, found.after)
    cause = _cause(found.cause if causes else None, words)
    if found.entry is not None and found.before is None:
        return words.say("markdown-add", label=escaped(found.label), value=escaped(show(after, words))) + cause
    if found.removes:
        return words.say("markdown-remove", label=escaped(found.label), value=escaped(show(before, words))) + cause
    return f"{escaped(found.label)}: {escaped(compared(before, after, words))}{cause}"
