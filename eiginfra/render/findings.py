"""Findings as lines: where, what, and what to do next."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce

from rich.text import Text

from eiginfra.core.finding import Finding, Severity
from eiginfra.render.catalogue import Catalogue, spoken
from eiginfra.render.console import Terminal, err, out
from eiginfra.render.grouped import entries

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def print_findings(console: Terminal, findings: Sequence[Finding]) -> None:
    """One line each, or for several of one code; the remedy and the other places that have part in it on lines of their own."""
    words = spoken()
    for entry in entries(findings, words):
        line = Text()
        if entry.where:
            line.append(f"{entry.where}: ", style="bold")
        line.append(f"{words.say('label', label=words.say(f'severity-{entry.severity}'))} ", style=STYLES[entry.severity])
        line.append(entry.text)
        console.print(line)
        if entry.remedy:
            console.print(Text(f"    → {entry.remedy}", style="dim"))
        for before, place in entry.also:
            console.print(Text(f"    {before} {place}", style="dim"))


def print_report(findings: Sequence[Finding], *conclusion: str, quiet: bool) -> None:
    """The findings and what they come to, on standard output; quiet, the errors alone, on standard error."""
    if quiet:
        print_findings(err(), [found for found in findings if found.severity is Severity.ERROR])
        return
    print_findings(out(), findings)
    words = spoken()
    out().print(words.say("conclusion", told=concluded(findings, words, *conclusion)))


def concluded(findings: Sequence[Finding], words: Catalogue, *conclusion: str) -> str:
    """`2 errors, 1 warning; 300 resources`: what the findings come to, and what else there is to say, without what is empty."""
    parts = [part for part in (counted(findings, words), *conclusion) if part]
    return reduce(lambda before, after: words.say("and-then", before=before, after=after), parts)


def counted(findings: Sequence[Finding], words: Catalogue | None = None) -> str:
    """`2 errors, 1 warning, 1 acknowledged`; `no findings` if there are none. words: the terminal's if absent."""
    told = words or spoken()
    counts = Counter(found.severity for found in findings if found.acknowledged is None)
    parts = [told.say(f"{severity}s", count=counts[severity]) for severity in Severity if counts[severity]]
    return ", ".join(filter(None, (*parts, acknowledged(findings, told)))) or told.say("no-findings")


def acknowledged(findings: Sequence[Finding], words: Catalogue) -> str:
    """`2 acknowledged`; nothing if there are none."""
    count = sum(found.acknowledged is not None for found in findings)
    return words.say("acknowledged", count=count) if count else ""
