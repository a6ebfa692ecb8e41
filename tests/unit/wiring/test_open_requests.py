"""Open merge requests with real commits in a repository of its own, and a server that only remembers notes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.lab_git import run_git
from support.repository import ADLER, CARTOBIO, FILE, InventoryRepository

from eiginfra.cli.main import run
from eiginfra.core.errors import PermanentError
from eiginfra.inventory.repository import Repository
from eiginfra.wiring import open_requests
from eiginfra.wiring.open_requests import MARKER, OpenRequests
from eiginfra.wiring.reviewing import Reviewer, reviewer


@dataclass(frozen=True)
class Person:
    id: int
    name: str


AUTHOR, APPROVER, OWN, OTHER = Person(11, "adler-1"), Person(1, "link-1"), Person(99, "eiginfra"), Person(666, "mallory")


@dataclass(frozen=True)
class Opened:
    number: int
    sha: str
    target_branch: str = "main"
    author: Person = AUTHOR
    pushers: Sequence[Person] | None = (AUTHOR,)
    approved_by: Sequence[Person] = ()

    @property
    def reference(self) -> str:
        return f"refs/merge-requests/{self.number}/head"


@dataclass
class Note:
    id: int
    author: Person
    text: str


@dataclass
class Host:
    """What a server remembers: requests and notes, and what was written."""

    opened: list[Opened] = field(default_factory=list)
    notes: dict[int, list[Note]] = field(default_factory=dict)
    written: list[tuple[str, int]] = field(default_factory=list)
    refuses: frozenset[int] = frozenset()

    def open(self) -> Sequence[Opened]:
        return self.opened

    def own_note(self, number: int, marker: str, /) -> Note | None:
        return next((note for note in self.notes.get(number, []) if note.author == OWN and marker in note.text.splitlines()), None)

    def write_note(self, number: int, text: str, /) -> None:
        if number in self.refuses:
            raise PermanentError("the discussion is locked")
        self.written.append(("written", number))
        self.notes.setdefault(number, []).append(Note(len(self.written), OWN, text))

    def edit_note(self, number: int, note: int, text: str, /) -> None:
        self.written.append(("edited", number))
        next(each for each in self.notes[number] if each.id == note).text = text

    def link(self, commit: str, file: str, line: int | None) -> str:
        return f"https://gitlab.example.org/{commit[:8]}/{file}#L{line}"


@dataclass
class World:
    """A bare origin, a checkout of its main, and the server that has requests."""

    there: InventoryRepository
    origin: Path
    host: Host

    def request(self, number: int, *edits: tuple[str, str, str], **about: object) -> str:
        """A new request, or a new commit of one; edits: file, old text, new text."""
        branch = f"r{number}"
        if branch in self.there.git("branch", "--list", branch):
            self.there.on(branch)
        else:
            self.there.branch(branch)
        for file, old, new in edits:
            self.there.edit(file, (old, new))
        sha = self.there.commit()
        self.there.git("push", "--quiet", "--force", str(self.origin), f"HEAD:refs/merge-requests/{number}/head")
        self.there.on("main")
        self.host.opened = sorted(
            [*(one for one in self.host.opened if one.number != number), Opened(number, sha, **about)],  # type: ignore[arg-type]
            key=lambda one: one.number,
        )
        return sha


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> InventoryRepository:
    return InventoryRepository.made(tmp_path_factory.mktemp("template"))


@pytest.fixture
def world(template: InventoryRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    there, origin = template.copied(tmp_path / "repository"), tmp_path / "origin.git"
    run_git(tmp_path, "clone", "--quiet", "--bare", str(there.folder), str(origin))
    there.git("remote", "add", "origin", str(origin))
    host = Host()

    @contextmanager
    def opened(reviews: Reviewer) -> Iterator[OpenRequests]:
        yield OpenRequests(host, Repository(url="http://127.0.0.1:8929/eig/inventory"), reviews)

    monkeypatch.setattr(open_requests, "open_requests", opened)
    monkeypatch.chdir(there.folder)
    return World(there, origin, host)


LESS = (ADLER, "memory: 1GiB", "memory: 512MiB")


def test_open_prints_every_request_into_the_branch_that_is_applied(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.request(1, LESS)
    world.request(2, (CARTOBIO, "disk: 30GiB", "disk: 20GiB"), target_branch="elsewhere")
    assert run(["review", "--open"]) == 0
    printed = capsys.readouterr().out
    assert "!1\n" in printed
    assert "memory: 1GiB → 512MiB" in printed
    assert "!2\n" not in printed
    assert world.host.written == []


def test_a_note_is_written_once_and_edited_when_the_request_changes(world: World) -> None:
    world.request(1, LESS)
    for _ in range(2):
        assert run(["review", "--open", "--post"]) == 0
    assert world.host.written == [("written", 1)]
    assert world.host.notes[1][0].text.startswith(f"{MARKER}\n### ")
    world.request(1, (ADLER, "memory: 512MiB", "memory: 256MiB"))
    assert run(["review", "--open", "--post"]) == 0
    assert world.host.written == [("written", 1), ("edited", 1)]
    assert "256MiB" in world.host.notes[1][0].text
    assert len(world.host.notes[1]) == 1


def test_a_note_with_the_marker_that_somebody_else_wrote_is_never_edited(world: World) -> None:
    world.request(1, LESS)
    forged = Note(1000, OTHER, f"{MARKER}\nAll is approved")
    world.host.notes[1] = [forged]
    assert run(["review", "--open", "--post"]) == 0
    assert forged.text == f"{MARKER}\nAll is approved"
    assert world.host.written == [("written", 1)]


def test_one_that_was_pushed_to_meanwhile_is_left_for_the_next_run(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    old = world.request(1, LESS)
    world.request(1, (ADLER, "memory: 512MiB", "memory: 256MiB"))
    world.request(2, (CARTOBIO, "disk: 30GiB", "disk: 20GiB"))
    world.host.opened[0] = Opened(1, old)
    assert run(["review", "--open", "--post"]) == 1
    assert "!1: it was pushed to meanwhile; the next run reviews it" in capsys.readouterr().err
    assert world.host.written == [("written", 2)]


def test_one_whose_commits_are_gone_stops_no_other(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.request(1, LESS)
    world.host.opened.append(Opened(7, "0" * 40))
    assert run(["review", "--open", "--post"]) == 1
    assert "!7: " in capsys.readouterr().err
    assert world.host.written == [("written", 1)]


def test_a_note_that_the_server_refuses_stops_no_other(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.request(1, LESS)
    world.request(2, (CARTOBIO, "disk: 30GiB", "disk: 20GiB"))
    world.host.refuses = frozenset({1})
    assert run(["review", "--open", "--post"]) == 1
    assert "!1: the discussion is locked" in capsys.readouterr().err
    assert world.host.written == [("written", 2)]


def test_a_request_that_cannot_be_read_is_a_review_with_its_errors(world: World) -> None:
    world.request(1, (ADLER, "title: ADLER", "title: [ADLER"))
    assert run(["review", "--open", "--post"]) == 0
    assert "**error**" in world.host.notes[1][0].text


def test_author_pushers_and_approvals_are_those_that_the_server_tells(world: World) -> None:
    world.request(1, LESS)
    world.request(2, LESS, pushers=(AUTHOR, OTHER))
    world.request(3, LESS, author=OTHER, pushers=None)
    world.request(4, LESS, author=OTHER, pushers=(OTHER,), approved_by=(APPROVER,))
    with reviewer(world.there.paths, "main") as reviews, open_requests.open_requests(reviews) as requests:
        found = {each.request.number: each.review for each in requests.reviews(together=False)}
    given = {number: [need.given for need in review.needs] for number, review in found.items() if review}
    assert given == {1: [], 2: [None], 3: [None], 4: ["link-1"]}


TWO = [
    ("quota-exceeded", (ADLER, "memory: 1GiB", "memory: 1408MiB"), (ADLER, "size: small", "size: medium")),
    ("capacity-exceeded", (ADLER, "memory: 1GiB", "memory: 1400MiB"), (CARTOBIO, "memory: 1GiB", "memory: 1400MiB")),
]


@pytest.mark.parametrize(("code", "one", "other"), TWO, ids=[row[0] for row in TWO])
def test_two_that_fit_alone_and_not_together_are_told_on_both(
    world: World, code: str, one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    if code == "capacity-exceeded":
        world.there.edit(FILE, ("capacity: {memory: 5GiB", "capacity: {memory: 4600MiB"))
        world.there.commit()
    world.request(1, one)
    world.request(2, other)
    world.request(3, (CARTOBIO, "town: Montreuil", "town: Paris"))
    with reviewer(world.there.paths, "main") as reviews, open_requests.open_requests(reviews) as requests:
        found = {each.request.number: each.review for each in requests.reviews(together=True)}
    reviewed = {number: review for number, review in found.items() if review is not None}
    assert [review.failed for review in reviewed.values()] == [False, False, False]
    told = {
        number: [(with_.number, [each.code for each in with_.findings]) for with_ in review.together] for number, review in reviewed.items()
    }
    assert told == {1: [(2, [code])], 2: [(1, [code])], 3: []}


def test_two_that_contradict_each_other_are_told_on_both(world: World) -> None:
    world.request(1, LESS)
    world.request(2, (ADLER, "memory: 1GiB", "memory: 768MiB"))
    with reviewer(world.there.paths, "main") as reviews, open_requests.open_requests(reviews) as requests:
        found = [each.review for each in requests.reviews(together=True) if each.review is not None]
    assert [[with_.number for with_ in review.together] for review in found] == [[2], [1]]


def test_with_open_tells_it_of_one_request_and_not_of_itself(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _, one, other = TWO[0]
    world.request(1, one)
    world.request(2, other)
    assert run(["review", "--base", "main", "--head", "r1", "--with-open"]) == 0
    printed = capsys.readouterr().out
    assert "!2" in printed
    assert "!1" not in printed
