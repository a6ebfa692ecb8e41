"""Whose approval a request needs: its edits, who wrote them, and what the base allows."""

from collections.abc import Iterable, Mapping
from datetime import date

from eiginfra.inventory.cohort import Cohort
from eiginfra.review.model import ApprovalNeed, Author, Edit


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
    raise NotImplementedError
