"""Activity as a GitLab tells it that is not to be believed in everything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from support.hostile import hostile, whole

from eiginfra.core.activity import FILES, ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.errors import ProviderError
from eiginfra.core.resource import Observed
from eiginfra.core.secret import Secret
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.gitlab.activity import answers, outsiders, project
from eiginfra.providers.gitlab.activity.reader import read_activity
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import PAGE, GitLabClient
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
AT = "2026-11-20T10:00:00.000Z"
WEB = "https://gitlab.example.org/eig/a"
PROJECT = {
    "id": 5,
    "path_with_namespace": "eig/a",
    "name": "A",
    "path": "a",
    "visibility": "public",
    "web_url": WEB,
    "default_branch": "main",
    "created_at": AT,
    "open_issues_count": 2,
    "star_count": 3,
    "forks_count": 1,
    "topics": ["python"],
    "empty_repo": False,
}
ANN, EVE = {"id": 2, "username": "ann"}, {"id": 9, "username": "eve"}
REQUEST = {
    "id": 70,
    "iid": 7,
    "title": "A change",
    "author": EVE,
    "source_branch": "ours",
    "target_branch": "main",
    "source_project_id": 5,
    "target_project_id": 5,
    "sha": "a" * 40,
    "web_url": f"{WEB}/-/merge_requests/7",
    "draft": False,
    "merged_at": AT,
}
ISSUE = {
    "id": 1,
    "iid": 1,
    "title": "Help",
    "author": EVE,
    "web_url": f"{WEB}/-/issues/1",
    "created_at": AT,
    "confidential": False,
    "labels": ["help wanted"],
}
RELEASE = {"tag_name": "v1", "name": "One", "released_at": AT, "upcoming_release": False}
GOOD: dict[str, Any] = {
    "/projects": [PROJECT],
    "/languages": {"Python": 60.5, "Go": 39.5},
    "/repository/commits": [{"committed_date": AT}],
    "/repository/tree": [{"name": "README.md", "type": "blob"}],
    "/raw": b"# A\n",
    "/releases": [RELEASE],
    "/issues": [ISSUE],
    "/merge_requests": [REQUEST],
    "/members/all": [{**ANN, "access_level": 30}],
}
WRONG = [
    None,
    0,
    -1,
    2**70,
    1.5,
    True,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"message": "x"},
    "\N{RIGHT-TO-LEFT OVERRIDE}" * 9,
    "\x1b[2J\r\n",
]


@contextmanager
def gitlab(known: dict[str, Any]) -> Iterator[tuple[GitLabApi, list[str]]]:
    """A server that answers by the end of the path, with JSON, bytes, or the status of an error."""
    asked: list[str] = []

    def script(line: str) -> list[bytes]:
        asked.append(line)
        path = line.split()[1].partition("?")[0]
        found = next((answer for end, answer in known.items() if path.endswith(end)), 404)
        if isinstance(found, int) and not isinstance(found, bool) and 400 <= found < 600:
            return [whole(b'{"message": "no"}', status=f"{found} No")]
        return [whole(found if isinstance(found, bytes) else json.dumps(found).encode())]

    with hostile(script) as url:
        policy = HttpPolicy("gitlab", backoff=0.001, attempts=1, bounds=Bounds(seconds=20))
        api = GitLabApi(GitLabClient(GitLabSettings(url=url, token=Secret("t"), root_group="eig"), policy))
        try:
            yield api, asked
        finally:
            api.close()


THERE = Observed(Address("gitlab.project", "eig/a"), {"path": "eig/a", "description": ""}, handle={"id": 5})


def told(**changed: Any) -> ProjectActivity:
    """What is known of the project, where some answers are others: `project` is as it is listed, the rest ends of paths."""
    known = {**GOOD, "/projects": [{**PROJECT, **changed.pop("project", {})}]}
    with gitlab({**known, **{f"/{name.replace('__', '/')}": answer for name, answer in changed.items()}}) as (api, _):
        (found,) = read_activity(api, [THERE], SINCE, ["help wanted"]).values()
    return found


def test_what_all_this_is_about():
    found = told()
    assert (dict(found.languages), dict(found.files), found.unread) == ({"Python": 60.5, "Go": 39.5}, {"README": "# A\n"}, frozenset())
    assert [(one.author, one.outside, one.first) for one in found.merged] == [("eve", True, True)]
    assert ([call.title for call in found.calls], [release.tag for release in found.releases]) == (["Help"], ["v1"])


PARTS = {
    "languages": ("languages",),
    "repository__commits": ("last_commit",),
    "repository__tree": ("files",),
    "releases": ("releases", "released"),
    "issues": ("calls",),
    "merge_requests": ("merged",),
}


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("part", [*PARTS, "members__all", "raw"])
def test_attack_8_an_answer_of_another_form_keeps_back_no_more_than_its_part(part, wrong):
    found, good = told(**{part: wrong}), told()
    names = PARTS.get(part, ("merged", "files"))
    assert found.unread <= {*names}
    for name in ProjectActivity.__dataclass_fields__:
        if name not in {*names, "unread"}:
            assert getattr(found, name) == getattr(good, name)


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("name", [name for name in PROJECT if name not in {"id", "path_with_namespace", "name", "path"}])
def test_attack_8_a_project_with_a_wrong_field_is_told_without_it(name, wrong):
    with gitlab({**GOOD, "/projects": [{**PROJECT, name: wrong}]}) as (api, _):
        found = read_activity(api, [THERE], SINCE, ["help wanted"])
        odd = api.client.odd.take()
    assert found or odd
    for one in found.values():
        assert isinstance(one.visibility, str)
        assert all(isinstance(topic, str) and topic.isprintable() for topic in one.topics)
        assert all(isinstance(count, int) and 0 <= count < 2**53 for count in (one.stars, one.forks, one.open_issues or 0))


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize(
    ("part", "item"), [("releases", RELEASE), ("issues", ISSUE), ("merge_requests", REQUEST)], ids=["release", "issue", "merge request"]
)
def test_attack_8_an_item_with_a_wrong_field_is_left_out_or_told_in_one_line(part, item, wrong):
    for name in item:
        found = told(**{part: [{**item, name: wrong}]})
        shown = [*found.releases, *found.calls, *found.merged]
        for one in shown:
            assert all(text.isprintable() for text in vars(one).values() if isinstance(text, str))
            assert one.url == "" or one.url.startswith("https://")


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-20", "2026-11-20T10:00:00", "20261"])
def test_attack_8_a_time_that_is_none_is_told_by_nobody(when):
    found = told(project={"created_at": when}, releases=[{**RELEASE, "released_at": when}], merge_requests=[{**REQUEST, "merged_at": when}])
    assert (found.created, found.releases, found.merged) == (None, (), ())


def test_attack_7_pages_without_end_are_few():
    full = {
        "/merge_requests": [{**REQUEST, "iid": number} for number in range(PAGE)],
        "/repository/tree": [{"name": f"f{number}", "type": "blob"} for number in range(PAGE)],
        "/releases": [RELEASE] * PAGE,
        "/issues": [ISSUE] * PAGE,
    }
    with gitlab({**GOOD, **full}) as (api, asked):
        (found,) = read_activity(api, [THERE], SINCE, ["help wanted"]).values()
    assert len(asked) < 2 * project.MOST_PAGES + 12
    assert (len(found.merged), len(found.calls), len(found.releases)) == (PAGE, 1, 1)


def test_attack_7_strangers_without_end_are_asked_about_up_to_a_bound():
    many = [{**REQUEST, "iid": number, "author": {"id": 100 + number, "username": f"u{number}"}} for number in range(PAGE - 1)]
    with gitlab({**GOOD, "/merge_requests": many}) as (api, asked):
        (found,) = read_activity(api, [THERE], SINCE, []).values()
    assert sum("author_id" in line for line in asked) == outsiders.MOST_OUTSIDERS
    assert all(one.outside for one in found.merged)


def test_attack_7_long_texts_are_cut():
    found = told(
        project={
            "topics": [f"{number}" + "t" * 1000 for number in range(1000)],
            "default_branch": "b" * 10_000,
            "web_url": f"https://{'h' * 5000}",
        },
        raw=b"x" * 1_000_000,
        languages={f"l{number}" * 100: 1 for number in range(1000)},
        merge_requests=[{**REQUEST, "title": "t" * 1_000_000}],
    )
    assert ({len(topic) for topic in found.topics}, len(found.topics), found.url) == ({300}, answers.MOST_TOPICS, "")
    assert len(found.languages) == answers.MOST_LANGUAGES
    assert (len(found.files["README"]), len(found.merged[0].title)) == (answers.LONGEST_FILE, 300)


@pytest.mark.parametrize("number", [b"1" * 5000, b"1e999", b"NaN", b"-1"])
def test_attack_8_a_number_without_end_is_none(number):
    body = json.dumps([{**PROJECT, "star_count": 0}]).encode().replace(b'"star_count": 0', b'"star_count": ' + number)
    with gitlab({**GOOD, "/projects": body}) as (api, _):
        try:
            (found,) = read_activity(api, [THERE], SINCE, []).values()
        except ProviderError:
            return
    assert (found.stars, "stars" in found.unread) == (0, True)


def test_deleted_accounts_and_unreadable_members_are_nobody_from_outside():
    ghost = {**REQUEST, "author": {"id": 99, "username": "ghost"}}
    assert [one.outside for one in told(merge_requests=[ghost]).merged] == [False]
    assert [(one.outside, one.first) for one in told(members__all=403).merged] == [(False, False)]


NAMES = {
    "README": [
        "README",
        "readme.md",
        "Readme.rst",
        "README.txt",
        "README.adoc",
        "README.fr.md",
        "LISEZMOI",
        "Lisez-moi.md",
        "LISEZMOI.txt",
    ],
    "LICENSE": ["LICENSE", "license.md", "LICENCE", "Licence.txt", "COPYING", "COPYING.LESSER", "LICENSE-MIT", "LICENSE_AGPL"],
    "CONTRIBUTING": ["CONTRIBUTING.md", "contributing", "CONTRIBUTING.fr.md", "CONTRIBUER.md"],
    "publiccode.yml": ["publiccode.yml", "publiccode.yaml", "PUBLICCODE.YML"],
    None: [
        "README.exe",
        "read.me",
        "LICENSES",
        "licensed",
        "my-license.md",
        "CONTRIBUTORS",
        "publiccode.json",
        "xpubliccode.yml",
        "README.md.orig",
    ],
}


@pytest.mark.parametrize(("wanted", "name"), [(wanted, name) for wanted, names in NAMES.items() for name in names])
def test_files_are_known_by_their_usual_names(wanted, name):
    found = answers.wanted_files([{"name": name, "type": "blob"}])
    assert found == ({} if wanted is None else {wanted: name})
    assert answers.wanted_files([{"name": name, "type": "tree"}]) == {}


def test_of_several_files_the_plainest_is_read():
    entries = [{"name": name, "type": "blob"} for name in ("README.fr.md", "README.md", "LICENSE-MIT", "LICENSE", "contributing.md")]
    assert answers.wanted_files(entries) == {"README": "README.md", "LICENSE": "LICENSE", "CONTRIBUTING": "contributing.md"}
    assert {*NAMES} - {None} == {*FILES}
