"""What a folder of handouts remembers: files that state the same stay untouched, all else is told or written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eiginfra.core.errors import EiginfraError
from eiginfra.core.resource import Observed
from eiginfra.handouts import HandoutsAsked, OutputFolder, handout_files
from eiginfra.handouts.files import output_folder
from eiginfra.handouts.files.output_folder import PageFile, has_pdfs

from .conftest import context

Files = Callable[..., list[PageFile]]
FIRST, LATER = date(2019, 10, 1), date(2019, 10, 8)
STAMP = 1_000_000_000


@pytest.fixture
def files(cohort: Callable[..., Any], site: Callable[..., Any]) -> Files:
    def make(*observed: Observed, languages: Sequence[str] = ("fr",), asked: HandoutsAsked | None = None, **values: Any) -> list[PageFile]:
        contexts = [context(*observed, cohort=cohort(**values), site=site(), language=language) for language in languages]
        return list(handout_files(contexts, asked or HandoutsAsked()))

    return make


def written(folder: Path, files: list[PageFile], day: date = FIRST, theme: str = "") -> list[str]:
    """The names of the files that a call writes."""
    pages = OutputFolder(folder, day, theme=theme)
    return [str(found.file.path) for found in pages.write(pages.look(files))]


def states(folder: Path, files: list[PageFile], day: date = FIRST, theme: str = "") -> dict[str, str]:
    """What is not as it should be."""
    found = OutputFolder(folder, day, theme=theme).look(files)
    return {str(each.file.path): each.state for each in found if each.state != "current"}


def old(folder: Path) -> None:
    """As if the files had been written long ago."""
    for path in folder.rglob("*"):
        os.utime(path, (STAMP, STAMP))


def times(folder: Path) -> set[str]:
    """The files that were written since."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime != STAMP}


def test_the_first_time_all_is_written(files: Files, tmp_path: Path) -> None:
    made = files()
    assert set(states(tmp_path, made).values()) == {"missing"}
    assert len(written(tmp_path, made)) == len(made)
    assert states(tmp_path, made) == {}


