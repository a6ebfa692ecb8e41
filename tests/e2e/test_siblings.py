"""Two cohorts on one site (users' report A1): what they share is left as some cohort wants it, whoever goes first."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import yaml

OWN, OTHER = "eig3", "eig4"
COHORT = {
    "cohort": OTHER,
    "title": "Promotion 4",
    "starts": "2019-09-02",
    "ends": "2020-12-31",
    "quota": {"default": {"machines": 3, "cores": 4, "memory": "2GiB", "disk": "40GiB", "projects": 10}},
}
PERSON = {"username": "adler-1", "name": "Développeuse 1", "email": "adler-1@example.org"}
ACCOUNT = "proxmox.user[adler-1@pve]"


def team(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Suite",
        "administration": "DINUM",
        "members": [*members],
        "mentors": [{"username": "suite-mentor", "name": "Mentor", "email": "suite-mentor@example.org"}],
        **more,
    }


@pytest.fixture
def second(place: Any) -> Callable[..., None]:
    """Write the second cohort, beside the first; its one team, or nothing but its file."""

    def write(suite: dict[str, Any], **cohort: Any) -> None:
        folder = place.folder / "inventories" / OTHER
        (folder / "teams").mkdir(parents=True, exist_ok=True)
        (folder / "cohort.yml").write_text(yaml.safe_dump(COHORT | cohort), encoding="utf-8")
        (folder / "teams" / "suite.yml").write_text(yaml.safe_dump(suite), encoding="utf-8")

    return write


def apply(place: Any, cohort: str, *options: str) -> Any:
    answer = place.call("apply", "--yes", "-i", f"inventories/{cohort}", *options)
    assert answer.code == 0, answer.out + answer.err
    return answer


def drift(place: Any, cohort: str) -> Any:
    return place.call("drift", "-i", f"inventories/{cohort}")


def silent(place: Any, *cohorts: str) -> None:
    for cohort in cohorts or (OWN, OTHER):
        answer = drift(place, cohort)
        assert answer.code == 0, answer.out
        assert place.call("plan", "--detailed-exitcode", "-i", f"inventories/{cohort}").code == 0


def account(place: Any) -> tuple[int, str]:
    """Whether it is enabled, and the second in which it ends."""
    there = place.proxmox("GET", "/access/users/adler-1@pve")
    return there.get("enable", 1), there.get("expire", 0)


def leave(place: Any) -> None:
    """adler-1 leaves the first cohort."""
    body = yaml.safe_load(place.team("adler").read_text(encoding="utf-8"))
    body["members"] = body["members"][1:]
    place.team("adler").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")


JUNE, DECEMBER = 1593561600, 1609459200  # the end of 2020-06-30 and of 2020-12-31


@pytest.mark.parametrize("first", [OWN, OTHER])
def test_a1_a_person_in_two_cohorts_has_what_some_cohort_wants(place: Any, second: Callable[..., None], first: str) -> None:
    second(team(PERSON))
    for cohort in (first, OTHER if first == OWN else OWN):
        apply(place, cohort)
    assert account(place) == (1, DECEMBER)
    silent(place)


def test_a1_who_leaves_one_cohort_and_then_the_other_is_blocked_last(place: Any, second: Callable[..., None]) -> None:
    second(team(PERSON))
    apply(place, OWN)
    apply(place, OTHER)
    leave(place)
    told = place.call("plan", "-i", f"inventories/{OWN}")
    assert "it stays for eig4" in told.out
    apply(place, OWN)
    assert account(place) == (1, DECEMBER)
    silent(place)
    second(team())
    apply(place, OTHER)  # it did not make the account, the other cohort did
    assert account(place)[0] == 0
    assert place.gitlab("GET", "/users?username=adler-1")[0]["state"] == "blocked"
    silent(place)


def test_a1_and_in_the_other_order(place: Any, second: Callable[..., None]) -> None:
    second(team(PERSON))
    apply(place, OWN)
    apply(place, OTHER)
    second(team())
    apply(place, OTHER)
    apply(place, OWN)
    assert account(place) == (1, JUNE)
    silent(place)
    leave(place)
    apply(place, OWN)
    assert account(place)[0] == 0
    silent(place)


def test_a1_a_sub_domain_a_port_and_a_machine_id_of_both_name_both_places(place: Any, second: Callable[..., None]) -> None:
    machine = {
        "name": "web",
        "image": "debian-12",
        "size": "small",
        "publish": [{"subdomain": "adler", "port": 8080}],
        "forward": [{"public": 10222, "port": 22}],
    }
    second(team(machines=[machine]))
    for cohort in (OWN, OTHER):
        answer = place.call("check", "-i", f"inventories/{cohort}", "--format", "json")
        assert answer.code == 65
        errors = [found for found in answer.json["findings"] if found["severity"] == "error"]
        assert {found["code"] for found in errors} == {"duplicate-subdomain", "duplicate-port"}
        for found in errors:
            assert found["location"]["file"].startswith(f"inventories/{cohort}/")
            assert not found["also"][0]["file"].startswith(f"inventories/{cohort}/")
            assert "eig3/adler" in found["message"]
            assert "eig4/suite" in found["message"]


def test_a_mistaken_or_missing_sibling_keeps_by_the_journal_what_it_had(place: Any, second: Callable[..., None]) -> None:
    second(team(PERSON))
    apply(place, OWN)
    apply(place, OTHER)
    leave(place)
    suite = place.folder / "inventories" / OTHER / "teams" / "suite.yml"
    suite.write_text(suite.read_text(encoding="utf-8").replace("title:", "tilte:"), encoding="utf-8")
    told = place.call("plan")
    assert "it stays for eig4" in told.out
    assert f"inventories/{OTHER}/teams/suite.yml" in told.out + told.err
    suite.unlink()
    (suite.parent.parent / "cohort.yml").unlink()
    assert place.call("forget", ACCOUNT, "--cohort", OTHER).code == 0  # nobody else wants it any more
    assert place.call("forget", ACCOUNT, "--cohort", OTHER).code == 64
    apply(place, OWN)
    assert account(place)[0] == 0
    assert place.gitlab("GET", "/users?username=adler-1")[0]["state"] == "active"  # that account is the other's still
    silent(place, OWN)


def test_a_lost_journal_takes_no_access(place: Any, second: Callable[..., None]) -> None:
    second(team(PERSON))
    apply(place, OWN)
    apply(place, OTHER)
    leave(place)
    for path in (place.folder / "site").glob("journal.db*"):
        path.unlink()
    apply(place, OWN, "--prune")
    apply(place, OTHER, "--prune")
    assert account(place) == (1, DECEMBER)
    silent(place)


def test_a_group_of_the_site_holds_the_people_of_both_and_siblings_cost_no_request(place: Any, second: Callable[..., None]) -> None:
    playbook = place.folder / "playbooks" / "site.yml"
    play = """
