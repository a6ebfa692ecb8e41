"""A project as a GitLab would have it: a repository with merge requests, servers, a journal, and an image for its jobs."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from support import image, postgres
from support.gitlab_runner import Pipeline

from eiginfra.lab.config import PORTS, LabConfig
from eiginfra.lab.server import Lab, running

ROOT = Path(__file__).parents[2]
TEAMS = ("adler", "karfur")


@dataclass
class Project:
    """origin: the repository; its checkout is edited, committed, and never what a job works in."""

    origin: Path
    folder: Path
    image: Path
    lab: Lab | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    shell: str = "bash"
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def git(self, *arguments: str) -> str:
        names = {f"GIT_{who}_{what}": "team@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.origin), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **names, **quiet}).stdout.strip()

    def commit(self, message: str = "change") -> None:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)

    def edit(self, team: str, old: str, new: str) -> None:
        path = self.origin / "inventories" / "eig3" / "teams" / f"{team}.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def gitlab(self, method: str, path: str, **parameters: Any) -> Any:
        assert self.lab is not None
        headers = {"PRIVATE-TOKEN": self.secrets["EIGINFRA_GITLAB_TOKEN"]}
        answer = requests.request(method, f"{self.lab.urls['gitlab']}/api/v4{path}", headers=headers, data=parameters, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def issues(self) -> Any:
        return self.gitlab("GET", "/projects/eig%2Finventory/issues?state=opened")

    def request(self, number: int) -> Pipeline:
        """The pipeline of a merge request with what is changed in the checkout, which is back on the default branch afterwards."""
        self.git("checkout", "--quiet", "-B", f"request-{number}")
        self.commit()
        sha, reference = self.git("rev-parse", "HEAD"), f"refs/merge-requests/{number}/head"
        self.git("update-ref", reference, sha)
        self.git("checkout", "--quiet", "main")
        self.git("branch", "--quiet", "-D", f"request-{number}")
        given = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_SHA": sha,
            "CI_COMMIT_REF_NAME": f"request-{number}",
            "CI_COMMIT_REF_PROTECTED": "false",
            "CI_MERGE_REQUEST_IID": str(number),
            "CI_MERGE_REQUEST_REF_PATH": reference,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        }
        return self._pipeline(given)

    def pushed(self, source: str = "push", template: str = "gitlab-ci.yml", **more: str) -> Pipeline:
        """The pipeline of the protected default branch, as it is; of a project that takes that template of this one."""
        given = {
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_SHA": self.git("rev-parse", "main"),
            "CI_COMMIT_REF_NAME": "main",
            "CI_COMMIT_BRANCH": "main",
            "CI_COMMIT_REF_PROTECTED": "true",
        }
        return self._pipeline({**given, **more}, self.secrets, template)

    def _pipeline(self, given: dict[str, str], secrets: dict[str, str] | None = None, template: str = "gitlab-ci.yml") -> Pipeline:
        """Its file is the default branch's, as the project's settings say."""
        number = next(self._numbers)
        folder = self.folder / f"pipeline-{number}"
        folder.mkdir(parents=True)
        always = {
            "CI_DEFAULT_BRANCH": "main",
            "CI_REPOSITORY_URL": f"file://{self.origin}",
            "CI_PROJECT_PATH": "eig/inventory",
            "CI_PIPELINE_ID": str(number),
            "CI_JOB_TOKEN": "glcbt-of-the-job",
            "GITLAB_USER_LOGIN": "link-1",
        }
        file = yaml.safe_load(self.git("show", f"main:infra/ci/{template}"))
        return Pipeline(file, folder, self.image, {**always, **given}, secrets or {}, self.shell)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where built wheels are kept."""
    return tmp_path_factory.mktemp("wheels")


@pytest.fixture
def project(tmp_path: Path, kept: Path) -> Project:
    """Two teams of the example, with all that the default branch has; no server."""
    origin = tmp_path / "origin"
    origin.mkdir()
    for name in ("eiginfra", "infra", "playbooks", "requirements", "inventories"):
        shutil.copytree(ROOT / name, origin / name, ignore=shutil.ignore_patterns("__pycache__"))
    (origin / "docs" / "man").mkdir(parents=True)
    for name in ("docs/man/eiginfra.1", "pyproject.toml", "README.md", "LICENSE", ".gitignore", "eiginfra.yml"):
        shutil.copy(ROOT / name, origin / name)
    teams = origin / "inventories" / "eig3" / "teams"
    for path in teams.iterdir():
        if path.stem not in TEAMS:
            path.unlink()
    cohort = yaml.safe_load((teams.parent / "cohort.yml").read_text(encoding="utf-8"))
    cohort["quota"]["teams"] = {name: limits for name, limits in cohort["quota"]["teams"].items() if name in TEAMS}
    cohort |= {key: str(cohort[key]) for key in ("starts", "ends")}
    (teams.parent / "cohort.yml").write_text(yaml.safe_dump(cohort, allow_unicode=True), encoding="utf-8")
    made = Project(origin, tmp_path / "runner", image.make(tmp_path / "image", kept))
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit("first")
    return made


@pytest.fixture
def served(project: Project, tmp_path: Path) -> Iterator[Project]:
    """The same with servers and a journal: the site file names variables for each secret, which the project has as protected ones."""
    with ExitStack() as stack:
        site_out = tmp_path / "lab" / "site.yml"
        project.lab = stack.enter_context(running(LabConfig(**dict.fromkeys(PORTS, 0), now=date(2019, 10, 1), site_out=site_out)))
        journal = f"sqlite:///{tmp_path}/journal.db"
        if postgres.BINARIES:
            journal = postgres.new_schema(stack.enter_context(postgres.server()))
        site: dict[str, Any] = yaml.safe_load(site_out.read_text(encoding="utf-8"))
        project.secrets = {
            "EIGINFRA_GITLAB_TOKEN": project.lab.served["gitlab"].service.token,
            "EIGINFRA_PROXMOX_TOKEN": project.lab.served["proxmox"].service.token,
            "EIGINFRA_JOURNAL_URL": journal,
            "EIGINFRA_PLAN_KEY": "a-key-that-signs-plans",
        }
        site["gitlab"]["token"] = {"env": "EIGINFRA_GITLAB_TOKEN"}
        site["proxmox"]["token"] = {"env": "EIGINFRA_PROXMOX_TOKEN"}
        del site["journal"]
        site |= {"journal_url": {"env": "EIGINFRA_JOURNAL_URL"}, "plan_key": {"env": "EIGINFRA_PLAN_KEY"}}
        group = project.gitlab("GET", "/groups/eig")
        project.gitlab("POST", "/projects", name="inventory", namespace_id=group["id"])
        cohort = project.origin / "inventories" / "eig3" / "cohort.yml"
        body = yaml.safe_load(cohort.read_text(encoding="utf-8")) | {"repository": {"url": f"{project.lab.urls['gitlab']}/eig/inventory"}}
        cohort.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
        shutil.copy(site_out.parent / "proxmox-ca.pem", project.origin / "infra")
        (project.origin / "infra" / "etalab.yml").write_text(yaml.safe_dump(site), encoding="utf-8")
        project.commit("servers")
        yield project
