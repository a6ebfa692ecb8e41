"""Options that several commands share: Ansible's where Ansible has one, else Terraform's. Quick to import, as help needs them all."""

import functools
import inspect
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from eiginfra.cli import completion
from eiginfra.core.address import Address
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Asked, Paths, Selection

Command = Callable[..., int]


def day(text: str) -> date:
    """A day as options write it: 2019-10-01."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        msg = f"{text!r} is not a day; write 2019-10-01"
        raise typer.BadParameter(msg) from problem


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem


def _comma_separated(values: list[str] | None) -> tuple[str, ...]:
    return tuple(word for value in values or [] for word in value.split(",") if word)


def _text_or_json(text: str) -> Format:
    if text not in {Format.TEXT, Format.JSON}:
        msg = f"{text!r} is not one of 'text', 'json'"
        raise typer.BadParameter(msg)
    return Format(text)


FILES = "Files"
CHOICE = "Choice of resources"

Inventory = Annotated[
    Path | None, typer.Option("-i", "--inventory", metavar="FOLDER", help="The cohort's folder.", rich_help_panel=FILES, show_default=False)
]
Playbook = Annotated[
    Path | None,
    typer.Option("--playbook", metavar="FILE", help="The playbook: a file, or eiginfra:site.", rich_help_panel=FILES, show_default=False),
]
Site = Annotated[Path | None, typer.Option("--site", metavar="FILE", help="The site file.", rich_help_panel=FILES, show_default=False)]
Settings = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Instead of eiginfra.yml.", rich_help_panel=FILES, show_default=False)
]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", metavar="DATE", parser=day, help="The day to take for today.", rich_help_panel=FILES, show_default=False),
]
Limit = Annotated[
    str | None,
    typer.Option(
        "-l",
        "--limit",
        metavar="PATTERN",
        help="Only these teams: adler, 'open-*', 'all:!plume'.",
        rich_help_panel=CHOICE,
        autocompletion=completion.pattern,
    ),
]
Tags = Annotated[
    list[str] | None, typer.Option("-t", "--tags", metavar="TAGS", help="Only tasks with one of these tags.", rich_help_panel=CHOICE)
]
SkipTags = Annotated[
    list[str] | None, typer.Option("--skip-tags", metavar="TAGS", help="No tasks with one of these tags.", rich_help_panel=CHOICE)
]
Targets = Annotated[
    list[Address] | None,
    typer.Option(
        "--target",
        metavar="ADDRESS",
        parser=_address,
        help="Only this, and what it depends on.",
        rich_help_panel=CHOICE,
        autocompletion=completion.addresses,
    ),
]
Replace = Annotated[
    list[Address] | None,
    typer.Option(
        "--replace",
        metavar="ADDRESS",
        parser=_address,
        help="Delete it and create it again, where a field cannot be changed.",
        autocompletion=completion.addresses,
    ),
]
Prune = Annotated[bool, typer.Option("--prune", help="Also remove what left the inventory, as far as eiginfra may.")]
Restart = Annotated[bool, typer.Option("--restart", help="Also restart what waits for it, or will.")]
AllowRemovals = Annotated[
    int | None, typer.Option("--allow-removals", metavar="N", min=0, help="Let so many entries of a list go, whatever the cap.")
]
AsNew = Annotated[
    list[str] | None,
    typer.Option(
        "--as-new",
        metavar="TEAM",
        help="This team is new, though it looks like a renamed one.",
        autocompletion=completion.teams,
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only; the exit code tells the rest.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
AnyFormat = Annotated[Format, typer.Option("--format", help="How to write it: for people, programs, GitLab, GitHub, test reports.")]
TextOrJson = Annotated[
    Format,
    typer.Option(
        "--format",
        metavar="<text|json>",
        parser=_text_or_json,
        help="How to write the report.",
        autocompletion=lambda: [Format.TEXT.value, Format.JSON.value],
    ),
]


_FILES = {"settings": Settings, "inventory": Inventory, "playbook": Playbook, "site": Site, "as_of": AsOf}
_CHOICE = {"limit": Limit, "tags": Tags, "skip_tags": SkipTags, "target": Targets}
_SWITCHES = (Prune, Restart)
_REQUEST = {"prune": Prune, "restart": Restart, "replace": Replace, "allow_removals": AllowRemovals, "as_new": AsNew}


def files(command: Command) -> Command:
    """Give a command the options that name files; it receives them as `paths: Paths`."""
    return _gathering(command, "paths", _FILES, lambda given: Paths(**given))


def site_files(command: Command) -> Command:
    """The same without the cohort's folder: for what makes one."""
    return _gathering(
        command, "paths", {name: option for name, option in _FILES.items() if name != "inventory"}, lambda given: Paths(**given)
    )


def choice(command: Command) -> Command:
    """Give a command the options that choose resources; it receives them as `selection: Selection`."""
    return _gathering(command, "selection", _CHOICE, lambda given: _selection(**given))


def request(command: Command) -> Command:
    """Give a command all that a plan can be asked for; it receives that as `asked: Asked`."""

    def build(given: dict[str, Any]) -> Asked:
        chosen = _selection(**{name: given.pop(name) for name in _CHOICE})
        given["replacing"] = frozenset(given.pop("replace") or ())
        given["known_as_new"] = frozenset(given.pop("as_new") or ())
        return Asked(selection=chosen, **given)

    return _gathering(command, "asked", {**_CHOICE, **_REQUEST}, build)


def _gathering(command: Command, name: str, options: Mapping[str, Any], build: Callable[[dict[str, Any]], object]) -> Command:
    """A command whose parameter `name` is made of several options: written once, the same wherever they are."""
    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != name]
    more = [
        inspect.Parameter(
            option, inspect.Parameter.KEYWORD_ONLY, default=False if annotation in {Prune, Restart} else None, annotation=annotation
        )
        for option, annotation in options.items()
    ]

    @functools.wraps(command)
    def gathered(**given: Any) -> int:
        return command(**{name: build({option: given.pop(option) for option in options})}, **given)

    gathered.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]  # what typer reads
    return gathered


def _selection(limit: str | None, tags: list[str] | None, skip_tags: list[str] | None, target: list[Address] | None) -> Selection:
    return Selection(limit, _comma_separated(tags), _comma_separated(skip_tags), tuple(target or ()))
