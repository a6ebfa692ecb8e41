"""The GitHub template's job, its steps run as they are written."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = "infra/ci/github.yml"


def read(project: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(project.git("show", f"main:{TEMPLATE}"), Loader=yaml.BaseLoader)
    return loaded


def reviewed(project: Any, number: int, head: str, folder: Path) -> tuple[int, str, str]:
    """The exit code of the job, what it printed, and its summary."""
    context = {
        "github.event.pull_request.number": str(number),
        "github.event.pull_request.head.sha": head,
        "github.event.repository.default_branch": "main",
    }

    def filled(values: dict[str, str]) -> dict[str, str]:
        return {name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: context[found[1]], text) for name, text in values.items()}

    job = read(project)["jobs"]["review"]
    workspace, summary = folder / "workspace", folder / "summary.md"
    summary.touch()
    environment = {"PATH": f"{project.image}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", "GITHUB_STEP_SUMMARY": str(summary)}
    printed = ""
    for step in job["steps"]:
        if "uses" in step:
            asked = filled(step["with"])
            assert (step["uses"].partition("@")[0], asked["fetch-depth"]) == ("actions/checkout", "0")
            subprocess.run(
                ["git", "clone", "--quiet", "--branch", asked["ref"], f"file://{project.origin}", workspace],
                check=True,
                env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
            )
            continue
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=workspace,
            env={**environment, **job["env"], **filled(step.get("env", {}))},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        printed += done.stdout
        if done.returncode:
            return done.returncode, printed, summary.read_text(encoding="utf-8")
    return 0, printed, summary.read_text(encoding="utf-8")


def pulled(project: Any, number: int) -> str:
    """The commit of a request, under the name that GitHub gives it."""
    sha: str = project.request(number).given["CI_COMMIT_SHA"]
    project.git("update-ref", f"refs/pull/{number}/head", sha)
    return sha


def test_a_mistake_is_an_annotation_at_its_line_and_in_the_summary(project: Any, tmp_path: Path) -> None:
    project.edit("adler", "name: api", "name: raw")
    code, printed, summary = reviewed(project, 1, pulled(project, 1), tmp_path)
    assert code == 65, printed
    assert re.search(r"^::error file=inventories/eig3/teams/adler\.yml,line=24,", printed, re.MULTILINE), printed
    assert "adler" in summary


def test_nothing_of_the_request_is_run(project: Any, tmp_path: Path) -> None:
    (project.origin / "eiginfra" / "__init__.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n", encoding="utf-8")
    (project.origin / TEMPLATE).unlink()
    code, printed, _ = reviewed(project, 1, pulled(project, 1), tmp_path)
    assert code == 0, printed
    assert not (tmp_path / "run").exists()


def test_it_names_no_secret_can_only_read_and_takes_no_expression_into_a_shell(project: Any) -> None:
    template = read(project)
    assert template["permissions"] == {"contents": "read"}
    assert [*template["on"]] == ["pull_request_target"]
    text = project.git("show", f"main:{TEMPLATE}")
    assert "secrets." not in text
    assert all("${{" not in step.get("run", "") for step in template["jobs"]["review"]["steps"])
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in template["jobs"]["review"]["steps"] if "uses" in step)
