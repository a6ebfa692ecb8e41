"""`eiginfra history`: what was done about one team or one resource."""

from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import completion, options
from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.wiring.workspace import Workspace


@options.files
def run(
    *,
    paths: Paths,
    what: Annotated[
        str, typer.Argument(metavar="TEAM|ADDRESS", help="A team, or a resource as plans name it.", autocompletion=completion.subjects)
    ],
    limit: Annotated[int, typer.Option("-n", "--last", min=1, metavar="N", help="How many runs.")] = 20,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Show what was done about a team or a resource. From the journal: when, by whom, from which commit; the newest run first."""
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.history import print_history
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.team import HistoryOutput, HistoryRun
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths, offline=True) as workspace:
        about = Address.parse(what) if "[" in what else what
        runs = workspace.journal.about(workspace.cohort.id, about, limit)
        if not runs:
            _refuse_unknown(workspace, about)
        if format_ is Format.JSON:
            write_document(HistoryOutput(of=what, runs=tuple(HistoryRun(run=run, actions=steps) for run, steps in runs)))
            return 0
        print_history(out(), runs, spoken())
        out().print(spoken().say("history-of" if runs else "history-none", what=what, count=len(runs)))
        return 0


def _refuse_unknown(workspace: "Workspace", about: str | Address) -> None:
    """Raises UsageError, with what was probably meant, for what neither the inventory nor the journal knows."""
    from eiginfra.core.suggest import suggest
    from eiginfra.render.catalogue import spoken

    teams = [team.id for team in workspace.cohort.teams]
    resources = [resource.address for resource in workspace.compiled.resources] if isinstance(about, Address) else []
    if about in teams or about in resources:
        return
    meant = suggest(str(about), map(str, resources) if isinstance(about, Address) else teams)
    raise UsageError(f"neither the inventory nor the journal knows {about}{f'; {spoken().told(meant)}' if meant else ''}")
