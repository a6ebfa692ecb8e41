"""The last backup of a guest that left is made once, whatever is lost on the way; and nothing of a guest that is gone is left behind."""

from collections.abc import Callable
from typing import Any

import pytest

from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import TEMPLATE, World
from .road import Road
from .test_decommission import ENOUGH, LATER, LEFT, SORTS, backups, config, status, wanted

Fault = Callable[..., None]
KINDS = {"container": "lxc", "vm": "qemu"}


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def made(road: Road) -> int:
    """How many backups were begun."""
    return len(road.world.admin("GET", "/nodes/eig/tasks", typefilter="vzdump", source="all"))


def last(road: Road) -> list[str]:
    return [row.get("notes", "") for row in backups(road)]


@pytest.mark.parametrize("sort", SORTS)
def test_an_answer_that_is_lost_makes_no_second_backup(road: Road, fault: Fault, sort: str) -> None:
    road.apply(wanted(road, sort))
    road.control(task_seconds={"vzdump": 0.2})
    fault(match="POST .*/vzdump$", kind="drop_after", times=1)
    road.apply(prune=True, today=LEFT)
    assert made(road) == 1
    assert last(road) == ["eiginfra: the last of eig3/adler/web"]
    assert "eiginfra-remove-after: 2020-08-01" in config(road, sort, 100)["description"]


def test_a_request_that_was_lost_before_it_arrived_is_sent_again(road: Road, fault: Fault) -> None:
    road.apply(wanted(road, "container"))
    fault(match="POST .*/vzdump$", kind="drop", times=1)
    road.apply(prune=True, today=LEFT)
    assert made(road) == 1


def not_dated(road: Road, fault: Fault, sort: str = "container") -> None:
    """A run that broke off between the backup and the date."""
    road.apply(wanted(road, sort))
    fault(match="PUT .*/100/config$", kind="status", status=501)
    assert len(road.run(road.plan(prune=True, today=LEFT)).of(Outcome.FAILED)) == 1
    fault(kind="delay", times=0)
    assert "remove-after" not in config(road, sort, 100)["description"]
    assert made(road) == 1


@pytest.mark.parametrize("sort", SORTS)
def test_a_run_that_broke_off_after_the_backup_is_gone_on_with(road: Road, fault: Fault, sort: str) -> None:
    not_dated(road, fault, sort)
    road.apply(prune=True, today=LEFT)
    assert made(road) == 1
    assert "remove-after" in config(road, sort, 100)["description"]


def test_a_backup_under_way_is_waited_for(road: Road) -> None:
    road.apply(wanted(road, "container"))
    world = road.world
    world.admin("POST", "/nodes/eig/lxc/100/status/stop")
    road.control(task_seconds={"vzdump": 0.3})
    asked = {"vmid": "100", "storage": "local", "mode": "stop", "protected": 1, "notes-template": "eiginfra: the last of eig3/adler/web"}
    begun = world.session.post(f"{world.settings.url}/api2/json/nodes/eig/vzdump", data=asked, timeout=20).json()["data"]
    locked = road.plan(prune=True, today=LEFT)
    world.client.follow(begun, "the backup")
    assert locked.empty
    road.apply(prune=True, today=LEFT)
    assert made(road) == 1
    assert "remove-after" in config(road, "container", 100)["description"]


def test_what_was_written_since_is_backed_up_too(road: Road, fault: Fault) -> None:
    not_dated(road, fault)
    for action in ("start", "stop"):
        road.world.admin("POST", f"/nodes/eig/lxc/100/status/{action}")
    road.apply(prune=True, today=LEFT)
    assert made(road) == 2


