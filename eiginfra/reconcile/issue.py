"""The one issue that says that a cohort's servers differ: opened when they begin to, edited as that changes, closed when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eiginfra.core.change import Change
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.plan_markdown import sections
from eiginfra.wiring.repository import Issues


@dataclass(frozen=True)
class KeptIssue:
    """What became of an issue, as the entry that says it, and its address."""

    end: Literal["issue-opened", "issue-edited", "issue-unchanged", "issue-closed"]
    url: str


def label(cohort: str) -> str:
    """By which the issue of a cohort is found again."""
    return f"eiginfra-drift-{cohort}"


def keep_issue(issues: Issues, title: str, text: str | None) -> list[KeptIssue]:
    """Let one issue with that text be open, or none where the text is None.

    Of several, which two jobs may have opened at once, the oldest stays open.
    """
    found = list(issues.open())
    kept: list[KeptIssue] = []
    if text is not None:
        if not found:
            return [KeptIssue("issue-opened", issues.create(title, text).web_url)]
        first = found.pop(0)
        if first.text.strip() == text.strip():
            kept.append(KeptIssue("issue-unchanged", first.web_url))
        else:
            kept.append(KeptIssue("issue-edited", issues.edit(first.iid, text).web_url))
    for other in found:
        issues.close(other.iid)
        kept.append(KeptIssue("issue-closed", other.web_url))
    return kept


def issue_text(changes: Sequence[Change], words: Catalogue) -> str | None:
    """What the issue says of drift; None where there is none. What people and servers wrote is escaped.

    No day is named, so that the issue is edited when something else differs, and not every night.
    """
    return "\n".join([words.say("drift-issue"), "", *sections(changes, words)]) if changes else None
