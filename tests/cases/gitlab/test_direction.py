"""Order by direction: what narrows, opens, closes, and who gives a name up first."""

from itertools import pairwise

import pytest
from support.gitlab_road import shown
from support.planning import Task
from support.words import told

from eiginfra.core.change import Action
from eiginfra.core.secret import Secret
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec

SPACE = "eig/eig3/adler"
API, SITE, DATA = (f"{SPACE}/{name}" for name in ("api", "site", "data"))


def places(cohort, team, **projects):
    """Visibilities, of the cohort's group, the team's, and projects by name."""
    return (
        GroupSpec(path="eig/eig3", visibility=cohort),
        GroupSpec(path=SPACE, visibility=team),
        *(ProjectSpec(path=f"{SPACE}/{name}", visibility=visibility) for name, visibility in projects.items()),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("public", "public", "public"), ("private", "private", "private")),
        (("private", "private", "private"), ("public", "public", "public")),
        (("public", "public", "public"), ("public", "internal", "private")),
        (("public", "public", "internal"), ("internal", "private", "private")),
        (("internal", "private", "private"), ("public", "public", "internal")),
        (("public", "private", "private"), ("internal", "internal", "internal")),
    ],
)
def test_direction_visibility_narrows_from_the_inside_out_and_widens_from_the_outside_in(road, before, after):
    road.apply(*places(before[0], before[1], api=before[2]))
    road.apply(*places(after[0], after[1], api=after[2]))


def test_direction_of_siblings_one_may_narrow_while_another_widens(road):
    road.apply(*places("public", "public", api="public", site="private"))
    road.apply(*places("public", "internal", api="private", site="internal", data="internal"))


def test_direction_fields_of_one_object_may_go_different_ways(road):
    """The group is narrowed in one field and widened in another, and so is the project: each needs two steps."""

    def wanted(visibility, runners, project):
        return (
            GroupSpec(path="eig/eig3"),
            GroupSpec(path=SPACE, visibility=visibility, shared_runners=runners),
            ProjectSpec(path=API, visibility=visibility, shared_runners=project),
        )

    road.world.by_hand("PUT", "/groups/eig", visibility="public")
    road.apply(GroupSpec(path="eig/eig3", visibility="public"), *wanted("public", "disabled", False)[1:])
    acting = road.apply(GroupSpec(path="eig/eig3", visibility="public"), *wanted("private", "enabled", True)[1:])
    assert {label for change in acting for label in (diff.label for diff in change.diffs)} == {"visibility", "shared_runners"}
    assert [result.outcome for result in road.last.results] == ["done"] * 4


def test_direction_what_a_narrowed_group_switches_off_below_is_switched_on_after_it(road):
    """GitLab switches the runners off in all that is below a group whose own are switched off."""
    inner = GroupSpec(path=f"{SPACE}/inner", shared_runners="overridable")
    road.apply(
        GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE, shared_runners="enabled"), GroupSpec(path=inner.path, shared_runners="enabled")
    )
    road.apply(GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE, shared_runners="overridable"), inner)
    verbs = [request.url.rpartition("/")[2] for request in road.world.sent if request.method == "PUT"][-2:]
    assert verbs == [str(road.world.api.group_id(path)) for path in (inner.path, SPACE)]


# What closes an object goes last, what opens it first


HUNG = (
    FileSpec(project=API, files={"README.md": "# API\n"}),
    ProtectedBranchSpec(project=API, branch="main", push="maintainers", merge="developers"),
    VariableSpec(project=API, key="TOKEN", value={"env": "X"}),
)
AROUND = (GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE))


def archiving(world):
    """What was sent, and when the project was archived or taken out of the archive."""
    writes = [request for request in world.sent if request.method != "GET"]
    return ["archive" if r.url.endswith("/archive") else "unarchive" if r.url.endswith("/unarchive") else r.method for r in writes]


def test_f13_a_new_project_is_archived_when_all_is_in_it(road):
    acting = road.apply(*AROUND, ProjectSpec(path=API, archived=True), *HUNG)
    assert shown(acting)[2] == f"create gitlab.project[{API}]"
    assert archiving(road.world)[-1] == "archive"
    assert archiving(road.world).count("archive") == 1
    assert road.world.api.project(API)["archived"]


def test_f13_a_project_is_archived_after_the_changes_in_it_and_taken_out_before_them(road):
    secrets = {"X": "a-first-secret-value"}
    road = road.later(road.world.as_token(road.world.settings.token.reveal(), secrets=lambda source: Secret(secrets[source.env])))
    road.apply(*AROUND, ProjectSpec(path=API), *HUNG)
    sent, secrets["X"] = len(road.world.sent), "another-secret-value"
    road.apply(*AROUND, ProjectSpec(path=API, archived=True, title="Une API"), *HUNG)
    assert archiving(road.world)[-3:] == ["PUT", "PUT", "archive"]
    assert len(road.world.sent) > sent
    secrets["X"] = "a-third-secret-value"
    road.apply(*AROUND, ProjectSpec(path=API, archived=False), *HUNG)
    assert archiving(road.world)[-2:] == ["unarchive", "PUT"]


def test_f13_what_left_an_object_goes_before_the_object_is_archived_and_after_it_is_taken_out(road):
    road.apply(*AROUND, ProjectSpec(path=API), *HUNG)
    road.apply(*AROUND, prune=True)
    assert archiving(road.world)[-2:] == ["DELETE", "archive"]
    other = VariableSpec(project=API, key="OTHER", value={"env": "Y"})
    road.apply(*AROUND, ProjectSpec(path=API, archived=False), other)
    road.world.by_hand("POST", "/projects/eig%2Feig3%2Fadler%2Fapi/archive")
    road.later().apply(*AROUND, ProjectSpec(path=API, archived=False), prune=True)
    assert archiving(road.world)[-2:] == ["unarchive", "DELETE"]


