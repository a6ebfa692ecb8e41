"""`eiginfra doctor`: whether the services can be used."""

import sys
from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths


@options.files
def run(
    *,
    paths: Paths,
    quiet: options.Quiet = False,
    format_: options.TextOrJson = Format.TEXT,
    gateway_program: Annotated[
        bool, typer.Option("--gateway-program", help="Print the program that the gateway needs, and no more.")
    ] = False,
    token_limits: Annotated[
        bool,
        typer.Option("--token-limits", help="Try what no token of the site must be able to do; nothing changes even if one is."),
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="With --token-limits: the tokens are for reading, and must not be able to write at all.")
    ] = False,
) -> int:
    """Look at every service, and say what is missing.

    Reachable, version, clock, certificate, what the token may do, root group, nodes, storages, firewall; the gateway's program;
    whether each machine of the cohort lets eiginfra in, and whether its internal pages are closed to others. With --token-limits,
    instead, what the tokens may do and need not.
    """
    if gateway_program:
        from eiginfra.providers.gateway import program

        sys.stdout.write(program.text())
        return 0
    if read_only and not token_limits:
        raise UsageError("--read-only goes with --token-limits")
    from eiginfra.core.finding import Severity
    from eiginfra.render.findings import print_report
    from eiginfra.render.outputs.base import findings_output, write_document
    from eiginfra.render.outputs.others import DoctorOutput
    from eiginfra.wiring import doctor
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        if token_limits:
            findings = doctor.token_limits(workspace.site, read_only=read_only)
        else:
            findings = doctor.examine(workspace.site)
            if not any(found.severity is Severity.ERROR for found in findings):
                findings += [*doctor.enter(workspace), *doctor.pages(workspace)]
    ill = any(found.severity is Severity.ERROR for found in findings)
    if format_ is Format.JSON:
        write_document(DoctorOutput(findings=findings_output(findings), ok=not ill))
    else:
        print_report(findings, quiet=quiet)
    return 1 if ill else 0
