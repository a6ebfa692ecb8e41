"""What eiginfra counts on of a GitLab; makes one group and one project below the root group, and removes them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from eiginfra.core.change import Action, Cause
from eiginfra.wiring.providers import described


@pytest.fixture
def space(world: Any) -> Iterator[str]:
    if world.site.file.gitlab is None:
        pytest.skip("the site has no gitlab")
    path = f"{world.site.file.gitlab.root_group}/{world.cohort}"
    yield path
    root = quote(world.site.file.gitlab.root_group, safe="")
    for group in world.gitlab("GET", f"/groups/{root}/descendant_groups", search=world.cohort):
        if group["full_path"] == path:
            world.gitlab("DELETE", f"/groups/{group['id']}")


def test_group_and_project_are_made_changed_found_and_healed(world: Any, space: str) -> None:
    def wanted(**fields: Any) -> list[Any]:
        return [
            world.resource("gitlab.group", path=space, name="Contract", visibility="public", project_creation="owner"),
            world.resource("gitlab.project", path=f"{space}/api", **{"title": "API", "visibility": "public", **fields}),
        ]

    world.settles(wanted(description="One", topics=["b", "a"]))
    world.settles(wanted(description="Two", topics=["c"], title="Other"))
    world.gitlab("PUT", f"/projects/{quote(f'{space}/api', safe='')}", visibility="private")
    (change,) = world.plan(wanted(description="Two", topics=["c"], title="Other")).acting
    assert (change.action, change.cause) == (Action.UPDATE, Cause.DRIFT)
    world.settles(wanted(description="Two", topics=["c"], title="Other"))


def test_what_exists_is_adopted(world: Any, space: str) -> None:
    parent = world.gitlab("GET", f"/groups/{quote(world.site.file.gitlab.root_group, safe='')}")
    world.gitlab("POST", "/groups", path=world.cohort, name="By hand", parent_id=parent["id"], visibility="private")
    wanted = [world.resource("gitlab.group", path=space, name="Contract", visibility="public")]
    (change,) = world.plan(wanted).acting
    assert change.action is Action.ADOPT
    assert {diff.field for diff in change.diffs} == {"name", "visibility"}
    world.settles(wanted)


def test_part_2_what_belongs_to_groups_and_projects_is_made_changed_and_found(
    world: Any, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an owner of the root group, no administrator."""
    monkeypatch.setenv("EIGINFRA_CONTRACT", "value-12345")
    project = f"{space}/api"
    base: dict[str, dict[str, Any]] = {
        "group": {"path": space, "name": "Contract", "visibility": "private"},
        "project": {"path": project, "title": "API", "visibility": "private"},
        "file": {"project": project, "files": {"README.md": "# API\n"}},
        "label": {"group": space, "name": "bug", "color": "#1f75cb"},
        "milestone": {"group": space, "title": "Half-time", "starts": "2026-01-05", "due": "2026-03-02"},
        "protected_branch": {"project": project, "branch": "main", "push": "maintainers", "merge": "developers"},
        "variable": {"project": project, "key": "TOKEN", "value": {"env": "EIGINFRA_CONTRACT"}},
    }
    changes: dict[str, list[dict[str, Any]]] = {
        "label": [{"color": "#ff0000"}, {"description": "x"}],
        "milestone": [{"description": "x"}, {"due": "2026-04-06"}],
        "protected_branch": [{"push": "nobody"}, {"merge": "maintainers"}, {"force_push": True}],
        "variable": [{"protected": True}, {"masked": True}, {"description": "x"}, {"raw": True}],
        "project": [{"issues": "disabled"}, {"description": "x"}],
        "group": [{"description": "x"}],
    }

    def wanted() -> list[Any]:
        return [world.resource(f"gitlab.{kind}", **fields) for kind, fields in base.items()]

    assert {*world.settles(wanted())} == {f"{kind} create" for kind in base}
    for kind, steps in changes.items():
        for change in steps:
            base[kind] |= change
            assert world.settles(wanted()) == [f"{kind} update"], change
    gone = {kind: base.pop(kind) for kind in ("label", "milestone", "variable")}
    left = {*world.settles(wanted(), prune=True, orphans_among=None)}
    assert left <= {f"{kind} delete" for kind in gone}
    assert "variable delete" in left


def test_part_2_the_kinds_that_are_not_tested_here_are_those_of_people() -> None:
    """They need other accounts and groups, which a site may not have to spare."""
    tested = {"group", "project", "file", "label", "milestone", "protected_branch", "variable"}
    known = {name.partition(".")[2] for name in described().registry().names() if name.startswith("gitlab.")}
    assert known - tested == {"user", "members", "access"}


def test_activity_of_a_project_is_read(world: Any, space: str) -> None:
    """All endpoints of providers/gitlab/activity: a release, a change merged, an issue that calls for help, files, languages."""
    path, url = f"{space}/api", f"/projects/{quote(f'{space}/api', safe='')}"
    fields = {"path": space, "name": "Contract", "visibility": "public"}
    world.settles([world.resource("gitlab.group", **fields), world.resource("gitlab.project", path=path, title="API", visibility="public")])
    files = {"README.md": "# API\n", "app.py": "print()\n"}
    for name, content in files.items():
        world.gitlab("POST", f"{url}/repository/files/{name}", branch="main", commit_message="m", content=content)
    world.gitlab("POST", f"{url}/repository/files/more.py", branch="more", start_branch="main", commit_message="m", content="x\n")
    number = world.gitlab("POST", f"{url}/merge_requests", source_branch="more", target_branch="main", title="More")["iid"]
    _merged(world, f"{url}/merge_requests/{number}")
    world.gitlab("POST", f"{url}/releases", tag_name="v1", ref="main", name="One")
    world.gitlab("POST", f"{url}/issues", title="Help", labels="help wanted")
    kind = world.registry["gitlab.project"]
    there = kind.read(kind.spec.model_validate({"path": path}), {})
    since = datetime.now(UTC) - timedelta(days=1)
    provider = next(one for one in world.providers if one.name == "gitlab")
    (found,) = provider.activity([there], since, ["help wanted", "aide bienvenue"]).values()
    assert found.unread <= {"languages"}
    assert set(found.languages) <= {"Python"}  # a GitLab tells them some time after a push
    assert [release.name for release in found.releases] == ["One"]
    assert [(one.title, one.outside) for one in found.merged] == [("More", False)]
    assert [(one.title, one.label) for one in found.calls] == [("Help", "help wanted")]
    assert dict(found.files) == {"README": "# API\n"}
    assert (found.visibility, found.open_issues is None, found.last_commit is None) == ("public", False, False)


def _merged(world: Any, url: str) -> None:
    """Merge, as soon as GitLab has seen that it can be."""
    end = time.monotonic() + 60
    while world.gitlab("GET", url)["detailed_merge_status"] in {"checking", "unchecked", "preparing"} and time.monotonic() < end:
        time.sleep(1)  # never on the lab, which knows at once
    world.gitlab("PUT", f"{url}/merge")
