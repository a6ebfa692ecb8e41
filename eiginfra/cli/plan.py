"""`eiginfra plan`: what an apply would do."""

from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import PlanFormat
from eiginfra.cli.saved import read_plan, write_plan
from eiginfra.core.plan import Plan
from eiginfra.reconcile.state import sightings
from eiginfra.render.console import out, print_json, printable
from eiginfra.render.plan_markdown import markdown
from eiginfra.render.plan_text import print_plan
from eiginfra.wiring.workspace import Asked, Paths, Workspace

NAME = "plan"
DIFFERENCES = 2


@options.files
@options.request
def run(
    *,
    paths: Paths,
    asked: Asked,
    out_file: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, for eiginfra apply FILE.")] = None,
    verify: Annotated[
        str | None, typer.Option("--verify", metavar="FILE", help="Plan nothing: say what of a saved plan is stale; exit 2 if anything is.")
    ] = None,
    detailed_exitcode: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 when there is something to do.")] = False,
    format_: options.AnyPlanFormat = PlanFormat.TEXT,
) -> int:
    """Show what an apply would do. Reads the servers and changes nothing; the same plan object is what apply carries out."""
    workspace = Workspace.load(paths)
    if verify is not None:
        return _verify(verify, workspace, format_)
    plan = workspace.plan(asked, sightings(workspace.site, workspace.cohort.id))
    show(plan, format_)
    if out_file is not None:
        write_plan(plan, out_file)
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


def _verify(saved: str, workspace: Workspace, format_: PlanFormat) -> int:
    """Say what of a saved plan reality has overtaken."""
    plan = read_plan(saved, workspace)
    found = workspace.stale(plan)
    if format_ is PlanFormat.JSON:
        rows = [{"address": str(item.change.address), "action": item.change.action, "reason": item.reason} for item in found]
        print_json("plan.verify", {"fingerprint": plan.fingerprint, "stale": rows})
        return DIFFERENCES if found else 0
    for item in found:
        out().print(f"stale: {printable(str(item.change.address))} ({item.change.action}): {printable(item.reason)}")
    fresh = len(plan.acting) - len(found)
    out().print(f"{fresh} of {len(plan.acting)} actions still hold." + (" An apply would refuse the others." if found else ""))
    return DIFFERENCES if found else 0
