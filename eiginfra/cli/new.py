"""`eiginfra new`: a cohort, a team, a member or a machine more."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eiginfra.cli import completion, options
from eiginfra.cli.commands import Command, new_app
from eiginfra.core.errors import UsageError
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.wiring.adding import Addition

app = new_app(
    "new", help="Add a cohort, a team, a member or a machine. The file is checked before it is written; comments and layout stay."
)

Team = Annotated[str, typer.Option("--team", metavar="TEAM", help="The team's id.", autocompletion=completion.teams)]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="As people read it; the id if absent.")]


def _day(name: str, meaning: str) -> Any:
    return typer.Option(name, metavar="DATE", parser=options.day, help=meaning, show_default=False)


@app.command("cohort", cls=Command)
@options.files
def cohort(
    *,
    paths: Paths,
    name: Annotated[str, typer.Argument(metavar="ID", help="The cohort's id, the name of its folder.")],
    team: Annotated[str, typer.Option("--team", metavar="ID", help="The id of its first team.")] = "equipe-1",
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="COHORT", help="With the file of this one, without its teams' quotas, grants and people."),
    ] = None,
    title: Title = None,
    starts: Annotated[date | None, _day("--starts", "First day; the one after the other cohort, or today.")] = None,
    ends: Annotated[date | None, _day("--ends", "Last day; as long as the other cohort, or ten months.")] = None,
    quiet: options.Quiet = False,
) -> int:
    """A cohort more, beside the chosen one."""
    from eiginfra.wiring.adding import new_cohort

    return _write(paths, new_cohort(paths, name, team, like=like, title=title, days=(starts, ends)), quiet=quiet)


@app.command("team", cls=Command)
@options.files
def team(
    *,
    paths: Paths,
    name: Annotated[str, typer.Argument(metavar="ID", help="The team's id, the name of its file.")],
    title: Title = None,
    administration: Annotated[str | None, typer.Option("--administration", metavar="TEXT", help="Who hosts the team.")] = None,
    quiet: options.Quiet = False,
) -> int:
    """A file for a team more."""
    from eiginfra.wiring.adding import new_team

    return _write(paths, new_team(paths, name, title, administration), quiet=quiet)


@app.command("member", cls=Command)
@options.files
def member(
    *,
    paths: Paths,
    username: Annotated[str, typer.Argument(metavar="NAME", help="The account on GitLab and on the server.")],
    team: Team,
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Where invitations go.")],
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="How the person is shown.")] = None,
    role: Annotated[str | None, typer.Option("--role", metavar="ROLE", help="maintainer, developer (if absent) or reporter.")] = None,
    mentor: Annotated[bool, typer.Option("--mentor", help="A mentor, not a member.")] = False,
    key: Annotated[list[str] | None, typer.Option("--key", metavar="KEY", help="A public SSH key: the line of the .pub file.")] = None,
    until: Annotated[date | None, _day("--until", "The last day of access; the cohort's end if absent.")] = None,
    quiet: options.Quiet = False,
) -> int:
    """A person more in a team."""
    from eiginfra.wiring.adding import new_entry

    if mentor and role:
        msg = "a mentor has no --role"
        raise UsageError(msg)
    entry = {"username": username, "name": name, "email": email, "role": role, "ssh_keys": key, "until": until and until.isoformat()}
    return _write(paths, new_entry(paths, team, "mentors" if mentor else "members", _written(entry)), quiet=quiet)


@app.command("machine", cls=Command)
@options.files
def machine(
    *,
    paths: Paths,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The machine's name; the guest is TEAM-NAME.")],
    team: Team,
    image: Annotated[str | None, typer.Option("--image", metavar="IMAGE", help="Of the site's images; the first if absent.")] = None,
    size: Annotated[str | None, typer.Option("--size", metavar="SIZE", help="Of the site's sizes; the first if absent.")] = None,
    vm: Annotated[bool, typer.Option("--vm", help="A virtual machine, not a container.")] = False,
    docker: Annotated[bool, typer.Option("--docker", help="Docker will run inside.")] = False,
    publish: Annotated[
        list[str] | None, typer.Option("--publish", metavar="SUBDOMAIN:PORT", help="A sub-domain that leads to a port of it.")
    ] = None,
    forward: Annotated[
        list[str] | None, typer.Option("--forward", metavar="PUBLIC:PORT", help="A public port that leads to a port of it.")
    ] = None,
    quiet: options.Quiet = False,
) -> int:
    """A machine more in a team."""
    from eiginfra.wiring.adding import new_entry, usual_machine

    usual_image, usual_size = (None, None) if image and size else usual_machine(paths)
    entry = {
        "name": name,
        "type": "vm" if vm else None,
        "image": image or usual_image,
        "size": size or usual_size,
        "docker": docker or None,
        "publish": [_pair(one, "subdomain") for one in publish or ()],
        "forward": [_pair(one, "public") for one in forward or ()],
    }
    return _write(paths, new_entry(paths, team, "machines", _written(entry)), quiet=quiet)


def _pair(text: str, first: str) -> dict[str, object]:
    before, colon, port = text.rpartition(":")
    if not (colon and port.isdecimal() and (first == "subdomain" or before.isdecimal())):
        msg = f"{text!r} is not {'a sub-domain' if first == 'subdomain' else 'a public port'} and a port; write {first.upper()}:PORT"
        raise UsageError(msg)
    return {first: before if first == "subdomain" else int(before), "port": int(port)}


def _written(entry: Mapping[str, object]) -> dict[str, object]:
    """Without what is not said."""
    return {name: value for name, value in entry.items() if value not in (None, [])}


def _write(paths: Paths, addition: "Addition", *, quiet: bool) -> int:
    from eiginfra.inventory.source import shown
    from eiginfra.render.console import out
    from eiginfra.render.findings import print_findings
    from eiginfra.wiring.adding import write

    told = write(paths, addition)
    for path in addition.files():
        out(quiet=quiet).print(shown(path))
    print_findings(out(quiet=quiet), told)
    return 0
