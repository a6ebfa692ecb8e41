"""`eiginfra handouts`: the onboarding pages of teams and people."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.plan import DIFFERENCES
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eiginfra.render.catalogue import Catalogue
    from eiginfra.render.outputs.others import HandoutsOutput
    from eiginfra.wiring.handouts import HandoutsReport


class HandoutLanguage(StrEnum):
    """The languages that handouts can be in."""

    FRENCH = "fr"
    ENGLISH = "en"


@options.files
def run(
    *,
    paths: Paths,
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the pages go.")] = Path("handouts"),
    limit: options.Limit = None,
    languages: Annotated[
        list[HandoutLanguage] | None,
        typer.Option("--in", help="The language of the handouts; the cohort's if absent. Several: each in a folder of its own."),
    ] = None,
    pdf: Annotated[
        bool | None, typer.Option("--pdf/--no-pdf", help="Also as PDF, which needs eiginfra[pdf]; where the folder has some, if absent.")
    ] = None,
    persons: Annotated[bool, typer.Option("--persons/--no-persons", help="A page for each person, too.")] = True,
    check: Annotated[bool, typer.Option("--check", help="Write nothing: say which files are not up to date; exit 2 if any.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove pages of teams and people that are gone.")] = False,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Write a page for each team and person, from what was observed. As HTML and Markdown; what states the same stays untouched."""
    from eiginfra.handouts import HandoutsAsked
    from eiginfra.handouts.files.output_folder import has_pdfs
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.wiring.handouts import handouts_report
    from eiginfra.wiring.selection import teams_of
    from eiginfra.wiring.workspace import Workspace

    if check and prune:
        msg = "--check writes and removes nothing; leave out --prune"
        raise UsageError(msg)
    with Workspace.load(paths) as workspace:
        workspace.checked()
        teams = teams_of(Selection(limit), [team.id for team in workspace.cohort.teams])
        pdf = has_pdfs(folder) if pdf is None else pdf
        asked = HandoutsAsked(None if limit is None else frozenset(teams), (".html", ".md", *((".pdf",) if pdf else ())))
        codes = [language.value for language in languages or ()]
        report = handouts_report(workspace, folder, asked, languages=codes, persons=persons, checking=check, prune=prune)
        if format_ is Format.JSON:
            write_document(_document(report, folder))
        else:
            for line in _lines(report, folder, spoken(), checking=check):
                out(quiet=quiet).print(line)
        return DIFFERENCES if check and not report.sound else 0


def _lines(report: "HandoutsReport", folder: Path, words: "Catalogue", *, checking: bool) -> "Iterator[str]":
    from eiginfra.render.phrases import not_today

    wrong = [each for each in report.found if each.state != "current"]
    if checking:
        for each in wrong:
            yield words.say("handout-missing" if each.state == "missing" else "handout-stale", path=str(folder / each.file.path))
    for left in report.left_over:
        said = "handout-left-over" if left.unchanged else "handout-left-over-changed"
        yield words.say("handout-removed" if left in report.removed else said, path=str(folder / left.path))
    if report.missing:
        yield words.say("handouts-without-font", characters=" ".join(f"U+{ord(each):04X}" for each in report.missing))
    if checking:
        count = len(wrong) + len(report.left_over)
        said = words.say("handouts-wrong" if count else "handouts-sound", count=count or len(report.found), folder=str(folder))
    else:
        current = len(report.found) - len(report.written)
        said = words.say("handouts-written", count=len(report.written), current=current, folder=str(folder))
    yield f"{', '.join(filter(None, (said, not_today(report.facts.day, words, is_today=report.facts.is_today))))}."


def _document(report: "HandoutsReport", folder: Path) -> "HandoutsOutput":
    from eiginfra.render.outputs.others import HandoutFileOutput, HandoutsOutput

    written = {each.file.path for each in report.written}
    removed = {left.path for left in report.removed}
    pages = [
        HandoutFileOutput(path=str(folder / each.file.path), state="written" if each.file.path in written else each.state, since=each.day)
        for each in report.found
    ]
    pages += [
        HandoutFileOutput(path=str(folder / left.path), state="removed" if left.path in removed else "left-over", since=None)
        for left in report.left_over
    ]
    return HandoutsOutput(
        folder=str(folder),
        files=tuple(str(folder / each.file.path) for each in report.found if each.state == "current" or each.file.path in written),
        pages=tuple(pages),
        sound=report.sound,
        as_of=report.facts.day,
        as_of_is_today=report.facts.is_today,
    )
