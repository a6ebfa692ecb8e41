"""The manual page: what the help says, in roff."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from eiginfra.cli.commands import walk
from eiginfra.cli.main import program, run
from eiginfra.render.man import escaped

PAGE = Path(__file__).parents[3] / "docs" / "man" / "eiginfra.1"
SHOWN = walk(program())


def test_the_page_in_the_repository_is_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["man"]) == 0
    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8"), "run make man"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_finds_nothing_to_warn_of() -> None:
    ended = subprocess.run(
        ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-rLL=80n", str(PAGE)], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stderr == ""
    assert "EXIT STATUS" in re.sub(r".\x08|\x1b\[\d*m", "", ended.stdout)


@pytest.mark.parametrize("path", sorted(SHOWN), ids=" ".join)
def test_every_command_and_option_is_in_it(path: tuple[str, ...]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f".SS {escaped('eiginfra ' + ' '.join(path))}\n" in page
    names = [name for param in SHOWN[path].params for name in (param.opts if param.param_type_name == "option" else [])]
    assert [name for name in names if f"\\fB{escaped(name)}" not in page] == []


@pytest.mark.parametrize(
    ("text", "roff"), [("--limit a\\b", "\\-\\-limit a\\eb"), (".x", "\\&.x"), ("'all:!x'", "\\&'all:!x'"), ("plain", "plain")]
)
def test_no_text_is_taken_for_a_request(text: str, roff: str) -> None:
    assert escaped(text) == roff
