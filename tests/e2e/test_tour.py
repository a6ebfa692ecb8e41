"""The README's tour."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ADDRESS = "proxmox.container[eig3/adler/web]"


@pytest.fixture
def applied(place: Any) -> Any:
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return place


def test_a_second_plan_is_empty_and_so_is_drift(applied: Any) -> None:
    plan = applied.call("plan", "--detailed-exitcode", "--format", "json")
    assert plan.code == 0
    assert plan.json["changes"] == []
    assert applied.call("drift").code == 0


def test_an_edit_is_pending_and_the_plan_shows_just_that(applied: Any) -> None:
    applied.edit("adler", "title: API ADLER", "title: API d’ADLER")
    plan = applied.call("plan", "--detailed-exitcode", "--format", "json")
    assert plan.code == 2
    assert [(c["address"], c["action"], c["cause"], c["team"]) for c in plan.json["changes"]] == [
        ("gitlab.project[eig/eig3/adler/api]", "update", "pending", "adler")
    ]
    text = applied.call("plan").out
    assert "~ gitlab.project[eig/eig3/adler/api]  pending\n      title: API ADLER → API d’ADLER\n" in text
    assert "Plan: 0 to add, 1 to change, 0 to remove." in text
    drift = applied.call("drift")
    assert drift.code == 0
    assert "No drift, 1 change merged and not applied (eiginfra plan), as of 2019-10-01 (not today)." in drift.out


def test_three_changes_by_hand_are_found_named_and_healed(applied: Any) -> None:
    guest = applied.guest("adler-web")
    applied.proxmox("PUT", f"/nodes/eig/lxc/{guest}/config", memory=2048)
    applied.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", visibility="private")
    member = next(m for m in applied.gitlab("GET", "/groups/eig%2Feig3%2Fkarfur/members") if m["username"] == "karfur-1")
    applied.gitlab("DELETE", f"/groups/eig%2Feig3%2Fkarfur/members/{member['id']}")

    drift = applied.call("drift", "--format", "json")
    assert drift.code == 2
    assert {last["run"] for last in drift.json["last_applied"].values()} == {1}
    assert "(run 1" in applied.call("drift").out
    assert {(c["address"], d["field"], d["entry"], d["cause"]) for c in drift.json["changes"] for d in c["diffs"]} == {
        (ADDRESS, "memory", None, "drift"),
        ("gitlab.project[eig/eig3/adler/api]", "visibility", None, "drift"),
        ("gitlab.members[eig/eig3/karfur]", "members", "karfur-1", "drift"),
    }
    healed = applied.call("apply", "--yes", "--format", "json")
    assert healed.code == 0
    assert {result["outcome"] for result in healed.json["results"]} == {"done"}
    assert applied.call("drift").code == 0
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_stranger_among_the_members_is_drift_and_goes(applied: Any) -> None:
    stranger = applied.gitlab(
        "POST",
        "/users",
        username="stranger",
        name="Stranger",
        email="stranger@example.org",
        force_random_password=True,
        skip_confirmation=True,
    )
    applied.gitlab("POST", "/groups/eig%2Feig3%2Fadler/members", user_id=stranger["id"], access_level=30)
    assert "- members[stranger]" in applied.call("drift").out
    assert applied.call("apply", "--yes").code == 0
    members = {m["username"] for m in applied.gitlab("GET", "/groups/eig%2Feig3%2Fadler/members")}
    assert "stranger" not in members
    assert "adler-1" in members


def test_the_plan_is_the_same_whenever_it_is_made(place: Any) -> None:
    first = place.call("plan", "--format", "json").out
    for team in reversed(("adler", "karfur", "open-chronic")):
        path = place.team(team)
        text = path.read_bytes()
        path.unlink()
        path.write_bytes(text)
    assert place.call("plan", "--format", "json").out == first


def test_what_the_inventory_does_not_ask_for_any_more_is_refused_of_a_saved_plan(place: Any) -> None:
    assert place.call("plan", "--out", "plan.json", "--limit", "adler").code == 0
    place.edit("adler", "title: API ADLER", "title: Something else")
    answer = place.call("apply", "plan.json")
    assert answer.code == 1, answer.err
    assert "The inventory has changed since the plan was made" in answer.err
    assert "refused: gitlab.project[eig/eig3/adler/api]: a plan would do something else now" in answer.out
    names = [project["path"] for project in place.gitlab("GET", "/groups/eig%2Feig3%2Fadler/projects")]
    assert "api" not in names
    assert names


def test_a_saved_plan_can_be_verified(applied: Any) -> None:
    applied.edit("adler", "title: API ADLER", "title: Something else")
    applied.edit("karfur", "description: Serveur", "description: Un serveur")
    assert applied.call("plan", "--out", "plan.json").code == 0
    assert applied.call("plan", "--verify", "plan.json").code == 0
    applied.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", name="By hand")
    answer = applied.call("plan", "--verify", "plan.json")
    assert answer.code == 2
    assert "stale: gitlab.project[eig/eig3/adler/api]: it changed: title" in answer.out
    assert "1 of 2 actions still hold." in answer.out
    assert [row["address"] for row in applied.call("plan", "--verify", "plan.json", "--format", "json").json["stale"]] == [
        "gitlab.project[eig/eig3/adler/api]"
    ]
    assert applied.call("apply", "plan.json").code == 1
    assert "title: API ADLER" not in applied.call("journal", "diff").out
    assert "description" in applied.call("journal", "diff").out


def test_of_a_saved_plan_that_was_carried_out_the_run_is_told(place: Any) -> None:
    assert place.call("plan", "--out", "plan.json", "--limit", "adler", "--tags", "gitlab").code == 0
    assert "run" not in place.call("plan", "--verify", "plan.json").out
    assert place.call("apply", "plan.json").code == 0
    assert "This plan was carried out in run 1 already." in place.call("plan", "--verify", "plan.json").out
    assert place.call("plan", "--verify", "plan.json", "--format", "json").json["run"] == 1


def test_a_plan_from_standard_input_is_called_so(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("no plan"))
    answer = place.call("apply", "-")
    assert answer.code == 65
    assert "standard input is not a plan" in answer.err


def test_limit_and_tags_narrow_what_is_done(place: Any) -> None:
    answer = place.call("apply", "--yes", "--limit", "adler", "--tags", "gitlab", "--format", "json")
    assert answer.code == 0
    results = answer.json["results"]
    assert {r["team"] for r in results} == {None, "adler"}
    assert all(r["address"].startswith("gitlab.") for r in results)


def test_handouts_name_what_stands(applied: Any) -> None:
    assert applied.call("handouts", "--out", "pages").code == 0
    page = (applied.folder / "pages" / "adler.html").read_text(encoding="utf-8")
    assert "192.168.0." in page
    assert f"{applied.lab.urls['gitlab']}/eig/eig3/adler" in page
    names = {path.stem for path in (applied.folder / "pages").glob("*.md")}
    assert {name for name in names if "." not in name} == {"adler", "karfur", "open-chronic", "index"}
    assert {"adler.adler-1", "adler.adler-2", "adler.adler-mentor"} <= names
    assert applied.call("handouts", "--out", "pages", "--check").code == 0
    (applied.folder / "pages" / "adler.md").unlink()
    answer = applied.call("handouts", "--out", "pages", "--check", "--no-persons")
    assert answer.code == 2
    assert {"missing: pages/adler.md", "left over: pages/adler.adler-1.md"} <= {*answer.out.splitlines()}
    assert applied.call("handouts", "--check", "--prune").code == 64
    answer = applied.call("handouts", "--out", "pages", "--no-persons", "--prune", "--format", "json")
    states = {page["path"]: page["state"] for page in answer.json["pages"]}
    assert (states["pages/adler.md"], states["pages/adler.adler-1.md"]) == ("written", "removed")
    assert not (applied.folder / "pages" / "adler.adler-1.md").exists()
    assert applied.call("handouts", "--out", "both", "--in", "fr", "--in", "en", "--limit", "adler", "--no-persons").code == 0
    files = {path.relative_to(applied.folder / "both").as_posix() for path in (applied.folder / "both").rglob("*.*")}
    assert files == {"fr/adler.html", "fr/adler.md", "en/adler.html", "en/adler.md", "eiginfra.json"}


def test_ansible_sees_every_machine_under_its_team(applied: Any) -> None:
    wrapper = applied.folder / "inventory"
    wrapper.write_text(f"#!/bin/sh\ncd '{applied.folder}'\nexec '{sys.executable}' -m eiginfra inventory \"$@\"\n", encoding="utf-8")
    wrapper.chmod(0o755)
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "False", "HOME": str(applied.folder), "ANSIBLE_DEPRECATION_WARNINGS": "False"}
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(wrapper), "--list"]
    listing = json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert "adler-web" in listing["adler"]["hosts"]
    assert set(listing["eig3"]["children"]) == {"adler", "karfur", "open_chronic"}
    machine = listing["_meta"]["hostvars"]["adler-web"]
    assert machine["ansible_host"] == f"192.168.0.{machine['eiginfra_id']}"


def test_the_journal_tells_what_was_done_and_forgets(applied: Any) -> None:
    runs = applied.call("journal", "list", "--format", "json").json["runs"]
    assert [(run["command"], run["outcome"]) for run in runs] == [("apply", "done")]
    shown = applied.call("journal", "show", "--format", "json").json
    assert {action["outcome"] for action in shown["actions"]} == {"done"}
    assert ADDRESS in applied.call("journal", "show", str(runs[0]["number"])).out
    assert applied.call("forget", ADDRESS).code == 0
    assert applied.call("forget", ADDRESS).code == 64
    assert "did you mean 'gitlab.group[eig/eig3/adler]'?" in applied.call("forget", "gitlab.group[eig/eig3/adlr]").err


def test_history_is_of_a_team_or_an_address(applied: Any) -> None:
    applied.edit("adler", "title: API ADLER", "title: API d’ADLER")
    applied.call("apply", "--yes")
    project = "gitlab.project[eig/eig3/adler/api]"
    runs = applied.call("history", project, "--format", "json").json["runs"]
    assert [run["run"]["number"] for run in runs] == [2, 1]
    assert [step["action"] for run in runs for step in run["actions"]] == ["update", "create"]
    assert "title: API ADLER → API d’ADLER" in applied.call("history", project).out
    team = applied.call("history", "adler", "-n", "1").out
    assert team.endswith("adler: 1 run.\n")
    assert f"~ {project}" in team
    assert "+ " not in team
    assert "Rien n’a encore été fait" not in applied.call("history", "karfur", "--lang", "fr").out
    assert applied.call("history", "adlr").err.endswith("did you mean 'adler'?\n")
    assert applied.call("history", "gitlab.project[eig/eig3/adler/apy]").code == 64


def test_losing_the_journal_loses_nothing_else(applied: Any) -> None:
    for path in (applied.folder / "site").glob("journal.db*"):
        path.unlink()
    plan = applied.call("plan", "--detailed-exitcode")
    assert plan.code == 0
    assert "stand already as wanted" in plan.out
    guest = applied.guest("adler-web")
    applied.proxmox("PUT", f"/nodes/eig/lxc/{guest}/config", memory=2048)
    (change,) = applied.call("drift", "--format", "json").json["changes"]
    assert change["cause"] == "unknown"


def test_what_left_the_inventory_is_shown_and_left_alone(applied: Any) -> None:
    applied.team("karfur").unlink()
    plan = applied.call("plan", "--format", "json")
    orphans = {c["address"] for c in plan.json["changes"] if c["cause"] == "orphan"}
    assert "gitlab.group[eig/eig3/karfur]" in orphans
    refused = applied.call("apply", "--yes", "--prune")
    assert (refused.code, "the cap is 3 or 20%" in refused.out) == (1, True)
    assert applied.call("apply", "--yes", "--prune", "--allow-removals", "4").code == 0
    assert applied.gitlab("GET", "/groups/eig%2Feig3%2Fkarfur")["path"] == "karfur"


def test_who_leaves_cannot_sign_in_any_more(applied: Any) -> None:
    applied.edit("adler", "until: 2020-06-30", "until: 2019-09-30")
    answer = applied.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    assert applied.proxmox("GET", "/access/users/adler-1@pve")["enable"] == 0
    assert applied.proxmox("GET", "/access/groups/eig3-adler")["members"] == ["adler-2@pve"]
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_renamed_team_file_is_stopped(applied: Any) -> None:
    applied.team("karfur").rename(applied.team("karfur2"))
    answer = applied.call("apply", "--yes")
    assert answer.code == 1
    assert "team karfur is gone, and the new team karfur2 asks for the same" in answer.err
    applied.team("karfur2").rename(applied.team("karfur"))
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_what_a_when_switches_off_is_left_alone(applied: Any) -> None:
    playbook = applied.folder / "playbooks" / "site.yml"
    text = playbook.read_text(encoding="utf-8")
    assert "    - name: Projects\n" in text
    playbook.write_text(text.replace("    - name: Projects\n", "    - name: Projects\n      when: team.id != 'adler'\n"), encoding="utf-8")
    plan = applied.call("plan", "--prune", "--detailed-exitcode", "--format", "json")
    assert plan.code == 0
    assert plan.json["changes"] == []


def test_the_markdown_is_for_a_merge_request(place: Any) -> None:
    text = place.call("plan", "--format", "markdown").out
    assert text.startswith("### eiginfra\N{NO-BREAK SPACE}: plan de eig3 sur site")
    assert "<summary>adler (" in text
