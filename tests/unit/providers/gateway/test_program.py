"""How an administrator gets the gateway's program, and the line of sudoers for it."""

import re
import subprocess
import sys
from pathlib import Path

from eiginfra.providers.gateway import program

PAGE = (Path(__file__).parents[4] / "docs" / "prepare-gateway.md").read_text(encoding="utf-8")


def test_doctor_prints_the_program_and_needs_no_site_for_it(tmp_path: Path) -> None:
    command = [Path(sys.executable).parent / "eiginfra", "doctor", "--gateway-program"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == program.text()


def test_it_is_one_file_that_does_nothing_before_its_last_line() -> None:
    lines = program.text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert lines[-1] == 'main "$@"'
    assert sum(line.startswith("#!") for line in lines) == 1


def test_the_line_of_sudoers_is_that_of_the_page_and_has_no_wildcard() -> None:
    line = program.sudoers("eiginfra")
    assert f"\n{line}\n" in PAGE
    assert not re.search(r"[*?!\\\[]", line)
    assert all(command.count(" ") == 1 for command in line.partition("NOPASSWD: ")[2].split(", "))
