"""The parts of a review in words, which all its forms share: by team, quotas, access, approvals, totals."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from eiginfra.core.change import Action, Change
from eiginfra.core.values import in_one_unit
from eiginfra.render import bars
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.findings import counted
from eiginfra.render.values import compared, show
from eiginfra.review.model import AccessChange, ApprovalNeed, CohortReview, LiveObject, QuotaUse, Review

E = TypeVar("E", Change, AccessChange, QuotaUse)
_ACTIONS = {Action.CREATE: "review-asked", Action.UPDATE: "review-changed", Action.DELETE: "review-given-up"}


def title(review: Review, words: Catalogue) -> str:
    """What is compared."""
    return words.say("review-title", head=review.head[:12], base=review.base[:12])


def team_lines(cohort: CohortReview, words: Catalogue) -> Iterator[tuple[str, str]]:
    """For each team that the request concerns, its id and what changes for it in one line; the cohort's own things last."""
    changes, accesses, amounts = _by_team(cohort.changes), _by_team(cohort.access), _by_team(cohort.amounts)
    for team in sorted(changes.keys() | (amounts.keys() - {None}), key=lambda team: (team is None, team or "")):
        parts = counts(changes.get(team, ()), words)
        for gained, entry in ((True, "review-gains"), (False, "review-loses")):
            people = sorted({each.person for each in accesses.get(team, ()) if each.gained is gained})
            parts += [words.say(entry, people=[*people])] if people else []
        parts += [measure(use, words) for use in amounts.get(team, ()) if team is not None]
        yield team or words.say("review-cohorts-own"), "; ".join(parts)


def _by_team(entries: Iterable[E]) -> Mapping[str | None, Sequence[E]]:
    found: dict[str | None, list[E]] = {}
    for each in entries:
        found.setdefault(each.team, []).append(each)
    return found


def counts(changes: Sequence[Change], words: Catalogue) -> list[str]:
    """`2 things more`, `1 changed`: how many of each sort."""
    count = Counter(_ACTIONS[change.action] if change.was is None or change.diffs else "review-renamed" for change in changes)
    return [words.say(entry, count=count[entry]) for entry in (*_ACTIONS.values(), "review-renamed") if count[entry]]


def measure(use: QuotaUse, words: Catalogue) -> str:
    """`memory 512MiB → 1GiB of 2GiB`; both limits where the limit changes."""
    told = _amounts(use.measure, (use.before, use.after, use.limit_before, use.limit_after))
    amounts = _change(*told[:2])
    if use.limit_before is not None or use.limit_after is not None:
        amounts = words.say("review-of-limit", amounts=amounts, limit=_change(*told[2:]))
    return words.say("review-measure", measure=words.say(f"measure-{use.measure}"), amounts=amounts)


def bar(use: QuotaUse) -> str:
    """How much of a limit is asked for, as ten signs, and a ! beyond it; empty where there is no limit."""
    if not use.limit_after:
        return ""
    return bars.bar(use.after, use.limit_after, 10) + (" !" if use.after > use.limit_after else "")


def approval(need: ApprovalNeed, words: Catalogue) -> str:
    """Why an edit needs a yes, and whose, or who gave it."""
    if need.given is not None:
        whose = words.say("review-given", by=need.given)
    else:
        whose = words.say("review-needs-by", by=[*need.by]) if need.by else words.say("review-needs-anyone")
    return f"{words.told(need.reason)}: {whose}"


def edited(need: ApprovalNeed, words: Catalogue) -> str:
    """What the edit is of: the key with its values where they are short, else the file."""
    edit = need.edit
    if not edit.path:
        return edit.file
    plain = not any(isinstance(value, dict | list) for value in (edit.before, edit.after))
    return f"{edit.path}: {compared(edit.before, edit.after, words)}" if plain else edit.path


def live_line(live: LiveObject, words: Catalogue) -> str:
    """`proxmox.container[eig3/adler/web]: node eig, vmid 101, 192.168.0.101/24; drift: memory 1GiB → 512MiB`."""
    known = [f"{name} {show(value, words)}" for name, value in live.identity.items()] + ([live.where] if live.where else [])
    told = f"{live.address}: {', '.join(known)}" if known else live.address
    if live.missing:
        return f"{told}; {words.say('cause-drift')}: {words.say('review-missing')}"
    drift = [f"{found.label} {compared(found.before, found.after, words)}" for found in live.drift]
    return f"{told}; {words.say('cause-drift')}: {', '.join(drift)}" if drift else told


def totals(review: Review, words: Catalogue) -> str:
    """One line for the whole request."""
    what = counts([change for cohort in review.cohorts for change in cohort.changes], words) or [words.say("review-nothing")]
    findings = counted(review.every_finding, words) if review.every_finding else words.say("review-no-findings")
    return words.say("review-totals", what=", ".join(what), approvals=len(review.missing), findings=findings)


def _amounts(name: str, values: Sequence[int | None]) -> list[str]:
    """Amounts of one sentence; sizes in one unit; what is not limited as ∞."""
    known = [value for value in values if value is not None]
    told = iter(in_one_unit(known) if name in ("memory", "disk") else known)
    return ["∞" if value is None else str(next(told)) for value in values]


def _change(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"
