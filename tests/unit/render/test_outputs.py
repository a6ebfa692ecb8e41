"""Documents of models that no command of these tests prints in full."""

from support.outputs import problems

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.finding import Location, error, warning
from eiginfra.core.reason import reason
from eiginfra.render.outputs.base import document
from eiginfra.render.outputs.review import ReviewOutput
from eiginfra.review.model import AccessChange, ApprovalNeed, CohortReview, Edit, Edited, QuotaUse, Review, Together


def test_a_review_in_full_is_as_its_schema_says() -> None:
    file = "inventories/eig3/teams/adler.yml"
    edit = Edit(file=file, edited=Edited.CHANGED, cohort="eig3", team="adler", path="machines[web].memory", before="1GiB", after="2GiB")
    found = error("unknown-size", size="huge", location=Location(file=file, line=3))
    cohort = CohortReview(
        cohort="eig3",
        changes=(Change(address=Address("gitlab.group", "eig/eig3"), action=Action.CREATE, cause=Cause.PENDING),),
        amounts=(QuotaUse(team="adler", measure="memory", before=1, after=2, limit_after=4),),
        access=(AccessChange(person="adler-1", team="adler", address="gitlab.members[eig/eig3/adler]", gained=True),),
        findings=(found,),
        known=(warning("old"),),
        incomplete=("plume",),
    )
    needs = (ApprovalNeed(edit=edit, reason=reason("approval-quota"), by=("eig-link",)),)
    review = Review(base="a" * 40, head="b" * 40, cohorts=(cohort,), edits=(edit,), needs=needs, together=(Together(number=12),))
    body = ReviewOutput.of(review)
    assert problems(document(body)) == []
    assert (body.ok, body.cohorts[0].findings[0].message) == (False, "the site has no size 'huge'")
