"""`eiginfra pages`: the cohort's pages, as a static site."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.commands import Command, new_app
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

app = new_app("pages", help="Write the cohort's pages, as a static site.")


class PageLanguage(StrEnum):
    """In which the pages are."""

    FRENCH = "fr"
    ENGLISH = "en"


@app.callback()
def _group() -> None:
    """Keeps `build` a command of its own, though it is the only one."""


@app.command("build", cls=Command)
@options.files
def build(
    *,
    paths: Paths,
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the pages go.")] = Path("public"),
    public: Annotated[bool, typer.Option("--public", help="For everybody: without people, machines and what is internal.")] = False,
    language: Annotated[PageLanguage | None, typer.Option("--in", help="The language of the pages; else the cohort's.")] = None,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Write the pages of the whole cohort, for its people; with --public for everybody."""
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.others import PagesOutput
    from eiginfra.render.phrases import not_today
    from eiginfra.wiring.pages import write_pages
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        workspace.checked()
        built = write_pages(workspace, folder, "public" if public else "internal", language)
        if format_ is Format.JSON:
            names = {"files": built.files, "written": built.written, "removed": built.removed}
            listed = {key: tuple(sorted(str(folder / path) for path in found)) for key, found in names.items()}
            seen = {"as_of": built.facts.day, "as_of_is_today": built.facts.is_today}
            write_document(PagesOutput.model_validate({"folder": str(folder), "public": public, **listed, **seen}))
        else:
            words = spoken()
            parts = [
                words.say("handouts-written", count=len(built.written), current=len(built.files) - len(built.written), folder=str(folder)),
                words.say("pages-removed", count=len(built.removed)) if built.removed else "",
                not_today(built.facts.day, words, is_today=built.facts.is_today),
            ]
            out(quiet=quiet).print(f"{', '.join(filter(None, parts))}.")
        return 0
