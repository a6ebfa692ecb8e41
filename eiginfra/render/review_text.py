"""A review for a terminal or a job's log."""

from collections.abc import Sequence

from rich.text import Text

from eiginfra.core.finding import Finding
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.findings import print_findings
from eiginfra.render.plan_text import print_changes
from eiginfra.render.review_parts import approval, bar, edited, live_line, measure, team_lines, title, totals
from eiginfra.review.model import CohortReview, Review


def print_review(console: Terminal, review: Review, words: Catalogue) -> None:
    """The whole review: by team first, the findings and the totals last, so that they are read."""
    console.print(Text(title(review, words), style="bold"))
    console.print()
    for cohort in review.cohorts:
        _cohort(console, cohort, words)
    _approvals(console, review, words)
    _live(console, review, words)
    for other in review.together:
        _findings(console, words.say("review-with", number=other.number), other.findings)
    _findings(console, words.say("review-known"), [found for cohort in review.cohorts for found in cohort.known])
    _findings(console, words.say("review-findings"), review.every_finding)
    allowances = [allowance for cohort in review.cohorts for allowance in cohort.allowances]
    if allowances:
        _heading(console, words.say("review-allowances"))
        for allowance in allowances:
            console.print(Text(f"  {allowance.location}: {allowance.team}", style="dim"))
            for line in allowance.lines:
                console.print(Text(f"      {line}"))
        console.print()
    console.print(Text(totals(review, words), style="bold"))


def _approvals(console: Terminal, review: Review, words: Catalogue) -> None:
    if not review.needs:
        return
    _heading(console, words.say("review-approval"))
    for need in review.needs:
        where = need.edit.location or need.edit.file
        console.print(Text(f"  {where}: {edited(need, words)}", style="dim" if need.given else ""))
        console.print(Text(f"      {approval(need, words)}", style="dim"))
    if review.author is None:
        console.print(Text(f"  {words.say('review-unknown-author')}", style="yellow"))
    console.print()


def _live(console: Terminal, review: Review, words: Catalogue) -> None:
    if not review.live:
        return
    _heading(console, words.say("review-live"))
    for live in review.live:
        console.print(f"  {live_line(live, words)}")
    console.print()


def _cohort(console: Terminal, cohort: CohortReview, words: Catalogue) -> None:
    for team, line in team_lines(cohort, words):
        console.print(Text(f"{team}: {line}"))
    if cohort.incomplete:
        console.print(Text(words.say("review-incomplete", teams=[*cohort.incomplete]), style="yellow"))
    if cohort.changes or cohort.incomplete:
        console.print()
    print_changes(console, cohort.changes, causes=False)
    if cohort.amounts:
        _heading(console, words.say("review-quota"))
        for use in cohort.amounts:
            console.print(f"  {use.team or words.say('review-capacity')}: {measure(use, words)} {bar(use)}".rstrip())
        console.print()


def _findings(console: Terminal, heading: str, findings: Sequence[Finding]) -> None:
    if findings:
        _heading(console, heading)
        print_findings(console, findings)
        console.print()


def _heading(console: Terminal, text: str) -> None:
    console.print(Text(text, style="bold underline"))
