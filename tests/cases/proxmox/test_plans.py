"""Plans of guests through the whole engine: what was shown is what is done, and what cannot be done is remembered as it is."""

from dataclasses import replace
from typing import Any

import pytest

from eiginfra.core.change import Action, Cause
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.core.values import ByteSize
from eiginfra.engine.drift import drifted
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import World
from .road import Road, change, note
from .test_decommission import LATER, LEFT, SORTS, config, guests, status, wanted


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def sized(spec: Any, cores: int, memory: str, disk: str) -> Any:
    return spec.model_copy(update={"cores": cores, "memory": ByteSize.parse(memory), "disk": ByteSize.parse(disk)})


@pytest.mark.parametrize("sort", SORTS)
def test_a_change_done_in_part_is_neither_drift_nor_a_conflict_afterwards(road: Road, sort: str) -> None:
    spec = wanted(road, sort)
    road.apply(sized(spec, 2, "1GiB", "16GiB"), restarting=True)
    smaller = sized(spec, 1, "512MiB", "8GiB")
    plan = road.plan(smaller, restarting=True)
    asked = change(plan, "web")
    assert {diff.field for diff in asked.diffs} == {"cores", "memory"}
    assert [(item.diff.label, item.diff.cause, item.reason) for item in asked.blocked] == [("disk", Cause.PENDING, reason("cannot-shrink"))]
    assert not road.run(plan).failed
    [record] = [record for address, record in road.journal.kept.items() if address.kind == f"proxmox.{sort}"]
    assert (record.values["cores"], record.values["memory"], record.values["disk"]) == (1, "512MiB", "16GiB")
    left = road.plan(smaller)
    assert (left.empty, drifted(left)) == (True, ())
    assert [(item.diff.label, item.diff.cause) for item in change(left, "web").blocked] == [("disk", Cause.PENDING)]
    larger = road.plan(sized(spec, 1, "512MiB", "20GiB"))
    assert [(diff.field, diff.before, diff.after, diff.cause) for diff in change(larger, "web").diffs] == [
        ("disk", "16GiB", "20GiB", Cause.PENDING)
    ]
    assert drifted(larger) == ()


@pytest.mark.parametrize("sort", SORTS)
def test_a_machine_that_is_wanted_again_does_only_what_the_plan_shows(road: Road, sort: str) -> None:
    spec = wanted(road, sort)
    road.apply(spec)
    road.apply(prune=True, today=LEFT)
    plan = road.plan(spec, today=LEFT)
    assert ("state", "stopped", "running") in [(diff.field, diff.before, diff.after) for diff in change(plan, "web").diffs]
    stays = road.plan(spec.model_copy(update={"state": "stopped"}), today=LEFT)
    assert "state" not in {diff.field for diff in change(stays, "web").diffs}
    assert not road.run(stays).failed
    assert (status(road, sort, 100), "remove-after" in config(road, sort, 100)["description"]) == ("stopped", False)


@pytest.mark.parametrize("sort", SORTS)
def test_a_machine_in_its_days_of_grace_waits_and_is_no_drift(road: Road, sort: str) -> None:
    road.apply(wanted(road, sort))
    road.apply(prune=True, today=LEFT)
    for prune in (False, True):
        plan = road.plan(prune=prune, today=LEFT)
        assert (plan.empty, drifted(plan)) == (True, ())
        assert [waiting.address.key.split("/")[-1] for waiting in plan.waiting] == ["web"]
    over = road.plan(today=LATER)
    assert [found.address.key.split("/")[-1] for found in drifted(over)] == ["web"]


def test_a_saved_plan_for_a_guest_that_no_spec_allows_is_verified_and_carried_out(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.world.admin("PUT", "/nodes/eig/lxc/100/resize", disk="rootfs", size="+100M")
    for today in (LEFT, LATER):
        saved = Plan.from_json(road.plan(prune=True, today=today).to_json())
        assert saved.acting
        assert road.stale(saved, road.plan(prune=True, today=today)) == ()
        assert not road.run(saved).failed
    assert guests(road) == []


@pytest.mark.parametrize("sort", SORTS)
def test_what_the_inventory_protects_is_never_decommissioned(road: Road, sort: str) -> None:
    spec = wanted(road, sort)
    road.apply(road.resource(spec, protect=True))
    plan = road.plan(prune=True, today=LEFT)
    assert (plan.empty, change(plan, "web").reason) == (True, reason("left-inventory-protected"))
    assert status(road, sort, 100) == "running"
    road.apply(spec)
    assert change(road.plan(prune=True, today=LEFT), "web").action is Action.UPDATE


def test_a_protected_backup_job_stays(road: Road) -> None:
    web = wanted(road, "container")
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark,))
    road.apply(web, road.resource(job, protect=True))
    plan = road.plan(web, prune=True)
    assert (plan.empty, [item.reason for item in plan.changes]) == (True, [reason("left-inventory-protected")])
    road.apply(web, job)
    road.apply(web, prune=True)
    assert road.world.admin("GET", "/cluster/backup") == []


def test_a_rename_and_a_new_machine_in_one_request_reach_the_backup_job(road: Road) -> None:
    web, www, new = (wanted(road, "container", name) for name in ("web", "www", "new"))
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark,))
    firewall = FirewallSpec(mark=web.mark, enable=True)
    road.apply(web, firewall, job)
    asked = (
        road.renamed(www, "web"),
        road.resource(FirewallSpec(mark=www.mark, enable=True)),
        new,
        job.model_copy(update={"guests": (www.mark, new.mark)}),
    )
    plan = road.plan(*asked)
    assert [(str(item.address.kind), item.action) for item in plan.acting if item.address.kind == "proxmox.firewall"] == []
    report = road.run(plan)
    assert {result.outcome for result in report.results} == {Outcome.DONE}, [
        (str(result.change.address), result.reason) for result in report.results
    ]
    assert [row["vmid"] for row in road.world.admin("GET", "/cluster/backup")] == ["100,101"]
    assert road.plan(*asked).changes == ()
    assert road.plan(*(replace(item, was=None) if hasattr(item, "was") else item for item in asked)).changes == ()


def test_a_waiting_machine_says_when_it_goes(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.apply(prune=True, today=LEFT)
    assert note(change(road.plan(today=LEFT), "web")) == (
        "it waits for the end of its days of grace: stopped and backed up; --prune removes it after 2020-08-01"
    )
