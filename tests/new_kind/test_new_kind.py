"""A kind is added by CONTRIBUTING's steps, in a clone: `make new-kind`, what the author fills in (a patch), at most four files.

When a template changes, a patch may no longer apply: write the files by `make new-kind NAME=gitlab.badge`, fill them in as the patch
has it, and store what `git diff` shows against the files as they were written.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = ("GIT_", "PYTEST_", "COVERAGE_", "MAKE", "PYTHONPATH")
LEFT = "FILL IN"


@dataclass(frozen=True)
class Example:
    """A kind to add. cases: what tries its cases; refused: the server's answer until they are filled in; docs: what reads its page."""

    provider: str
    thing: str
    cases: str
    refused: str
    docs: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.provider}.{self.thing}"

    @property
    def written(self) -> list[str]:
        folder = f"eiginfra/providers/{self.provider}/kinds"
        return [f"docs/kinds/{self}.md", f"{folder}/{self.thing}.py", f"tests/support/{self.provider}_cases/{self.thing}.py"]

    def tests(self, *which: str) -> tuple[str, ...]:
        return ("pytest", "-n", "0", "-p", "no:cacheprovider", "-k", f"{self.thing} or pages_of_proxmox", *which)


BADGE = Example(
    "gitlab",
    "badge",
    "tests/cases/gitlab/test_life.py",
    "GitLab answers 400: link_url is missing, image_url is missing",
    ("tests/test_docs.py", "tests/unit/providers/gitlab/test_pages_of_kinds.py", "tests/test_architecture.py"),
)
ALIAS = Example(
    "proxmox",
    "alias",
    "tests/cases/proxmox/test_every_field.py",
    "Method 'GET /cluster/aliass' not implemented",
    ("tests/test_docs.py", "tests/test_architecture.py"),
)

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no clone of the repository")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a clone, whose package it imports, without what this very run has in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    environment |= {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def new_kind(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "make", "new-kind", f"PYTHON={sys.executable}", f"NAME={name}")


def changed(folder: Path) -> set[str]:
    lines = run(folder, "git", "status", "--porcelain", "--untracked-files=all").stdout.splitlines()
    return {line[3:] for line in lines}


def green(folder: Path, *command: str) -> None:
    ended = run(folder, sys.executable, "-m", *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    ended = run(ROOT, "git", "clone", "--quiet", str(ROOT), str(folder))
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("example", [BADGE, ALIAS], ids=str)
def test_a_kind_costs_at_most_four_files(clone: Path, example: Example) -> None:
    made = new_kind(clone, str(example))
    assert (made.returncode, sorted(made.stdout.split())) == (0, example.written), made.stderr
    assert changed(clone) == {*example.written}
    # What was written is in order, but for what the server thinks of it: the cases fail until they are filled in.
    green(clone, "ruff", "check", "--no-cache", "--quiet", ".")
    green(clone, "ruff", "format", "--no-cache", "--quiet", "--check", ".")
    failing = run(clone, sys.executable, "-m", *example.tests(example.cases, "-x"))
    assert (failing.returncode, example.refused in failing.stdout) == (1, True), failing.stdout

    patch = Path(__file__).with_name(f"{example.thing}.patch")
    applied = run(clone, "git", "apply", str(patch))
    assert applied.returncode == 0, f"{applied.stderr}\nsee the top of {Path(__file__).name}"
    assert len(changed(clone)) <= 4
    assert [path for path in example.written if LEFT in (clone / path).read_text(encoding="utf-8")] == []
    green(clone, "ruff", "check", "--no-cache", "--quiet", ".")
    green(clone, "ruff", "format", "--no-cache", "--quiet", "--check", ".")
    green(clone, *example.tests(example.cases, *example.docs))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "'' is no name of a kind; write NAME=provider.thing"),
        ("gitlab", "'gitlab' is no name of a kind"),
        ("gitlab.Badge", "'gitlab.Badge' is no name of a kind"),
        ("gitlab.class", "'gitlab.class' is no name of a kind"),
        ("gitlab.a.b", "'gitlab.a.b' is no name of a kind"),
        ("../x.y", "'../x.y' is no name of a kind"),
        ("chat.channel", "no provider is called chat; there is gitlab, proxmox"),
        ("gitlab.label", "gitlab.label is there already: eiginfra/providers/gitlab/kinds/label.py"),
        ("proxmox.pool", "proxmox.pool is there already: eiginfra/providers/proxmox/kinds/pool.py"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_what_to_write(name: str, said: str) -> None:
    ended = run(ROOT, sys.executable, "tools/new_kind.py", name)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in ended.stderr


def test_no_kind_still_says_what_is_to_be_filled_in() -> None:
    written = re.compile(r"(eiginfra/providers/\w+/kinds|docs/kinds|tests/support/\w+_cases)/[^/]+")
    files = [path for folder in ("eiginfra", "docs", "tests") for path in (ROOT / folder).rglob("*.*")]
    kinds = [path for path in files if written.fullmatch(path.relative_to(ROOT).as_posix()) and path.suffix in {".py", ".md"}]
    assert kinds
    assert [path.name for path in kinds if LEFT in path.read_text(encoding="utf-8")] == []
