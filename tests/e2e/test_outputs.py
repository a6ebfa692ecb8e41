"""Every JSON document that is printed is as its schema says; the formats for GitLab, GitHub and test reports say where things are."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from support.outputs import problems

from eiginfra.cli.main import run
from eiginfra.cli.schema import OUTPUTS
from eiginfra.render.outputs import schemas

API = "/projects/eig%2Feig3%2Fadler%2Fapi"


def test_every_output_of_a_cohorts_life_is_as_its_schema_says(place: Any) -> None:
    """The workplace holds each document to its schema."""
    seen: set[str] = set()

    def ask(*command: str, code: int = 0, name: str | None = None) -> Any:
        answer = place.call(*command, *([] if name else ["--format", "json"]))
        assert answer.code == code, (command, answer.err)
        assert problems(answer.out, name) == []
        seen.add(name or f"output.{answer.json['type']}")
        return answer.json

    ask("doctor")
    ask("check")
    first = ask("plan", "--detailed-exitcode", code=2)
    assert place.call("plan", "--out", "plan.json").code == 0
    assert ask("plan", "--verify", "plan.json")["stale"] == []
    ask("inventory", "--list", name="output.inventory")
    assert ask("apply", "--yes")["fingerprint"] == first["fingerprint"]
    assert ask("plan", "--verify", "plan.json")["run"] == 1
    hosts = ask("inventory", "--list", name="output.inventory")
    assert hosts["_meta"]["hostvars"]["adler-web"]["eiginfra_status"] == "running"
    ask("journal", "list")
    ask("journal", "show")
    ask("journal", "diff")
    ask("history", "adler")
    ask("explain", "adler")
    ask("explain", "unknown-size")
    ask("handouts")
    ask("pages", "build")
    ask("bulletin")
    ask("confirm")
    ask("drift")
    place.gitlab("PUT", API, visibility="private")
    drift = ask("drift", code=2)
    plan = ask("plan")
    assert drift["changes"] == plan["changes"]
    assert set(drift["last_applied"]) == {change["address"] for change in drift["changes"]}
    for line in place.call("reconcile", "--once").err.splitlines():
        assert problems(line, "output.reconcile") == []
        seen.add("output.reconcile")
    place.edit("adler", "size: ", "size: huge-")
    ask("check", code=65)
    ask("explain", "adler", code=65)
    ask("lab", "status", code=1)
    assert seen == {*OUTPUTS} - {"output.review", "output.import"}


def test_the_names_of_schemas_are_those_of_the_models() -> None:
    assert [*OUTPUTS] == sorted(schemas.OUTPUTS)
    typed = {name: model.model_fields["type"].default for name, model in schemas.OUTPUTS.items() if "type" in model.model_fields}
    assert {name: f"output.{type_}" for name, type_ in typed.items()} == {name: name for name in typed}
    assert schemas.OUTPUTS.keys() - typed.keys() == {"output.inventory", "output.reconcile"}


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_schema_of_an_output_can_be_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", name]) == 0
    body = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(body)
    assert body["$schema"].endswith("2020-12/schema")


@pytest.fixture
def mistaken(place: Any, tmp_path: Path) -> Any:
    """A git checkout with a mistake in a team's file; the command runs in a folder below the top."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    place.edit("adler", "size: ", "size: huge-")
    return place


ADLER = "inventories/eig3/teams/adler.yml"
FROM_BELOW = ("-i", "../inventories/eig3", "--playbook", "../playbooks/site.yml", "--site", "site.yml", "--as-of", "2019-10-01")


@pytest.mark.parametrize("command", ["check", "plan"])
def test_code_quality_names_files_from_the_top(mistaken: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_top = mistaken.call(command, "--format", "codequality")
    assert at_top.code == 65
    assert [found["location"]["path"] for found in at_top.json if found["check_name"] == "unknown-size"] == [ADLER]
    monkeypatch.chdir(mistaken.folder / "site")
    assert mistaken.call(command, "--format", "codequality", *FROM_BELOW).json == at_top.json


@pytest.mark.parametrize("command", ["check", "plan"])
def test_workflow_commands_and_a_summary(mistaken: Any, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    answer = mistaken.call(command, "--format", "github")
    assert answer.code == 65
    assert answer.out.startswith(f"::error file={ADLER},line=")
    assert "unknown-size" in answer.out
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("### eiginfra")


@pytest.mark.parametrize("command", ["check", "plan"])
def test_junit_fails_the_file_with_the_error(mistaken: Any, command: str) -> None:
    answer = mistaken.call(command, "--format", "junit")
    assert answer.code == 65
    failed = [case for case in ET.fromstring(answer.out.encode()).iter("testcase") if case.find("failure") is not None]
    assert [f"{case.attrib['classname']}/{case.attrib['name']}" for case in failed] == [ADLER]


def test_wrong_settings_are_told_in_every_format(mistaken: Any) -> None:
    (mistaken.folder / "eiginfra.yml").write_text("sight: x\n", encoding="utf-8")
    answer = mistaken.call("check", "--format", "codequality")
    assert answer.code == 65
    assert [found["location"]["path"] for found in answer.json] == ["eiginfra.yml"]
    assert "eiginfra.yml" in mistaken.call("check", "--format", "markdown").out


def test_formats_of_a_plan_without_errors(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    for format_ in ("codequality", "junit", "markdown", "github"):
        answer = place.call("plan", "--limit", "adler", "--format", format_, "--quiet")
        assert answer.code == 0
        assert answer.out
    assert "::notice title=eiginfra plan::Plan" in answer.out
