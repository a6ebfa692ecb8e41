"""Merge requests as a GitLab tells them that is not to be believed in everything."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.hostile import hostile, whole

from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.secret import Secret
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.issues import RepositoryIssues
from eiginfra.providers.gitlab.merge_requests import MOST_CHARACTERS, MergeRequests, without_actions
from eiginfra.providers.gitlab.pushes import MOST_PAGES_OF_PUSHES, GitLabPerson
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
BOT, ANN, BEN, EVE = ({"id": number, "username": name} for number, name in ((1, "bot"), (2, "ann"), (3, "ben"), (4, "eve")))
REQUEST = {
    "id": 70,
    "iid": 7,
    "title": "a machine for us",
    "author": ANN,
    "source_branch": "ours",
    "target_branch": "main",
    "source_project_id": 5,
    "target_project_id": 5,
    "sha": C,
    "web_url": "https://gitlab.example.org/eig/infra/-/merge_requests/7",
    "draft": False,
}


def push(number: int, who: Any, before: str | None, after: str | None, *, ref: str | None = "ours", kind: str = "branch") -> dict[str, Any]:
    return {"id": number, "author": who, "push_data": {"ref_type": kind, "ref": ref, "commit_from": before, "commit_to": after}}


PUSHES = [push(3, BEN, B, C), push(2, ANN, A, B), push(1, ANN, None, A)]


def version(number: int, head: str, at: str) -> dict[str, Any]:
    return {"id": number, "head_commit_sha": head, "created_at": at}


NOON, ONE, TWO = ("2026-10-01T12:00:00.000Z", "2026-10-01T13:00:00.000Z", "2026-10-01T14:00:00.000Z")
VERSIONS = [version(2, C, ONE), version(1, B, NOON)]


@contextmanager
def gitlab(answers: dict[str, Any]) -> Iterator[tuple[GitLabClient, list[str]]]:
    """A server that answers by the end of the path, with a list, an object, or the status of an error."""
    asked: list[str] = []

    def script(line: str) -> list[bytes]:
        asked.append(line)
        path = line.split()[1].partition("?")[0]
        found = next((answer for end, answer in answers.items() if path.endswith(end)), 404)
        if isinstance(found, int):
            return [whole(b'{"message": "no"}', status=f"{found} No")]
        return [whole(json.dumps(found).encode(), *(["X-Total-Pages: 1"] if isinstance(found, list) else []))]

    with hostile(script) as url:
        policy = HttpPolicy("gitlab", backoff=0.001, attempts=1, bounds=Bounds(seconds=20))
        client = GitLabClient(GitLabSettings(url=url, token=Secret("t"), root_group="eig"), policy)
        try:
            yield client, asked
        finally:
            client.close()


def told(**answers: Any) -> Any:
    """The only open merge request, where some answers are others."""
    known = {"/merge_requests": [REQUEST], "/events": PUSHES, "/approvals": {"approved_by": []}, "/versions": VERSIONS}
    with gitlab({**known, **{f"/{name}": answer for name, answer in answers.items()}}) as (client, _):
        (found,) = MergeRequests(client, "eig/infra").open()
    return found


def test_a_merge_request():
    found = told()
    assert (found.iid, found.author, found.sha, found.from_fork, found.draft) == (7, GitLabPerson(2, "ann"), C, False, False)
    assert (found.source_branch, found.target_branch, found.approved_by) == ("ours", "main", ())
    assert found.pushers == (GitLabPerson(2, "ann"), GitLabPerson(3, "ben"))


UNKNOWN = {
    "hidden": 403,
    "not-there": 404,
    "none": [],
    "the-first-is-missing": PUSHES[:2],
    "the-last-is-missing": PUSHES[1:],
    "one-between-is-missing": [PUSHES[0], PUSHES[2]],
    "somebody-deleted": [push(3, None, B, C), *PUSHES[1:]],
    "another-branch": [push(3, BEN, B, C, ref="theirs"), *PUSHES[1:]],
    "a-tag": [push(3, BEN, B, C, kind="tag"), *PUSHES[1:]],
    "several-branches-in-one": [push(3, BEN, None, None, ref=None), *PUSHES[1:]],
    "another-form": [{**PUSHES[0], "push_data": {"ref": 3}}, *PUSHES[1:]],
}


@pytest.mark.parametrize("events", UNKNOWN.values(), ids=UNKNOWN)
def test_who_pushed_is_unknown_where_a_push_may_be_missing(events):
    assert told(events=events).pushers is None


def test_a_branch_made_again_has_the_pushes_since_then():
    again = [push(9, EVE, None, C), push(8, ANN, B, None), *PUSHES]
    assert told(events=again).pushers == (GitLabPerson(4, "eve"),)


def test_a_push_shown_twice_counts_once():
    assert told(events=[PUSHES[0], *PUSHES]).pushers == told().pushers


def test_pushes_without_end_are_not_read_for_ever():
    many = [push(1000 + number, BEN, A, B, ref="theirs") for number in range(100)]
    known = {"/merge_requests": [REQUEST], "/events": many, "/approvals": {"approved_by": []}}
    with gitlab(known) as (client, asked):
        (found,) = MergeRequests(client, "eig/infra").open()
        assert found.pushers is None
        assert sum("/events" in line for line in asked) == MOST_PAGES_OF_PUSHES


def test_a_fork_that_is_gone_tells_no_pushes():
    found = told(merge_requests=[{**REQUEST, "source_project_id": None}])
    assert (found.from_fork, found.pushers) == (True, None)


def test_a_merge_request_without_a_commit_is_left_out():
    with gitlab({"/merge_requests": [{**REQUEST, "sha": None}], "/events": PUSHES}) as (client, _):
        assert MergeRequests(client, "eig/infra").open() == []


ODD = [{"iid": "7"}, {"iid": 2**70}, {"author": None}, {"author": {"id": 2}}, {"sha": "--upload-pack=x"}, {"sha": C + "\n"}, {"web_url": 3}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_merge_request_of_another_form_is_left_out_and_told(odd):
    with gitlab({"/merge_requests": [{**REQUEST, **odd}, {**REQUEST, "iid": 8}], "/events": PUSHES, "/approvals": {"approved_by": []}}) as (
        client,
        _,
    ):
        assert [one.iid for one in MergeRequests(client, "eig/infra").open()] == [8]
        assert [finding.code for finding in client.odd.take()] == ["odd-answer"]


def yes(who: Any, at: str | None) -> dict[str, Any]:
    return {"approved_by": [{"user": who, **({"approved_at": at} if at else {})}]}


def test_an_approval_counts_if_it_came_after_the_last_push():
    assert told(approvals=yes(BEN, TWO)).approved_by == (GitLabPerson(3, "ben"),)
    assert told(approvals=yes(BEN, "2026-10-01T15:30:00.000+02:00")).approved_by == (GitLabPerson(3, "ben"),)


@pytest.mark.parametrize(
    "answers",
    [
        {"approvals": yes(BEN, NOON)},
        {"approvals": yes(BEN, ONE)},
        {"approvals": yes(BEN, None)},
        {"approvals": yes(BEN, "soon")},
        {"approvals": yes(None, TWO)},
        {"approvals": 403},
        {"approvals": 404},
        {"approvals": {}},
        {"approvals": yes(BEN, TWO), "versions": []},
        {"approvals": yes(BEN, TWO), "versions": 404},
        {"approvals": yes(BEN, TWO), "versions": [version(3, A, ONE), *VERSIONS]},
        {"approvals": yes(BEN, ONE), "versions": [version(2, C, NOON), version(1, B, TWO)]},
    ],
    ids=str,
)
def test_an_approval_of_what_may_be_something_else_does_not_count(answers):
    assert told(**answers).approved_by == ()


def note(number: int, who: Any, text: str, **fields: Any) -> dict[str, Any]:
    return {"id": number, "author": who, "body": text, "system": False, **fields}


MARKER = "<!-- eiginfra review -->"


def test_a_note_is_found_by_its_author_and_its_marker():
    theirs = [note(1, EVE, f"{MARKER}\nall is well"), note(2, BOT, "merged"), note(3, BOT, f"see `{MARKER}`")]
    system = note(4, BOT, MARKER, system=True)
    own = [note(6, BOT, f"{MARKER}\nagain"), note(5, BOT, f"{MARKER}\r\nfirst")]
    with gitlab({"/user": BOT, "/notes": [*theirs, system, *own]}) as (client, _):
        found = MergeRequests(client, "eig/infra").own_note(7, MARKER)
    assert found is not None
    assert (found.id, found.author.name) == (5, "bot")
    with gitlab({"/user": BOT, "/notes": [*theirs, system]}) as (client, _):
        assert MergeRequests(client, "eig/infra").own_note(7, MARKER) is None


def test_what_is_written_goes_to_the_project_that_was_named():
    with gitlab({"/notes": note(9, BOT, "x"), "/notes/9": note(9, BOT, "y")}) as (client, asked):
        requests = MergeRequests(client, "eig/infra")
        assert requests.write_note(7, "x").id == 9
        assert requests.edit_note(7, 9, "y").text == "y"
        base = "/api/v4/projects/eig%2Finfra/merge_requests/7/notes"
        assert [line.split()[:2] for line in asked] == [["POST", base], ["PUT", f"{base}/9"]]


def test_a_text_that_is_too_long_is_not_sent():
    with gitlab({}) as (client, asked):
        for write in (
            lambda text: MergeRequests(client, "eig/infra").write_note(7, text),
            lambda text: MergeRequests(client, "eig/infra").edit_note(7, 9, text),
            lambda text: RepositoryIssues(client, "eig/infra", "drift").create("drift", text),
        ):
            with pytest.raises(PermanentError, match="1000001 characters, and GitLab takes 1000000"):
                write("x" * (MOST_CHARACTERS + 1))
        assert asked == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("/merge", "\\/merge"),
        ("a\n /Approve now", "a\n \\/Approve now"),
        ("a\n\r/close", "a\n\r\\/close"),
        ("> /spend 1h", "> \\/spend 1h"),
        ("a /merge\n/1\n//\nhttps://example.org/close", "a /merge\n/1\n//\nhttps://example.org/close"),
    ],
)
def test_no_text_gives_gitlab_an_order(text, sent):
    assert without_actions(text) == sent


def test_what_is_not_there():
    with gitlab({"/user": BOT}) as (client, _):
        requests, issues = MergeRequests(client, "eig/infra"), RepositoryIssues(client, "eig/infra", "drift")
        asking: list[Callable[[], Any]] = [requests.open, lambda: requests.notes(7), issues.open, lambda: issues.close(3)]
        for ask in asking:
            with pytest.raises(NotFoundError):
                ask()


def test_an_issue_is_found_by_its_author():
    issue = {"id": 1, "iid": 1, "title": "drift", "author": BOT, "description": None, "web_url": "https://gitlab.example.org/1"}
    with gitlab({"/user": BOT, "/issues": [issue, {**issue, "iid": 2, "author": EVE}]}) as (client, _):
        (found,) = RepositoryIssues(client, "eig/infra", "drift").open()
    assert (found.iid, found.title, found.text) == (1, "drift", "")
