"""The CI template runs nothing of a merge request: only the inventory's data comes from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "ci" / "gitlab-ci.yml").read_text(encoding="utf-8"))


def steps(job: str) -> list[str]:
    return [*TEMPLATE["default"]["before_script"], *TEMPLATE[job]["script"]]


def test_attack_ci_nothing_is_installed_or_run_from_the_request() -> None:
    assert TEMPLATE["variables"]["GIT_STRATEGY"] == "none"
    for job in ("check", "plan"):
        lines = steps(job)
        installs = [line for line in lines if "pip install" in line]
        assert installs
        assert all('"$TRUSTED' in line for line in installs)
        assert not [line for line in lines if "$CI_PROJECT_DIR" in line and not line.startswith("eiginfra plan")]
        clone = next(line for line in lines if "git clone" in line)
        assert '--branch "$CI_DEFAULT_BRANCH"' in clone
    check = "\n".join(TEMPLATE["check"]["script"])
    assert '--playbook "$TRUSTED/' in check
    assert '--site "$TRUSTED/' in check


def test_attack_ci_secrets_are_for_the_protected_default_branch() -> None:
    (rule,) = TEMPLATE["plan"]["rules"]
    assert rule["if"] == '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true"'


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """The project's repository: its default branch, and a merge request that changes everything that could be run."""
    folder = tmp_path / "origin"
    folder.mkdir()
    for name in ("inventories", "playbooks", "infra"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "eiginfra.yml", folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "checkout", "--quiet", "-b", "request")
    return folder


def git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "ci@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **names})


def checked(origin: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The job `check` as a runner does it, but with what is installed here."""
    git(origin, "add", "--force", ".")
    git(origin, "commit", "--quiet", "--allow-empty", "-m", "request")
    git(origin, "update-ref", "refs/merge-requests/1/head", "HEAD")
    git(origin, "checkout", "--quiet", "main")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python").write_text('#!/bin/sh\nmkdir -p "$3/bin"; : > "$3/bin/activate"\n')
    (tools / "pip").write_text("#!/bin/sh\n")
    (tools / "eiginfra").write_text(f'#!/bin/sh\nexec {sys.executable} -m eiginfra "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = {
        **os.environ,
        **{name: str(value) for name, value in TEMPLATE["variables"].items()},
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CI_BUILDS_DIR": str(tmp_path),
        "CI_JOB_ID": "1",
        "CI_DEFAULT_BRANCH": "main",
        "CI_REPOSITORY_URL": f"file://{origin}",
        "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "uploadpack.allowAnySHA1InWant",
        "GIT_CONFIG_VALUE_0": "true",
    }
    script = "\n".join(["set -e", *steps("check")])
    return subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_attack_ci_what_a_request_changes_besides_its_data_is_not_used(origin: Path, tmp_path: Path) -> None:
    (origin / "playbooks" / "site.yml").write_text("- name: Mine\n  tasks: [{no.such: {}}]\n")
    (origin / "infra" / "etalab.yml").write_text("gitlab: {url: https://evil.example.org, token: {command: [touch, run]}}\n")
    (origin / "eiginfra.yml").write_text("playbook: ../../etc/passwd\n")
    (origin / "sitecustomize.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n")
    (origin / "eiginfra").mkdir()
    (origin / "eiginfra" / "__init__.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n")
    done = checked(origin, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "run").exists()
    assert "evil" not in done.stdout + done.stderr


def test_attack_ci_the_requests_data_is_checked(origin: Path, tmp_path: Path) -> None:
    team = origin / "inventories" / "eig3" / "teams" / "adler.yml"
    team.write_text(team.read_text().replace("name: api", "name: raw"))
    (origin / ".gitattributes").write_text("*.yml export-ignore\n")
    done = checked(origin, tmp_path)
    assert done.returncode == 65, done.stdout + done.stderr
    assert "inventories/eig3/teams/adler.yml:21:11: error" in done.stdout
