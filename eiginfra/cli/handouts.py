"""`eiginfra handouts`: the onboarding pages of the teams."""

from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.wiring.asked import Paths, Selection


@options.files
def run(
    *,
    paths: Paths,
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the pages go.")] = Path("handouts"),
    limit: options.Limit = None,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Write a page for each team, from what really stands. As HTML and Markdown."""
    from eiginfra.handouts import render, write
    from eiginfra.handouts.pages import page_name
    from eiginfra.render.console import out, print_json
    from eiginfra.wiring.selection import teams_of
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        workspace.checked()
        teams = teams_of(Selection(limit), [team.id for team in workspace.cohort.teams])
        pages = render(workspace.cohort, workspace.site, workspace.standing(), workspace.clock.today())
        names = {page_name(team) for team in teams}
        kept = [page for page in pages if limit is None or page.path.stem in names]
        write(kept, folder)
        if format_ is Format.JSON:
            print_json("handouts", {"folder": str(folder), "files": sorted(str(folder / page.path) for page in kept)})
        else:
            out().print(f"{len(teams)} handouts in {folder} (HTML and Markdown).")
        return 0
