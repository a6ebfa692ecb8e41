"""What can go wrong around a Proxmox, and how the lab is told to do it."""

import pytest
import requests

from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import running

DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


def test_report_16_a_node_whose_api_is_dead_is_listed_online(start):
    pve = start("eig", ("eig", "eig2"))
    pve.control(nodes={"eig2": {"answers": False}})
    answer = pve.call("GET", "/nodes/eig2/lxc")
    assert (answer.status, answer.reason, answer.body) == (595, "Connection refused", "")
    assert {row["node"]: row["status"] for row in pve.ok("GET", "/nodes")} == {"eig": "online", "eig2": "online"}
    pve.control(nodes={"eig2": {"online": False, "answers": True}})
    answer = pve.call("GET", "/nodes/eig2/lxc")
    assert (answer.status, answer.reason, answer.body) == (595, "No route to host", "")
    pve.control(nodes={"eig2": {"online": True}})
    assert pve.ok("GET", "/nodes/eig2/lxc") == []


@pytest.mark.parametrize(("status", "reason"), [(595, "No route to host"), (596, "Connection timed out"), (599, "Too many redirections")])
def test_report_16_statuses_of_a_gateway_have_their_reasons(tmp_path, status, reason):
    with running(LabConfig(services=("proxmox",), proxmox_port=0)) as lab, requests.Session() as session:
        (tmp_path / "ca.pem").write_bytes(lab.tls.ca_pem)
        url, session.trust_env, session.verify = lab.urls["proxmox"], False, str(tmp_path / "ca.pem")
        rules = [{"match": "/access/domains", "kind": "status", "status": status}]
        session.put(f"{url}/_lab/faults", json={"rules": rules}).raise_for_status()
        answer = session.get(f"{url}/api2/json/access/domains")
    assert (answer.status_code, answer.reason, answer.text) == (status, reason, "")


@pytest.mark.parametrize(
    "text",
    [
        "clone failed: cfs-lock 'storage-x' error: got lock request timeout",
        "clone failed: cfs-lock 'storage-x' error: got lock timeout - aborting command",
        "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout",
    ],
)
def test_report_24_a_task_fails_with_the_text_that_is_asked_for(pve, text):
    pve.control(fail={"qmcreate": text})
    assert pve.task("POST", "/nodes/pve1/qemu", {"vmid": 100}) == f"unable to create VM 100 - {text}"
    assert pve.task("POST", "/nodes/pve1/qemu", {"vmid": 100}) == "OK"


def test_report_27_a_backup_under_way_locks_its_guest(pve):
    pve.container(101)
    pve.control(task_seconds={"vzdump": 0.4})
    upid = pve.ok("POST", "/nodes/pve1/vzdump", {"vmid": "101", "storage": "local"})
    assert pve.ok("GET", "/nodes/pve1/lxc/101/config")["lock"] == "backup"
    assert pve.call("PUT", "/nodes/pve1/lxc/101/config", {"memory": 256}).reason == "CT is locked (backup)"
    assert pve.wait(upid) == "OK"
    pve.ok("PUT", "/nodes/pve1/lxc/101/config", {"memory": 256})
