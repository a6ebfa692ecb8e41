"""The document about a review: the model of `review`, its changes as in plans, its findings and reasons in words."""

from typing import Literal

from eiginfra.core.change import Change
from eiginfra.render.outputs.base import FindingOutput, Output, ReasonOutput, findings_output
from eiginfra.review.model import AccessChange, CohortReview, Edit, QuotaUse, Review, Together


class ApprovalOutput(Output):
    """An edit that somebody must approve; given: who did."""

    edit: Edit
    reason: ReasonOutput
    by: tuple[str, ...]
    given: str | None


class CohortReviewOutput(Output):
    """What a request does to one cohort. findings: new ones; known: those of the base."""

    cohort: str
    language: str
    changes: tuple[Change, ...]
    amounts: tuple[QuotaUse, ...]
    access: tuple[AccessChange, ...]
    findings: tuple[FindingOutput, ...]
    known: tuple[FindingOutput, ...]
    incomplete: tuple[str, ...]

    @classmethod
    def of(cls, cohort: CohortReview) -> "CohortReviewOutput":
        """The cohort's."""
        return cls(
            cohort=cohort.cohort,
            language=cohort.language,
            changes=cohort.changes,
            amounts=cohort.amounts,
            access=cohort.access,
            findings=findings_output(cohort.findings),
            known=findings_output(cohort.known),
            incomplete=cohort.incomplete,
        )


class TogetherOutput(Output):
    """Another open request with which this one does not fit."""

    number: int
    findings: tuple[FindingOutput, ...]

    @classmethod
    def of(cls, other: Together) -> "TogetherOutput":
        """The request's."""
        return cls(number=other.number, findings=findings_output(other.findings))


class ReviewOutput(Output):
    """`review --format json`: what a request would do, and whose approval it needs. ok: whether it brings no error."""

    format_version: Literal[1] = 1
    type: Literal["review"] = "review"
    base: str
    head: str
    author: str | None
    cohorts: tuple[CohortReviewOutput, ...]
    edits: tuple[Edit, ...]
    needs: tuple[ApprovalOutput, ...]
    findings: tuple[FindingOutput, ...]
    together: tuple[TogetherOutput, ...]
    ok: bool

    @classmethod
    def of(cls, review: Review) -> "ReviewOutput":
        """The review's."""
        needs = [
            ApprovalOutput(edit=need.edit, reason=ReasonOutput.given(need.reason), by=need.by, given=need.given) for need in review.needs
        ]
        return cls(
            base=review.base,
            head=review.head,
            author=review.author,
            cohorts=tuple(map(CohortReviewOutput.of, review.cohorts)),
            edits=review.edits,
            needs=tuple(needs),
            findings=findings_output(review.findings),
            together=tuple(map(TogetherOutput.of, review.together)),
            ok=not review.failed,
        )
