"""Findings as lines: where, what, and what to do next."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from eiginfra.core.finding import Finding, Location, Severity
from eiginfra.render.console import err, out, printable

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One line each; the remedy and the other places that have part in it on lines of their own."""
    for found in findings:
        line = Text()
        where = found.location or found.address
        if where:
            line.append(f"{printable(str(where))}: ", style="bold")
        line.append(f"{found.severity}: ", style=STYLES[found.severity])
        line.append(printable(told(found)))
        console.print(line)
        if found.remedy:
            console.print(Text(f"    → {printable(found.remedy)}", style="dim"))
        for place in found.also:
            console.print(Text(f"    {_before(found, place)} {printable(str(place))}", style="dim"))


def _before(found: Finding, place: Location) -> str:
    """What leads to another place of a finding."""
    here = found.location
    earlier = here is not None and here.file == place.file and (place.line, place.column) < (here.line, here.column)
    return "first at" if earlier else "also at"


def print_report(findings: Sequence[Finding], *conclusion: str, quiet: bool) -> None:
    """The findings and what they come to, on standard output; quiet, the errors alone, on standard error."""
    if quiet:
        print_findings(err(), [found for found in findings if found.severity is Severity.ERROR])
        return
    print_findings(out(), findings)
    out().print(f"{'; '.join(part for part in (counted(findings), *conclusion) if part)}.")


def told(found: Finding) -> str:
    """What it says, and since when it is so."""
    return "; ".join(filter(None, (found.message, str(found.trace or ""))))


def counted(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`; `no findings` if there are none."""
    counts = Counter(found.severity for found in findings)
    parts = [f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}" for severity in Severity if counts[severity]]
    return ", ".join(parts) or "no findings"
