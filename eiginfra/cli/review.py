"""`eiginfra review`: what a request would change, from two commits and without a server."""

from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import options
from eiginfra.core.errors import InputError, PermanentError, UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.render.formats.report import Report
    from eiginfra.review.model import Review
    from eiginfra.wiring.live import LiveCohorts
    from eiginfra.wiring.reviewing import Reviewer

DIFFERENCES = 2


@options.files
def run(
    *,
    paths: Paths,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REF", help="The target branch, or any commit: what it is compared with.", show_default=False),
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", metavar="REF", help="The request: a branch or any commit; else what is checked out.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Every open merge request of the repository, as its server tells them.")] = False,
    post: Annotated[bool, typer.Option("--post", help="With --open: keep one note on each, edited in place.")] = False,
    with_open: Annotated[bool, typer.Option("--with-open", help="Also whether it fits the other open merge requests.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="With --open: also IDs, addresses and drift, from a plan with the site's tokens; reads only.")
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when the request changes what is asked for.")
    ] = False,
    quiet: options.Quiet = False,
    format_: options.AnyFormat = Format.TEXT,
) -> int:
    """Show what a merge request would change, without any server. Compares two commits; needs no token and checks nothing out."""
    from eiginfra.render.formats.report import write
    from eiginfra.wiring.live import LiveCohorts
    from eiginfra.wiring.open_requests import open_requests
    from eiginfra.wiring.reviewing import reviewer

    if base is None and not open_:
        raise UsageError("--base is missing: name the target branch, e.g. --base origin/main; or --open for all open merge requests")
    if open_ and (head is not None or format_ not in (Format.TEXT, Format.MARKDOWN)):
        raise UsageError("--open reviews every open merge request, as text or markdown: leave --head and --format out")
    if (post or live) and not open_:
        raise UsageError("--post and --live are about open merge requests: add --open")
    with reviewer(paths, base or "HEAD") as reviews:
        if open_:
            return _every_open(reviews, LiveCohorts(paths) if live else None, post=post, together=with_open, format_=format_, quiet=quiet)
        review = reviews.review(reviews.resolved(head or "HEAD"))
        if with_open:
            with open_requests(reviews) as requests:
                review = requests.beside(review)
    write(report(review, quiet=quiet), format_)
    if review.failed:
        return InputError.exit_code
    return DIFFERENCES if detailed_exitcode and review.changes else 0


def _every_open(reviews: "Reviewer", servers: "LiveCohorts | None", *, post: bool, together: bool, format_: Format, quiet: bool) -> int:
    """Print the reviews, or keep the notes; 1 if a request could not be reviewed, or its note not be written."""
    from functools import partial

    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import err, out
    from eiginfra.render.formats.report import write
    from eiginfra.render.review_markdown import review_markdown
    from eiginfra.wiring.open_requests import open_requests

    failed = False
    console = out(quiet=quiet)
    with open_requests(reviews) as requests:
        for each in requests.reviews(together=together):
            number, review = each.request.number, each.review
            if review is None:
                failed = True
                err().print(f"!{number}: {each.problem}")
                continue
            if servers is not None:
                review = servers.beside(review)
            if post:
                text = review_markdown(review, spoken(), partial(requests.host.link, each.request.sha))
                try:
                    console.print(f"!{number}: {'the note is written' if requests.post(each, text) else 'the note is as it was'}")
                except PermanentError as problem:  # such as a locked discussion: the others get theirs
                    failed = True
                    err().print(f"!{number}: {problem}")
            else:
                console.print(f"!{number}")
                write(report(review, quiet=quiet), format_)
    return 1 if failed else 0


def report(review: "Review", *, quiet: bool) -> "Report":
    """The review for any format; those that teams read are in the language of its first cohort. quiet: as text, its errors alone."""
    from eiginfra.render.catalogue import catalogue, spoken
    from eiginfra.render.console import err, out
    from eiginfra.render.findings import print_findings
    from eiginfra.render.formats.files import ReportFiles
    from eiginfra.render.formats.report import Report
    from eiginfra.render.outputs.base import document
    from eiginfra.render.outputs.review import ReviewOutput
    from eiginfra.render.review_markdown import review_markdown
    from eiginfra.render.review_parts import totals
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
        markdown=lambda: review_markdown(review, words),
        json=lambda: document(ReviewOutput.of(review)),
    )
