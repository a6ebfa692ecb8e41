"""CODEOWNERS from approvals and teams, as GitLab reads it."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from eiginfra.core.errors import UsageError
from eiginfra.inventory.approvals import Approvals
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.loader import load_cohort
from eiginfra.review.codeowners import codeowners
from eiginfra.review.people import BasePeople
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.codeowners import owners

BASE: Final = Path(__file__).parent / "base"
AS_OF: Final = date(2019, 10, 1)
TEXT: Final = """\
[EIG Link]
* @link-1 @link-2
/inventories/eig3/ @link-1 @link-2

^[Teams]
/inventories/eig3/teams/adler.yml @lead-1 @dev-1 @both-1 @rep-1
/inventories/eig3/teams/estim.yml @estim-1 @both-1
/inventories/eig3/teams/open-chronic.yml @chronic-1 @chronic-2
/inventories/eig3/teams/open.yml @open-1
"""


@pytest.fixture
def base() -> Mapping[str, Cohort]:
    return {name: load_cohort(BASE / "inventories" / name) for name in ("eig2", "eig3")}


def _approved_by(cohort: Cohort, *names: str) -> Cohort:
    return replace(cohort, file=cohort.file.model_copy(update={"approvals": Approvals(by=names)}))


def test_eig_link_owns_all_and_members_are_optional_owners_of_their_file(base: Mapping[str, Cohort]) -> None:
    comment, _, rest = codeowners(BasePeople(base, AS_OF), "inventories").partition("\n")
    assert comment.startswith("# Made by `eiginfra codeowners`")
    assert rest == TEXT
    assert "\n/eig3/teams/open.yml @open-1\n" in codeowners(BasePeople(base, AS_OF), "")


def test_what_is_no_cohorts_is_owned_by_those_who_approve_in_each(base: Mapping[str, Cohort]) -> None:
    every = {**base, "eig4": _approved_by(base["eig3"], "link-2", "link-3")}
    text = codeowners(BasePeople(every, AS_OF), "inventories")
    assert "\n* @link-2\n/inventories/eig3/ @link-1 @link-2\n/inventories/eig4/ @link-2 @link-3\n" in text


@pytest.mark.parametrize("by", [(), ("link-3",)])
def test_no_file_is_written_that_leaves_something_without_owner(by: tuple[str, ...], base: Mapping[str, Cohort]) -> None:
    with pytest.raises(UsageError, match="nobody may approve"):
        codeowners(BasePeople({**base, "eig4": _approved_by(base["eig3"], *by)}, AS_OF), "inventories")
    with pytest.raises(UsageError, match="nobody may approve"):
        codeowners(BasePeople({}, AS_OF), "inventories")


def test_the_paths_are_those_in_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(BASE / "inventories", tmp_path / "data/inventories")
    paths = Paths(inventory=tmp_path / "data/inventories/eig3", playbook=tmp_path / "p.yml", site=tmp_path / "data/s.yml", as_of=AS_OF)
    (tmp_path / "data/s.yml").touch()
    with pytest.raises(UsageError, match="in no git checkout"):
        owners(paths)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    assert owners(paths).partition("\n")[2] == TEXT.replace("/inventories", "/data/inventories")
