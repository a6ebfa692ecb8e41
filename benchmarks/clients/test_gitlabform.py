"""gitlabform against the lab's GitLab: what it is told stands, and a second run leaves it as it is."""

from collections.abc import Callable
from typing import Any

import gitlab
import pytest
import requests

from eiginfra.lab.server import Lab

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "D" * 42 + "A deploy@example.org"


@pytest.fixture(scope="module")
def gl(lab: Lab, gitlab_token: str) -> gitlab.Gitlab:
    """python-gitlab, and what gitlabform wants to find: people, a group, two projects with something in them."""
    session = requests.Session()
    session.trust_env = False
    made = gitlab.Gitlab(lab.urls["gitlab"], private_token=gitlab_token, session=session)
    for name in ("adele", "bruno", "chloe", "didier"):
        person = {"username": name, "name": name.title(), "email": f"{name}@example.org", "skip_confirmation": True}
        made.users.create({**person, "force_random_password": True})
    group = made.groups.create({"name": "forms", "path": "forms", "parent_id": made.groups.get("eig").id, "visibility": "public"})
    group.members.create({"user_id": made.users.list(username="didier")[0].id, "access_level": 40})
    for name in ("form", "old"):
        project = made.projects.create({"name": name, "namespace_id": group.id, "initialize_with_readme": True})
        project.branches.create({"branch": "next", "ref": "main"})
        project.files.create({"file_path": "OLD.md", "branch": "main", "content": "old", "commit_message": "Old"})
    return made


def state(gl: gitlab.Gitlab) -> dict[str, Any]:
    """All that the configuration speaks of, as the GitLab shows it, without times and ids."""
    group, project = gl.groups.get("eig/forms"), gl.projects.get("eig/forms/form")

    def without(thing: Any) -> dict[str, Any]:
        apart = ("id", "created_at", "updated_at", "push_access_levels", "merge_access_levels", "create_access_levels", "next_run_at")
        return {name: value for name, value in thing.asdict().items() if name not in apart}

    def levels(rule: Any, *kinds: str) -> list[list[int | None]]:
        return [[entry.get("user_id") or entry["access_level"] for entry in getattr(rule, f"{kind}_access_levels")] for kind in kinds]

    return {
        "group": {name: value for name, value in without(group).items() if name != "projects"},
        "group members": {member.username: (member.access_level, member.expires_at) for member in group.members.list(all=True)},
        "group labels": [without(label) for label in group.labels.list(all=True)],
        "group variables": [without(variable) for variable in group.variables.list(all=True)],
        "group badges": [without(badge) for badge in group.badges.list(all=True)],
        "project": {
            name: value for name, value in without(project).items() if name not in ("last_activity_at", "container_expiration_policy")
        },
        "members": {member.username: (member.access_level, member.expires_at) for member in project.members.list(all=True)},
        "labels": [label.name for label in project.labels.list(all=True)],
        "variables": [without(variable) for variable in project.variables.list(all=True)],
        "keys": [without(key) for key in project.keys.list(all=True)],
        "hooks": [without(hook) for hook in project.hooks.list(all=True)],
        "badges": [without(badge) for badge in project.badges.list(all=True)],
        "files": sorted(item["path"] for item in project.repository_tree(all=True)),
        "commits": len(project.commits.list(all=True)),
        "branches": {rule.name: levels(rule, "push", "merge") for rule in project.protectedbranches.list(all=True)},
        "tags": {rule.name: levels(rule, "create") for rule in project.protectedtags.list(all=True)},
        "old": gl.projects.get("eig/forms/old").archived,
    }


@pytest.fixture(scope="module")
def first(gl: gitlab.Gitlab, gitlabform: Callable[..., None]) -> dict[str, Any]:
    """What stands after the first run."""
    gitlabform("gitlabform.yml", KEY=KEY)
    return state(gl)


def test_what_it_was_told_stands(gl: gitlab.Gitlab, first: dict[str, Any]) -> None:
    """Section by section."""
    adele = gl.users.list(username="adele")[0].id
    assert first["group"]["description"] == "What gitlabform looks after"
    assert (first["group"]["project_creation_level"], first["group"]["lfs_enabled"]) == ("maintainer", False)
    assert first["group members"] == {"eiginfra-bot": (50, None), "adele": (40, None), "bruno": (30, "2019-12-31")}
    assert [label["name"] for label in first["group labels"]] == ["bug"]
    assert [(variable["key"], variable["value"]) for variable in first["group variables"]] == [("PROXY", "http://proxy.example.org")]
    assert [badge["name"] for badge in first["group badges"]] == ["status"]
    assert (first["project"]["visibility"], first["project"]["merge_method"], first["project"]["topics"]) == (
        "internal",
        "ff",
        ["eig", "forms"],
    )
    assert first["members"] == {"chloe": (40, "2019-12-31")}
    assert first["labels"] == ["bug", "form"]
    assert [variable["key"] for variable in first["variables"]] == ["STAGE", "TOKEN"]
    assert [key["title"] for key in first["keys"]] == ["deploy"]
    assert [(hook["url"], hook["merge_requests_events"]) for hook in first["hooks"]] == [("https://hooks.example.org/gitlab", True)]
    assert {(badge["name"], badge["kind"], badge["rendered_link_url"]) for badge in first["badges"]} == {
        ("licence", "project", "https://example.org/licence"),
        ("status", "group", "https://example.org/eig/forms/form"),
    }
    assert first["files"] == ["CONTRIBUTING.md", "README.md"]
    assert first["branches"] == {"main": [[0], [30]], "next": [[adele], [40]]}
    assert first["tags"] == {"v*": [[40]]}
    assert first["old"] is True


def test_second_run_changes_nothing(gl: gitlab.Gitlab, gitlabform: Callable[..., None], first: dict[str, Any]) -> None:
    """It sets some things anew at every run, but to the same."""
    gitlabform("gitlabform.yml", KEY=KEY)
    assert state(gl) == first


def test_drift_is_mended(gl: gitlab.Gitlab, gitlabform: Callable[..., None], first: dict[str, Any]) -> None:
    """What somebody changed by hand is as before after another run."""
    group, project = gl.groups.get("eig/forms"), gl.projects.get("eig/forms/form")
    group.members.create({"user_id": gl.users.list(username="didier")[0].id, "access_level": 40})
    project.merge_method = "merge"
    project.save()
    project.protectedbranches.delete("main")
    label = group.labels.get("bug")
    label.color = "#000000"
    label.save()
    project.variables.update("STAGE", {"value": "prod"})
    assert state(gl) != first
    gitlabform("gitlabform.yml", KEY=KEY)
    assert state(gl) == first
