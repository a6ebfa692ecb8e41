"""Activity, as a real server tells it: what people did by GitLab's API is what eiginfra reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.lab_activity import LabActivity

from eiginfra.core.address import Address
from eiginfra.core.errors import UnreachableError
from eiginfra.core.resource import Observed
from eiginfra.providers.gitlab.activity.reader import read_activity
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient

LABELS = ("help wanted", "aide bienvenue", "any", "with, comma")


@pytest.fixture
def people(world):
    return LabActivity(world.url, world.settings.token.reveal())


@pytest.fixture
def place(people):
    """Makes projects in a public group, or another; gives their paths."""
    holder = people.api(
        "POST", "/groups", None, path="eig3", name="eig3", visibility="public", parent_id=people.api("GET", "/groups/eig")["id"]
    )

    def make(name, **fields):
        made = people.api("POST", "/projects", None, name=name, namespace_id=holder["id"], **{"visibility": "public", **fields})
        return made["path_with_namespace"]

    return make


def observed(people, path):
    project = people.api("GET", f"/projects/{path.replace('/', '%2F')}")
    values = {"path": path, "description": project["description"] or ""}
    return Observed(Address("gitlab.project", path), values, handle={"id": project["id"]})


def read(world, people, *paths, days=7, labels=LABELS):
    since = datetime.now(UTC) - timedelta(days=days)
    with_others = [Observed(Address("gitlab.group", "eig/eig3"), {}), *(observed(people, path) for path in paths)]
    found = read_activity(world.api, with_others, since, labels)
    return [found.get(Address("gitlab.project", path)) for path in paths]


def test_all_that_happened_in_a_project(world, people, place):
    path = place("api", description="Le graphe\n\nhttps://adler.example.org", topics=["python", "nlp"])
    people.commit(
        path, **{"README.md": "# API\r\nx", "LICENCE.txt": "MIT", "publiccode.yaml": "a: 1", "a.py": "x" * 100, "src/README.md": "no"}
    )
    people.release(path, "v1", "One", released_at="2019-01-01T00:00:00Z")
    people.release(path, "v2/rc", "Two")
    people.release(path, "v3", "Three", released_at="2999-01-01T00:00:00Z")
    people.issue(path, "Aide", "help wanted")
    people.issue(path, "Aide aussi", "aide bienvenue", "help wanted")
    people.issue(path, "Secret", "help wanted", confidential=True)
    people.issue(path, "Other", "bug")
    people.change(path, "Inside", "b.py")
    people.change_from_outside(path, "passer-by", "First", "c.py")
    people.change_from_outside(path, "passer-by", "Second", "d.py")
    people.star(path, "passer-by")
    (found,) = read(world, people, path)
    assert (found.description, found.website, found.topics) == ("Le graphe", "https://adler.example.org", ("python", "nlp"))
    assert (found.visibility, found.default_branch, found.url) == ("public", "main", f"{world.url}/{path}")
    assert dict(found.files) == {"README": "# API\nx", "LICENSE": "MIT", "publiccode.yml": "a: 1"}
    assert dict(found.languages) == {"Python": 100.0}
    assert [(one.name, one.tag) for one in found.releases] == [("Two", "v2/rc")]
    assert (found.released, found.released.url) == (found.releases[0], f"{world.url}/{path}/-/releases/v2%2Frc")
    told = [(one.title, one.author, one.outside, one.first) for one in found.merged]
    assert told == [
        ("Second", "passer-by", True, False),
        ("First", "passer-by", True, True),
        ("Inside", "eiginfra-bot", False, False),
    ]
    assert {(one.title, one.label) for one in found.calls} == {("Aide", "help wanted"), ("Aide aussi", "help wanted")}
    assert (found.open_issues, found.stars, found.forks) == (4, 1, 1)
    assert found.created is not None
    assert found.last_commit is not None
    assert (found.unread, found.members_only) == (frozenset(), frozenset())


def test_who_is_a_member_of_the_project_alone_is_not_from_outside(world, people, place):
    path = place("api", initialize_with_readme=True)
    number = people.api("GET", f"/users?username={people.account('guest-1')}")[0]["id"]
    people.change_from_outside(path, "passer-by", "Theirs", "a")
    people.change_from_outside(path, "guest-1", "Ours", "b")
    people.api("POST", f"/projects/{path.replace('/', '%2F')}/members", None, user_id=number, access_level=20)
    (found,) = read(world, people, path)
    assert {one.title: one.outside for one in found.merged} == {"Theirs": True, "Ours": False}


def test_an_empty_project_one_that_is_archived_and_one_that_went(world, people, place):
    empty, archived, gone = place("empty"), place("archived", initialize_with_readme=True), place("gone")
    people.api("POST", f"/projects/{archived.replace('/', '%2F')}/archive")
    there = [observed(people, path) for path in (empty, archived, gone)]
    people.api("DELETE", f"/projects/{gone.replace('/', '%2F')}")
    people.api("DELETE", f"/projects/{there[2].handle['id']}?permanently_remove=true&full_path={_full(people, there[2])}")
    found = read_activity(world.api, there, datetime.now(UTC), LABELS)
    assert [address.key for address in found] == [empty, archived]
    nothing, old = found.values()
    assert (nothing.last_commit, dict(nothing.files), nothing.unread) == (None, {}, frozenset())
    assert (list(old.files), old.unread) == (["README"], frozenset())


def _full(people, there):
    return people.api("GET", f"/projects/{there.handle['id']}")["path_with_namespace"]


def test_what_is_switched_off_is_not_known_and_what_is_for_members_says_so(world, people, place):
    off = {f"{name}_access_level": "disabled" for name in ("issues", "releases", "merge_requests", "repository")}
    dark = place("dark", **off, builds_access_level="disabled")
    half = place("half", initialize_with_readme=True, issues_access_level="private", releases_access_level="private")
    people.issue(half, "Aide", "help wanted")
    first, second = read(world, people, dark, half)
    assert first.unread == {"calls", "open_issues", "releases", "released", "merged", "files", "languages", "last_commit"}
    assert (second.unread, second.members_only) == (frozenset(), {"calls", "open_issues", "releases", "released"})
    assert [call.title for call in second.calls] == ["Aide"]


FAILING = {
    "languages": "/languages",
    "files": "/repository/tree",
    "last_commit": "/repository/commits",
    "merged": "/merge_requests",
    "calls": "/issues",
    "releases": "/releases",
}


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_fails_in_one_project_keeps_back_only_that(world, people, place, name, status):
    paths = [place(name, initialize_with_readme=True) for name in ("a", "b")]
    for path in paths:
        people.issue(path, "Aide", "help wanted")
    number = observed(people, paths[0]).handle["id"]
    world.fault(rules=[{"match": f"GET /api/v4/projects/{number}{FAILING[name]}", "kind": "status", "status": status}])
    first, second = read(world, people, *paths)
    assert first.unread == ({"releases", "released"} if name == "releases" else {name})
    assert second.unread == frozenset()


def test_a_service_that_is_not_there_is_an_error(world, people, place):
    there = observed(people, place("api"))
    api = GitLabApi(GitLabClient(replace(world.settings, url="http://127.0.0.1:9")))
    try:
        with pytest.raises(UnreachableError):
            read_activity(api, [there], datetime.now(UTC), LABELS)
    finally:
        api.close()


def test_requests_are_few(world, people, place):
    """One list for all, and for each project eight without anything to find, and what it has."""
    paths = [place(f"p{number}", initialize_with_readme=True) for number in range(5)]
    there = [observed(people, path) for path in paths]
    world.sent.clear()
    read_activity(world.api, there, datetime.now(UTC), LABELS)
    assert len(world.sent) == 1 + 5 * 6


def test_the_made_up_life_of_a_cohort(world, people, place):
    paths = [place(name) for name in "abcde"]
    assert people.fill() == paths
    found = read(world, people, *paths)
    assert [sorted(one.files) for one in found] == [
        ["CONTRIBUTING", "LICENSE", "README", "publiccode.yml"],
        ["CONTRIBUTING", "LICENSE", "README"],
        ["LICENSE", "README"],
        [],
        ["CONTRIBUTING", "LICENSE", "README", "publiccode.yml"],
    ]
    assert [len(one.releases) for one in found] == [1, 1, 0, 0, 1]
    assert [len(one.calls) for one in found] == [1, 1, 1, 0, 1]
    assert [sum(change.first for change in one.merged) for one in found] == [1, 0, 0, 0, 1]
