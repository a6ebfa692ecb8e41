"""What a user does from nothing: the wheel in an empty environment, and the commands of the README's section on a cohort of one's own.

The environment sees the libraries of the test's, but not the editable eiginfra: every file that is needed must be in the wheel.
"""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Your own cohort\n")[2].partition("\n## ")[0]
TYPED = re.findall(r"^\$ ([^#\n]+?)(?: +#.*?(?:exit (\d+).*)?)?$", SECTION, re.MULTILINE)
"""The commands, each with the exit code that is told beside it."""


@dataclass
class User:
    """A user with an environment of their own, in a folder of their own."""

    bin: Path
    folder: Path

    def types(self, command: str, code: int = 0) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EIGINFRA", "LC_", "LANG"))}
        environment |= {"PATH": f"{self.bin}:{os.environ['PATH']}", "NO_COLOR": "1", "HOME": str(self.folder)}
        environment |= {f"GIT_{who}_{what}": "user@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            shlex.split(command), cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


def pip(*arguments: str, python: Path | None = None) -> None:
    into = [f"--python={python}"] if python else []
    command = [sys.executable, "-m", "pip", *into, "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path / "wheels"), str(ROOT))
    [wheel] = (tmp_path / "wheels").glob("eiginfra-*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    pip("install", "--no-deps", "--no-index", str(wheel), python=environment / "bin" / "python")
    # A path in a .pth is searched for libraries, but no .pth in there is read: the editable eiginfra is not found.
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    (tmp_path / "home").mkdir()
    somebody = User(environment / "bin", tmp_path / "home")
    yield somebody
    if (somebody.folder / ".eiginfra" / "lab" / "lab.json").exists():
        somebody.types("eiginfra lab down")


def free_ports(folder: Path) -> None:
    """Where the lab serves, in the site file: tests run beside others, so that the usual ports may be taken."""
    serving = yaml.safe_load((folder / ".eiginfra/lab/site.yml").read_text(encoding="utf-8"))
    path = folder / "infra/lab.yml"
    text = path.read_text(encoding="utf-8")
    for usual, real in (
        ("http://127.0.0.1:8929", serving["gitlab"]["url"]),
        ("https://127.0.0.1:8006", serving["proxmox"]["url"]),
        ("port: 8022", f"port: {serving['gateway']['port']}"),
    ):
        assert usual in text
        text = text.replace(usual, real)
    path.write_text(text, encoding="utf-8")


def test_the_readmes_commands_work_from_nothing_with_the_wheel_alone(user: User) -> None:
    assert user.types("python -c 'import eiginfra; print(eiginfra.__file__)'").startswith(str(user.bin.parent))
    told = {}
    for command, code in TYPED:
        if command.startswith("pip install"):
            continue
        if command.startswith("cd "):
            user.folder = user.folder / command.removeprefix("cd ")
            continue
        serves = command == "eiginfra lab up --detach"
        told[command] = user.types(f"{command} --port 0" if serves else command, int(code or 0))
        if serves:
            free_ports(user.folder)
    assert "+ proxmox.container[eig4/adler/db]" in told["eiginfra plan --detailed-exitcode"]
    assert "machines 1 → 2 of 3" in told["eiginfra review --base HEAD~1"]
    assert len(told) > 7


def test_every_file_of_the_package_is_in_the_wheel(user: User) -> None:
    def files(package: Path) -> set[str]:
        return {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    [installed] = user.bin.parent.glob("lib/python*/site-packages/eiginfra")
    assert files(ROOT / "eiginfra") <= files(installed)
    assert {"handouts/rendering/pdf.css", "handouts/rendering/look/style.css", "handouts/blocks/fr/open_code.md"} <= files(installed)
