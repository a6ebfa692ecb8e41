"""What differs from the files, and what was done lately, in words that need no knowledge of kinds and causes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.handouts.facts import PastAction
from eiginfra.handouts.page import Block, Break, Code, Inline, Item, Items, Paragraph, Status, Table, Text, Tone, joined
from eiginfra.handouts.pages.context import PagesContext

_ORDER: Final = (Cause.DRIFT, Cause.CONFLICT, Cause.ORPHAN, Cause.UNKNOWN, Cause.PENDING, Cause.NEW, None)
_TONES: Final[dict[Cause | None, Tone]] = {Cause.DRIFT: "bad", Cause.CONFLICT: "bad", Cause.ORPHAN: "warn", Cause.UNKNOWN: "warn"}
_FIELDS: Final = 6
RUNS: Final = 10
"""Runs that are shown; the journal has all."""
_EACH: Final = 12
"""Actions of a run that are shown one by one."""


def differences(context: PagesContext, changes: Iterable[Change], *, of_team: bool = False) -> list[Block]:
    """What differs, the gravest cause first, with since when and by whom as far as that was seen."""
    shown = sorted((each for each in changes if each.noteworthy), key=lambda each: (_ORDER.index(each.cause), str(each.address)))
    if not shown:
        return [Paragraph(context.say("no_differences"))]
    titles = ("what", *(() if of_team else ("team",)), "cause", "next_step", "since")
    rows = [
        (
            thing(context, each.address),
            *(() if of_team else ((context.team_link(each.team) if each.team else "–",),)),
            (Status(context.say(f"cause_{each.cause or 'none'}"), _TONES.get(each.cause, "plain")), *_fields(each)),
            context.say(f"do_{each.action}") if each.acts else context.say("do_waits"),
            _since(context, each),
        )
        for each in shown
    ]
    return [Table(context.say("differences_caption"), context.columns(*titles), tuple(rows), sortable=True)]


def _fields(change: Change) -> Iterator[Inline]:
    """The names of what differs, where only some of it does."""
    labels = list(dict.fromkeys(diff.label for diff in (*change.diffs, *change.withheld)))
    if change.action in (Action.UPDATE, Action.REPLACE, Action.ADOPT, Action.NONE) and labels:
        yield Break()
        yield from joined([Code(label) for label in labels[:_FIELDS]])
        if len(labels) > _FIELDS:
            yield " …"


def _since(context: PagesContext, change: Change) -> Text:
    """When it was first seen, when it was last in order, and who did it."""
    trace = change.trace
    if trace is None:
        return "–"
    found: list[tuple[Inline, ...]] = []
    if trace.seen is not None:
        found.append(context.text("first_seen", context.day(trace.seen.at.date())))
    if trace.in_order is not None:
        found.append(context.text("was_in_order", context.day(trace.in_order.at.date())))
    if trace.activity:
        last = trace.activity[0]
        found.append(context.text("done_by", last.by, Code(last.what), context.day(last.at.date())))
    return tuple(part for number, each in enumerate(found) for part in ((Break(), *each) if number else each)) or "–"


def done_lately(context: PagesContext, done: Iterable[PastAction]) -> list[Block]:
    """What was done, run by run, newest first."""
    runs = [list(group) for _, group in groupby(done, key=lambda each: each.run)][:RUNS]
    if not runs:
        return [Paragraph(context.say("nothing_done"))]
    return [Items(tuple(_run(context, run) for run in runs))]


def _run(context: PagesContext, run: list[PastAction]) -> Item:
    first = run[0]
    counts = Counter(_past(context, each) for each in run)
    said = ", ".join(f"{what}{context.say('colon')} {count}" for what, count in counts.items())
    shown = [(*thing(context, each.address), f" – {_past(context, each)}") for each in run[:_EACH]]
    more = [context.text("and_more", str(len(run) - _EACH))] if len(run) > _EACH else []
    return Item(
        (*context.text("run", context.day(first.at.date()), first.by, str(first.run)), said),
        (Items((*shown, *more)),),
    )


def _past(context: PagesContext, action: PastAction) -> str:
    return context.say(f"past_{action.action}" if action.outcome == "done" else f"outcome_{_known(action.outcome)}")


def _known(outcome: str) -> str:
    return outcome if outcome in ("failed", "refused", "skipped", "waiting", "unfinished") else "other"


def thing(context: PagesContext, address: Address) -> tuple[Inline, ...]:
    """A resource in words: `machine eig3/adler/web`. Of a kind that another package brings, its address."""
    named = context.language.words.get(f"kind_{address.kind.replace('.', '_')}")
    return (f"{named} ", Code(address.key)) if named else (Code(str(address)),)
