"""`eiginfra handouts`: the onboarding pages of the teams."""

from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.cli.render.console import out, print_json
from eiginfra.handouts import render, write
from eiginfra.handouts.pages import page_name
from eiginfra.wiring.project import Project

NAME = "handouts"


def run(
    *,
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the pages go.")] = Path("handouts"),
    inventory: options.Inventory = None,
    playbook: options.Playbook = None,
    site: options.Site = None,
    settings: options.Settings = None,
    as_of: options.AsOf = None,
    limit: options.Limit = None,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Write a page for each team (HTML and Markdown), from what really stands."""
    project = Project.load(options.paths(settings, inventory, playbook, site, as_of))
    project.checked()
    teams = options.asked(limit, None, None, None).selection.teams([team.id for team in project.cohort.teams])
    pages = render(project.cohort, project.site, project.standing(), project.clock.today())
    names = {page_name(team) for team in teams}
    kept = [page for page in pages if limit is None or page.path.stem in names]
    write(kept, folder)
    if format_ is Format.JSON:
        print_json("handouts", {"folder": str(folder), "files": sorted(str(folder / page.path) for page in kept)})
    else:
        out().print(f"{len(teams)} handouts in {folder} (HTML and Markdown).")
    return 0
