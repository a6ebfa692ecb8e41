"""`eiginfra confirm`: whose accounts are whose."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.render.outputs.others import CandidateOutput
    from eiginfra.wiring.confirm import Candidate


@options.files
def run(
    *,
    paths: Paths,
    people: Annotated[
        list[str] | None,
        typer.Argument(metavar="PERSON", help="User names of the inventory; else all whose account is not known yet."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm all without being asked.")] = False,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Say whose accounts are whose, for cohort.yml.

    Shows what the services have, asks, and writes the IDs into the file. A user name is no proof, since anybody can register it: ask the
    person before.
    """
    from eiginfra.render.console import out
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.others import ConfirmOutput
    from eiginfra.wiring.confirm import candidates, write
    from eiginfra.wiring.workspace import Workspace

    text = format_ is Format.TEXT
    with Workspace.load(paths) as workspace:
        found = candidates(workspace, people or ())
        chosen = []
        for one in found:
            if text:
                out(quiet=quiet).print(_line(one))
            if yes or (text and _agreed(one.person)):
                chosen.append(one)
        if chosen:
            write(workspace, chosen)
    if not text:
        write_document(ConfirmOutput(accounts=tuple(_candidate(one, confirmed=one in chosen) for one in found)))
    else:
        out(quiet=quiet).print(f"{len(chosen)} of {len(found)} confirmed in {workspace.cohort.document.file}." if found else _NOBODY)
    return 0


_NOBODY = "Nobody's account is to be confirmed."


def _line(one: "Candidate") -> str:
    account = one.account
    facts = [f"ID {account.id}", account.shown, f"since {account.since}" if account.since else "", account.state]
    facts += ["an administrator"] if account.administrator else []
    facts += ["the address agrees"] if account.proved else []
    facts += [f"cohort.yml says {one.written}"] if one.written is not None else []
    return f"{one.person}: {account.name} on {one.service} ({', '.join(filter(None, facts))})"


def _candidate(one: "Candidate", *, confirmed: bool) -> "CandidateOutput":
    from eiginfra.render.outputs.others import CandidateOutput

    return CandidateOutput(person=one.person, service=one.service, key=one.key, confirmed=confirmed, **asdict(one.account))


def _agreed(person: str) -> bool:
    if not sys.stdin.isatty():
        msg = "nobody can be asked here: give --yes to confirm, or --format json to look"
        raise UsageError(msg)
    return typer.confirm(f"Is it {person}'s?", default=False)
