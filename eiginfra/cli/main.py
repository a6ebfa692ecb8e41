"""The program, and the one place where errors become messages and exit codes."""

import gc
import os
import signal
import sys
from enum import StrEnum
from types import FrameType
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_group

from eiginfra import __version__
from eiginfra.cli.commands import INTERRUPTED, LANG, USAGE, Program, new_app
from eiginfra.core.errors import EiginfraError, GuardError, InputError, bug
from eiginfra.core.text import all_lines, one_line

# New objects between two searches for circular garbage: a run leaves few, and with Python's 700 a large plan spends a quarter of its time
# searching.
ALLOCATIONS = 1_000_000
VARIABLE = "EIGINFRA_LANGUAGE"
"""The environment's variable for the language of the terminal; `render.catalogue` reads it."""

app = new_app(
    "eiginfra",
    cls=Program,
    add_completion=True,
    help="Self-service infrastructure for cohorts of public-interest teams: one YAML file a team, GitLab and Proxmox VE follow.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class TerminalLanguage(StrEnum):
    """What the terminal speaks."""

    ENGLISH = "en"
    FRENCH = "fr"


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it with the option's value
    if wanted:
        sys.stdout.write(f"eiginfra {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
    lang: Annotated[
        TerminalLanguage | None,
        typer.Option(*LANG, help="Of what people read; else as LANG says. Also after the command. Markdown is in the cohort's."),
    ] = None,
) -> None:
    """Options before the command."""
    del version  # its callback told it
    if lang is not None:
        os.environ[VARIABLE] = lang


def program() -> TyperGroup:
    """The program as a group of commands, for what tells about it: the manual page, tests."""
    return get_group(app)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit; docs/cli.md lists the exit codes."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(ALLOCATIONS)
    code = run(arguments)
    # Python's end searches for circular garbage once more, of all that was ever imported: a seventh of an empty plan's time.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    language = os.environ.get(VARIABLE)
    try:
        return _run(arguments)
    finally:
        os.environ.pop(VARIABLE, None)
        if language is not None:
            os.environ[VARIABLE] = language


def _run(arguments: list[str] | None) -> int:
    try:
        code = app(args=arguments, prog_name="eiginfra", standalone_mode=False)
    except typer.TyperException as problem:
        _say(_misuse(problem))
        return USAGE
    except typer.Abort:
        _say("Nothing was changed.")
        return 1
    except (InputError, GuardError) as problem:
        _tell(problem)
        return problem.exit_code
    except EiginfraError as problem:
        _say(f"eiginfra: {one_line(str(problem))}")
        return problem.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:  # noqa: BLE001 - the last handler
        _say(f"eiginfra: {bug(problem)}")
        return EiginfraError.exit_code
    return code or 0


def _misuse(problem: typer.TyperException) -> str:
    """What is wrong with the call, what was probably meant, and where to read on."""
    meant: list[str] = getattr(problem, "possibilities", None) or []
    message = problem.message if meant else problem.format_message().rstrip(".")
    told = f"{message}; did you mean {meant[0]}?" if meant else f"{message}{'' if message.endswith('?') else '.'}"
    context = getattr(problem, "ctx", None)
    return f"eiginfra: {told}\nSee {context.command_path if context else 'eiginfra'} --help."


def _tell(problem: InputError | GuardError) -> None:
    from eiginfra.render.console import err
    from eiginfra.render.findings import counted, print_findings

    print_findings(err(), problem.findings)
    _say(f"{counted(problem.findings)}; nothing was changed.")


def _say(text: str) -> None:
    sys.stderr.write(f"{all_lines(text)}\n")