def test_somebody_elses_backup_is_not_the_last(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.world.admin("POST", "/nodes/eig/lxc/100/status/stop")
    road.world.admin("POST", "/nodes/eig/vzdump", vmid="100", storage="local", mode="stop", protected=1)
    road.apply(prune=True, today=LEFT)
    assert made(road) == 2
    assert "eiginfra: the last of eig3/adler/web" in last(road)


def test_a_backup_that_somebody_removed_is_made_again(road: Road, fault: Fault) -> None:
    not_dated(road, fault)
    [volume] = backups(road)
    path = f"/nodes/eig/storage/local/content/{volume['volid']}"
    road.world.admin("PUT", path, protected=0)
    road.world.admin("DELETE", path)
    road.apply(prune=True, today=LEFT)
    assert made(road) == 2


def test_where_others_tasks_are_not_seen_another_one_is_made(own_world: World, fault: Fault) -> None:
    full = Road(own_world)
    not_dated(full, fault)
    rights = {path: names for path, names in ENOUGH.items() if path != "/nodes/eig"}
    road = Road(own_world.with_rights(rights))
    road.journal = full.journal
    road.apply(prune=True, today=LEFT)
    assert made(full) == 2


# Gone.


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_that_is_removed_leaves_nothing_behind(road: Road, sort: str) -> None:
    world, kind = road.world, KINDS[sort]
    spec = wanted(road, sort)
    rules: Any = {"enable": True, "rules": [{"type": "in", "action": "ACCEPT", "proto": "tcp", "dport": "22"}]}
    road.apply(spec, FirewallSpec(mark=spec.mark, **rules))
    world.admin("POST", "/cluster/backup", id="job", vmid="100,9012", storage="local", schedule="daily")
    world.admin("POST", "/cluster/backup", id="own", vmid="100", storage="local", schedule="daily")
    world.admin("PUT", "/access/acl", path="/vms/100", users="eiginfra@pve", roles="PVEVMAdmin")
    world.admin("POST", "/cluster/ha/resources", sid="100")
    assert [row["sid"] for row in world.admin("GET", "/cluster/ha/resources")] == [{"lxc": "ct:100", "qemu": "vm:100"}[kind]]
    assert len(world.admin("GET", f"/nodes/eig/{kind}/100/firewall/rules")) == 1
    # The HA manager is only asked to stop it, and takes its time.
    road.control(task_seconds={"vzshutdown": 0.2, "qmshutdown": 0.2})
    road.apply(prune=True, today=LEFT)
    assert status(road, sort, 100) == "stopped"
    assert made(road) == 1
    road.apply(prune=True, today=LATER)
    assert world.admin("GET", "/cluster/ha/resources") == []
    assert {job["id"]: job["vmid"] for job in world.admin("GET", "/cluster/backup")} == {"job": "9012"}
    assert [entry for entry in world.admin("GET", "/access/acl") if entry["path"] == "/vms/100"] == []
    assert [row for row in world.admin("GET", "/nodes/eig/storage/local-lvm/content") if row["vmid"] == 100] == []
    assert [row for row in world.admin("GET", "/pools", poolid=world.pool)[0]["members"] if row.get("vmid") == 100] == []
    assert world.admin("GET", "/cluster/replication") == []
    world.admin("POST", "/nodes/eig/lxc", vmid=100, ostemplate=TEMPLATE, rootfs="local-lvm:1")
    assert world.admin("GET", "/nodes/eig/lxc/100/firewall/rules") == []
    assert "enable" not in world.admin("GET", "/nodes/eig/lxc/100/firewall/options")


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_under_ha_is_stopped_and_started_by_its_manager_and_that_is_waited_for(road: Road, sort: str) -> None:
    spec, kind = wanted(road, sort, state="stopped"), KINDS[sort]
    road.apply(wanted(road, sort))
    road.world.admin("POST", "/cluster/ha/resources", sid="100")
    road.control(task_seconds=dict.fromkeys(("vzshutdown", "qmshutdown", "vzstart", "qmstart"), 0.2))
    road.apply(spec)
    assert status(road, sort, 100) == "stopped"
    road.apply(spec.model_copy(update={"state": "running"}))
    assert status(road, sort, 100) == "running"
    assert road.world.admin("GET", f"/nodes/eig/{kind}/100/status/current")["ha"] == {"managed": 1, "state": "started"}
