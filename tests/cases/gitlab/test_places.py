"""Groups and projects that are renamed, emptied, archived, seeded."""

import base64

import pytest
from support.gitlab_road import shown
from support.planning import Task
from support.words import message, remedy, told

from eiginfra.core.change import Action, Cause
from eiginfra.core.resource import Scope
from eiginfra.core.secret import Secret
from eiginfra.engine.drift import drifted
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec

SPACE = "eig/eig3/adler"
PLACES = (GroupSpec(path="eig/eig3", visibility="public"), GroupSpec(path=SPACE, visibility="public"))
PROJECT = "/projects/eig%2Feig3%2Fadler%2Fapi"
SPACE_URL = "/groups/eig%2Feig3%2Fadler"
README = {"README.md": "# API\n", ".gitlab-ci.yml": "test: {script: [make test]}\n"}


def files(**changed):
    return FileSpec(**{"project": f"{SPACE}/api", "files": README, "license": "MIT", "holder": "Ministère", **changed})


def content(world, path, ref="main"):
    found = world.by_hand("GET", f"{PROJECT}/repository/files/{path}?ref={ref}")
    return base64.b64decode(found["content"]).decode()


# Renaming


def test_a_project_that_says_what_it_was_is_renamed_with_all_that_hangs_on_it(road):
    def world(name, **more):
        path = f"{SPACE}/{name}"
        return (
            *PLACES,
            UserSpec(username="ada", email="ada@example.org"),
            Task(ProjectSpec(path=path, title="API"), **more),
            files(project=path),
            ProtectedBranchSpec(project=path, branch="main", push="maintainers", merge="developers"),
            MembersSpec(project=path, members=[{"username": "ada", "access": "developer"}]),
            VariableSpec(project=path, key="TOKEN", value={"env": "X"}),
        )

    road = road.later(road.world.as_token(road.world.settings.token.reveal(), secrets=lambda _: Secret("a-long-secret-value")))

    road.apply(*world("old"))
    number = road.world.api.project(f"{SPACE}/old")["id"]
    plan = road.later().plan(*world("api", was=f"{SPACE}/old"))
    assert shown(plan.acting) == [f"update gitlab.project[{SPACE}/api]: path"]
    (diff,) = plan.acting[0].diffs
    assert (diff.before, diff.after, plan.acting[0].cause) == (f"{SPACE}/old", f"{SPACE}/api", Cause.PENDING)
    road.later().apply(*world("api", was=f"{SPACE}/old"))
    assert road.world.by_hand("GET", PROJECT)["id"] == number
    # `was` may stay in the file, or go; what hung on the former path is nobody's orphan, though GitLab still answers for that path.
    assert road.world.by_hand("GET", "/projects/eig%2Feig3%2Fadler%2Fold")["id"] == number
    for more in ({"was": f"{SPACE}/old"}, {}):
        plan = road.later().plan(*world("api", **more), prune=True)
        assert plan.changes == ()


