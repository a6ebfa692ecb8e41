"""What was done about a team or an address, run by run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from eiginfra.core.change import Change
from eiginfra.core.reason import Reason
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.plan_text import change_lines

if TYPE_CHECKING:  # its module imports the database's library
    from eiginfra.journal import Run, RunStep

ACHIEVED = frozenset({"done", "waiting"})


def change_of(step: "RunStep") -> Change:
    """The change that a step carried out, or meant to; its reason says why it was not simply done."""
    return Change(
        address=step.address,
        action=step.action,
        cause=step.cause,
        team=step.team,
        diffs=step.diffs,
        desired=None if step.desired is None else dict(step.desired),
        reason=Reason(code="unfinished") if step.outcome is None else step.reason,
    )


def print_history(console: Terminal, runs: "Sequence[tuple[Run, Sequence[RunStep]]]", words: Catalogue) -> None:
    """Each run with when, by whom and from which commit, then what it did about the team or address that was asked for."""
    for run, steps in runs:
        console.print(Text(_heading(run, words), style="bold underline"))
        for step in steps:
            ended = None if step.outcome == "done" else words.say(f"outcome-{step.outcome or 'unfinished'}")
            for line in change_lines(change_of(step), words, ended):
                console.print(line)
        console.print()


def _heading(run: "Run", words: Catalogue) -> str:
    commit = f"{run.commit}{'+' if run.dirty else ''}" if run.commit else None
    return words.say("history-run", run=run.number, at=f"{run.started:%Y-%m-%d %H:%M}", by=run.by, commit=commit, command=run.command)
