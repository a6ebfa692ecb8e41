"""`eiginfra plan`: what an apply would do."""

from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import PlanFormat
from eiginfra.cli.render.console import err, out
from eiginfra.cli.render.plan_markdown import markdown
from eiginfra.cli.render.plan_text import print_plan
from eiginfra.core.errors import UsageError
from eiginfra.core.plan import Plan
from eiginfra.wiring.project import Asked, Paths, Project

NAME = "plan"
DIFFERENCES = 2


@options.files
@options.request
def run(
    *,
    paths: Paths,
    asked: Asked,
    out_file: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, for eiginfra apply FILE.")] = None,
    detailed_exitcode: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 when there is something to do.")] = False,
    format_: options.AnyPlanFormat = PlanFormat.TEXT,
) -> int:
    """Show what an apply would do. Reads the servers and changes nothing; the same plan object is what apply carries out."""
    project = Project.load(paths)
    plan = project.plan(asked)
    show(plan, format_)
    if out_file is not None:
        save(plan, out_file)
    if plan.errors:
        return 1
    return DIFFERENCES if detailed_exitcode and not plan.empty else 0


def show(plan: Plan, format_: PlanFormat) -> None:
    """The plan on standard output."""
    match format_:
        case PlanFormat.JSON:
            out().print(plan.to_json())
        case PlanFormat.MARKDOWN:
            out().print(markdown(plan), end="")
        case PlanFormat.TEXT:
            print_plan(out(), plan)


def save(plan: Plan, path: Path) -> None:
    """Write the plan where `eiginfra apply PATH` reads it. Raises UsageError if that cannot be done."""
    try:
        path.write_text(plan.to_json() + "\n", encoding="utf-8")
    except OSError as problem:
        msg = f"the plan cannot be written to {path}: {problem.strerror}"
        raise UsageError(msg) from problem
    err().print(f"Saved. To carry out exactly this: eiginfra apply {path}")