def test_without_that_a_new_name_is_a_new_project(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/old"))
    assert shown(road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"))) == [f"create gitlab.project[{SPACE}/api]"]


def test_a_project_is_not_moved_to_another_group(road):
    (finding,) = road.plan(*PLACES, Task(ProjectSpec(path=f"{SPACE}/api"), was="eig/eig3/old")).errors
    assert finding.code == "project-moved"


# Removal


def test_a_group_is_deleted_only_when_empty_made_here_and_asked_for(road):
    sub = GroupSpec(path=f"{SPACE}/sub")
    road.apply(*PLACES, sub, ProjectSpec(path=f"{SPACE}/sub/api"))
    (left,) = road.plan(*PLACES, ProjectSpec(path=f"{SPACE}/sub/api"), prune=True).changes
    assert (left.action, told(left.reason)) == (Action.NONE, "left the inventory: it is not empty; remove it by hand if it must go")
    plan = road.plan(*PLACES, prune=True)
    assert shown(plan.acting) == [f"update gitlab.project[{SPACE}/sub/api]: archived"]
    road.apply(*PLACES, prune=True)
    assert road.world.api.project(f"{SPACE}/sub/api")["archived"]
    other = GroupSpec(path=f"{SPACE}/other")
    road.apply(*PLACES, other)
    assert road.plan(*PLACES).acting == ()
    assert shown(road.apply(*PLACES, prune=True)) == [f"delete gitlab.group[{SPACE}/other]"]
    # What waits for its deletion is offered for restoration.
    (finding,) = road.plan(*PLACES, other).findings
    assert finding.code == "scheduled-for-deletion"


def test_a_group_made_by_hand_is_not_deleted(road):
    road.apply(*PLACES)
    road.world.by_hand("POST", "/groups", path="hand", name="Hand", parent_id=road.world.api.group_id(SPACE))
    hand = GroupSpec(path=f"{SPACE}/hand")
    road.apply(*PLACES, hand)
    (left,) = road.plan(*PLACES, prune=True).changes
    assert (left.action, told(left.reason)) == (
        Action.NONE,
        "left the inventory: eiginfra did not create it; remove it by hand if it must go",
    )


def test_a_group_that_was_filled_since_the_plan_is_not_deleted(road):
    road.apply(*PLACES, GroupSpec(path=f"{SPACE}/sub"))
    plan = road.plan(*PLACES, prune=True)
    road.world.by_hand("POST", "/projects", path="api", namespace_id=road.world.api.group_id(f"{SPACE}/sub"))
    (result,) = road.run(plan).results
    assert "still holds projects" in told(result.reason)
    assert road.world.api.group(f"{SPACE}/sub") is not None


def test_a_project_archived_by_hand_is_said(road):
    project = ProjectSpec(path=f"{SPACE}/api")
    road.apply(*PLACES, project)
    road.world.by_hand("POST", f"{PROJECT}/archive")
    assert [finding.code for finding in road.plan(*PLACES, project).findings] == ["project-archived"]


def test_where_members_may_create_projects_the_quota_is_counted_not_enforced(road):
    group = GroupSpec(path=SPACE, project_creation="developer")
    road.apply(PLACES[0], group)
    kind = road.world.kind(group)
    (finding,) = kind.observe(Scope("eig3", ("adler",), [road.resource(group, "adler")])).findings
    assert (finding.code, finding.severity) == ("projects-not-enforced", "notice")
    assert f"members may create projects in {SPACE}" in message(finding)


# First files


def test_an_empty_repository_is_filled_once_in_one_commit(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), files(message="Premiers fichiers"))
    (commit,) = road.world.by_hand("GET", f"{PROJECT}/repository/commits")
    assert commit["title"] == "Premiers fichiers"
    assert content(road.world, "README.md") == "# API\n"
    license_ = content(road.world, "LICENSE")
    assert license_.startswith("MIT License")
    assert "Ministère" in license_


def test_what_a_team_changed_is_theirs(road):
    wanted = (*PLACES, ProjectSpec(path=f"{SPACE}/api"), files())
    road.apply(*wanted)
    fields = {"branch": "main", "commit_message": "ours", "content": "# Ours\n"}
    road.world.by_hand("PUT", f"{PROJECT}/repository/files/README.md", **fields)
    road.world.by_hand("DELETE", f"{PROJECT}/repository/files/LICENSE", branch="main", commit_message="gone")
    assert road.later().plan(*wanted).changes == ()
    changed = (*wanted[:-1], files(files={"README.md": "# Newer\n"}))
    assert road.apply(*changed) == ()
    assert content(road.world, "README.md") == "# Ours\n"


def test_a_repository_that_holds_something_is_left_alone(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"))
    fields = {"branch": "trunk", "commit_message": "x", "content": "x"}
    road.world.by_hand("POST", f"{PROJECT}/repository/files/main.py", **fields)
    assert road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), files()) == ()


