"""The files that others' programs read are of the form that these programs take, and the requirements hold what they should."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from support import gitlab_runner

from eiginfra.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]
SCHEMAS = {"gitlab-ci.yml": "vendor.gitlab-ci", "pages.yml": "vendor.gitlab-ci", "github.yml": "vendor.github-workflows"}


def valid(path: Path, schema: str) -> tuple[bool, str]:
    """Whether check-jsonschema takes it, by the schemas that it brings, without a network."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={"PATH": "", "http_proxy": "http://127.0.0.1:9"}
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_a_template_is_of_its_schema(name: str, schema: str) -> None:
    good, printed = valid(ROOT / "infra" / "ci" / name, schema)
    assert good, printed


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_a_wrong_template_would_be_seen(name: str, schema: str, tmp_path: Path) -> None:
    template: dict[str, Any] = yaml.load((ROOT / "infra" / "ci" / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    job = template.get("review") or template.get("pages") or template["jobs"]["review"]
    job["steps" if name == "github.yml" else "rules"] = "whenever"
    wrong = tmp_path / name
    wrong.write_text(yaml.safe_dump(template), encoding="utf-8")
    assert not valid(wrong, schema)[0]


def test_a_new_repository_has_the_same_jobs_in_its_readers_language() -> None:
    ours = gitlab_runner.read(ROOT / "infra" / "ci" / "gitlab-ci.yml")
    theirs = gitlab_runner.read(ROOT / "eiginfra" / "wiring" / "first_files" / "files" / "dot.gitlab-ci.yml")
    assert [*theirs] == [*ours]
    for name in ours.keys() - {"variables", "default"}:
        assert str(theirs[name]).replace("eiginfra --lang fr ", "eiginfra ") == str(ours[name]), name


def test_a_new_repository_has_the_same_job_for_its_pages() -> None:
    ours = gitlab_runner.read(ROOT / "infra" / "ci" / "pages.yml")
    theirs = gitlab_runner.read(ROOT / "eiginfra" / "wiring" / "first_files" / "files" / "infra" / "pages.yml")
    assert [*theirs] == [*ours]
    assert str(theirs["pages"]).replace("eiginfra --lang fr ", "eiginfra ") == str(ours["pages"])
    assert theirs["default"]["before_script"][:2] == ours["default"]["before_script"][:2]


def test_pre_commits_hooks_call_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        assert hook.keys() <= {"id", "name", "description", "entry", "language", "files", "types", "pass_filenames"}
        assert {"id", "name", "entry", "language"} <= hook.keys()
        program, command = hook["entry"].split()
        assert (program, hook["language"]) == ("eiginfra", "python")
        assert command in COMMANDS
        assert re.compile(hook["files"]).search("inventories/eig3/teams/adler.yml")
    assert {hook["id"] for hook in hooks} == {"eiginfra-check", "eiginfra-fmt"}


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if line and not line.startswith(" ")]
    return {requirement.name: str(requirement.specifier) for requirement in found}


def test_what_runs_eiginfra_has_postgresql_and_neither_the_lab_nor_what_builds_or_tests() -> None:
    run = pins("run")
    assert {"psycopg", "psycopg-binary", "sqlalchemy", "python-gitlab"} <= run.keys()
    assert not {"starlette", "uvicorn", "trustme", "hatchling", "editables", "pytest", "ruff", "mypy", "pip", "setuptools"} & run.keys()


@pytest.mark.parametrize("name", ["run", "build"])
def test_what_a_ci_installs_is_what_was_tested(name: str) -> None:
    tested = pins("dev")
    assert pins(name).items() <= tested.items()
