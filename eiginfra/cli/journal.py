"""`eiginfra journal`: what was done, when, by whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import completion, options
from eiginfra.cli.commands import Command, new_app
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.wiring.workspace import Workspace

app = new_app("journal", help="What was done, when, and by whom.")
RunNumber = Annotated[
    int | None, typer.Argument(metavar="RUN", help="The run's number; the last one without it.", autocompletion=completion.runs)
]


@app.command("list", cls=Command)
@options.files
def list_(
    *,
    paths: Paths,
    limit: Annotated[int, typer.Option("-n", "--last", min=1, metavar="N", help="How many runs.")] = 20,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """The latest runs, newest first."""
    from rich.table import Table

    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.journal import JournalListOutput
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths, offline=True) as workspace:
        runs = workspace.journal.runs(workspace.cohort.id, limit)
        if format_ is Format.JSON:
            write_document(JournalListOutput(runs=tuple(runs)))
            return 0
        if not runs:
            out().print("Nothing was applied yet.")
            return 0
        table = Table(box=None, pad_edge=False)
        for title in ("run", "started (UTC)", "by", "commit", "what", "outcome"):
            table.add_column(title, no_wrap=title in {"run", "started (UTC)", "commit"})
        for run in runs:
            counts = ", ".join(f"{count} {name}" for name, count in run.counts.items())
            commit = f"{run.commit or '–'}{'+' if run.dirty else ''}"
            what = f"{run.command} {run.selection}".strip()
            outcome = f"{run.outcome or 'unfinished'}: {counts or 'nothing'}"
            table.add_row(str(run.number), f"{run.started:%Y-%m-%d %H:%M}", run.by, commit, what, outcome)
        out().print(table)
        return 0


@app.command("show", cls=Command)
@options.files
def show(
    *,
    paths: Paths,
    run: RunNumber = None,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """What one run did, action by action."""
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.journal import JournalShowOutput
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths, offline=True) as workspace:
        report = workspace.journal.show(_number(workspace, run))
        if format_ is Format.JSON:
            write_document(JournalShowOutput(run=report.run, actions=report.steps))
            return 0
        about = report.run
        console = out()
        console.print(f"run {about.number}: {about.command} of {about.cohort} on {about.site} by {about.by}")
        console.print(
            f"  {about.started:%Y-%m-%d %H:%M:%S} UTC, as of {about.as_of}, commit {about.commit or '–'}, {about.outcome or 'unfinished'}"
        )
        for step in report.steps:
            reason = f": {spoken().told(step.reason)}" if step.reason else ""
            cause = f" ({step.cause})" if step.cause else ""
            console.print(f"  {step.action} {step.address}{cause}  {step.outcome or 'unfinished'}{reason}")
        return 0


@app.command("diff", cls=Command)
@options.files
def diff(
    *,
    paths: Paths,
    run: RunNumber = None,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """What one run changed, field by field."""
    from eiginfra.core.change import Action
    from eiginfra.render.console import out
    from eiginfra.render.history import ACHIEVED, change_of
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.journal import JournalDiffOutput
    from eiginfra.render.plan_text import print_changes
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths, offline=True) as workspace:
        report = workspace.journal.show(_number(workspace, run))
        changes = [
            change_of(step)
            for step in report.steps
            if step.outcome in {*ACHIEVED, None} and (step.diffs or step.action in {Action.CREATE, Action.DELETE, Action.REPLACE})
        ]
        if format_ is Format.JSON:
            write_document(JournalDiffOutput(run=report.run.number, changes=tuple(changes)))
            return 0
        print_changes(out(), changes)
        out().print(f"Run {report.run.number}: {len(changes)} changed.")
        return 0


def _number(workspace: "Workspace", run: int | None) -> int:
    """The run that is meant; raises UsageError when there is none yet."""
    if run is not None:
        return run
    latest = workspace.journal.runs(workspace.cohort.id, 1)
    if not latest:
        msg = "nothing was applied yet"
        raise UsageError(msg)
    return latest[0].number
