"""The merge requests, notes and issues of the inventory's repository, on the lab's GitLab, with real pushes."""

from dataclasses import dataclass
from typing import Any

import pytest
from support.lab_git import clone
from support.lab_repository import LabRepository

from eiginfra.core.errors import NotFoundError, PermissionDeniedError
from eiginfra.providers.gitlab.issues import RepositoryIssues
from eiginfra.providers.gitlab.merge_requests import MergeRequest, MergeRequests

PROJECT = "eig/infra"
URL = "/projects/eig%2Finfra"
MARKER = "<!-- eiginfra review -->"


@dataclass
class Repository(LabRepository):
    """What eiginfra's client sees of it."""

    world: Any = None  # the World of conftest.py

    def requests(self, token: str | None = None) -> MergeRequests:
        world = self.world if token is None else self.world.as_token(token)
        return MergeRequests(world.api.client, PROJECT)

    def only(self, token: str | None = None) -> MergeRequest:
        (found,) = self.requests(token).open()
        return found


@pytest.fixture
def repository(world, tmp_path):
    return Repository(world.url, world.settings.token.reveal(), tmp_path, seen=world.answers.append, world=world)


def names(people):
    return None if people is None else [one.name for one in people]


def test_a_merge_request_with_its_author_and_everybody_who_pushed(repository, world):
    ann, ben = repository.clone("ann"), repository.clone("ben")
    ann.commit("a", a="a: 1\n")
    ann.push("HEAD:refs/heads/adler")
    ann("checkout", "--quiet", "-B", "adler")
    number = repository.ask("ann", "adler")
    found = repository.only()
    assert (found.iid, found.title, found.author.name, found.source_branch, found.target_branch) == (
        number,
        "for adler",
        "ann",
        "adler",
        "main",
    )
    assert (found.sha, found.from_fork, found.draft, names(found.pushers)) == (ann("rev-parse", "HEAD"), False, False, ["ann"])
    assert found.web_url == f"{world.url}/{PROJECT}/-/merge_requests/{number}"
    ben("fetch", "--quiet", "origin", "adler")
    ben("checkout", "--quiet", "-B", "adler", "FETCH_HEAD")
    ben("commit", "--quiet", "--amend", "--author=ann <ann@example.org>", "--message=as if by ann")
    ben.push("--force", "HEAD:refs/heads/adler")
    found = repository.only()
    assert (found.sha, names(found.pushers)) == (ben("rev-parse", "HEAD"), ["ann", "ben"])
    world.by_hand("PUT", f"{URL}/merge_requests/{number}", state_event="close")
    assert repository.requests().open() == []


def test_a_branch_made_by_somebody_else_before_it_was_asked_for(repository):
    eve = repository.clone("eve")
    eve.commit("hers", a="a: 1\n")
    eve.push("HEAD:refs/heads/adler")
    repository.ask("ann", "adler")
    assert names(repository.only().pushers) == ["eve"]


def test_an_approval_lasts_until_the_next_push(repository):
    ann = repository.clone("ann")
    ann.commit("a", a="a: 1\n")
    ann.push("HEAD:refs/heads/adler")
    number = repository.ask("ann", "adler")
    repository.by("ben", "POST", f"{URL}/merge_requests/{number}/approve")
    assert names(repository.only().approved_by) == ["ben"]
    ann.commit("b", b="b: 1\n")
    ann.push("HEAD:refs/heads/adler")
    found = repository.only()
    assert (found.sha, found.approved_by) == (ann("rev-parse", "HEAD"), ())


def test_the_note_is_kept_in_place(repository):
    ann = repository.clone("ann")
    ann.commit("a", a="a: 1\n")
    ann.push("HEAD:refs/heads/adler")
    number = repository.ask("ann", "adler")
    repository.by("ann", "POST", f"{URL}/merge_requests/{number}/notes", body=f"{MARKER}\nEIG Link agrees")
    requests = repository.requests(repository.token("robot", "api", level=20))
    assert requests.own_note(number, MARKER) is None
    made = requests.write_note(number, f"{MARKER}\nAll is well.\n/merge\n")
    assert made.author == requests.me()
    assert requests.own_note(number, MARKER) == made
    requests.edit_note(number, made.id, f"{MARKER}\nA team of four.")
    assert [(note.author.name, note.text.splitlines()[1]) for note in requests.notes(number)] == [
        ("ann", "EIG Link agrees"),
        ("robot", "A team of four."),
    ]
    assert repository.only().iid == number


def test_many_notes_are_read_to_the_end(repository):
    ann = repository.clone("ann")
    ann.commit("a", a="a: 1\n")
    ann.push("HEAD:refs/heads/adler")
    number = repository.ask("ann", "adler")
    requests = repository.requests()
    for turn in range(101):
        requests.write_note(number, f"note {turn}")
    made = requests.write_note(number, MARKER)
    found = requests.own_note(number, MARKER)
    assert found is not None
    assert found.id == made.id
    assert len(requests.notes(number)) == 102


def test_what_a_token_may(repository):
    ann = repository.clone("ann")
    ann.commit("a", a="a: 1\n")
    ann.push("HEAD:refs/heads/adler")
    number = repository.ask("ann", "adler")
    reading = repository.requests(repository.token("reader", "read_api", level=20))
    assert names(reading.open()[0].pushers) == ["ann"]
    with pytest.raises(PermissionDeniedError):
        reading.write_note(number, "x")
    guest = repository.requests(repository.token("guest", level=10))
    assert guest.open()[0].pushers is None
    with pytest.raises(NotFoundError):
        MergeRequests(repository.world.api.client, "eig/none").open()


def test_one_issue_is_opened_and_closed(repository):
    issues = RepositoryIssues(repository.world.api.client, PROJECT, "eiginfra::drift")
    assert issues.open() == []
    made = issues.create("The servers differ", "- one machine\n/close\n")
    repository.by("ann", "POST", f"{URL}/issues", title="The servers differ", labels="eiginfra::drift")
    assert issues.open() == [made]
    assert issues.edit(made.iid, "- two machines").text == "- two machines"
    issues.close(made.iid)
    assert issues.open() == []
    assert repository.world.by_hand("GET", f"{URL}/issues/{made.iid}")["state"] == "closed"


def test_a_merge_request_from_a_fork(repository, world, tmp_path):
    repository.token("ann")
    main = world.by_hand("GET", URL)["id"]
    repository.by("ann", "POST", f"{URL}/fork")
    work = clone(tmp_path / "fork", world.url, "ann/infra", repository.token("ann"), "ann")
    work.commit("a", a="a: 1\n")
    work.push("HEAD:refs/heads/patch")
    work.push("HEAD:refs/heads/main")
    for branch in ("patch", "main"):
        body = {"title": branch, "source_branch": branch, "target_branch": "main", "target_project_id": main}
        repository.by("ann", "POST", "/projects/ann%2Finfra/merge_requests", **body)
    found = repository.requests().open()
    assert [(one.source_branch, one.from_fork, one.sha) for one in found] == [
        ("patch", True, work("rev-parse", "HEAD")),
        ("main", True, work("rev-parse", "HEAD")),
    ]
    # The fork's main branch was there before its first push: nobody is seen to have made it.
    assert [names(one.pushers) for one in found] == [["ann"], None]
    hidden = repository.requests(repository.token("robot", level=20)).open()
    assert [(one.author.name, one.pushers) for one in hidden] == [("ann", None), ("ann", None)]
