"""Ansible's community.general.gitlab_* modules against the lab's GitLab. The tests of this file follow one another."""

from collections.abc import Callable
from typing import Any

import gitlab
import pytest
import requests

from eiginfra.lab.server import Lab

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} {}@example.org"
# In check mode the module says that it would put the person into the group, without looking.
ALWAYS_IN_CHECK_MODE = ["user with a key, in a group"]


@pytest.fixture(scope="module")
def variables(lab: Lab, gitlab_token: str) -> dict[str, Any]:
    """Where the lab is, and what the playbooks do not say themselves."""
    return {
        "url": lab.urls["gitlab"],
        "token": gitlab_token,
        "key": KEY.format("B" * 42 + "A", "chloe"),
        "deploy_key": KEY.format("C" * 42 + "A", "deploy"),
    }


@pytest.fixture(scope="module")
def gl(lab: Lab, gitlab_token: str) -> gitlab.Gitlab:
    """python-gitlab as the administrator."""
    session = requests.Session()
    session.trust_env = False
    return gitlab.Gitlab(lab.urls["gitlab"], private_token=gitlab_token, session=session)


def test_first_run_changes_everything(play: Callable[..., Any], variables: dict[str, Any], gl: gitlab.Gitlab) -> None:
    """Every task has something to do on a fresh lab, and does it."""
    assert play("gitlab.yml", variables).same == []
    group, project = gl.groups.get("eig/karfu"), gl.projects.get("eig/karfu/api")
    assert (group.description, group.project_creation_level, group.wiki_access_level) == (
        "Fewer cars, more people in them",
        "maintainer",
        "disabled",
    )
    assert (project.merge_method, project.squash_option, project.topics) == ("ff", "default_on", ["eig", "transport"])
    assert project.container_expiration_policy["older_than"] == "14d"
    assert {member.username: member.access_level for member in group.members.list(all=True)} == {
        "eiginfra-bot": 50,
        "adele": 40,
        "bruno": 30,
    }
    assert {member.username: member.access_level for member in project.members.list(all=True)} == {"bruno": 40}
    assert [label.name for label in project.labels.list(all=True)] == ["api", "bug", "idea"]
    assert project.protectedbranches.get("next").push_access_levels[0]["access_level"] == 0
    assert {variable.environment_scope for variable in project.variables.list(all=True)} == {"*", "production"}
    assert project.keys.list()[0].can_push is True
    assert project.issues.list()[0].assignee["username"] == "bruno"
    assert project.mergerequests.list()[0].reviewers[0]["username"] == "adele"


def test_second_run_changes_nothing(play: Callable[..., Any], variables: dict[str, Any], writes: Callable[[str], dict[str, int]]) -> None:
    """What the lab shows is what was asked for, as each module compares it."""
    writes("gitlab")
    assert play("gitlab.yml", variables).changed == []
    # A user is saved at every run: what the server never shows cannot be compared.
    assert writes("gitlab") == {"PUT /api/v4/users/:id": 3}


def test_check_mode_asks_and_does_nothing(
    play: Callable[..., Any], variables: dict[str, Any], writes: Callable[[str], dict[str, int]]
) -> None:
    """Only what was changed in the playbook would be changed."""
    writes("gitlab")
    assert play("gitlab.yml", variables, "--check").changed == ALWAYS_IN_CHECK_MODE
    assert play("gitlab.yml", variables, "--check", "-e", "about=other").changed == [*ALWAYS_IN_CHECK_MODE, "group", "project"]
    assert writes("gitlab") == {}


def test_a_change_is_made(play: Callable[..., Any], variables: dict[str, Any], gl: gitlab.Gitlab) -> None:
    """A variable of the playbook that two tasks use."""
    assert play("gitlab.yml", variables, "-e", "about=other").changed == ["group", "project"]
    assert gl.projects.get("eig/karfu/api").description == "other"


def test_all_is_taken_away(play: Callable[..., Any], variables: dict[str, Any], gl: gitlab.Gitlab) -> None:
    """First what a group and a project hold, then they themselves; and each time there is nothing left to take away."""
    assert play("gitlab-absent.yml", variables, "--tags", "inside").same == []
    assert play("gitlab-absent.yml", variables, "--tags", "inside", "--skip-tags", "once").changed == []
    assert play("gitlab-absent.yml", variables, "--tags", "whole").same == []
    assert play("gitlab-absent.yml", variables, "--tags", "whole", "--skip-tags", "once").changed == []
    assert [user.state for user in gl.users.list(username="chloe")] == ["blocked"]
    assert gl.users.list(username="bruno") == []
    assert "eig/karfu" not in [group.full_path for group in gl.groups.list(all=True)]
