"""What the nodes remember of guests (container-lifecycle, backup-firewall-misc; PVE::RRD; the files' definition)."""

import json
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from support.proxmox_contract import FILE

STEPS = {"hour": (60, 60), "day": (60, 1440), "week": (1800, 336), "month": (1800, 1440), "year": (21600, 1440)}
STOPPED = {"time", "maxcpu", "maxmem", "maxdisk", "disk"}
RUNNING = STOPPED | {"cpu", "mem", "netin", "netout", "diskread", "diskwrite"}


def month(pve: Any, vmid: int, kind: str = "lxc", **more: Any) -> list[dict[str, Any]]:
    return pve.ok("GET", f"/nodes/{{node}}/{kind}/{vmid}/rrddata", {"timeframe": "month", **more})


@pytest.mark.parametrize("timeframe", STEPS)
def test_a_time_frame_has_its_steps_and_a_new_guest_no_values(pve: Any, timeframe: str) -> None:
    pve.control(lag=0)
    pve.container(201)
    rows = pve.ok("GET", "/nodes/{node}/lxc/201/rrddata", {"timeframe": timeframe})
    step, count = STEPS[timeframe]
    assert len(rows) == count
    assert {after["time"] - before["time"] for before, after in pairwise(rows)} == {step}
    assert {frozenset(row) for row in rows} == {frozenset({"time"})}


def test_a_load_has_a_history_of_means_and_of_highest_values(pve: Any) -> None:
    pve.container(201, cores=2, memory=1024)
    pve.control(loads={"201": {"load": "busy", "days": 10}})
    means, highest = month(pve, 201), month(pve, 201, cf="MAX")
    known = [(one, most) for one, most in zip(means, highest, strict=True) if len(one) > 1]
    assert 470 <= len(known) <= 481
    for one, most in known:
        assert one.keys() == most.keys() == RUNNING
        assert all(most[name] >= one[name] for name in one)
    assert (one["maxcpu"], one["maxmem"]) == (2, 1024**3)
    assert 0.9 < max(most["cpu"] for _, most in known) <= 0.95
    assert month(pve, 201)[:-1] == means[:-1]


def test_a_guest_that_did_not_run_has_its_size_and_no_load(pve: Any) -> None:
    pve.container(201)
    pve.control(loads={"201": {"load": "idle", "days": 31, "stopped": [20, 10]}})
    shapes = Counter(frozenset(row) for row in month(pve, 201))
    assert shapes.keys() == {frozenset(RUNNING), frozenset(STOPPED)}
    assert shapes[frozenset(STOPPED)] in range(478, 483)


def test_a_vm_has_no_used_disk_and_its_memory_as_the_node_sees_it(pve: Any) -> None:
    pve.vm(140)
    pve.control(loads={"140": {"load": "full", "days": 2}})
    row = month(pve, 140, "qemu")[-2]
    assert (row["disk"], row["memhost"]) == (0, row["mem"])
    assert {name for name in row if name.startswith("pressure")} == {
        f"pressure{a}{b}" for a in ("cpu", "io", "memory") for b in ("some", "full")
    }


def test_a_history_belongs_to_the_number_and_outlives_the_guest(pve: Any) -> None:
    pve.control(lag=0)
    pve.container(201)
    pve.control(loads={"201": {"load": "busy", "days": 3}})
    before = month(pve, 201)
    assert pve.task("DELETE", "/nodes/{node}/lxc/201") == "OK"
    assert month(pve, 201)[:-1] == before[:-1]
    pve.container(201)
    assert month(pve, 201)[:-1] == before[:-1]


def test_a_number_that_never_had_a_guest_is_refused(pve: Any) -> None:
    answer = pve.call("GET", "/nodes/{node}/lxc/777/rrddata", {"timeframe": "month"})
    assert answer.status == 500
    assert "RRD error: " in answer.reason
    assert "No such file or directory" in answer.reason


def test_parameters_and_rights_are_looked_at(pve: Any) -> None:
    pve.container(201)
    path = "/nodes/{node}/lxc/201/rrddata"
    assert pve.call("GET", path).errors == {"timeframe": "property is missing and it is not optional"}
    assert "timeframe" in pve.call("GET", path, {"timeframe": "decade"}).errors
    assert "cf" in pve.call("GET", path, {"timeframe": "hour", "cf": "MIN"}).errors
    assert "ds" in pve.call("GET", path, {"timeframe": "hour", "ds": "cpu"}).errors
    assert pve.call("GET", path, {"timeframe": "hour"}, token=pve.token("one")).status == 403
    assert pve.call("GET", path, {"timeframe": "hour"}, token=pve.token("two", _vms_201="PVEAuditor")).status == 200


def test_an_unknown_load_is_refused(pve: Any) -> None:
    pve.container(201)
    for wrong in ({"load": "wild"}, {"load": "idle", "weeks": 3}):
        assert pve.session.put(f"{pve.url}/_lab/proxmox", json={"loads": {"201": wrong}}).status_code == 400


def test_the_history_is_kept_with_the_state(pve: Any) -> None:
    pve.container(201)
    pve.control(loads={"201": {"load": "busy", "days": 3}})
    before = month(pve, 201)
    pve.service.load(json.loads(json.dumps(pve.service.dump())))
    assert month(pve, 201)[:-1] == before[:-1]


@pytest.mark.skipif(not FILE.exists(), reason="the official description of the API is not part of the project")
def test_the_time_frames_are_those_of_the_official_description(pve: Any) -> None:
    described = json.loads(FILE.read_text(encoding="utf-8"))["paths"]["/nodes/{node}/lxc/{vmid}/rrddata"]["GET"]
    properties = described["parameters"]["properties"]
    assert properties["timeframe"]["enum"] == [*STEPS]
    assert properties["cf"]["enum"] == ["AVERAGE", "MAX"]
    assert described["permissions"] == {"check": ["perm", "/vms/{vmid}", ["VM.Audit"]]}
    pve.container(201)
    pve.control(loads={"201": {"load": "busy", "days": 3}})
    assert described["returns"] == {"type": "array", "items": {"type": "object", "properties": {}}}
    assert all(isinstance(row, dict) for row in month(pve, 201))
