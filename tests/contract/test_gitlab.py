"""What eiginfra counts on of a GitLab; makes one group and one project below the root group, and removes them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from eiginfra.core.change import Action, Cause


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
