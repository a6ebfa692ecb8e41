"""`eiginfra doctor`: whether the services can be used."""

import sys
from typing import Annotated

import typer

from eiginfra.cli import options
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
) -> int:
    """Look at every service, and say what is missing.

    Reachable, version, clock, certificate, what the token may do, root group, nodes, storages, firewall; the gateway's program; and
    whether each machine of the cohort lets eiginfra in.
    """
    if gateway_program:
        from eiginfra.providers.gateway import program

        sys.stdout.write(program.text())
        return 0
    from eiginfra.core.finding import Severity
    from eiginfra.render.findings import print_report
    from eiginfra.render.outputs.base import findings_output, write_document
    from eiginfra.render.outputs.others import DoctorOutput
    from eiginfra.wiring.doctor import enter, examine
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths) as workspace:
        findings = examine(workspace.site)
        if not any(found.severity is Severity.ERROR for found in findings):
            findings += enter(workspace)
    ill = any(found.severity is Severity.ERROR for found in findings)
    if format_ is Format.JSON:
        write_document(DoctorOutput(findings=findings_output(findings), ok=not ill))
    else:
        print_report(findings, quiet=quiet)
    return 1 if ill else 0