def test_f13_a_project_stays_open_while_something_in_it_failed(road):
    plan = road.plan(*AROUND, ProjectSpec(path=API, archived=True), *HUNG)
    road.world.fault(rules=[{"match": "POST .*/variables", "kind": "status", "status": 500}])
    report = road.run(plan)
    assert {str(result.change.address): result.outcome for result in report.results}[f"gitlab.project[{API}]"] == "skipped"
    assert "archive" not in archiving(road.world)
    road.world.fault()
    road.later().apply(*AROUND, ProjectSpec(path=API, archived=True), *HUNG)


def test_direction_a_group_in_which_nobody_makes_projects_is_closed_after_its_own_are_made(road):
    closed = GroupSpec(path=SPACE, project_creation="noone")
    road.apply(AROUND[0], closed, ProjectSpec(path=API))
    assert road.plan(AROUND[0], closed, ProjectSpec(path=API), ProjectSpec(path=SITE)).acting
    road.apply(AROUND[0], GroupSpec(path=SPACE, project_creation="owner"), ProjectSpec(path=API), ProjectSpec(path=SITE))
    road.apply(AROUND[0], closed, ProjectSpec(path=API), ProjectSpec(path=SITE), ProjectSpec(path=DATA))


# Names that no two may share


def titled(*titles):
    return (*AROUND, *(ProjectSpec(path=path, title=title) for path, title in zip((API, SITE, DATA), titles, strict=False)))


def named(*names):
    return (AROUND[0], *(GroupSpec(path=f"eig/eig3/{path}", name=name) for path, name in zip(("a-1", "b-1", "c-1"), names, strict=False)))


@pytest.mark.parametrize("wanted", [titled, named])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Une", "Deux"), ("Deux", "Une")),
        (("Une", "Deux", "Trois"), ("Deux", "Trois", "Une")),
        (("Une", "Deux", "Trois"), ("Trois", "Une", "Deux")),
        (("Une", "Deux", "Trois"), ("Deux", "Une", "Quatre")),
        (("Une", "Deux", "Trois"), ("Deux", "Trois", "Quatre")),
        (("Une", "Deux"), ("Deux", "Trois", "Une")),
    ],
)
def test_report_5_names_are_exchanged(road, wanted, before, after):
    road.apply(*wanted(*before))
    road.apply(*wanted(*after))


def test_report_5_a_plan_says_by_way_of_which_name(road):
    road.apply(*titled("Une", "Deux"))
    second, first = sorted(road.plan(*titled("Deux", "Une")).acting, key=lambda change: len(change.first))
    interim = first.first[0].after
    assert told(first.reason) == f"by way of the name '{interim}', for who has the wanted one gives it up in this plan"
    assert (second.reason, second.first) == (None, ())
    assert interim.startswith("Une ")


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("at", range(4))
def test_report_5_an_exchange_that_is_killed_anywhere_is_finished_by_the_next_run(road, at, sent):
    road.apply(*titled("Une", "Deux", "Trois"))
    wanted = titled("Deux", "Trois", "Une")
    plan, write, count = road.plan(*wanted), road.world.api.client.write, iter(range(100))

    def killed(*arguments, **named):
        if next(count) < at:
            return write(*arguments, **named)
        if sent:
            write(*arguments, **named)
        raise KeyboardInterrupt

    road.world.api.client.write = killed
    with pytest.raises(KeyboardInterrupt):
        road.run(plan)
    road.later().apply(*wanted)
    titles = {project["path"]: project["name"] for project in road.world.by_hand("GET", "/groups/eig%2Feig3%2Fadler/projects")}
    assert titles == {"api": "Deux", "site": "Trois", "data": "Une"}


def test_direction_a_plan_with_several_steps_survives_being_saved(road):
    road.apply(*places("public", "public", api="public"))
    plan = road.plan(*places("private", "private", api="private"))
    assert type(plan).from_json(plan.to_json()) == plan
    order = [change.address.key for change in plan.acting]
    assert all(len(inner) > len(outer) for inner, outer in pairwise(order))


def test_direction_what_the_inventory_says_of_a_renamed_project_goes_with_the_rest(road):
    road.apply(*places("public", "public", old="public"))
    renamed = Task(ProjectSpec(path=API, visibility="private"), was=f"{SPACE}/old")
    road.apply(*places("public", "private"), renamed)


def test_report_5_an_archived_project_still_holds_its_title(road):
    """The new one alone is kept back, at its line; it is created once the title is free."""
    old = ProjectSpec(path=f"{SPACE}/api", title="Site")
    new = ProjectSpec(path=f"{SPACE}/site", title="Site")
    road.apply(*places("public", "public"), old)
    road.apply(*places("public", "public"), prune=True)
    plan = road.later().plan(*places("public", "public"), new, ProjectSpec(path=f"{SPACE}/other", title="Other"))
    assert [str(change.address) for change in plan.acting] == [f"gitlab.project[{SPACE}/other]"]
    (found,) = [finding for finding in plan.findings if finding.code == "held-by-another"]
    assert (found.severity, found.params["holder"]) == ("warning", f"gitlab.project[{SPACE}/api]")
    road.run(plan)
    road.world.by_hand("PUT", f"/projects/{SPACE.replace('/', '%2F')}%2Fapi", name="Old site")
    created = [
        change.address.key for change in road.later().plan(*places("public", "public"), new).acting if change.action is Action.CREATE
    ]
    assert created == [f"{SPACE}/site"]
