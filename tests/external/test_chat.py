"""All that works for eiginfra's own kinds works for those of another package, without a line changed in eiginfra."""

import json
from typing import Any

import pytest


def members(place: Any, channel: str) -> dict[str, str]:
    return place.chat.channels[channel]["members"]


def changes(place: Any, *arguments: str) -> dict[str, str]:
    """What a plan holds: the action by address."""
    answer = place("plan", "--format", "json", *arguments)
    assert answer.code == 0, answer.err
    return {change["address"]: change["action"] for change in json.loads(answer.out)["changes"]}


def test_check_needs_no_server_and_no_secret(place: Any) -> None:
    answer = place("check", token=None)
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "2 warnings, 1 notice; 5 resources; as of 2019-10-01 (not today).")


def test_a_section_is_checked_as_ours_are(place: Any) -> None:
    place.write("infra/site.yml", "chat:\n  url: ftp://chat.example.org\n  tokn: x\n")
    answer = place("check")
    assert answer.code == 65
    assert "infra/site.yml:2:8: error: url: " in answer.out
    assert "infra/site.yml:3:3: error: unknown key 'tokn'" in answer.out
    assert "did you mean 'token'?" in answer.out


def test_fields_are_checked_at_the_playbooks_line(place: Any) -> None:
    place.edit("playbook.yml", "topic:", "topik:")
    answer = place("check")
    assert answer.code == 65
    assert "playbook.yml:6:45: error: chat.channel has no field 'topik'" in answer.out


@pytest.mark.parametrize(
    ("given", "said"),
    [("team | chat_role", "chat_role takes people"), ("item | chat_rol", "did you mean 'chat_role'")],
)
def test_its_filters_are_those_of_the_playbook(place: Any, given: str, said: str) -> None:
    place.edit("playbook.yml", "item | chat_role", given)
    answer = place("check")
    assert answer.code == 65
    assert "playbook.yml:9:" in answer.out
    assert said in answer.out


def test_tasks_of_a_provider_that_the_site_has_not_are_left_out(place: Any) -> None:
    place.write("infra/site.yml", "journal: ../journal.db\n")
    place.edit("playbook.yml", "{{ site.chat.workspace }}", "EIG")
    answer = place("check")
    assert answer.code == 0
    assert "the site has no chat: 5 resources of chat.* are left out" in answer.out


def test_plan_apply_and_a_second_plan_that_is_empty(place: Any) -> None:
    assert changes(place) == {
        "chat.channel[eig3-adler]": "create",
        "chat.channel[eig3-plume]": "create",
        "chat.member[eig3-adler/ada]": "create",
        "chat.member[eig3-adler/bob]": "create",
        "chat.member[eig3-plume/cy]": "create",
    }
    assert place.chat.writes == []
    done = place("apply", "--yes")
    assert done.code == 0, done.err
    assert place.chat.channels["eig3-adler"]["topic"] == "ADLER in EIG"
    assert members(place, "eig3-adler") == {"ada": "owner", "bob": "member"}
    assert len(place.chat.writes) == 5
    assert place("plan", "--detailed-exitcode").code == 0


def test_drift_is_told_and_healed(applied: Any) -> None:
    applied.chat.channels["eig3-adler"]["topic"] = "by hand"
    answer = applied("drift", "--format", "json")
    assert answer.code == 2
    ((change,),) = [json.loads(answer.out)["changes"]]
    assert (change["address"], change["cause"], change["diffs"][0]["before"]) == ("chat.channel[eig3-adler]", "drift", "by hand")
    assert applied("apply", "--yes").code == 0
    assert applied.chat.writes == [f"PUT /channels/{applied.chat.channels['eig3-adler']['id']}"]
    assert applied("drift").code == 0


def test_who_left_goes_with_prune_and_not_without(applied: Any) -> None:
    applied.edit("inventories/eig3/teams/adler.yml", "  - {username: bob, email: bob@example.org}\n", "")
    assert applied("apply", "--yes").code == 0
    assert "bob" in members(applied, "eig3-adler")
    assert changes(applied, "--prune") == {"chat.member[eig3-adler/bob]": "delete"}
    done = applied("apply", "--yes", "--prune")
    assert done.code == 0, done.err
    assert members(applied, "eig3-adler") == {"ada": "owner"}
    assert applied("plan", "--prune", "--detailed-exitcode").code == 0


def test_what_is_protected_stays(applied: Any) -> None:
    applied.edit("playbook.yml", "    - name: channel\n", "    - name: channel\n      protect: true\n")
    assert applied("apply", "--yes").code == 0
    applied.edit("playbook.yml", "  teams: all\n", "  teams: plume\n")
    applied("apply", "--yes", "--prune")
    assert "eig3-adler" in applied.chat.channels


def test_a_rename_is_one_change_and_what_stands_in_the_channel_follows(applied: Any) -> None:
    number = applied.chat.channels["eig3-adler"]["id"]
    applied.edit("playbook.yml", "{{ cohort.id }}-{{ team.id }}", "{{ cohort.id }}-team-{{ team.id }}")
    applied.edit("playbook.yml", "chat.channel: {", 'chat.channel: {was: "{{ cohort.id }}-{{ team.id }}", ')
    assert changes(applied) == {
        "chat.channel[eig3-team-adler]": "update",
        "chat.channel[eig3-team-plume]": "update",
        "chat.member[eig3-team-adler/ada]": "adopt",
        "chat.member[eig3-team-adler/bob]": "adopt",
        "chat.member[eig3-team-plume/cy]": "adopt",
    }
    applied.chat.writes.clear()
    done = applied("apply", "--yes", "--prune")
    assert done.code == 0, done.err
    assert applied.chat.channels["eig3-team-adler"]["id"] == number
    assert members(applied, "eig3-team-adler") == {"ada": "owner", "bob": "member"}
    assert len(applied.chat.writes) == 2
    assert applied("plan", "--prune", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("token", "code", "said"), [("chat-secret", 0, "of version 1.0"), ("wrong", 1, "401"), (None, 1, "CHAT_TOKEN is not set")]
)
def test_the_doctor_asks_the_chat(place: Any, token: str | None, code: int, said: str) -> None:
    answer = place("doctor", token=token)
    assert (answer.code, said in answer.out) == (code, True), answer.out + answer.err
    assert "wrong" not in answer.out


def test_the_schemas_know_kinds_and_section(place: Any) -> None:
    schemas = json.loads(place("schema").out)
    assert schemas["playbook"]["$defs"]["chat.member"]["required"] == ["channel", "user"]
    assert schemas["site"]["properties"]["chat"]["$ref"] == "#/$defs/ChatSite"
    assert schemas["site"]["$defs"]["ChatSite"]["additionalProperties"] is False


def test_a_package_that_does_not_load_is_named(place: Any) -> None:
    broken = place.folder / "broken"
    dist = broken / "broken_chat-1.0.dist-info"
    dist.mkdir(parents=True)
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-chat\nVersion: 1.0\n")
    (dist / "entry_points.txt").write_text("[eiginfra.providers]\nchat = no_such_module:Chat\n")
    place.packages = broken
    answer = place("check")
    assert answer.code == 64
    assert "the package broken-chat cannot be used: its provider chat (no_such_module:Chat) does not load" in " ".join(answer.err.split())