def test_a_licence_that_gitlab_does_not_have_is_named(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), files(license="etalab-2.0"))
    assert "SPDX-License-Identifier: etalab-2.0" in content(road.world, "LICENSE")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"license": "WTFPL"}, "license-not-allowed"),
        ({"files": {"LICENSE": "x"}}, "license-twice"),
        ({"files": {"../x": "x"}}, "file-path"),
        ({"project": "other/api"}, "outside-root-group"),
    ],
)
def test_files_that_are_refused(road, changed, code):
    spec = files(**changed)
    assert [finding.code for finding in road.world.kind(spec).check(spec, {})] == [code]


# Labels and rules


def test_a_label_of_the_group_above_is_in_the_way(road):
    road.apply(*PLACES, LabelSpec(group="eig/eig3", name="bug", color="#ff0000"))
    plan = road.plan(*PLACES, LabelSpec(group="eig/eig3", name="bug", color="#ff0000"), LabelSpec(group=SPACE, name="bug", color="#ff0000"))
    (result,) = road.run(plan).results
    assert (result.outcome, "create label bug in group eig/eig3/adler: GitLab answers 409" in told(result.reason)) == ("failed", True)


def test_a_label_renamed_by_hand_may_have_become_another_that_is_wanted(road):
    bug, defect = (LabelSpec(group=SPACE, name=name, color="#ff0000") for name in ("bug", "defect"))
    road.apply(*PLACES, bug)
    (found,) = road.world.by_hand("GET", f"{SPACE_URL}/labels")
    road.world.by_hand("PUT", f"{SPACE_URL}/labels/{found['id']}", new_name="defect")
    assert shown(road.later().plan(*PLACES, defect).changes) == [f"adopt gitlab.label[{SPACE}#defect]"]
    assert road.later().plan(*PLACES, Task(defect, was=f"{SPACE}#bug"), prune=True).acting == ()
    assert shown(road.later().apply(*PLACES, bug)) == [f"update gitlab.label[{SPACE}#bug]: name"]
    road.world.by_hand("DELETE", f"{SPACE_URL}/labels/{found['id']}")
    road.world.by_hand("POST", f"{SPACE_URL}/labels", name="bug", color="#ff0000")
    assert road.later().plan(*PLACES, bug).empty


def test_a_rule_with_further_people_is_made_as_wanted(road):
    rule = ProtectedBranchSpec(project=f"{SPACE}/api", branch="release/*", push="maintainers")
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), rule)
    entries = [{"access_level": 30}, {"user_id": 1}]
    road.world.by_hand("PATCH", f"{PROJECT}/protected_branches/release%2F*", allowed_to_push=entries)
    (change,) = road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), rule)
    assert (change.cause, change.diffs[0].before) == (Cause.DRIFT, "3 rules")


def ignoring(world):
    """A GitLab whose PATCH knows no `allowed_to_…`, as the community edition's: it answers 200 and leaves the levels."""
    holders, change = world.api.nested, world.api.nested.change_protection

    def patched(holder, name, fields):
        return change(holder, name, {field: value for field, value in fields.items() if not field.startswith("allowed_to_")})

    holders.change_protection = patched


RULE = ProtectedBranchSpec(project=f"{SPACE}/api", branch="main", push="maintainers", merge="developers")
OPEN = ProtectedBranchSpec(project=f"{SPACE}/api", branch="main", push="developers", merge="developers", force_push=True)


def asked(world, since):
    return [request.method for request in world.sent[since:] if "protected_branches" in request.url and request.method != "GET"]


def test_a_rule_is_changed_without_being_taken_away_where_gitlab_can(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), RULE)
    (rule,), sent = road.world.by_hand("GET", f"{PROJECT}/protected_branches"), len(road.world.sent)
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN)
    assert asked(road.world, sent) == ["PATCH"]
    (now,) = road.world.by_hand("GET", f"{PROJECT}/protected_branches")
    assert now["id"] == rule["id"]
    assert [entry["id"] for entry in now["merge_access_levels"]] == [entry["id"] for entry in rule["merge_access_levels"]]