- name: Everybody
  tasks:
    - name: Group
      proxmox.group:
        id: everybody
        members: "{{ cohort.people | selectattr('role', 'ne', 'mentor') | list | proxmox_users(site.proxmox.realm) }}"
"""
    playbook.write_text(playbook.read_text(encoding="utf-8") + play, encoding="utf-8")
    apply(place, OWN)
    alone = asked(place)
    second(team(PERSON, {"username": "suite-2", "name": "S", "email": "suite-2@example.org"}))
    apply(place, OTHER)
    apply(place, OWN)
    assert {"adler-1@pve", "karfur-1@pve", "suite-2@pve"} <= set(place.proxmox("GET", "/access/groups/everybody")["members"])
    silent(place)
    assert asked(place) == alone
    second(team())
    apply(place, OWN)
    apply(place, OTHER)
    members = set(place.proxmox("GET", "/access/groups/everybody")["members"])
    assert "suite-2@pve" not in members
    assert "adler-1@pve" in members
    silent(place)


def asked(place: Any) -> int:
    """How many requests a plan of the first cohort sends."""
    ca = str(place.folder / "site" / "proxmox-ca.pem")

    def count() -> int:
        urls = (f"{place.lab.urls[name]}/_lab/requests" for name in ("gitlab", "proxmox"))
        return sum(sum(requests.get(url, timeout=10, verify=ca).json()["by"].values()) for url in urls)

    before = count()
    assert place.call("plan").code == 0
    return count() - before
