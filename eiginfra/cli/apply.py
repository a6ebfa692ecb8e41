"""`eiginfra apply`: make it so."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import Format, PlanFormat
from eiginfra.cli.plan import show
from eiginfra.cli.render.console import err, out, print_json
from eiginfra.cli.render.progress import ApplyProgress
from eiginfra.cli.render.report import print_report, report_body
from eiginfra.core.errors import GuardError, InputError, UsageError
from eiginfra.core.finding import error
from eiginfra.core.plan import Plan
from eiginfra.engine.executor import Outcome, Report
from eiginfra.wiring.project import Asked, Paths, Project

NAME = "apply"
INTERRUPTED = 130


@options.files
@options.request
def run(
    *,
    paths: Paths,
    asked: Asked,
    saved: Annotated[
        str | None, typer.Argument(metavar="[PLAN]", help="A plan saved by eiginfra plan --out; - reads it from standard input.")
    ] = None,
    check: Annotated[bool, typer.Option("-C", "--check", help="Only show the plan, as eiginfra plan does.")] = False,
    yes: options.Yes = False,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Make reality what the inventory says. Shows the plan and asks first, unless --yes or the plan was saved before."""
    project = Project.load(paths)
    text = format_ is Format.TEXT
    if check:
        plan = _read(saved, project) if saved else project.plan(asked)
        show(plan, PlanFormat.TEXT if text else PlanFormat.JSON)
        return 1 if plan.errors else 0
    with project.journal.lock("apply"):
        plan = _read(saved, project) if saved else project.plan(asked)
        if text and not saved:
            show(plan, PlanFormat.TEXT)
        if plan.errors:
            raise GuardError(plan.errors)
        # A saved plan was read when it was made.
        if not (plan.empty or saved or yes or _agreed(text=text)):
            raise typer.Abort
        with ApplyProgress(err(), len(plan.acting)) as progress:
            report = project.apply(plan, on_start=progress.start, on_end=progress.end)
    if text:
        print_report(out(), report)
    else:
        print_json("apply", report_body(plan, report))
    return exit_code(report)


def exit_code(report: Report) -> int:
    """What a run means for the command: interrupted, or the gravest of its failures (77 and 69 only if all failed alike), or 0."""
    if report.interrupted:
        return INTERRUPTED
    if not report.failed:
        return 0
    codes = {result.exit_code for result in report.of(Outcome.FAILED, Outcome.REFUSED)}
    return codes.pop() if len(codes) == 1 else 1


def _agreed(*, text: bool) -> bool:
    if not text or not sys.stdin.isatty():
        msg = "nobody can be asked here: give --yes to apply, or eiginfra plan to look"
        raise UsageError(msg)
    return typer.confirm("Apply this plan?", default=False)


def _read(saved: str, project: Project) -> Plan:
    """A saved plan, if it was made for this cohort and site. Raises UsageError or InputError."""
    try:
        content = sys.stdin.read() if saved == "-" else Path(saved).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        msg = f"the plan {saved} cannot be read: {getattr(problem, 'strerror', None) or 'it is not text'}"
        raise UsageError(msg) from problem
    plan = Plan.from_json(content, saved)
    here = project.meta()
    for what in ("cohort", "site"):
        theirs, ours = getattr(plan.meta, what), getattr(here, what)
        if theirs != ours:
            raise InputError(
                [
                    error(
                        "plan-elsewhere",
                        f"{saved} was made for {what} {theirs}, this is {ours}",
                        remedy="make a plan here: eiginfra plan --out FILE",
                    )
                ]
            )
    if plan.meta.inventory != here.inventory:
        err().print("The inventory has changed since the plan was made; what is applied is the plan as saved.")
    return plan
