"""The open merge requests of the inventory's repository: each reviewed with what only its server can vouch for, and a note on each.

Runs where the token is: on the protected branch. Nothing of a request chooses where the token goes: the repository is the base's, and
must be at the provider of the site that has its address.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, cast

from eiginfra.core.errors import ProviderError
from eiginfra.core.finding import Finding
from eiginfra.core.provider import SharedObjects
from eiginfra.review.compare import errors, new_findings
from eiginfra.review.model import Author, Review, Together
from eiginfra.wiring.git import GitError
from eiginfra.wiring.providers import installed, open_provider, open_providers
from eiginfra.wiring.repository import OpenRequest, RequestAccount, RequestHost, repository_of
from eiginfra.wiring.reviewing import Request, Reviewer

if TYPE_CHECKING:
    from eiginfra.inventory.repository import Repository
    from eiginfra.wiring.repository import Forge

MARKER = "<!-- eiginfra review -->"
"""The line by which eiginfra's note is known among those that the token's own account wrote."""


@dataclass(frozen=True)
class OpenReview:
    """An open request and its review; problem: why it could not be reviewed."""

    request: OpenRequest
    review: Review | None = None
    problem: str = ""


@dataclass
class OpenRequests:
    """Those of one repository into the branch that is applied."""

    host: RequestHost
    repository: "Repository"
    reviewer: Reviewer
    _asked: Sequence[OpenRequest] | None = field(default=None, init=False)

    @property
    def requests(self) -> Sequence[OpenRequest]:
        """All of them, asked for once."""
        if self._asked is None:
            self._asked = [one for one in self.host.open() if one.target_branch == self.repository.branch]
        return self._asked

    def reviews(self, *, together: bool) -> Iterator[OpenReview]:
        """Each of them reviewed. together: also whether they fit one another."""
        self._fetch(self.requests)
        found = [self._reviewed(one) for one in self.requests]
        clashes = self._clashes(found) if together else {}
        for each in found:
            wrong = tuple(clashes.get(each.request.number, ()))
            review = each.review
            yield each if review is None else OpenReview(each.request, review.model_copy(update={"together": wrong}))

    def beside(self, review: Review) -> Review:
        """A review, with what is wrong together with each of the open requests; one at the same commit is the request itself."""
        others = [one for one in self.requests if one.sha != review.head]
        self._fetch(others)
        found = [
            Together(number=one.number, findings=tuple(wrong))
            for one in others
            if (theirs := self._reviewed(one).review) is not None and (wrong := self._wrong(review, theirs))
        ]
        return review.model_copy(update={"together": tuple(found)})

    def post(self, each: OpenReview, text: str) -> bool:
        """Keep one note on the request: written once, and edited where it says something else. Whether anything was written."""
        number, wanted = each.request.number, f"{MARKER}\n{text}"
        note = self.host.own_note(number, MARKER)
        if note is None:
            self.host.write_note(number, wanted)
        elif note.text.strip() != wanted.strip():
            self.host.edit_note(number, note.id, wanted)
        else:
            return False
        return True

    def _fetch(self, requests: Sequence[OpenRequest]) -> None:
        """All at once; one after the other where that fails, since one that was closed meanwhile may have no commits any more."""
        references = [one.reference for one in requests]
        try:
            self.reviewer.fetch(*references)
        except GitError:
            for reference in references:
                with suppress(GitError):  # its review tells that the commits are not here
                    self.reviewer.fetch(reference)

    def _reviewed(self, one: OpenRequest) -> OpenReview:
        try:
            if self.reviewer.fetched(one.reference) != one.sha:
                return OpenReview(one, problem="it was pushed to meanwhile; the next run reviews it")
            pushers = None if one.pushers is None else tuple(map(_author, one.pushers))
            request = Request(_author(one.author), pushers, tuple(map(_author, one.approved_by)))
            return OpenReview(one, self.reviewer.review(one.sha, request))
        except (GitError, ProviderError) as problem:
            return OpenReview(one, problem=str(problem))

    def _clashes(self, reviewed: Sequence[OpenReview]) -> Mapping[int, Sequence[Together]]:
        """For each request, the others with which it does not fit."""
        known = [(each.request.number, each.review) for each in reviewed if each.review is not None]
        found: dict[int, list[Together]] = {}
        for (number, review), (other, theirs) in combinations(known, 2):
            if wrong := tuple(self._wrong(review, theirs)):
                found.setdefault(number, []).append(Together(number=other, findings=wrong))
                found.setdefault(other, []).append(Together(number=number, findings=wrong))
        return found

    def _wrong(self, one: Review, other: Review) -> list[Finding]:
        """The errors that both bring together and neither alone; none where they concern no common cohort, or one has errors of its own."""
        common = {cohort.cohort for cohort in one.cohorts} & {cohort.cohort for cohort in other.cohorts}
        if not common or one.failed or other.failed:
            return []
        try:
            both = self.reviewer.review(self.reviewer.joined(one.head, other.head))
        except GitError:
            return []  # nothing can be said of both, and each has its own review
        return errors(new_findings([*one.every_finding, *other.every_finding], both.every_finding)[0])


@contextmanager
def open_requests(reviewer: Reviewer) -> Iterator[OpenRequests]:
    """The open requests of the repository that a cohort.yml of the base names.

    Raises InputError where none does, or no provider of the site has it, and for a token that is not to be had.
    """
    cohort = reviewer.with_repository()
    with open_providers(reviewer.site, offline=True) as offline:
        forge, project = repository_of(cohort, offline)
    # Only that provider's secret is needed, and fetched.
    name = next(name for name, provider in installed().items() if isinstance(forge, provider))
    with closing(SharedObjects()) as shared, closing(open_provider(installed()[name], reviewer.site, shared)) as provider:
        host = cast("Forge", provider).merge_requests(project)
        yield OpenRequests(host, cast("Repository", cohort.file.repository), reviewer)


def _author(account: RequestAccount) -> Author:
    return Author(username=account.name, id=account.id)
