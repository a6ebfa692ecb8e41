"""A review as Markdown, for the note on a merge request and for a job's summary. All that people wrote is escaped."""

from collections.abc import Callable, Iterator, Sequence

from eiginfra.core.finding import Finding, Location
from eiginfra.core.plan import by_team
from eiginfra.render.catalogue import Catalogue, catalogue
from eiginfra.render.formats.markdown import escaped, escaped_html
from eiginfra.render.plan_markdown import change_lines
from eiginfra.render.review_parts import approval, bar, edited, live_line, measure, team_lines, title, totals
from eiginfra.review.model import CohortReview, Review

MOST_CHARACTERS = 900_000
"""GitLab takes 1,000,000 in a note, GitHub 1 MiB in a job's summary."""

Link = Callable[[str, int | None], str]
"""The address of a file at a line."""


def review_markdown(review: Review, words: Catalogue, link: Link | None = None, most: int = MOST_CHARACTERS) -> str:
    """The document: what concerns everybody first, the difference folded and last, so that it is what is cut.

    words: of the request as a whole; what is said of a cohort is in the cohort's language where it is the only one.
    """
    if len(review.cohorts) == 1:
        words = catalogue(review.cohorts[0].language)
    lines = [f"### {escaped(title(review, words))}", "", f"**{escaped(totals(review, words))}**", "", *_teams(review, words)]
    lines += _approvals(review, words, link)
    for other in review.together:
        lines += _findings(words.say("review-with", number=other.number), other.findings, words, link)
    lines += _findings(words.say("review-findings"), review.every_finding, words, link)
    lines += _findings(words.say("review-known"), [found for cohort in review.cohorts for found in cohort.known], words, link)
    lines += _allowances(review, words, link)
    for cohort in review.cohorts:
        lines += _quotas(cohort, words)
    if review.live:
        lines += [f"#### {words.say('review-live')}", "", *(f"- {escaped(live_line(live, words))}" for live in review.live), ""]
    for cohort in review.cohorts:
        lines += _difference(cohort, words)
    return _cut(lines, most, words)


def _teams(review: Review, words: Catalogue) -> Iterator[str]:
    for cohort in review.cohorts:
        for team, line in team_lines(cohort, words):
            yield f"- **{escaped(team)}**: {escaped(line)}"
        if cohort.incomplete:
            yield f"- {escaped(words.say('review-incomplete', teams=[*cohort.incomplete]))}"
    yield ""


def _approvals(review: Review, words: Catalogue, link: Link | None) -> Iterator[str]:
    yield f"#### {words.say('review-approval')}"
    yield ""
    if not review.needs:
        yield words.say("review-no-needs")
    for need in review.needs:
        box = "x" if need.given else " "
        place = _place(need.edit.location or Location(file=need.edit.file), link)
        yield f"- [{box}] {place}: {escaped(edited(need, words))}<br>{escaped(approval(need, words))}"
    if review.needs and review.author is None:
        yield ""
        yield escaped(words.say("review-unknown-author"))
    yield ""


def _findings(heading: str, findings: Sequence[Finding], words: Catalogue, link: Link | None) -> Iterator[str]:
    if not findings:
        return
    yield f"#### {escaped(heading)}"
    yield ""
    for found in findings:
        where = f"{_place(found.location, link)}: " if found.location else ""
        also = "".join(f", {words.say('also')} {_place(place, link)}" for place in found.also)
        remedy = words.remedy(found)
        told = f"**{words.say(f'severity-{found.severity}')}**: {escaped(words.message(found))}"
        yield f"- {where}{told}{also}{f'<br>→ {escaped(remedy)}' if remedy else ''}"
    yield ""


def _allowances(review: Review, words: Catalogue, link: Link | None) -> Iterator[str]:
    """The lines of cohort.yml that would allow what is refused, in a block that none of them can end."""
    allowances = [allowance for cohort in review.cohorts for allowance in cohort.allowances]
    if not allowances:
        return
    yield f"#### {words.say('review-allowances')}"
    yield ""
    for allowance in allowances:
        yield f"- {_place(allowance.location, link)}: {escaped(allowance.team)}"
        yield ""
        yield from ("  ~~~yaml", *(f"  {line.replace('~~~', '')}" for line in allowance.lines), "  ~~~", "")


def _quotas(cohort: CohortReview, words: Catalogue) -> Iterator[str]:
    if not cohort.amounts:
        return
    yield f"#### {words.say('review-quota')}"
    yield ""
    for use in cohort.amounts:
        yield f"- {escaped(use.team or words.say('review-capacity'))}: {escaped(measure(use, words))} {bar(use)}".rstrip()
    yield ""


def _difference(cohort: CohortReview, words: Catalogue) -> Iterator[str]:
    if not cohort.changes:
        return
    yield f"<details><summary>{escaped_html(words.say('review-difference'))} ({escaped_html(cohort.cohort)})</summary>"
    yield ""
    for team, group in by_team(cohort.changes).items():
        yield f"**{escaped(team or words.say('review-cohorts-own'))}**"
        yield ""
        for change in group:
            yield from change_lines(change, words, causes=False)
        yield ""
    yield "</details>"
    yield ""


def _place(place: Location, link: Link | None) -> str:
    """`[teams/adler.yml:12](…#L12)`; the text alone without links."""
    shown = escaped(f"{place.file}:{place.line}")
    return shown if link is None else f"[{shown}]({link(place.file, place.line)})"


def _cut(lines: Sequence[str], most: int, words: Catalogue) -> str:
    """All lines, or as many as fit, and a word that there are more; what is folded is closed."""
    whole = "\n".join(lines).rstrip() + "\n"
    if len(whole) <= most:
        return whole
    end = f"\n</details>\n\n{words.say('review-cut')}\n"
    kept, size, folded = list[str](), len(end), False
    for line in lines:
        size += len(line) + 1
        if size > most:
            break
        kept.append(line)
        folded = line.startswith("<details>") or (folded and line != "</details>")
    return "\n".join(kept) + (end if folded else end.removeprefix("\n</details>\n"))
