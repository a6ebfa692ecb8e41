"""Starts and restarts: each is a task of its own, which is followed; a guest that does not run afterwards is a failure."""

from typing import Any

import pytest

from eiginfra.core.change import Action
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.client import ProxmoxClient

from .conftest import World
from .road import Road, change
from .test_decommission import SORTS, status, wanted

START = {"container": "vzstart", "vm": "qmstart"}


@pytest.fixture
def road(own_world: World) -> Road:
    road = Road(own_world)
    road.apply()
    return road


@pytest.mark.parametrize("state", [{}, {"state": "running"}], ids=["unset", "running"])
@pytest.mark.parametrize("sort", SORTS)
def test_p2_a_start_that_fails_is_a_failure_and_the_next_run_starts_what_was_made(road: Road, sort: str, state: dict[str, str]) -> None:
    spec = wanted(road, sort, **state)
    road.control(fail={START[sort]: "bridge 'vmbr7' does not exist"})
    [failed] = road.run(road.plan(spec)).of(Outcome.FAILED)
    assert "bridge 'vmbr7' does not exist" in str(failed.reason)
    assert "guest 100 was left half-made" in str(failed.reason)
    [record] = [record for address, record in road.journal.kept.items() if address.kind == f"proxmox.{sort}"]
    assert (record.created, record.handle) == (True, {"node": "eig", "vmid": 100})
    plan = road.plan(spec)
    left = change(plan, "web")
    assert left.action is Action.UPDATE
    assert ("state", "stopped", "running") in [(diff.field, diff.before, diff.after) for diff in left.diffs]
    assert not road.run(plan).failed
    assert status(road, sort, 100) == "running"
    assert road.plan(spec).empty


@pytest.mark.parametrize("sort", SORTS)
def test_p2_a_guest_that_runs_no_more_after_its_start_is_not_done(road: Road, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = road.plan(wanted(road, sort))
    kind: Any = road.registry[f"proxmox.{sort}"]
    monkeypatch.setattr(kind.api.client, "power", lambda *_, **__: None)
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert "guest 100 was started and does not run" in str(failed.reason)


def test_p3_a_container_is_made_then_started_and_nothing_waits_for_the_servers_locks(road: Road) -> None:
    road.control(task_seconds={"vzcreate": 0.1, "vzstart": 0.2})
    plan = road.plan(*(wanted(road, "container", f"web{number}") for number in range(3)))
    sent: list[tuple[str, bool]] = []
    call = ProxmoxClient._call

    def noted(client: ProxmoxClient, method: str, path: str, what: str, params: Any = None) -> Any:
        if method != "GET" and "/lxc" in path:
            locked = [task for task in road.world.admin("GET", "/nodes/eig/tasks", source="active") if task["id"] in path]
            sent.append((f"{method} {path.rpartition('/')[2]}", bool(locked)))
        return call(client, method, path, what, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProxmoxClient, "_call", noted)
        assert not road.run(plan).failed
    assert sorted(sent) == sorted([("POST lxc", False), ("POST start", False), ("PUT config", False)] * 3)
    tasks = road.world.admin("GET", "/nodes/eig/tasks", source="all")
    assert sorted((task["type"], task["status"]) for task in tasks) == [("vzcreate", "OK")] * 3 + [("vzstart", "OK")] * 3


# Restarts.


def bigger(road: Road, sort: str) -> tuple[Any, Any]:
    """A guest that runs, and the same with what only a restart brings."""
    spec = wanted(road, sort)
    road.apply(spec)
    return spec, spec.model_copy(update={"dns": ("192.0.2.1",)})


@pytest.mark.parametrize("sort", SORTS)
def test_p12_a_restart_is_followed_until_the_guest_runs_again(road: Road, sort: str) -> None:
    _, changed = bigger(road, sort)
    road.control(task_seconds=dict.fromkeys(START.values(), 0.2))
    road.apply(changed, restarting=True)
    assert status(road, sort, 100) == "running"
    assert road.plan(changed).changes == ()


def test_p12_a_vm_whose_start_fails_after_a_reboot_is_a_failure_in_the_tasks_words(road: Road) -> None:
    _, changed = bigger(road, "vm")
    plan = road.plan(changed, restarting=True)
    road.control(fail={"qmstart": "start failed: QEMU exited with code 1"})
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert "start failed: QEMU exited with code 1" in str(failed.reason)
    assert status(road, "vm", 100) == "stopped"
    plan = road.plan(changed.model_copy(update={"state": "running"}))
    assert [diff.field for diff in change(plan, "web").diffs] == ["state"]