@pytest.mark.parametrize("refusal", ["ignored", 400, 422])
def test_a_rule_is_made_anew_where_gitlab_cannot_change_its_levels(road, refusal):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), RULE)
    sent = len(road.world.sent)
    plan, mine = road.plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN), road
    if refusal == "ignored":
        ignoring(mine.world)
    else:
        road.world.fault(rules=[{"match": "PATCH ", "kind": "status", "status": refusal}])
    assert not mine.run(plan).failed
    assert asked(road.world, sent) == ["PATCH", "DELETE", "POST"]
    road.world.fault()
    assert road.later().plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN).empty


@pytest.mark.parametrize("verb", ["DELETE", "POST"])
@pytest.mark.parametrize("fault", ["drop", "drop_after", "error_after"])
def test_a_rule_that_was_taken_away_comes_back_in_the_same_run(road, fault, verb):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), RULE)
    plan = road.plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN)
    ignoring(road.world)
    road.world.fault(rules=[{"match": f"{verb} .*/protected_branches", "kind": fault, "times": 2}])
    assert not road.run(plan).failed
    assert road.later().plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN).empty


def test_a_rule_that_gitlab_refuses_leaves_the_former_one(road):
    road.apply(*PLACES, ProjectSpec(path=f"{SPACE}/api"), RULE)
    plan = road.plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN)
    ignoring(road.world)
    road.world.fault(rules=[{"match": "POST .*/protected_branches", "kind": "status", "status": 422, "times": 1}])
    (result,) = road.run(plan).results
    assert (result.outcome, "protect main of project eig/eig3/adler/api: GitLab answers 422" in told(result.reason)) == ("failed", True)
    assert road.later().plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), RULE).empty
    plan = road.plan(*PLACES, ProjectSpec(path=f"{SPACE}/api"), OPEN)
    road.world.fault(rules=[{"match": "POST .*/protected_branches", "kind": "status", "status": 422}])
    (result,) = road.run(plan).results
    assert "nor could the former rule be put back, so the branch has none" in told(result.reason)


# Moved, or deleted, by hand


def test_what_hangs_on_a_project_renamed_by_hand_stays_and_the_project_comes_back(road):
    road.apply(*HUNG)
    number = road.world.api.project(f"{SPACE}/api")["id"]
    road.world.by_hand("PUT", PROJECT, path="interface")
    plan = road.later().plan(*HUNG)
    assert shown(plan.changes) == [f"update gitlab.project[{SPACE}/api]: path"]
    assert plan.changes[0].cause is Cause.DRIFT
    road.later().apply(*HUNG)
    assert road.world.by_hand("GET", PROJECT)["id"] == number
    # Or the inventory follows, by saying what it was.
    road.world.by_hand("PUT", PROJECT, path="interface")
    followed = (*PLACES, Task(ProjectSpec(path=f"{SPACE}/interface"), was=f"{SPACE}/api"))
    road.later().apply(*followed)
    assert road.world.by_hand("GET", "/projects/eig%2Feig3%2Fadler%2Finterface")["id"] == number


