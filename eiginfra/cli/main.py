"""The program: commands, and the one place where errors become messages and exit codes."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from eiginfra import __version__
from eiginfra.cli import apply, check, demo, doctor, drift, forget, handouts, inventory, journal, lab, plan, reconcile, schema
from eiginfra.core.errors import EiginfraError, GuardError, InputError
from eiginfra.render.console import err, printable
from eiginfra.render.findings import counted, print_findings

USAGE = 64
# New objects between two searches for circular garbage: a run leaves few, and with Python's 700 a large plan spends a quarter of its time
# searching.
ALLOCATIONS = 1_000_000

app = typer.Typer(
    name="eiginfra",
    help="Self-service infrastructure for cohorts of public-interest teams: one YAML file a team, GitLab and Proxmox VE follow.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (check, plan, apply, drift, reconcile, handouts, inventory, schema, forget, doctor, demo):
    app.command(command.NAME)(command.run)
app.add_typer(journal.app)
app.add_typer(lab.app)


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it with the option's value
    if wanted:
        sys.stdout.write(f"eiginfra {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Options that stand before the command."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit; exit codes are DESIGN's (0, 1, 2, 64, 65, 69, 75, 77, 130)."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(ALLOCATIONS)
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    try:
        code = app(args=arguments, prog_name="eiginfra", standalone_mode=False)
    except typer.TyperException as problem:
        err().print(f"eiginfra: {problem}. See eiginfra --help.".replace("..", "."))
        return USAGE
    except typer.Abort:
        err().print("Nothing was changed.")
        return 1
    except (InputError, GuardError) as problem:
        print_findings(err(), problem.findings)
        err().print(f"{counted(problem.findings)}; nothing was changed.")
        return problem.exit_code
    except EiginfraError as problem:
        err().print(f"eiginfra: {printable(str(problem))}")
        return problem.exit_code
    except KeyboardInterrupt:
        return apply.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code or 0
