"""Sub-domains and public ports at the command line: what a team reads, at its own line, in its own language."""

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from eiginfra.lab.config import SERVICES

NAME = "adler.eig-apps.example.org"
FILE = f"/etc/nginx/conf.d/eiginfra-{NAME}.conf"
HAND = "/etc/nginx/conf.d/hand.conf"


@pytest.fixture
def services() -> tuple[str, ...]:
    """All of them."""
    return SERVICES


def by_hand(place: Any, **wanted: Any) -> dict[str, Any]:
    answer = requests.put(f"{place.lab.urls['gateway']}/_lab/gateway", json=wanted, timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def line(place: Any, text: str) -> str:
    """`FILE:LINE` of a team's text."""
    path = place.team("adler")
    number = next(number for number, found in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in found)
    return f"{path.relative_to(place.folder)}:{number}:"


def test_a_page_is_published_kept_and_told_at_the_teams_line(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = ("--target", f"gateway.subdomain[{NAME}]", "--target", "proxmox.container[eig3/adler/web]")
    assert place.call("apply", "--yes", "--limit", "adler").code == 0
    assert "# eiginfra eig3/adler/web" in by_hand(place)["files"][FILE]
    assert place.call("plan", "--detailed-exitcode", *selection).code == 0
    by_hand(place, files={FILE: None, HAND: f"server {{\n    listen 80;\n    server_name {NAME};\n}}\n"})
    plan = place.call("plan", "--detailed-exitcode", *selection)
    assert f"gateway.subdomain[{NAME}]\n      it waits for the name" in plan.out
    assert f"{line(place, 'publish')}" in plan.out
    assert f"warning: {NAME} has a server block that eiginfra did not write, {HAND}:3" in plan.out
    monkeypatch.setenv("EIGINFRA_LANGUAGE", "fr")
    assert f"{NAME} a déjà un bloc server qu’eiginfra n’a pas écrit" in place.call("plan", *selection).out
    monkeypatch.delenv("EIGINFRA_LANGUAGE")
    by_hand(place, files={HAND: None})
    assert place.call("drift").code == 2
    assert place.call("apply", "--yes", "--limit", "adler").code == 0
    place.edit("adler", "- name: web\n", "- name: www\n    was: web\n")
    plan = place.call("plan", "--format", "json", "--limit", "adler")
    [change] = [found for found in plan.json["changes"] if found["address"] == f"gateway.subdomain[{NAME}]"]
    assert (change["action"], [diff["field"] for diff in change["diffs"]]) == ("update", ["machine"])
    assert place.call("apply", "--yes", "--limit", "adler").code == 0
    assert "# eiginfra eig3/adler/www" in by_hand(place)["files"][FILE]
    assert place.call("plan", "--detailed-exitcode", "--target", f"gateway.subdomain[{NAME}]").code == 0


def test_two_cohorts_that_want_one_name_are_both_named(place: Any) -> None:
    folder = place.folder / "inventories" / "eig4"
    (folder / "teams").mkdir(parents=True)
    own = yaml.safe_load((Path("inventories/eig3/cohort.yml")).read_text(encoding="utf-8"))
    other = {**own, "cohort": "eig4", "title": "Promotion 4", "quota": {"default": own["quota"]["default"]}}
    (folder / "cohort.yml").write_text(yaml.safe_dump({key: other[key] for key in ("cohort", "title", "starts", "ends", "quota")}))
    team = {
        "title": "Suite",
        "administration": "DINUM",
        "members": [{"username": "suite-1", "name": "Suite Un", "email": "suite-1@example.org"}],
        "mentors": [{"username": "suite-mentor", "name": "Mentor", "email": "suite-mentor@example.org"}],
        "machines": [{"name": "web", "image": "debian-12", "size": "small", "publish": [{"subdomain": "adler", "port": 80}]}],
    }
    (folder / "teams" / "suite.yml").write_text(yaml.safe_dump(team))
    answer = place.call("check")
    assert answer.code == 65
    assert "inventories/eig4/teams/suite.yml" in answer.out
    assert line(place, "publish") in answer.out
