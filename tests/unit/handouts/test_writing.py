from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from eiginfra.core.errors import EiginfraError
from eiginfra.handouts import Handout, write


@pytest.fixture
def handouts(pages: Callable[..., dict[str, str]]) -> list[Handout]:
    return [Handout(PurePath(path), text) for path, text in pages().items()]


def test_pages_are_written_and_replaced(handouts: list[Handout], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "handouts"
    paths = write(handouts, folder)
    assert sorted(paths) == sorted(folder.iterdir())
    (folder / "adler.md").write_text("<!-- eiginfra handouts -->\nolder")
    assert write(handouts, folder) == paths
    assert [path.read_text(encoding="utf-8") for path in paths] == [handout.text for handout in handouts]


def test_files_of_others_are_left_alone(handouts: list[Handout], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "plume.html").write_text("mine too")
    with pytest.raises(EiginfraError, match=r"plume\.html was not written by eiginfra; move it away"):
        write(handouts, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "plume.html"]


def test_a_place_that_is_no_folder(handouts: list[Handout], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EiginfraError, match=r"cannot write .*choose another folder"):
        write(handouts, tmp_path / "file")


def test_no_draft_is_left_behind(handouts: list[Handout], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(EiginfraError, match="No space left on device"):
        write(handouts, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../evil.html", "/evil.html"])
def test_nothing_is_written_outside(tmp_path: Path, path: str) -> None:
    with pytest.raises(EiginfraError, match="outside"):
        write([Handout(PurePath(path), "x")], tmp_path)
