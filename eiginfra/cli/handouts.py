"""`eiginfra handouts`: the onboarding pages of the teams."""

from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths, Selection


@options.files
def run(
    *,
    paths: Paths,
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the pages go.")] = Path("handouts"),
    limit: options.Limit = None,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Write a page for each team, from what was observed. As HTML and Markdown."""
    from eiginfra.handouts import render, write
    from eiginfra.handouts.context import HandoutContext
    from eiginfra.handouts.languages import LANGUAGES
    from eiginfra.handouts.names import team_page_name
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.others import HandoutsOutput
    from eiginfra.render.phrases import not_today
    from eiginfra.wiring.facts import FactsAsked, facts_of
    from eiginfra.wiring.selection import teams_of
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        workspace.checked()
        teams = teams_of(Selection(limit), [team.id for team in workspace.cohort.teams])
        facts = facts_of(workspace, FactsAsked())
        context = HandoutContext(workspace.cohort, workspace.site, facts, LANGUAGES[workspace.cohort.file.language])
        names = {team_page_name(team) for team in teams}
        kept = [page for page in render(context) if limit is None or page.path.stem in names]
        write(kept, folder)
        if format_ is Format.JSON:
            files = tuple(sorted(str(folder / page.path) for page in kept))
            write_document(HandoutsOutput(folder=str(folder), files=files, as_of=facts.day, as_of_is_today=facts.is_today))
        else:
            words = spoken()
            parts = [
                words.say("handouts-written", count=len(teams), folder=str(folder)),
                not_today(facts.day, words, is_today=facts.is_today),
            ]
            out(quiet=quiet).print(f"{', '.join(filter(None, parts))}.")
        return 0
