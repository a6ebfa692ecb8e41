"""What a command has to say, and its writing in the format that was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eiginfra.core.finding import Finding
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.console import write_page
from eiginfra.render.format import Format
from eiginfra.render.formats.codequality import code_quality
from eiginfra.render.formats.files import ReportFiles
from eiginfra.render.formats.github import append_summary, workflow_commands
from eiginfra.render.formats.junit import junit


@dataclass(frozen=True)
class Report:
    """What a command found, and what it says besides.

    command: its name. files: what was read, and where findings are. words: of all formats but text and JSON, which speak the terminal's
    language. conclusion: what it comes to, in one line. markdown, json: the whole document. text: prints it.
    """

    command: str
    findings: Sequence[Finding]
    files: ReportFiles
    words: Catalogue
    conclusion: str
    markdown: Callable[[], str]
    json: Callable[[], str] = str
    text: Callable[[], None] = lambda: None


def write(report: Report, format_: Format) -> None:
    """The report on standard output. github: also the Markdown, at the end of the job's summary. Raises UsageError if that cannot be."""
    match format_:
        case Format.TEXT:
            report.text()
        case Format.JSON:
            write_page(report.json() + "\n")
        case Format.MARKDOWN:
            write_page(report.markdown())
        case Format.CODEQUALITY:
            write_page(code_quality(report.findings, report.files, report.words))
        case Format.JUNIT:
            write_page(junit(report.command, report.findings, report.files, report.words))
        case Format.GITHUB:
            write_page(workflow_commands(report.command, report.findings, report.files, report.words, report.conclusion))
            append_summary(report.markdown())
