"""`eiginfra check`: everything that can be said without a server."""

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.core.errors import InputError
from eiginfra.wiring.asked import Paths


@options.files
def run(
    *,
    paths: Paths,
    quiet: options.Quiet = False,
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Check inventory, playbook and site without any server. Form, cross-references, quotas, capacity; needs no secret."""
    from eiginfra.core.finding import Severity
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import print_json
    from eiginfra.render.findings import as_json, print_report
    from eiginfra.render.phrases import not_today
    from eiginfra.wiring.workspace import Workspace

    compiled, when, dated = 0, "", dict[str, object]()
    try:
        with Workspace.load(paths, offline=True) as workspace:
            day, is_today = workspace.clock.today(), workspace.clock.is_today
            when, dated = not_today(day, spoken(), is_today=is_today), {"as_of": day, "as_of_is_today": is_today}
            findings = workspace.check()
            compiled = len(workspace.compiled.resources)
    except InputError as problem:
        findings = list(problem.findings)
    failed = any(found.severity is Severity.ERROR for found in findings)
    if format_ is Format.JSON:
        print_json("check", {"findings": as_json(findings), "resources": compiled, **dated, "ok": not failed})
    else:
        print_report(findings, "" if failed else spoken().say("resources", count=compiled), when, quiet=quiet)
    return InputError.exit_code if failed else 0
