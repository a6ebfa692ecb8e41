"""`eiginfra review`: what a request would change, from two commits and without a server."""

from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import InputError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.render.formats.report import Report
    from eiginfra.review.model import Review

DIFFERENCES = 2


@options.files
def run(
    *,
    paths: Paths,
    base: Annotated[str, typer.Option("--base", metavar="REF", help="The target branch, or any commit: what it is compared with.")],
    head: Annotated[str, typer.Option("--head", metavar="REF", help="The request: a branch or any commit.")] = "HEAD",
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when the request changes what is asked for.")
    ] = False,
    quiet: options.Quiet = False,
    format_: options.AnyFormat = Format.TEXT,
) -> int:
    """Show what a merge request would change: offline, by comparing two commits. Needs no token and checks nothing out."""
    from eiginfra.render.formats.report import write
    from eiginfra.wiring.reviewing import reviewer

    with reviewer(paths, base) as reviews:
        review = reviews.review(reviews.resolved(head))
    write(report(review, quiet=quiet), format_)
    if review.failed:
        return InputError.exit_code
    return DIFFERENCES if detailed_exitcode and review.changes else 0


def report(review: "Review", *, quiet: bool) -> "Report":
    """The review for any format; those that teams read are in the language of its first cohort. quiet: as text, its errors alone."""
    from eiginfra.render.catalogue import catalogue, spoken
    from eiginfra.render.console import err, out
    from eiginfra.render.findings import print_findings
    from eiginfra.render.formats.files import ReportFiles
    from eiginfra.render.formats.markdown import findings_document
    from eiginfra.render.formats.report import Report
    from eiginfra.render.outputs.base import document
    from eiginfra.render.outputs.review import ReviewOutput
    from eiginfra.render.review_parts import title, totals
    from eiginfra.render.review_text import print_review

    words = catalogue(review.cohorts[0].language) if review.cohorts else spoken()
    edited = tuple(dict.fromkeys(edit.file for edit in review.edits))
    return Report(
        command="review",
        findings=review.every_finding,
        files=ReportFiles(cohort=next(iter(edited), "."), read=edited),
        words=words,
        conclusion=totals(review, words),
        text=lambda: print_findings(err(), review.errors) if quiet else print_review(out(), review, spoken()),
        markdown=lambda: findings_document(title(review, words), review.every_finding, words, totals(review, words)),
        json=lambda: document(ReviewOutput.of(review)),
    )