def test_nothing_is_made_beside_a_group_that_was_moved_by_hand(road):
    road.apply(*HUNG, LabelSpec(group=SPACE, name="bug", color="#ff0000"))
    before = road.world.by_hand("GET", "/projects?per_page=100")
    road.world.by_hand("PUT", SPACE_URL, path="adler-2")
    plan = road.later().plan(*HUNG, LabelSpec(group=SPACE, name="bug", color="#ff0000"))
    assert plan.acting == ()
    assert [(finding.code, finding.severity) for finding in plan.findings] == [("moved-by-hand", "warning")]
    assert f"the group {SPACE} was moved to {SPACE}-2 by hand" in message(plan.findings[0])
    assert f"eiginfra forget 'gitlab.group[{SPACE}]'" in remedy(plan.findings[0])
    notes = {str(change.address): told(change.reason) for change in plan.changes}
    assert notes[f"gitlab.group[{SPACE}]"] == "it was moved by hand"
    assert notes[f"gitlab.project[{SPACE}/api]"] == "it was moved by hand"
    assert {(str(told.address), told.cause) for told in drifted(plan)} == {
        (f"gitlab.group[{SPACE}]", "drift"),
        (f"gitlab.project[{SPACE}/api]", "drift"),
    }
    road.later().run(plan)
    assert len(road.world.by_hand("GET", "/projects?per_page=100")) == len(before)
    road.world.by_hand("PUT", "/groups/eig%2Feig3%2Fadler-2", path="adler")
    assert road.later().plan(*HUNG, LabelSpec(group=SPACE, name="bug", color="#ff0000")).changes == ()


def test_nothing_is_made_beside_what_was_moved_out_of_the_cohorts_group(road):
    road.apply(*HUNG)
    before = road.world.by_hand("GET", "/projects?per_page=100")
    road.world.by_hand("PUT", "/groups/eig%2Feig3", path="promotion-3")
    plan = road.later().plan(*HUNG)
    assert plan.acting == ()
    assert [(finding.code, finding.severity) for finding in plan.findings] == [("moved-by-hand", "warning")]
    assert "the group eig/eig3 was moved to eig/promotion-3 by hand" in message(plan.findings[0])
    road.later().run(plan)
    assert len(road.world.by_hand("GET", "/projects?per_page=100")) == len(before)
    road.world.by_hand("PUT", "/groups/eig%2Fpromotion-3", path="eig3")
    assert road.later().plan(*HUNG).changes == ()


def test_what_was_deleted_for_good_is_made_anew(road):
    road.apply(*HUNG)
    number = road.world.by_hand("GET", PROJECT)["id"]
    road.world.by_hand("DELETE", PROJECT)
    road.world.by_hand("DELETE", f"/projects/{number}", permanently_remove=True, full_path=f"{SPACE}/api-deletion_scheduled-{number}")
    assert f"create gitlab.project[{SPACE}/api]" in shown(road.later().apply(*HUNG))


@pytest.mark.parametrize(("url", "code"), [(PROJECT, "project"), (SPACE_URL, "group")])
def test_what_waits_for_its_deletion_stops_nobody_else_and_nothing_is_made_beside_it(road, url, code):
    hung = (*HUNG, LabelSpec(group=SPACE, name="bug", color="#ff0000"))
    road.apply(*hung)
    number = road.world.by_hand("GET", url)["id"]
    road.world.by_hand("DELETE", url)
    plan = road.later().plan(*hung, GroupSpec(path="eig/eig3/plume"))
    assert [(finding.code, finding.severity) for finding in plan.findings] == [("scheduled-for-deletion", "warning")]
    assert shown(plan.acting) == ["create gitlab.group[eig/eig3/plume]"]
    assert f"/{code}s/{drifted(plan)[0].address.key.replace('/', '%2F')}" == url
    assert not road.later().run(plan).failed
    assert road.later().plan(*hung, GroupSpec(path="eig/eig3/plume")).empty
    road.world.by_hand("POST", f"/{code}s/{number}/restore")
    assert road.later().plan(*hung, GroupSpec(path="eig/eig3/plume")).changes == ()


HUNG = (
    *PLACES,
    UserSpec(username="ada", email="ada@example.org"),
    ProjectSpec(path=f"{SPACE}/api", title="API"),
    files(),
    ProtectedBranchSpec(project=f"{SPACE}/api", branch="main", push="maintainers", merge="developers"),
    MembersSpec(project=f"{SPACE}/api", members=[{"username": "ada", "access": "developer"}]),
    VariableSpec(project=f"{SPACE}/api", key="TOKEN", value={"env": "X"}),
)
