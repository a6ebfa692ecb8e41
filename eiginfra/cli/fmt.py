"""`eiginfra fmt`: the normal form of YAML files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Finding

DIFFERENT = 2


def run(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Files, folders, or - for standard input to output; else the cohort's folder."),
    ] = None,
    inventory: options.Inventory = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 2 if a file is in another form.")] = False,
    quiet: options.Quiet = False,
) -> int:
    """Put YAML files into normal form. Only the layout changes: every value and comment stays."""
    from eiginfra.inventory.normal_form import normal_form
    from eiginfra.inventory.source import read_bytes, shown, to_text
    from eiginfra.render.console import out
    from eiginfra.wiring.files import replace_file

    if files == ["-"]:
        text = to_text(sys.stdin.buffer.read(), "<stdin>")
        formed = normal_form(text, "<stdin>")
        if not check:
            sys.stdout.write(formed)
        return DIFFERENT if check and formed != text else 0
    changed, findings = 0, list[Finding]()
    for path in _files([Path(name) for name in files or ()] or [_inventory(inventory)]):
        try:
            data = read_bytes(path)
            formed = normal_form(to_text(data, shown(path)), shown(path))
        except InputError as problem:
            findings += problem.findings
            continue
        if formed.encode() != data:
            changed += 1
            out(quiet=quiet).print(shown(path))
            if not check:
                replace_file(path, formed.encode())
    if findings:
        raise InputError(findings)
    return DIFFERENT if check and changed else 0


def _files(named: list[Path]) -> list[Path]:
    """The files, and those of the folders. No links are followed."""
    found = []
    for path in named:
        inside = sorted(one for one in path.rglob("*.yml") if one.is_file() and not one.is_symlink()) if path.is_dir() else [path]
        found += inside
    return list(dict.fromkeys(found))


def _inventory(given: Path | None) -> Path:
    from eiginfra.inventory.loader import load_settings
    from eiginfra.wiring.asked import SETTINGS

    folder = given or (load_settings(SETTINGS).inventory if SETTINGS.exists() else None)
    if folder is None:
        msg = f"name files, or give -i, or write `inventory:` in {SETTINGS}"
        raise UsageError(msg)
    return folder