def test_what_states_the_same_is_not_even_rendered(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, files())
    old(tmp_path)

    def never(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(output_folder, "rendered", never)
    assert written(tmp_path, files()) == []
    assert times(tmp_path) == set()


def test_a_page_is_of_the_day_its_facts_last_changed_and_the_index_of_the_last_look(
    files: Files, standing: tuple[Observed, ...], tmp_path: Path
) -> None:
    written(tmp_path, files(*standing))
    old(tmp_path)
    assert states(tmp_path, files(*standing), LATER) == {}
    assert written(tmp_path, files(*standing), LATER) == ["index.html", "index.md"]
    assert times(tmp_path) == {"index.html", "index.md", "eiginfra.json"}
    assert "1er\u00a0octobre" in (tmp_path / "adler.md").read_text(encoding="utf-8")
    assert "8\u00a0octobre" in (tmp_path / "index.md").read_text(encoding="utf-8")
    changed = states(tmp_path, files(*standing[:-1]), LATER)
    assert {"adler.html", "adler.md", "index.html"} <= changed.keys()
    assert "plume.html" not in changed
    written(tmp_path, files(*standing[:-1]), LATER)
    assert "8\u00a0octobre" in (tmp_path / "adler.md").read_text(encoding="utf-8")
    assert "1er\u00a0octobre" in (tmp_path / "plume.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", [b"", b"cut", None])
def test_a_damaged_file_is_stale_and_written_again(files: Files, tmp_path: Path, damage: bytes | None) -> None:
    made = files()
    written(tmp_path, made)
    path = tmp_path / "plume.md"
    before = path.read_bytes()
    path.write_bytes(before[:-5] if damage is None else before[:60] + damage)
    assert states(tmp_path, made) == {"plume.md": "stale"}
    assert written(tmp_path, made) == ["plume.md"]
    assert path.read_bytes() == before


def test_a_folder_that_has_pdfs_keeps_them(files: Files, tmp_path: Path) -> None:
    assert not has_pdfs(tmp_path)
    written(tmp_path, files())
    assert not has_pdfs(tmp_path)
    written(tmp_path, files(asked=HandoutsAsked(frozenset(["adler"]), (".html", ".pdf")))[:2])
    assert has_pdfs(tmp_path)


def test_a_file_that_is_gone_is_missing(files: Files, tmp_path: Path) -> None:
    made = files()
    written(tmp_path, made)
    (tmp_path / "plume.md").unlink()
    assert states(tmp_path, made) == {"plume.md": "missing"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format_version": 2, "files": {}}',
        '{"format_version": 1, "files": {"../x.md": {}}}',
        "\udcff",
        '{"files": {"a": 1}}',
    ],
)
def test_a_manifest_that_cannot_be_read_says_nothing(files: Files, tmp_path: Path, text: str) -> None:
    made = files()
    written(tmp_path, made)
    sound = (tmp_path / "eiginfra.json").read_bytes()
    (tmp_path / "eiginfra.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert set(states(tmp_path, made).values()) == {"stale"}
    assert len(written(tmp_path, made)) == len(made)
    assert (tmp_path / "eiginfra.json").read_bytes() == sound


def test_another_theme_writes_html_again_and_keeps_the_day(files: Files, tmp_path: Path) -> None:
    written(tmp_path, files())
    theme = "h1 { color: #123456; }"
    assert {name.rpartition(".")[2] for name in states(tmp_path, files(), theme=theme)} == {"html"}
    written(tmp_path, files(), LATER, theme=theme)
    assert "1er\u00a0octobre" in (tmp_path / "plume.html").read_text(encoding="utf-8")


def test_what_is_left_over_goes_if_it_is_unchanged(files: Files, tmp_path: Path, adler: dict[str, Any]) -> None:
    written(tmp_path, files())
    (tmp_path / "plume.md").write_text((tmp_path / "plume.md").read_text(encoding="utf-8") + "mine\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("mine\n", encoding="utf-8")
    left = [file for file in files() if not str(file.path).startswith("plume")]
    pages = OutputFolder(tmp_path, FIRST)
    found = pages.left_over(left)
    assert {str(each.path): each.unchanged for each in found if each.path.stem == "plume"} == {"plume.html": True, "plume.md": False}
    pages.remove(found)
    assert {path.name for path in tmp_path.iterdir() if path.stem in ("plume", "notes")} == {"plume.md", "notes.md"}
    assert "plume.html" not in json.loads((tmp_path / "eiginfra.json").read_text(encoding="utf-8"))["files"]


def test_without_a_manifest_nothing_is_removed(files: Files, tmp_path: Path) -> None:
    written(tmp_path, files())
    (tmp_path / "eiginfra.json").unlink()
    pages = OutputFolder(tmp_path, FIRST)
    assert {str(each.path) for each in pages.left_over([])} >= {"adler.html", "plume.md"}
    assert pages.remove(pages.left_over([])) == []


def test_languages_have_folders_of_their_own(files: Files, tmp_path: Path) -> None:
    made = files(languages=("fr", "en"))
    written(tmp_path, made)
    assert '<html lang="fr"' in (tmp_path / "fr" / "adler.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in (tmp_path / "en" / "adler.html").read_text(encoding="utf-8")
    assert OutputFolder(tmp_path, FIRST).left_over(files()) != []


def test_a_file_of_somebody_else_stays_and_nothing_is_written(files: Files, tmp_path: Path) -> None:
    (tmp_path / "plume.html").write_text("mine", encoding="utf-8")
    with pytest.raises(EiginfraError, match=r"plume\.html was not written by eiginfra; move it away"):
        written(tmp_path, files())
    assert [path.name for path in tmp_path.iterdir()] == ["plume.html"]


def test_a_folder_that_cannot_be_written(files: Files, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EiginfraError, match=r"cannot write .*choose another folder"):
        written(tmp_path / "file", files())


def test_the_same_facts_are_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Python orders sets by a seed that differs from process to process."""
    script = (
        "import sys; sys.path.insert(0, 'tests/unit'); from handouts import conftest as c\n"
        "from eiginfra.inventory.cohort import Cohort, CohortFile; from eiginfra.inventory.model import Team\n"
        "from eiginfra.inventory.site import Site, SiteFile; from hashlib import sha256\n"
        "cohort = Cohort(CohortFile.model_validate(c.COHORT), (Team.model_validate(c.ADLER),), c.Nowhere())\n"
        "site = Site('lab', SiteFile.model_validate({'gateway': c.GATEWAY}), c.Nowhere())\n"
        "made = c.raw(c.context(*c.STANDING, cohort=cohort, site=site))\n"
        "print(sha256(repr(sorted(made.items())).encode()).hexdigest())\n"
    )
    root = Path(__file__).parents[3]

    def digest(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run([sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest("1") == digest("2")


def test_characters_that_no_font_has_are_told(files: Files, tmp_path: Path) -> None:
    pages = OutputFolder(tmp_path, FIRST)
    asked = HandoutsAsked(frozenset(["adler"]), (".pdf",))
    pages.write(pages.look(files(asked=asked, title="Promotion \N{CJK UNIFIED IDEOGRAPH-4E2D}")[:1]))
    assert pages.missing == {"\N{CJK UNIFIED IDEOGRAPH-4E2D}"}
