"""`eiginfra apply`: carry out a plan."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.commands import INTERRUPTED
from eiginfra.cli.plan import planned, show
from eiginfra.core.errors import GuardError, UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Asked, Paths

if TYPE_CHECKING:
    from eiginfra.engine.report import ApplyReport


@options.files
@options.request
def run(
    *,
    paths: Paths,
    asked: Asked,
    saved: Annotated[
        str | None, typer.Argument(metavar="PLAN", help="A plan saved by eiginfra plan --out; - reads it from standard input.")
    ] = None,
    check: Annotated[bool, typer.Option("-C", "--check", help="Only show the plan, as eiginfra plan does.")] = False,
    yes: options.Yes = False,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Make reality what the inventory says. Shows the plan and asks first, unless --yes or the plan was saved before."""
    from eiginfra.engine.verify import Judgement
    from eiginfra.render.console import err, out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.plans import ApplyOutput
    from eiginfra.render.progress import ApplyProgress
    from eiginfra.render.report import print_failures, print_report
    from eiginfra.wiring.stopping import Stopper
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        text = format_ is Format.TEXT
        if check:
            plan = planned(workspace, asked, saved)
            show(plan, format_, workspace, quiet=quiet)
            return 1 if plan.errors else 0
        with workspace.journal.lock("apply"):
            plan = planned(workspace, asked, saved)
            judgement = workspace.judged(plan) if saved else Judgement(plan)
            if text and not saved:
                show(plan, format_, workspace, quiet=quiet)
            if plan.errors:
                raise GuardError(plan.errors)
            # A saved plan was read when it was made.
            if not (plan.empty or saved or yes or _agreed(can_ask=text and not quiet)):
                raise typer.Abort
            with Stopper(_tell).signals() as stopper, ApplyProgress(err(quiet=quiet), len(plan.acting)) as progress:
                report = workspace.apply(
                    judgement.plan,
                    refused=judgement.refused,
                    fingerprint=plan.fingerprint,
                    stopping=stopper.stopping,
                    on_start=progress.start,
                    on_end=progress.end,
                )
        if text:
            print_failures(err(), report) if quiet else print_report(out(), judgement.plan, report)
        else:
            write_document(ApplyOutput.of(judgement.plan, report, plan.fingerprint))
        return exit_code(report)


def _tell() -> None:
    # Straight to the descriptor: a signal handler may not wait for the locks of a stream that is being written to.
    os.write(sys.stderr.fileno(), b"\nStopping: what is under way ends first. Once more to stop now.\n")


def exit_code(report: "ApplyReport") -> int:
    """What a run means for the command: interrupted, or the gravest of its failures (77 and 69 only if all failed alike), or 0."""
    from eiginfra.engine.report import Outcome

    if report.interrupted:
        return INTERRUPTED
    if not report.failed:
        return 0
    codes = {result.exit_code for result in report.of(Outcome.FAILED, Outcome.REFUSED)}
    return codes.pop() if len(codes) == 1 else 1


def _agreed(*, can_ask: bool) -> bool:
    if not can_ask or not sys.stdin.isatty():
        msg = "nobody can be asked here: give --yes to apply, or eiginfra plan to look"
        raise UsageError(msg)
    return typer.confirm("Apply this plan?", default=False)
