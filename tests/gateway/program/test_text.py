"""The program's text: POSIX shell, without what may evaluate a value or take one from outside."""

import re
import subprocess
from pathlib import Path

from eiginfra.providers.gateway import program

PARTS = sorted(Path(program.__file__).parent.glob("*.sh"))
CODE = re.sub(r"^\s*#.*$", "", program.text(), flags=re.MULTILINE)


def test_a_posix_shell_reads_it() -> None:
    done = subprocess.run(["dash", "-n"], input=program.text(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(["shellcheck", "--shell", "sh", "-"], input=program.text(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_evaluated_and_no_other_interpreter_started() -> None:
    assert re.findall(r"(?<![\w-])(?:eval|xargs|bash|python3?|perl|sh -c|env|su)(?![\w-])", CODE) == []


def test_of_the_environment_only_who_called_sudo_is_read() -> None:
    """All other variables are set before they are used, which `set -u` holds: none has a value for when it is not set but these."""
    assert set(re.findall(r"\$\{(\w+)-", CODE)) == {"SUDO_USER", "1"}
    assert "\nset -fu\n" in program.text()


def test_its_parts_are_short_enough_to_read() -> None:
    assert len(PARTS) > 8
    assert [part.name for part in PARTS if len(part.read_text(encoding="utf-8").splitlines()) > 200] == []
