"""Whose approval a request needs: its edits, who wrote them, and what the base allows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from eiginfra.core.reason import Reason, reason
from eiginfra.inventory.approvals import MEMBERS, MENTORS, ApprovalRule
from eiginfra.inventory.cohort import Cohort
from eiginfra.review.defaults import EditPart, Writer, consents, parts, refusal_of, withdraws
from eiginfra.review.model import ApprovalNeed, Author, Edit, Edited
from eiginfra.review.people import BasePeople


def needs(
    edits: Iterable[Edit],
    base: Mapping[str, Cohort],
    as_of: date,
    *,
    author: Author | None,
    pushers: tuple[Author, ...] | None,
    yeses: tuple[Author, ...] = (),
) -> tuple[ApprovalNeed, ...]:
    """The edits that need a yes, in their order, each with who may give it and who gave it.

    base: the cohorts as they are at the base, by id, as far as they are sound. author: of the request; pushers: everybody who pushed to its
    branch. None: nobody can vouch for them, and what only some may do needs a yes. yeses: who approved the head as it is now.
    """
    policy = _Policy(BasePeople(base, as_of), (author, *((None,) if pushers is None else pushers)), yeses)
    return tuple(need for edit in edits for need in policy.needs(edit))


@dataclass(frozen=True)
class _Verdict:
    """That somebody's edit needs a yes: why, and of whom one is enough."""

    reason: Reason
    by: tuple[str, ...]


@dataclass(frozen=True)
class _Policy:
    people: BasePeople
    authors: Sequence[Author | None]
    """Everybody who wrote the request; None for somebody of whom nothing is known."""
    yeses: Sequence[Author]

    def needs(self, edit: Edit) -> Iterator[ApprovalNeed]:
        """One need for each group of people of whom one must say yes."""
        found: dict[tuple[str, ...], list[tuple[_Verdict, Author | None]]] = {}
        for author in dict.fromkeys(self.authors):
            writer = Writer(None if author is None else self.people.names(author), self.people)
            for verdict in self._verdicts(edit, author, writer):
                found.setdefault(verdict.by, []).append((verdict, author))
        for by, verdicts in found.items():
            missing = [verdict for verdict, author in verdicts if not self._may_approve(author, by)]
            given = [yes.username for yes in self.yeses if self._may_approve(yes, by)]
            own = [] if missing else [author.username for _, author in verdicts if author is not None]
            why = (missing or [verdict for verdict, _ in verdicts])[0].reason
            yield ApprovalNeed(edit=edit, reason=why, by=by, given=next(iter((*given, *own)), None))

    def _may_approve(self, author: Author | None, by: Sequence[str]) -> bool:
        return author is not None and not self.people.names(author).isdisjoint(by)

    def _verdicts(self, edit: Edit, author: Author | None, writer: Writer) -> Iterator[_Verdict]:
        cohort = self.people.base.get(edit.cohort or "")
        if (always := self._always(edit, cohort)) is not None:
            yield _Verdict(always, self.people.approvers(edit.cohort))
        elif cohort is not None and edit.cohort is not None and edit.team is not None:
            for part in parts(edit, edit.cohort, edit.team):
                if (verdict := self._of_part(part, cohort, author, writer)) is not None:
                    yield verdict

    def _always(self, edit: Edit, cohort: Cohort | None) -> Reason | None:
        """Why an edit needs a yes whoever wrote it and whatever the rules say."""
        if edit.cohort is None:
            return reason("edit-of-file", file=edit.file)
        if cohort is None:
            return reason("edit-of-new-cohort", cohort=edit.cohort)
        if edit.is_text:
            return reason("edit-of-text")
        if edit.team is None:
            return reason("edit-of-cohort-file", field=edit.path or None)
        if edit.edited is Edited.MODE:
            return reason("edit-of-mode")
        if edit.path == "" and edit.edited is Edited.ADDED:
            return reason("edit-of-new-team", team=edit.team)
        if edit.path == "" and edit.edited is Edited.REMOVED:
            return reason("edit-removes-team", team=edit.team)
        if edit.edited is Edited.UNREADABLE or not self.people.knows(edit.cohort, edit.team):
            return reason("edit-unreadable")
        return None

    def _of_part(self, part: EditPart, cohort: Cohort, author: Author | None, writer: Writer) -> _Verdict | None:
        """None where nobody's yes is needed."""
        by = cohort.file.approvals.by
        if withdraws(part, writer):
            return None
        for rule in cohort.file.approvals.rules:
            if not rule.fits(part.team, part.field, part.edited.value):
                continue
            wrote = self._wrote(rule, part, writer)
            if rule.free and wrote is None:
                return _Verdict(reason("edit-unless-authors", authors=list(rule.authors), team=part.team), by)
            if rule.free and wrote:
                return None
            if not rule.free and wrote is not False:
                return _Verdict(reason("edit-of-rule", key=rule.key), rule.by)
        if consents(part, writer):
            return None
        if author is not None and not self._is_member(part, writer):
            return _Verdict(self._not_member(author, writer, part.team), by)
        refused = refusal_of(part, writer)
        if refused is None and author is None:
            refused = reason("edit-unless-members", team=part.team)
        return None if refused is None else _Verdict(refused, by)

    def _wrote(self, rule: ApprovalRule, part: EditPart, writer: Writer) -> bool | None:
        """Whether the writer is one of a rule's authors; None where nobody can say."""
        if not rule.authors:
            return True
        if writer.names is None:
            return None
        every = {name for name in rule.authors if name not in (MEMBERS, MENTORS)}
        every |= self.people.members(part.cohort, part.team).keys() if MEMBERS in rule.authors else set()
        every |= self.people.mentors(part.cohort, part.team).keys() if MENTORS in rule.authors else set()
        return not writer.names.isdisjoint(every)

    def _is_member(self, part: EditPart, writer: Writer) -> bool:
        return any(map(writer.is_person, self.people.members(part.cohort, part.team)))

    def _not_member(self, author: Author, writer: Writer, team: str) -> Reason:
        if not writer.names:
            return reason("edit-by-other-account", person=author.username)
        return reason("edit-by-outsider", person=author.username, team=team)
