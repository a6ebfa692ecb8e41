"""An inventory's folder as it would be: other contents, new files and folders, and everything else from the disk."""

from pathlib import Path

import pytest

from eiginfra.core.errors import InputError
from eiginfra.inventory.folder import EditedFolder, EntryType
from eiginfra.inventory.loader import load_cohort, load_siblings

COHORT = "cohort: {}\ntitle: C\nstarts: 2019-09-02\nends: 2020-07-01\n"
TEAM = "title: {}\nadministration: A\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("eig3", "eig4"):
        (tmp_path / name / "teams").mkdir(parents=True)
        (tmp_path / name / "cohort.yml").write_text(COHORT.format(name), encoding="utf-8")
        (tmp_path / name / "teams" / f"{name}-team.yml").write_text(TEAM.format("T"), encoding="utf-8")
    return tmp_path


def edited(folder: Path, **changes: str) -> EditedFolder:
    return EditedFolder(folder, {folder / name: text.encode() for name, text in changes.items()})


def test_a_changed_and_a_new_file_are_read_beside_those_of_the_disk(root: Path) -> None:
    folder = edited(root / "eig3", **{"teams/eig3-team.yml": TEAM.format("Other"), "teams/new.yml": TEAM.format("New")})
    assert [(team.id, team.title) for team in load_cohort(folder).teams] == [("eig3-team", "Other"), ("new", "New")]
    assert [team.title for team in load_cohort(root / "eig3").teams] == ["T"]


def test_what_is_wrong_is_told_under_the_path_that_the_file_will_have(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(InputError, match=r"eig3/teams/new\.yml:1:1"):
        load_cohort(edited(root / "eig3", **{"teams/new.yml": "titel: New\n"}))


def test_a_folder_that_is_not_there_yet_is_one_with_its_siblings(root: Path) -> None:
    folder = edited(root / "eig5", **{"cohort.yml": COHORT.format("eig5"), "teams/x.yml": TEAM.format("X")})
    assert load_cohort(folder).id == "eig5"
    assert folder.type("teams") is EntryType.FOLDER
    assert folder.type("nothing") is None
    assert folder.entries() == [("cohort.yml", EntryType.FILE), ("teams", EntryType.FOLDER)]
    cohorts, warnings = load_siblings(folder)
    assert ([cohort.id for cohort in cohorts], warnings) == (["eig3", "eig4"], [])


def test_a_link_is_still_one(root: Path) -> None:
    (root / "eig3" / "teams" / "link.yml").symlink_to(root / "eig4" / "cohort.yml")
    assert edited(root / "eig3", **{"teams/new.yml": TEAM.format("N")}).folder("teams").type("link.yml") is EntryType.LINK
