"""`eiginfra check`: everything that can be said without a server."""

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.core.errors import InputError
from eiginfra.wiring.asked import Paths


@options.files
def run(
    *,
    paths: Paths,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Check inventory, playbook and site without any server. Form, cross-references, quotas, capacity; needs no secret."""
    from eiginfra.core.finding import Severity
    from eiginfra.render.console import out, print_json
    from eiginfra.render.findings import counted, print_findings
    from eiginfra.wiring.workspace import Workspace

    compiled = 0
    try:
        with Workspace.load(paths, offline=True) as workspace:
            findings = workspace.check()
            compiled = len(workspace.compiled.resources)
    except InputError as problem:
        findings = list(problem.findings)
    failed = any(found.severity is Severity.ERROR for found in findings)
    if format_ is Format.JSON:
        print_json("check", {"findings": findings, "resources": compiled, "ok": not failed})
    else:
        console = out()
        print_findings(console, findings)
        verdict = counted(findings)
        console.print(verdict if failed else f"{verdict}; {compiled} resources.")
    return InputError.exit_code if failed else 0
