"""What TAB offers as the value of an option or argument. Silent: where something cannot be read, nothing is offered."""

from collections.abc import Callable, Iterable
from contextlib import suppress

import typer

from eiginfra.wiring import names
from eiginfra.wiring.asked import Paths

Offer = str | tuple[str, str]


def teams(ctx: typer.Context) -> list[Offer]:
    """Teams."""
    return _read(names.teams, ctx)


def pattern(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """A pattern of teams: `all`, or teams, also behind others and a comma."""
    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in [*([] if comma else ["all"]), *_read(names.teams, ctx)]]


def addresses(ctx: typer.Context) -> list[Offer]:
    """Resources that the journal knows."""
    return _read(names.addresses, ctx)


def subjects(ctx: typer.Context) -> list[Offer]:
    """Teams, then resources that the journal knows."""
    return [*teams(ctx), *addresses(ctx)]


def runs(ctx: typer.Context) -> list[Offer]:
    """Runs that the journal knows, each with what it was."""
    return _read(names.runs, ctx)


def _read(reader: Callable[[Paths], Iterable[Offer]], ctx: typer.Context) -> list[Offer]:
    with suppress(Exception):  # whatever it is, the middle of a command line is no place to tell it
        return list(reader(Paths(**{name: ctx.params.get(name) for name in ("settings", "inventory", "site")})))
    return []
