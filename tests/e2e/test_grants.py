"""What only EIG Link may give: to take protection off, and what a grant allowed until yesterday."""

from typing import Any

import pytest
import yaml


def grant(place: Any, **values: Any) -> None:
    path = place.folder / "inventories" / "eig3" / "cohort.yml"
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    body |= {key: str(body[key]) for key in ("starts", "ends")}
    body["grants"] = [{"team": "adler", "reason": "asked", **values}]
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")


def test_attack_4_protection_is_taken_off_by_a_grant_alone(place: Any) -> None:
    place.edit("adler", "    docker: true\n", "    docker: true\n    protect: true\n")
    assert place.call("apply", "--yes").code == 0
    number = place.guest("adler-web")
    place.edit("adler", "    protect: true\n", "")
    place.edit("adler", "title: API ADLER", "title: API")
    done = place.call("apply", "--yes")
    assert done.code == 0, done.err
    assert "was protected, and the team's file protects it no more" in done.out + done.err
    config = place.proxmox("GET", f"/nodes/eig/lxc/{number}/config")
    assert str(config.get("protection")) == "1"
    assert {project["name"] for project in place.gitlab("GET", "/projects?per_page=100")} >= {"API"}
    # Nor by leaving the inventory, now or later.
    again = place.call("plan", "--format", "json").json
    assert not [change for change in again["changes"] if "adler/web" in change["address"] and change["action"] != "none"]
    grant(place, key="machines[].protect", value=False)
    assert place.call("apply", "--yes").code == 0
    assert str(place.proxmox("GET", f"/nodes/eig/lxc/{number}/config").get("protection", 0)) == "0"


def test_attack_4_a_guest_is_adopted_by_a_grant_alone_and_a_grant_that_is_over_stops_only_its_machine(place: Any) -> None:
    place.edit("adler", "    docker: true\n", "    docker: true\n    id: 150\n")
    answer = place.call("apply", "--yes")
    assert answer.code == 65
    assert "machines[].id: 150 is for EIG Link to allow" in answer.out + answer.err
    assert place.requests("proxmox") == 0
    grant(place, key="machines[].id", value=150, until="2019-09-30")
    assert place.call("check").code == 65
    done = place.call("apply", "--yes")
    assert "warning: machines[].id: 150 was allowed until 2019-09-30" in done.out
    names = {guest["name"] for guest in place.proxmox("GET", "/nodes/eig/lxc")}
    assert "adler-web" not in names
    assert {"adler-graph", "karfur-web"} <= names


@pytest.mark.parametrize("until", ["2019-10-01", "2020-06-30"])
def test_a_grant_holds_on_its_last_day(until: str, place: Any) -> None:
    place.edit("adler", "    docker: true\n", "    docker: true\n    protect: false\n")
    assert place.call("check").code == 65
    grant(place, key="machines[].protect", value=False, until=until)
    assert place.call("check").code == 0
