"""`eiginfra check`: everything that can be said without a server."""

from typing import TYPE_CHECKING

from eiginfra.cli import options
from eiginfra.core.errors import InputError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.render.catalogue import Catalogue


@options.files
def run(
    *,
    paths: Paths,
    quiet: options.Quiet = False,
    format_: options.AnyFormat = Format.TEXT,
) -> int:
    """Check inventory, playbook and site without any server. Form, cross-references, quotas, capacity; needs no secret."""
    from eiginfra.core.finding import Severity
    from eiginfra.render.catalogue import catalogue, spoken
    from eiginfra.render.findings import concluded, print_report
    from eiginfra.render.formats.markdown import findings_document
    from eiginfra.render.formats.report import Report, write
    from eiginfra.render.outputs.base import document, findings_output
    from eiginfra.render.outputs.others import CheckOutput
    from eiginfra.render.phrases import not_today
    from eiginfra.wiring.report_files import language_of, report_files
    from eiginfra.wiring.workspace import Workspace

    files, words = report_files(paths), spoken()
    compiled, day, is_today = 0, None, True
    try:
        with Workspace.load(paths, offline=True) as workspace:
            words = catalogue(workspace.cohort.file.language)
            day, is_today = workspace.clock.today(), workspace.clock.is_today
            findings = workspace.check()
            compiled = len(workspace.compiled.resources)
    except InputError as problem:
        findings = list(problem.findings)
        words = catalogue(language) if (language := language_of(paths)) else words
    failed = any(found.severity is Severity.ERROR for found in findings)

    def conclusion(words: "Catalogue") -> tuple[str, ...]:
        there = () if failed else (words.say("resources", count=compiled),)
        return there if day is None else (*there, not_today(day, words, is_today=is_today))

    body = CheckOutput(
        findings=findings_output(findings), resources=compiled, as_of=day, as_of_is_today=None if day is None else is_today, ok=not failed
    )
    report = Report(
        command="check",
        findings=findings,
        files=files,
        words=words,
        conclusion=concluded(findings, words, *conclusion(words)),
        text=lambda: print_report(findings, *conclusion(spoken()), quiet=quiet),
        markdown=lambda: findings_document(words.say("markdown-check", cohort=files.cohort), findings, words, *conclusion(words)),
        json=lambda: document(body),
    )
    write(report, format_)
    return InputError.exit_code if failed else 0
