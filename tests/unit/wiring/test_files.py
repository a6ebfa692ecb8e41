"""Files are written whole or not at all, and none is overwritten by accident."""

from pathlib import Path

import pytest

from eiginfra.core.errors import UsageError
from eiginfra.wiring.files import create_file, replace_file


def test_a_new_file_comes_with_its_folders_and_nothing_else(tmp_path: Path) -> None:
    create_file(tmp_path / "a" / "b" / "c.yml", b"c")
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.yml"]
    assert (tmp_path / "a" / "b" / "c.yml").read_bytes() == b"c"


@pytest.mark.parametrize("link", [False, True])
def test_what_is_there_stays(tmp_path: Path, link: bool) -> None:
    path = tmp_path / "c.yml"
    if link:
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_bytes(b"mine")
    with pytest.raises(UsageError, match="not overwritten"):
        create_file(path, b"c")
    assert [one.name for one in tmp_path.iterdir()] == ["c.yml"]
    assert link or path.read_bytes() == b"mine"


def test_other_contents_keep_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, len([*tmp_path.iterdir()])) == (b"new", 0o640, 1)


def test_what_cannot_be_written_is_told_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be written: File exists"):
        create_file(tmp_path / "file" / "c.yml", b"c")
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        replace_file(tmp_path / "c.yml", b"c")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
