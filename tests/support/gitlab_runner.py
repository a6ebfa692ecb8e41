"""Pipelines as GitLab makes them of a file, and their jobs as its runner runs them.

The lines are run as they are written, in an environment that has only what GitLab and an image give.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SHELLS = {"bash": "set -eo pipefail\nset +o noclobber\n", "sh": "set -e\n"}
"""What the runner puts before a job's lines, by shell; of `sh` it asks no pipefail."""


def holds(condition: str, variables: Mapping[str, str]) -> bool:
    """A rule's `if`, of comparisons joined by &&; anything else fails the test."""
    return all(_compared(part.strip(), variables) for part in condition.split("&&"))


def _compared(comparison: str, variables: Mapping[str, str]) -> bool:
    parts = re.fullmatch(r'\$(\w+) (==|!=) (?:\$(\w+)|"([^"]*)")', comparison)
    assert parts, comparison
    left, right = variables.get(parts[1]), parts[4] if parts[3] is None else variables.get(parts[3])
    return (left == right) is (parts[2] == "==")


@dataclass
class Ended:
    """How a job ended: its exit code, and all that it printed."""

    code: int
    log: str


@dataclass
class Pipeline:
    """One pipeline: which jobs it has, and what they leave for one another.

    folder: where the runner works. image: a folder for the PATH. given: what GitLab says of the event; secrets: of the project's
    variables those that this pipeline gets.
    """

    file: Mapping[str, Any]
    folder: Path
    image: Path
    given: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    shell: str = "bash"

    @property
    def jobs(self) -> dict[str, str]:
        """The jobs that the rules put into it, with when each runs, in the order of the stages."""
        known = self.file["stages"]
        every = {name: job for name, job in self.file.items() if isinstance(job, dict) and "script" in job}
        ordered = sorted(every, key=lambda name: known.index(every[name]["stage"]))
        return {name: when for name in ordered if (when := self._when(every[name]))}

    def _when(self, job: Mapping[str, Any]) -> str | None:
        variables = {**self.file["variables"], **self.given, **self.secrets}
        return next((rule.get("when", "on_success") for rule in job["rules"] if holds(rule["if"], variables)), None)

    @property
    def kept(self) -> Path:
        """What its jobs left: their artefacts."""
        return self.folder / "artefacts"

    def run(self, name: str, **more: str) -> Ended:
        """Run a job that it has."""
        assert name in self.jobs, f"{name} is none of {self.jobs}"
        job, number = {**self.file["default"], **self.file[name]}, len([*self.folder.iterdir()])
        builds = self.folder / f"builds-{number}"
        project, home = builds / "project", self.folder / f"home-{number}"
        home.mkdir(parents=True)
        builds.mkdir()
        if self.kept.is_dir():
            shutil.copytree(self.kept, project)
        else:
            project.mkdir()
        environment = {
            "PATH": f"{self.image}:/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_BUILDS_DIR": str(builds),
            "CI_PROJECT_DIR": str(project),
            "CI_JOB_ID": str(number),
            "CI_JOB_NAME": name,
            **self.file["variables"],
            **self.given,
            **self.secrets,
            **more,
        }
        code, log = self._shell([*job["before_script"], *job["script"]], environment)
        _, after = self._shell(job.get("after_script", []), environment)
        artefacts = job.get("artifacts", {})
        if code == 0 or artefacts.get("when") == "always":
            for path in self._matching(artefacts, project):
                (self.kept / path.relative_to(project)).parent.mkdir(parents=True, exist_ok=True)
                there = self.kept / path.relative_to(project)
                shutil.copytree(path, there) if path.is_dir() else shutil.copy2(path, there)
        assert not [*builds.glob("trusted-*")], "after_script leaves nothing"
        return Ended(code, log + after)

    def _shell(self, lines: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
        """One shell for all lines, in the project's folder."""
        command = [shutil.which(self.shell) or self.shell, "-c", SHELLS[self.shell] + "\n".join(lines)]
        done = subprocess.run(
            command,
            cwd=environment["CI_PROJECT_DIR"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout

    def _matching(self, artefacts: Mapping[str, Any], project: Path) -> Iterator[Path]:
        reports = [report for report in artefacts.get("reports", {}).values() if isinstance(report, str)]
        for pattern in [*artefacts.get("paths", ()), *reports]:
            yield from project.glob(pattern)


def read(path: Path) -> dict[str, Any]:
    """A pipeline file."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
