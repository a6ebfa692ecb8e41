"""A review as JSON values, with its words beside codes and parameters."""

from typing import Any

from eiginfra.render.catalogue import spoken
from eiginfra.render.findings import as_json
from eiginfra.review.model import ApprovalNeed, CohortReview, Review


def review_body(review: Review) -> dict[str, Any]:
    """What `--format json` prints."""
    return {
        "base": review.base,
        "head": review.head,
        "author": review.author,
        "ok": not review.failed,
        "findings": as_json(review.findings),
        "cohorts": [_cohort(cohort) for cohort in review.cohorts],
        "edits": [edit.model_dump(mode="json") for edit in review.edits],
        "needs": [_need(need) for need in review.needs],
        "together": [{"number": other.number, "findings": as_json(other.findings)} for other in review.together],
    }


def _cohort(cohort: CohortReview) -> dict[str, Any]:
    return {
        **cohort.model_dump(mode="json", exclude={"findings", "known"}),
        "findings": as_json(cohort.findings),
        "known": as_json(cohort.known),
    }


def _need(need: ApprovalNeed) -> dict[str, Any]:
    return {**need.model_dump(mode="json"), "reason": {**need.reason.model_dump(mode="json"), "text": spoken().told(need.reason)}}
