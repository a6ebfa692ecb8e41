"""Whose yes a request needs: the table of cases, and what no table of cases can list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from eiginfra.inventory.approvals import Approvals
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.loader import load_cohort
from eiginfra.review.edits import PLAIN_FILE, FileChange, FileVersion, edits
from eiginfra.review.model import ApprovalNeed, Author
from eiginfra.review.policy import needs

HERE: Final = Path(__file__).parent
BASE: Final = HERE / "base"
AS_OF: Final = date(2019, 10, 1)
IDS: Final = {"dev-1": 11, "link-1": 1}
SHORT: Final = {
    **{team: f"inventories/eig3/teams/{team}.yml" for team in ("adler", "estim", "open", "open-chronic")},
    "cohort": "inventories/eig3/cohort.yml",
}


@dataclass(frozen=True)
class Case:
    """A row of the table."""

    case: str
    author: str
    change: Mapping[str, Any]
    needs: Mapping[str, str]
    pushers: list[str] | None = None
    yeses: list[str] = field(default_factory=list)
    by: list[str] | None = field(default_factory=lambda: ["link-1", "link-2"])
    given: str | None = None


CASES: Final = [Case(**row) for row in yaml.safe_load((HERE / "cases.yml").read_text(encoding="utf-8"))]


def _author(text: str) -> Author | None:
    name, _, number = text.partition("#")
    if text == "nobody":
        return None
    return Author(username=name, id=(int(number) or None) if number else IDS.get(name, 900))


def _version(contents: bytes, mode: str = PLAIN_FILE) -> FileVersion:
    return FileVersion(mode, sha256(contents).hexdigest(), lambda: contents)


def _changes(case: Case) -> Iterator[FileChange]:
    for name, new in case.change.items():
        path = SHORT.get(name, name)
        there = BASE / path
        before = there.read_bytes() if there.is_file() and "/./" not in path and "//" not in path and "/../" not in path else None
        after: FileVersion | None = None
        match new:
            case list():
                text = (before or b"").decode()
                for old, replacement in new:
                    assert text.count(old) >= 1, old
                    text = text.replace(old, replacement, 1)
                after = _version(text.encode())
            case str():
                after = _version(new.encode())
            case dict():
                written = new["write"].encode() if "write" in new else bytes.fromhex(new["bytes"]) if "bytes" in new else before or b""
                after = _version(written, new.get("mode", PLAIN_FILE))
        yield FileChange(path, None if before is None else _version(before), after)


@pytest.fixture(scope="module")
def base() -> Mapping[str, Cohort]:
    return {name: load_cohort(BASE / "inventories" / name) for name in ("eig2", "eig3")}


def _needs(case: Case, base: Mapping[str, Cohort]) -> tuple[ApprovalNeed, ...]:
    author = _author(case.author)
    pushers = [_author(name) for name in case.pushers or [case.author]]
    yeses = tuple(yes for yes in map(_author, case.yeses) if yes is not None)
    found = edits(_changes(case), "inventories")
    known = tuple(pusher for pusher in pushers if pusher is not None)
    return needs(found, base, AS_OF, author=author, pushers=None if None in pushers else known, yeses=yeses)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_whose_yes_a_change_needs(case: Case, base: Mapping[str, Cohort]) -> None:
    needed = _needs(case, base)
    got = {need.edit.path or need.edit.file: need for need in needed}
    assert {path: need.reason.code for path, need in got.items()} == dict(case.needs)
    assert all(list(need.by) == case.by for need in needed if case.by is not None)
    assert {need.given for need in needed} <= {case.given}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150
    assert len({case.case for case in CASES}) == len(CASES)


def test_without_approvers_nobody_is_named_and_no_yes_counts(base: Mapping[str, Cohort]) -> None:
    cohort = base["eig3"]
    silent = replace(cohort, file=cohort.file.model_copy(update={"approvals": Approvals()}))
    change = FileChange(SHORT["adler"], _version(b"title: A"), _version(b"title: B"))
    link = Author(username="link-1", id=1)
    for author in (link, Author(username="dev-1", id=11)):
        needed = needs(edits([change], "inventories"), {"eig3": silent}, AS_OF, author=author, pushers=(author,), yeses=(link,))
        assert [(need.by, need.given) for need in needed] == [((), None)]


def test_what_is_no_cohorts_needs_one_who_approves_in_each_cohort_that_has_not_ended(base: Mapping[str, Cohort]) -> None:
    cohort = base["eig3"]
    other = replace(cohort, file=cohort.file.model_copy(update={"approvals": Approvals(by=("link-2", "link-3"))}))
    change = FileChange("playbooks/site.yml", _version(b"a"), _version(b"b"))
    author = Author(username="dev-1", id=11)
    for cohorts, by in (({**base}, ("link-1", "link-2")), ({**base, "eig4": other}, ("link-2",)), ({}, ())):
        needed = needs(edits([change], "inventories"), cohorts, AS_OF, author=author, pushers=(author,))
        assert [need.by for need in needed] == [by]


def test_a_team_whose_file_is_broken_at_the_base_has_no_members(base: Mapping[str, Cohort]) -> None:
    cohort = base["eig3"]
    without = replace(cohort, teams=tuple(team for team in cohort.teams if team.id != "adler"))
    change = FileChange(SHORT["adler"], _version(b"title: A"), _version(b"title: B"))
    needed = needs(edits([change], "inventories"), {"eig3": without}, AS_OF, author=Author(username="dev-1", id=11), pushers=())
    assert [need.reason.code for need in needed] == ["edit-unreadable"]
