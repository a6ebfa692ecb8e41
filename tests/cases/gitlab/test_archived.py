"""Archived groups and projects: what is in them is for reading only."""

import pytest
from support.gitlab_road import reasons as reasons_of
from support.gitlab_road import shown
from support.words import message, told

from eiginfra.core.change import Cause
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.milestone import MilestoneSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec

SPACE = "eig/eig3/adler"
API = f"{SPACE}/api"
COHORT, PLUME = GroupSpec(path="eig/eig3"), GroupSpec(path="eig/eig3/plume", description="Plume")


def inside(text="before"):
    """All that can be in a team's group, with a text each."""
    return (
        GroupSpec(path=SPACE, description=text),
        GroupSpec(path=f"{SPACE}/sub", description=text),
        ProjectSpec(path=API, description=text),
        LabelSpec(group=SPACE, name="bug", color="#ff0000", description=text),
        MilestoneSpec(group=SPACE, title="Half", description=text),
        VariableSpec(project=API, key="TOKEN", value={"env": "X"}, description=text),
        VariableSpec(group=SPACE, key="TOKEN", value={"env": "X"}, description=text),
    )


NEW = (
    GroupSpec(path=f"{SPACE}/fresh"),
    ProjectSpec(path=f"{SPACE}/site"),
    FileSpec(project=API, files={"README.md": "# API\n"}),
    ProtectedBranchSpec(project=API, branch="release/*"),
    LabelSpec(group=SPACE, name="new", color="#ff0000"),
    VariableSpec(group=SPACE, key="OTHER", value={"env": "X"}),
)


@pytest.mark.parametrize("archived", [SPACE, "eig/eig3"])
def test_f6_nothing_in_an_archived_group_is_tried_and_the_plan_says_why(road, archived):
    road.apply(COHORT, PLUME, *inside())
    road.world.by_hand("POST", f"/groups/{archived.replace('/', '%2F')}/archive")
    wanted = (COHORT, GroupSpec(path="eig/eig3/plume", description="Changed"), *inside("after"), *NEW)
    plan = road.later().plan(*wanted)
    assert shown(plan.acting) == ([] if archived == "eig/eig3" else ["update gitlab.group[eig/eig3/plume]: description"])
    reasons = {
        told(why) for change in plan.changes for why in (*(item.reason for item in change.blocked), change.reason) if why is not None
    }
    assert reasons == {f"the group {archived} is archived"}
    held = {str(change.address) for change in plan.changes if not change.acts}
    assert held >= {str(road.world.resource(spec).address) for spec in (*inside(), *NEW)}
    warnings = [finding for finding in plan.findings if finding.code == "group-archived"]
    assert [message(finding) for finding in warnings] == [f"the group {archived} is archived: nothing in it can be made or changed"]
    report = road.later().run(plan)
    assert not report.failed, reasons_of(report)
    road.world.by_hand("POST", f"/groups/{archived.replace('/', '%2F')}/unarchive")
    road.later().apply(*wanted)


def test_f6_what_is_as_wanted_in_an_archived_group_is_no_difference(road):
    road.apply(COHORT, *inside())
    road.world.by_hand("POST", "/groups/eig%2Feig3%2Fadler/archive")
    plan = road.later().plan(COHORT, *inside())
    assert (plan.acting, [finding.code for finding in plan.findings]) == ((), ["group-archived", "project-archived"])
    # GitLab does not show the variables of an archived group.
    assert [(str(change.address), told(change.reason)) for change in plan.changes] == [
        (f"gitlab.variable[{SPACE}#TOKEN]", f"the group {SPACE} is archived")
    ]


def test_f6_what_left_an_archived_group_stays(road):
    road.apply(COHORT, *inside())
    road.world.by_hand("POST", "/groups/eig%2Feig3%2Fadler/archive")
    plan = road.later().plan(COHORT, GroupSpec(path=SPACE), ProjectSpec(path=API), prune=True)
    assert plan.acting == ()
    left = [told(change.reason) for change in plan.changes if change.cause is Cause.ORPHAN]
    assert len(left) == len(inside()) - 3  # the variables of an archived group are not shown
    assert all(f"the group {SPACE} is archived" in why for why in left)


def test_f6_in_an_archived_project_nothing_is_tried_unless_it_is_to_be_taken_out(road):
    road.apply(COHORT, *inside())
    road.world.by_hand("POST", "/projects/eig%2Feig3%2Fadler%2Fapi/archive")
    value = VariableSpec(project=API, key="TOKEN", value={"env": "X"}, description="after")
    wanted = (*inside()[:2], ProjectSpec(path=API, description="before"), value, ProtectedBranchSpec(project=API, branch="release/*"))
    plan = road.later().plan(COHORT, *wanted)
    assert plan.acting == ()
    assert {str(change.address) for change in plan.changes if change.blocked or change.reason} >= {
        f"gitlab.variable[{API}#TOKEN]",
        f"gitlab.protected_branch[{API}#release/*]",
    }
    out = (*wanted[:2], ProjectSpec(path=API, archived=False), *wanted[3:])
    assert shown(road.later().apply(COHORT, *out))[0] == f"update gitlab.project[{API}]: archived"
