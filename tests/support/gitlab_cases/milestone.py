from typing import Any

from support.gitlab_case import ADLER, COHORT, GROUP, PAGED, PLUME, SPACE, Case, Key, Row, gone

from eiginfra.providers.gitlab.kinds.milestone import MilestoneSpec

LISTING = f"{GROUP}/milestones"
THEIRS = {"starts": "start_date", "due": "due_date"}

# GitLab's documentation, "Group milestones".
FIELDS = {"title", "description", "due_date", "start_date"}
DOCUMENTED = {
    ("get", r"/groups/[^/]+/milestones"): (
        PAGED | {"iids[]", "state", "title", "search", "include_ancestors"},
        set(),
    ),
    ("post", r"/groups/[^/]+/milestones"): (set(), FIELDS),
    ("put", r"/groups/[^/]+/milestones/\d+"): (set(), FIELDS | {"state_event"}),
    ("delete", r"/groups/[^/]+/milestones/\d+"): (set(), set()),
}


def _url(world: Any) -> str:
    (found,) = world.by_hand("GET", LISTING)
    return f"{LISTING}/{found['id']}"


def stranger(world: Any, field: str, value: Any) -> None:
    world.by_hand("PUT", _url(world), **{THEIRS.get(field, field): value})


CASES = {
    "milestone": Case(
        MilestoneSpec,
        (COHORT, ADLER),
        {"group": SPACE, "title": "Mi-parcours", "description": "x", "starts": "2020-01-06", "due": "2020-02-03"},
        stranger,
        (
            Row("title", "Seminar 2", besides={"was": f"{SPACE}#Mi-parcours"}, back={"was": f"{SPACE}#Seminar 2"}),
            Row("description", "", "y"),
            Row("starts", "2020-01-07", "2020-01-08"),
            Row("due", "2020-02-04", "2020-02-05"),
        ),
        (Key("group", PLUME.path, needs=(PLUME,)),),
        pruned=gone(LISTING),
        refused=({"starts": "2020-02-03"}, {"title": " x"}),
        lost=lambda world: world.by_hand("DELETE", _url(world)),
    ),
}
