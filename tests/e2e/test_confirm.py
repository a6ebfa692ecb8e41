"""A site where people sign up themselves, with tokens of the least rights: EIG Link says whose accounts are whose."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.pveum import least

ROOT = Path(__file__).parents[2]
ONLY = ("--tags", "gitlab")
SPACE = "/groups/eig%2Feig3%2Fadler"


def signs_up(place: Any, name: str, email: str | None = None) -> int:
    """Somebody makes an account, whose address only administrators see."""
    body = {"username": name, "name": name, "email": email or f"{name}@example.org", "reset_password": True, "skip_confirmation": True}
    return int(place.gitlab("POST", "/users", **body)["id"])


@pytest.fixture
def owned(place: Any) -> Any:
    """The site file infra/lab-owner.yml, with the ports of this lab: its token is that of an Owner who is no administrator.

    That of Proxmox VE has the documented rights, and no other.
    """
    number = signs_up(place, "eig-link")
    place.gitlab("POST", "/groups/eig/members", user_id=number, access_level=50)
    token = place.gitlab("POST", f"/users/{number}/personal_access_tokens", name="owner", **{"scopes[]": "api"})["token"]
    (place.folder / "site" / "gitlab-owner.token").write_text(token)
    theirs = yaml.safe_load((ROOT / "infra" / "lab-owner.yml").read_text(encoding="utf-8"))
    assert theirs["gitlab"]["token"] == {"file": "../.eiginfra/lab/gitlab-owner.token"}
    mine = yaml.safe_load((place.folder / "site" / "site.yml").read_text(encoding="utf-8"))
    section = {**theirs["gitlab"], "url": mine["gitlab"]["url"], "token": {"file": "gitlab-owner.token"}}
    least(mine, place.folder / "site", place.proxmox)
    (place.folder / "site" / "site.yml").write_text(yaml.safe_dump(mine | {"gitlab": section}), encoding="utf-8")
    return place


def everybody(place: Any) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((place.folder / "inventories" / "eig3" / "teams").iterdir())]
    return sorted({name for text in texts for name in re.findall(r"username: (\S+?)[,\n]", text)})


def test_attack_5_the_example_by_a_group_owners_token_once_the_accounts_are_confirmed(owned: Any) -> None:
    names = everybody(owned)
    for name in names:
        signs_up(owned, name)
    before = owned.call("apply", "--yes")
    assert before.code == 0, before.out + before.err
    # Nobody is a member for a name alone.
    assert {member["username"] for member in owned.gitlab("GET", f"{SPACE}/members")} == {"eig-link"}
    assert "nothing proves that it is theirs" in before.out
    cohort = owned.folder / "inventories" / "eig3" / "cohort.yml"
    cohort.write_text(cohort.read_text(encoding="utf-8") + "# the end\n", encoding="utf-8")
    looked = owned.call("confirm", "--format", "json").json["accounts"]
    assert [(one["person"], one["key"], one["confirmed"]) for one in looked] == [(name, "gitlab_id", False) for name in names]
    asked = owned.call("confirm")
    assert (asked.code, "give --yes to confirm" in asked.err) == (64, True)
    done = owned.call("confirm", "--yes")
    assert (done.code, f"{len(names)} of {len(names)} confirmed" in done.out) == (0, True), done.out + done.err
    assert "# the end\n" in cohort.read_text(encoding="utf-8")
    written = yaml.safe_load(cohort.read_text(encoding="utf-8"))["people"]
    assert {name: owned.gitlab("GET", f"/users/{one['gitlab_id']}")["username"] for name, one in written.items()} == {
        name: name for name in names
    }
    assert owned.call("confirm").out == "Nobody's account is to be confirmed.\n"
    applied = owned.call("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert {"adler-1", "adler-2", "adler-mentor"} < {member["username"] for member in owned.gitlab("GET", f"{SPACE}/members")}
    again = owned.call("plan", "--detailed-exitcode")
    assert again.code == 0, again.out
    assert "may not" not in again.out
    doctor = owned.call("doctor", "--format", "json")
    assert [found["code"] for found in doctor.json["findings"] if found["severity"] == "error"] == []


def test_attack_5_two_names_that_were_exchanged_and_one_that_was_taken(owned: Any) -> None:
    numbers = {name: signs_up(owned, name) for name in everybody(owned)}
    assert owned.call("confirm", "--yes").code == 0
    assert owned.call("apply", "--yes", *ONLY).code == 0
    for number, name in ((numbers["adler-1"], "between"), (numbers["karfur-1"], "adler-1"), (numbers["adler-1"], "karfur-1")):
        owned.gitlab("PUT", f"/users/{number}", username=name)
    owned.gitlab("PUT", f"/users/{numbers['adler-2']}", username="adler-two")
    taker = signs_up(owned, "adler-2", "mallory@example.org")
    plan = owned.call("plan", "--detailed-exitcode", "--format", "json", *ONLY)
    assert plan.code == 0, plan.out
    told = {(found["code"], found["params"].get("before") or found["params"].get("username")) for found in plan.json["findings"]}
    assert {("account-renamed", name) for name in ("adler-1", "adler-2", "karfur-1")} | {("account-name-taken", "adler-2")} <= told
    assert owned.call("apply", "--yes", *ONLY).code == 0
    members = {member["id"] for member in owned.gitlab("GET", f"{SPACE}/members")}
    assert {numbers["adler-1"], numbers["adler-2"]} <= members
    assert taker not in members


def test_attack_5_an_id_that_does_not_exist_concerns_that_person_alone(owned: Any) -> None:
    for name in everybody(owned):
        signs_up(owned, name)
    assert owned.call("confirm", "--yes").code == 0
    cohort = owned.folder / "inventories" / "eig3" / "cohort.yml"
    cohort.write_text(re.sub(r"adler-1: \{gitlab_id: \d+\}", "adler-1: {gitlab_id: 4711}", cohort.read_text(encoding="utf-8")))
    applied = owned.call("apply", "--yes", *ONLY)
    assert applied.code == 0, applied.out + applied.err
    assert "cohort.yml gives adler-1 the account with the ID 4711, which GitLab does not show" in applied.out
    members = {member["username"] for member in owned.gitlab("GET", f"{SPACE}/members")}
    assert ("adler-1" in members, "adler-2" in members) == (False, True)


def test_confirm_knows_the_people_of_the_inventory_only(owned: Any) -> None:
    told = owned.call("confirm", "adler-11", "--yes")
    assert (told.code, told.err) == (64, "eiginfra: no team names adler-11; did you mean 'adler-1'?\n")
