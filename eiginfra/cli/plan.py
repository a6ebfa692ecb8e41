"""`eiginfra plan`: what an apply would do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eiginfra.cli import options
from eiginfra.cli.options import PlanFormat
from eiginfra.wiring.asked import Asked, Paths

if TYPE_CHECKING:
    from eiginfra.core.plan import Plan
    from eiginfra.wiring.workspace import Workspace

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
    quiet: options.Quiet = False,
    format_: options.AnyPlanFormat = PlanFormat.TEXT,
) -> int:
    """Show what an apply would do. Reads the servers and changes nothing; the same plan object is what apply carries out."""
    from eiginfra.cli.saved import write_plan
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        if verify is not None:
            return _verify(verify, workspace, format_, quiet=quiet)
        plan = planned(workspace, asked)
        show(plan, format_, quiet=quiet, language=workspace.cohort.file.language)
        if out_file is not None:
            write_plan(plan, out_file, workspace, quiet=quiet)
        if plan.errors:
            return 1
        return DIFFERENCES if detailed_exitcode and not plan.empty else 0


def planned(workspace: "Workspace", asked: Asked, saved: str | None = None) -> "Plan":
    """The saved plan if one is named, else a new one."""
    from eiginfra.cli.saved import read_plan
    from eiginfra.reconcile.state import sightings

    return read_plan(saved, workspace) if saved else workspace.plan(asked, sightings(workspace.site, workspace.cohort.id))


def show(plan: "Plan", format_: PlanFormat, *, quiet: bool, language: Literal["en", "fr"] = "en") -> None:
    """The plan on standard output; quiet and as text, its errors alone, on standard error. language: of Markdown, which teams read."""
    from eiginfra.render.catalogue import catalogue
    from eiginfra.render.console import err, out, write_page
    from eiginfra.render.findings import print_findings
    from eiginfra.render.plan_json import plan_json
    from eiginfra.render.plan_markdown import markdown
    from eiginfra.render.plan_text import print_plan

    match format_:
        case PlanFormat.JSON:
            write_page(plan_json(plan) + "\n")
        case PlanFormat.MARKDOWN:
            write_page(markdown(plan, catalogue(language)))
        case PlanFormat.TEXT if quiet:
            print_findings(err(), plan.errors)
        case PlanFormat.TEXT:
            print_plan(out(), plan)


def _verify(saved: str, workspace: "Workspace", format_: PlanFormat, *, quiet: bool) -> int:
    """Say what of a saved plan reality has overtaken."""
    from eiginfra.cli.saved import read_plan
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out, print_json

    plan = read_plan(saved, workspace)
    judgement, number = workspace.judged(plan), workspace.journal.run_of(plan.meta.cohort, plan.fingerprint)
    found = judgement.stale
    if format_ is PlanFormat.JSON:
        rows = [
            {"address": str(item.change.address), "action": item.change.action, "reason": item.reason.model_dump(mode="json")}
            for item in found
        ]
        print_json("plan.verify", {"fingerprint": plan.fingerprint, "run": number, "stale": rows})
        return DIFFERENCES if found else 0
    console = out(quiet=quiet)
    words = spoken()
    for item in found:
        reason = words.told(item.reason)
        console.print(words.say("stale", address=str(item.change.address), reason=reason))
    if number is not None:
        console.print(words.say("carried-out", run=number))
    if judgement.done:
        console.print(words.say("nothing-left-of", count=len(judgement.done)))
    hold = words.say("still-hold", count=len(plan.acting) - len(found), all=len(plan.acting))
    console.print(f"{hold} {words.say('would-refuse')}" if found else hold)
    return DIFFERENCES if found else 0
