"""`eiginfra init`: a new repository."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import UsageError

COHORT, TEAM = "promotion-1", "equipe-1"


def run(
    *,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is empty or not there.")],
    cohort: Annotated[str | None, typer.Option("--cohort", metavar="ID", help="The cohort's id, the name of its folder.")] = None,
    team: Annotated[str | None, typer.Option("--team", metavar="ID", help="The id of its first team.")] = None,
    yes: options.Yes = False,
    quiet: options.Quiet = False,
) -> int:
    """Write a new repository: a cohort with its first team. With servers to practise on, CI, editors' schemas, a README for the teams."""
    from eiginfra.render.console import out
    from eiginfra.render.findings import print_report
    from eiginfra.wiring.asked import Paths
    from eiginfra.wiring.settings import named
    from eiginfra.wiring.starting import TEN_MONTHS, Beginning, begin, sure_id
    from eiginfra.wiring.workspace import Workspace

    asking = not yes and sys.stdin.isatty()
    if not (yes or asking):
        msg = "nobody can be asked here: give --yes, with --cohort and --team"
        raise UsageError(msg)

    def ask(question: str, usual: str) -> str:
        return str(typer.prompt(question, default=usual, err=True)) if asking else usual

    cohort = sure_id(cohort or ask("Id of the cohort", COHORT))
    cohort_title = ask("Its title", cohort)
    starts = options.day(ask("Its first day", date.today().isoformat()))  # noqa: DTZ011 - a day of people, where they are
    ends = options.day(ask("Its last day", (starts + TEN_MONTHS).isoformat()))
    contact = ask("Whom teams may write to", "contact@example.org")
    team = sure_id(team or ask("Id of the first team", TEAM))
    values = Beginning(
        cohort, team, starts, ends, cohort_title, ask("Its title", team), ask("The administration that hosts it", "À compléter"), contact
    )
    begin(folder, values, lambda path: out(quiet=quiet).print(str(path)))
    with Workspace.load(named(Paths(settings=folder / "eiginfra.yml")), offline=True) as workspace:
        print_report(workspace.check(), quiet=quiet)
    for line in ("", f"cd {folder}", "eiginfra lab up --detach", "eiginfra apply", "git init && git add . && git commit"):
        out(quiet=quiet).print(line)
    return 0
