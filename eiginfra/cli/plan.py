"""`eiginfra plan`: what an apply would do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import GuardError, InputError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Asked, Paths

if TYPE_CHECKING:
    from eiginfra.core.plan import Plan
    from eiginfra.render.catalogue import Language
    from eiginfra.render.formats.files import ReportFiles
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
    format_: options.AnyFormat = Format.TEXT,
) -> int:
    """Show what an apply would do. Reads the servers and changes nothing; the same plan object is what apply carries out."""
    from eiginfra.cli.saved import write_plan
    from eiginfra.wiring.report_files import language_of, report_files
    from eiginfra.wiring.workspace import Workspace

    files = report_files(paths)
    try:
        with Workspace.load(paths) as workspace:
            if verify is not None:
                return _verify(verify, workspace, format_, quiet=quiet)
            plan = planned(workspace, asked)
            show(plan, format_, workspace, files, quiet=quiet)
            if out_file is not None:
                write_plan(plan, out_file, workspace, quiet=quiet)
            if plan.errors:
                return 1
            return DIFFERENCES if detailed_exitcode and not plan.empty else 0
    except (InputError, GuardError) as problem:
        if format_ not in {Format.TEXT, Format.JSON}:
            _show_refusal(problem, format_, files, language_of(paths))
        raise


def planned(workspace: "Workspace", asked: Asked, saved: str | None = None) -> "Plan":
    """The saved plan if one is named, else a new one."""
    from eiginfra.cli.saved import read_plan
    from eiginfra.reconcile.state import sightings

    return read_plan(saved, workspace) if saved else workspace.plan(asked, sightings(workspace.site, workspace.cohort.id))


def show(plan: "Plan", format_: Format, workspace: "Workspace", files: "ReportFiles | None" = None, *, quiet: bool) -> None:
    """The plan on standard output; quiet and as text, its errors alone, on standard error.

    files: of formats that show findings at their lines. Those and Markdown, which teams read, are in the cohort's language.
    """
    from eiginfra.render.catalogue import catalogue
    from eiginfra.render.console import err, out
    from eiginfra.render.findings import print_findings
    from eiginfra.render.formats.files import ReportFiles
    from eiginfra.render.formats.report import Report, write
    from eiginfra.render.outputs.base import document
    from eiginfra.render.outputs.plans import PlanOutput
    from eiginfra.render.plan_markdown import markdown
    from eiginfra.render.plan_text import print_plan, totals

    words = catalogue(workspace.cohort.file.language)
    report = Report(
        command="plan",
        findings=plan.findings,
        files=files or ReportFiles(cohort=workspace.cohort.document.file),
        words=words,
        conclusion=totals(plan, words),
        text=lambda: print_findings(err(), plan.errors) if quiet else print_plan(out(), plan),
        markdown=lambda: markdown(plan, words),
        json=lambda: document(PlanOutput.of(plan)),
    )
    write(report, format_)


def _show_refusal(problem: InputError | GuardError, format_: Format, files: "ReportFiles", language: "Language | None") -> None:
    """Why there is no plan, in the formats whose readers see nothing of standard error; it is told there, too."""
    from eiginfra.render.catalogue import catalogue, spoken
    from eiginfra.render.findings import counted
    from eiginfra.render.formats.markdown import findings_document
    from eiginfra.render.formats.report import Report, write

    words, findings = catalogue(language) if language else spoken(), problem.findings
    report = Report(
        command="plan",
        findings=findings,
        files=files,
        words=words,
        conclusion=counted(findings, words),
        markdown=lambda: findings_document(words.say("markdown-refused", cohort=files.cohort), findings, words),
    )
    write(report, format_)


def _verify(saved: str, workspace: "Workspace", format_: Format, *, quiet: bool) -> int:
    """Say what of a saved plan reality has overtaken."""
    from eiginfra.cli.saved import read_plan
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.plans import PlanVerifyOutput

    plan = read_plan(saved, workspace)
    judgement, number = workspace.judged(plan), workspace.journal.run_of(plan.meta.cohort, plan.fingerprint)
    found = judgement.stale
    if format_ is Format.JSON:
        write_document(PlanVerifyOutput.of(plan.fingerprint, number, found))
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
