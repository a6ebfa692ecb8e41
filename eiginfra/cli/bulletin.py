"""`eiginfra bulletin`: what the teams achieved, as Markdown that people finish."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.pages import PageLanguage
from eiginfra.core.errors import EiginfraError, UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

WEEK = "7d"


@options.files
def run(
    *,
    context: typer.Context,
    paths: Paths,
    since: Annotated[str, typer.Option("--since", metavar="DAYS|DATE", help="From when on: so many days, as 30d, or a day.")] = WEEK,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where it goes; - is standard output.", show_default=False)
    ] = None,
    internal: Annotated[bool, typer.Option("--internal", help="All projects, not only public ones.")] = False,
    language: Annotated[PageLanguage | None, typer.Option("--in", help="The language of the bulletin; else the cohort's.")] = None,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Write what the teams achieved, for people to finish. Markdown.

    Releases, projects opened, first contributions from outside, calls for help, coming events, what ends soon. A file that exists is not
    replaced.
    """
    from dataclasses import asdict

    from eiginfra.handouts.bulletin_page import BulletinPage
    from eiginfra.handouts.languages import LANGUAGES
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out as console
    from eiginfra.render.console import write_page
    from eiginfra.render.outputs.base import document
    from eiginfra.render.outputs.bulletin import BulletinOutput
    from eiginfra.wiring.bulletin import bulletin_of
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        workspace.checked()
        today = workspace.clock.today()
        told = bulletin_of(workspace, _begin(since, today), internal=internal)
        code = str(language or context.find_root().params.get("lang") or workspace.cohort.file.language)
        is_today = workspace.clock.is_today
        text = BulletinPage(told, workspace.cohort, LANGUAGES[code], is_today=is_today).markdown()
        if format_ is Format.JSON:
            output = BulletinOutput.model_validate(
                {**asdict(told), "as_of": today, "as_of_is_today": is_today, "language": code, "markdown": text}
            )
            text = document(output) + "\n"
    if out is None or str(out) == "-":
        write_page(text)
    else:
        _write(out, text)
        console(quiet=quiet).print(f"{spoken().say('bulletin-written', file=str(out))}.")
    return 0


def _begin(text: str, today: date) -> date:
    """The first day. Raises UsageError for what is none."""
    if match := re.fullmatch(r"([1-9][0-9]{0,3})d", text):
        return today - timedelta(days=int(match[1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {text!r} is neither a number of days nor a day; write 7d or 2019-10-01") from None


def _write(file: Path, text: str) -> None:
    """Raises EiginfraError rather than replace what somebody may have finished."""
    try:
        if file.exists() and file.read_text(encoding="utf-8", errors="replace") == text:
            return
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise EiginfraError(f"{file} exists, and people finish a bulletin by hand: move it away, or name another file") from None
    except OSError as problem:
        raise EiginfraError(f"cannot write {file}: {problem.strerror}; name another file") from problem
