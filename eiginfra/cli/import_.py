"""`eiginfra import`: an inventory of what the servers have already."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

NAMES = "What is imported"


@options.site_files
def run(
    *,
    paths: Paths,
    starts: Annotated[date, typer.Option("--starts", metavar="DATE", parser=options.day, help="The cohort's first day.")],
    cohort: Annotated[
        str | None,
        typer.Option("--cohort", metavar="ID", help="The cohort's id; else the last part of --gitlab-group.", rich_help_panel=NAMES),
    ] = None,
    ends: Annotated[
        date | None,
        typer.Option("--ends", metavar="DATE", parser=options.day, help="Its last day; else the last on which a membership ends."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Its title; else the name of its GitLab group.")] = None,
    gitlab_group: Annotated[
        str | None,
        typer.Option(
            "--gitlab-group", metavar="PATH", help="The group around the teams' groups; else as the playbook says.", rich_help_panel=NAMES
        ),
    ] = None,
    pools: Annotated[
        str | None,
        typer.Option(
            "--pools",
            metavar="PATTERN",
            help="The teams' pools, * for the team: 'eig3-*'; else as the playbook says.",
            rich_help_panel=NAMES,
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="NUMBER=NAME", help="The image of a guest, where nobody can know it.", rich_help_panel=NAMES),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="The new folder, which bears the cohort's id; else inventories/ID.")
    ] = None,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Write an inventory of what the servers have already.

    GitLab groups and Proxmox pools with their guests, marked or made by hand, become team files and grants, so that a plan adopts them.
    Reads only: nothing is changed on any server, and no file is overwritten. What cannot be said in an inventory is told.
    """
    from eiginfra.importing.asking import Wanted
    from eiginfra.inventory.fields import TEAM_ID
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.findings import print_report
    from eiginfra.render.outputs.base import findings_output, write_document
    from eiginfra.render.outputs.others import ImportOutput
    from eiginfra.wiring.importing import import_cohort

    name = cohort or (gitlab_group or "").strip("/").rpartition("/")[2]
    if not TEAM_ID.fits(name):
        raise UsageError("say which cohort it is: --cohort eig3" if not name else f"{name} is no cohort's id: --cohort eig3")
    if pools is not None and pools.count("*") != 1:
        raise UsageError("--pools is a pattern with one * for the team's id: --pools 'eig3-*'")
    group = gitlab_group.strip("/") if gitlab_group else None
    wanted = Wanted(name, starts, ends, title, group, pools, dict(map(_image, image or ())))
    done = import_cohort(paths, wanted, out or Path("inventories") / name)
    if format_ is Format.JSON:
        files = tuple(str(path) for path in done.files)
        write_document(ImportOutput(files=files, findings=findings_output(done.findings), adopted=done.adopted))
    else:
        written = spoken().say("files-written", count=len(done.files), folder=str(done.folder))
        adopted = "" if done.adopted is None else spoken().say("plan-adopts", count=done.adopted)
        print_report(done.findings, written, adopted, quiet=quiet)
    return 0


def _image(text: str) -> tuple[int, str]:
    number, equals, name = text.partition("=")
    if not (equals and name and number.isdecimal()):
        raise UsageError(f"--image {text}: write the guest's number and the image's name, --image 104=debian-12")
    return int(number), name
