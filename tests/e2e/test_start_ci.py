"""The CI of a new repository: its jobs' lines as a runner runs them, with what is installed here in the place of what they install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.gitlab_runner import Ended, Pipeline, read

from eiginfra.cli.main import run

ROOT = Path(__file__).parents[2]
PYTHON = f"""#!/bin/sh
# What `python -m venv FOLDER` is asked for, and what pip would install.
mkdir -p "$3/bin"
printf '#!/bin/sh\\n' > "$3/bin/pip"
printf '#!/bin/sh\\nexec {sys.executable} -m eiginfra "$@"\\n' > "$3/bin/eiginfra"
chmod +x "$3/bin/pip" "$3/bin/eiginfra"
"""


def git(folder: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "ci@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **names}, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    assert run(["init", str(folder), "--cohort", "eig9", "--team", "adler", "--yes", "--quiet"]) == 0
    return folder


@pytest.fixture
def origin(written: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    shutil.copytree(written, folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    git(folder, "checkout", "--quiet", "-b", "request")
    return folder


def reviewed(origin: Path, tmp_path: Path) -> Ended:
    """The job `review` of the default branch's file, for what is changed in the checkout."""
    git(origin, "add", "--all", "--force")
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "request")
    git(origin, "update-ref", "refs/merge-requests/1/head", "HEAD")
    given = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_SHA": git(origin, "rev-parse", "HEAD"),
        "CI_REPOSITORY_URL": f"file://{origin}",
        "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head",
    }
    git(origin, "checkout", "--quiet", "main")
    for name in ("tools", "runner"):
        (tmp_path / name).mkdir()
    (tmp_path / "tools" / "python").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "tools" / "python").chmod(0o755)
    return Pipeline(read(origin / ".gitlab-ci.yml"), tmp_path / "runner", tmp_path / "tools", given).run("review", PYTHONPATH=str(ROOT))


def test_a_request_is_reviewed_in_french_by_the_site_and_playbook_of_the_default_branch(origin: Path, tmp_path: Path) -> None:
    team = origin / "inventories/eig9/teams/adler.yml"
    team.write_text(team.read_text(encoding="utf-8").replace("size: small", "size: medium"), encoding="utf-8")
    (origin / "infra/site.yml").write_text("gitlab: {url: https://evil.example.org, token: {command: [touch, run]}}\n", encoding="utf-8")
    (origin / "eiginfra.yml").write_text("playbook: ../../etc/passwd\n", encoding="utf-8")
    done = reviewed(origin, tmp_path)
    assert done.code == 0, done.log
    assert "cœurs 1 → 2 sur 4" in done.log
    assert "evil" not in done.log.replace("infra/site.yml", "")


def test_what_is_wrong_in_a_request_ends_its_job_at_its_line(origin: Path, tmp_path: Path) -> None:
    team = origin / "inventories/eig9/teams/adler.yml"
    team.write_text(team.read_text(encoding="utf-8").replace("size: small", "size: smal"), encoding="utf-8")
    done = reviewed(origin, tmp_path)
    assert done.code == 65, done.log
    assert "adler.yml:20:11" in done.log


def test_secrets_are_for_jobs_of_the_protected_default_branch(written: Path) -> None:
    file = yaml.safe_load((written / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    jobs = {name: job for name, job in file.items() if isinstance(job, dict) and "script" in job}
    assert {name for name, job in jobs.items() if "$CI_COMMIT_REF_PROTECTED" not in str(job["rules"])} == {"review"}
    assert [job["rules"][0]["if"] for job in (jobs["plan"], jobs["apply"])] == [
        '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true" && $CI_PIPELINE_SOURCE != "schedule"'
    ] * 2
