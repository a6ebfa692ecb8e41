"""`eiginfra review`: what a request would change, from two commits and without a server."""

from typing import Annotated

import typer

from eiginfra.cli import options
from eiginfra.cli.options import Format
from eiginfra.core.errors import InputError
from eiginfra.wiring.asked import Paths

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
    format_: options.ReportFormat = Format.TEXT,
) -> int:
    """Show what a merge request would change: offline, by comparing two commits. Needs no token and checks nothing out."""
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import err, out, print_json
    from eiginfra.render.findings import print_findings
    from eiginfra.render.review_json import review_body
    from eiginfra.render.review_text import print_review
    from eiginfra.wiring.reviewing import reviewer

    with reviewer(paths, base) as reviews:
        review = reviews.review(reviews.resolved(head))
    if format_ is Format.JSON:
        print_json("review", review_body(review))
    elif quiet:
        print_findings(err(), review.errors)
    else:
        print_review(out(), review, spoken())
    if review.failed:
        return InputError.exit_code
    return DIFFERENCES if detailed_exitcode and review.changes else 0
