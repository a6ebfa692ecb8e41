"""Since when and by whom, as `plan`, `drift` and `reconcile` tell it."""

import json
import re
from typing import Any

import pytest
import requests

WEB = "proxmox.container[eig3/adler/web]"


@pytest.fixture
def applied(place: Any) -> Any:
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return place


def grow_as_alice(place: Any, vmid: int) -> None:
    """In the web interface: with a ticket."""
    place.proxmox("POST", "/access/users", userid="alice@pve", password="correct horse")
    place.proxmox("PUT", "/access/acl", path="/", users="alice@pve", roles="Administrator")
    ticket = place.proxmox("POST", "/access/ticket", username="alice@pve", password="correct horse")
    answer = requests.put(
        f"{place.lab.urls['proxmox']}/api2/json/nodes/eig/lxc/{vmid}/resize",
        data={"disk": "rootfs", "size": "60G"},
        cookies={"PVEAuthCookie": ticket["ticket"]},
        headers={"CSRFPreventionToken": ticket["CSRFPreventionToken"]},
        verify=str(place.folder / "site" / "proxmox-ca.pem"),
        timeout=10,
    )
    answer.raise_for_status()


def reconcile(place: Any) -> dict[str, Any]:
    """One round; what it logs of the container, if anything."""
    answer = place.call("reconcile", "--once")
    said = [json.loads(line) for line in answer.err.splitlines()]
    return next((line for line in said if line["event"] == "drift"), {})


def test_a_disk_grown_in_the_web_interface_is_told_by_every_command(applied: Any) -> None:
    assert reconcile(applied) == {}
    grow_as_alice(applied, applied.guest("adler-web"))

    text = applied.call("drift").out
    minute = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    act = rf"resize by alice@pve \({minute}\)"
    assert re.search(rf"since between round 1 \({minute}, in order\) and now; {act}\n", text), text
    assert re.search(act, applied.call("plan").out)

    logged = reconcile(applied)
    assert (logged["address"], logged["fields"], logged["in_order"]["number"]) == (WEB, ["disk"], 1)
    assert [(act["what"], act["by"]) for act in logged["activity"]] == [("resize", "alice@pve")]

    [change] = applied.call("drift", "--format", "json").json["changes"]
    assert (change["trace"]["in_order"]["number"], change["trace"]["seen"]["number"]) == (1, 2)
    assert [(act["what"], act["by"]) for act in change["trace"]["activity"]] == [("resize", "alice@pve")]
    assert re.search(rf"and round 2 \({minute}, first seen\); {act}", applied.call("plan").out)


def test_memory_raised_with_a_put_is_told_since_the_last_run_and_by_nobody(applied: Any) -> None:
    applied.proxmox("PUT", f"/nodes/eig/lxc/{applied.guest('adler-web')}/config", memory=8192)
    told = applied.call("drift", "--format", "json").json
    [change] = told["changes"]
    assert change["trace"] == {
        "in_order": {"what": "run", "number": 1, "at": told["last_applied"][WEB]["at"]},
        "seen": None,
        "activity": [],
    }
