"""A guest's name changes, and its end: stopped, backed up, dated, removed; and it may come back."""

from datetime import date, timedelta
from typing import Any

import pytest
from support.words import message, remedy, told

from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import StaleError
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.core.trace import EXISTS
from eiginfra.core.values import ByteSize
from eiginfra.engine.report import Outcome

from .conftest import World
from .road import Road, change, note

SORTS = ["container", "vm"]
LEFT, LATER = date(2020, 7, 2), date(2020, 8, 2)


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def wanted(road: Road, sort: str, machine: str = "web", **fields: Any) -> Any:
    return getattr(road.world, sort)(machine, **{"onboot": True, "protection": False, **fields})


def config(road: Road, sort: str, vmid: int) -> dict[str, Any]:
    return road.world.admin("GET", f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{vmid}/config")


def status(road: Road, sort: str, vmid: int) -> str:
    return road.world.admin("GET", f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{vmid}/status/current")["status"]


def backups(road: Road) -> list[dict[str, Any]]:
    return road.world.admin("GET", "/nodes/eig/storage/local/content", content="backup")


def guests(road: Road) -> list[int]:
    return [row["vmid"] for row in road.world.admin("GET", "/cluster/resources", type="vm") if row["vmid"] < 9000]


# A new name.


@pytest.mark.parametrize("sort", SORTS)
def test_a_machine_with_a_former_name_is_the_same_guest(road: Road, sort: str) -> None:
    road.apply(wanted(road, sort, "web"))
    new = road.renamed(wanted(road, sort, "www"), "web")
    plan = road.plan(new)
    renamed = change(plan, "www")
    assert (renamed.action, renamed.cause) == (Action.UPDATE, Cause.PENDING)
    assert {diff.field for diff in renamed.diffs} == {"mark", "name"}
    assert len(plan.acting) == 1
    assert not road.run(plan).failed
    assert guests(road) == [100]
    assert config(road, sort, 100)["description"].strip() == f"eiginfra: {new.address.key}"
    assert road.plan(new).empty
    assert [address.key.split("/")[-1] for address in road.journal.kept if address.kind != "proxmox.pool"] == ["www"]
    assert [change.address.key for change in road.plan(new).changes] == []


def test_a_former_name_that_nobody_has_is_a_new_machine(road: Road) -> None:
    plan = road.plan(road.renamed(wanted(road, "container", "www"), "web"))
    assert change(plan, "www").action is Action.CREATE


# The end.


@pytest.mark.parametrize("sort", SORTS)
def test_an_orphan_is_only_told_without_prune(road: Road, sort: str) -> None:
    road.apply(wanted(road, sort))
    plan = road.plan()
    assert plan.empty
    orphan = change(plan, "web")
    assert (orphan.action, orphan.cause) == (Action.NONE, Cause.ORPHAN)
    assert note(orphan) == "left the inventory: with --prune it is stopped and backed up, and removed 30 days later"
    assert status(road, sort, 100) == "running"


@pytest.mark.parametrize("sort", SORTS)
def test_an_orphan_is_stopped_and_backed_up_then_waits_then_goes(road: Road, sort: str) -> None:
    road.apply(wanted(road, sort))
    world = road.world
    world.admin("POST", "/cluster/backup", id="job", vmid="100,9012", storage="local", schedule="daily")
    plan = road.plan(prune=True, today=LEFT)
    first = change(plan, "web")
    assert (first.action, note(first)) == (
        Action.UPDATE,
        "left the inventory: will be stopped and backed up; removed after 2020-08-01",
    )
    assert {diff.field: diff.after for diff in first.diffs} == {"state": "stopped", "onboot": False, "remove_after": "2020-08-01"}
    assert not road.run(Plan.from_json(plan.to_json())).failed
    assert status(road, sort, 100) == "stopped"
    options = config(road, sort, 100)
    assert (options["onboot"], "eiginfra-remove-after: 2020-08-01" in options["description"]) == (0, True)
    [backup] = backups(road)
    assert (backup["vmid"], backup["protected"]) == (100, 1)

    waiting = road.plan(prune=True, today=date(2020, 8, 1))
    assert waiting.empty
    assert (
        note(change(waiting, "web"))
        == "it waits for the end of its days of grace: stopped and backed up; --prune removes it after 2020-08-01"
    )

    assert road.plan(today=LATER).empty
    assert note(change(road.plan(today=LATER), "web")) == (
        "left the inventory: with --prune it is deleted with its disks: its days of grace ended on 2020-08-01"
    )
    last = road.plan(prune=True, today=LATER)
    assert change(last, "web").action is Action.DELETE
    assert not road.run(last).failed
    assert guests(road) == []
    assert [job["vmid"] for job in world.admin("GET", "/cluster/backup")] == ["9012"]
    assert [row["vmid"] for row in world.admin("GET", "/nodes/eig/storage/local-lvm/content") if row["vmid"] < 9000] == []
    assert len(backups(road)) == 1
    assert [change.address.key for change in road.plan(prune=True, today=LATER).changes] == []


def test_the_grace_is_the_cohorts(road: Road) -> None:
    road.apply(wanted(road, "container"))
    plan = road.plan(prune=True, today=LEFT, grace=timedelta(days=3))
    assert note(change(plan, "web")) == "left the inventory: will be stopped and backed up; removed after 2020-07-05"


@pytest.mark.parametrize("sort", SORTS)
def test_a_machine_that_comes_back_in_its_grace_is_taken_back_and_started(road: Road, sort: str) -> None:
    spec = wanted(road, sort)
    road.apply(spec)
    road.apply(prune=True, today=LEFT)
    plan = road.plan(spec, today=LEFT)
    assert {diff.field: (diff.before, diff.after) for diff in change(plan, "web").diffs} == {
        "onboot": (False, True),
        "remove_after": ("2020-08-01", None),
        "state": ("stopped", "running"),
    }
    assert not road.run(plan).failed
    assert status(road, sort, 100) == "running"
    assert "remove-after" not in config(road, sort, 100)["description"]
    assert road.plan(spec).empty
    assert guests(road) == [100]


def test_attack_3_without_a_journal_a_marker_is_not_enough(road: Road) -> None:
    other = wanted(road, "container", "other")
    road.apply(other)
    road.apply(other, wanted(road, "container"))
    road.journal.kept.clear()
    plan = road.plan(other, prune=True, today=LEFT)
    assert plan.empty
    why = reason("left-inventory-kept", why=reason("not-on-record").model_dump(mode="json"))
    assert change(plan, "web").reason == why
    assert status(road, "container", 101) == "running"


def test_attack_3_a_day_that_somebody_wrote_ends_nothing(road: Road) -> None:
    """Stopped, dated and without a backup, by its own team."""
    road.apply(wanted(road, "container", onboot=False))
    road.world.admin("POST", "/nodes/eig/lxc/100/status/stop")
    text = config(road, "container", 100)["description"]
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", description=f"{text}eiginfra-remove-after: 2020-01-01")
    plan = road.plan(prune=True, today=LATER)
    assert (plan.empty, change(plan, "web").reason) == (
        True,
        reason("left-inventory-kept", why=reason("day-not-on-record", day="2020-01-01").model_dump(mode="json")),
    )
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", description=text)
    road.apply(prune=True, today=LATER)
    assert (guests(road), [row["vmid"] for row in backups(road)]) == ([100], [100])


def test_a_guest_that_somebody_started_again_begins_anew(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.apply(prune=True, today=LEFT)
    road.world.admin("POST", "/nodes/eig/lxc/100/status/start")
    plan = road.plan(prune=True, today=LATER)
    assert note(change(plan, "web")) == "left the inventory: will be stopped and backed up; removed after 2020-09-01"


def test_a_guest_that_is_started_or_dated_anew_after_the_plan_is_not_removed(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.apply(prune=True, today=LEFT)
    plan = road.plan(prune=True, today=LATER)
    road.world.admin("POST", "/nodes/eig/lxc/100/status/start")
    [result] = road.run(plan).results
    assert (result.outcome, told(result.reason)) == (Outcome.REFUSED, "guest 100 runs by now; make a new plan")
    road.world.admin("POST", "/nodes/eig/lxc/100/status/stop")
    text = f"eiginfra: {road.world.cohort}/adler/web"
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", description=text)
    [result] = road.run(plan).results
    assert (result.outcome, told(result.reason)) == (Outcome.REFUSED, "guest 100 is not to be removed by now; make a new plan")
    assert guests(road) == [100]


def test_a_guest_that_is_gone_by_then_is_gone(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.apply(prune=True, today=LEFT)
    plan = road.plan(prune=True, today=LATER)
    road.world.admin("DELETE", "/nodes/eig/lxc/100")
    assert [result.outcome for result in road.run(plan).results] == [Outcome.DONE]


def test_a_protected_guest_stays(road: Road) -> None:
    road.apply(wanted(road, "container", protection=True))
    plan = road.plan(prune=True)
    assert plan.empty
    assert note(change(plan, "web")) == "left the inventory: it is protected; remove it by hand if it must go"


def test_a_protection_that_the_inventory_did_not_ask_for_is_taken_off(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", protection=1)
    plan = road.plan(prune=True)
    assert ("protection", True, False) in [(diff.field, diff.before, diff.after) for diff in change(plan, "web").diffs]
    assert not road.run(plan).failed


def test_a_protected_guest_of_which_the_journal_knows_nothing_stays(road: Road) -> None:
    road.apply(wanted(road, "container", protection=True))
    road.journal.kept.clear()
    assert road.plan(prune=True).empty


def test_a_backup_that_fails_leaves_the_guest_stopped_and_without_a_date(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.control(fail={"vzdump": "no space left on device"})
    [failed] = road.run(road.plan(prune=True)).of(Outcome.FAILED)
    assert "back up guest 100: job errors" in str(failed.reason)
    assert "ERROR: Backup of VM 100 failed - no space left on device" in str(failed.reason)
    assert "remove-after" not in config(road, "container", 100)["description"]
    road.apply(prune=True)
    assert "remove-after" in config(road, "container", 100)["description"]


def test_an_orphan_with_values_that_no_spec_allows_goes_too(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", delete="cores")
    road.world.admin("PUT", "/nodes/eig/lxc/100/resize", disk="rootfs", size="+100M")
    road.apply(prune=True, today=LEFT)
    road.apply(prune=True, today=LATER)
    assert guests(road) == []


def test_guests_of_others_and_templates_are_never_removed(road: Road) -> None:
    world = road.world
    template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
    world.admin("POST", "/pools", poolid=world.pool)
    text = "eiginfra-remove-after: 2019-01-01"
    world.admin("POST", "/nodes/eig/lxc", vmid=150, ostemplate=template, rootfs="local-lvm:4", pool=world.pool, description=text)
    world.admin(
        "POST", "/nodes/eig/lxc", vmid=151, ostemplate=template, rootfs="local-lvm:4", description=f"eiginfra: eig2/old/web\n{text}"
    )
    plan = road.plan(prune=True)
    assert [change.address.kind for change in plan.acting] == ["proxmox.pool"]
    assert guests(road) == [150, 151]


def test_a_container_is_not_replaced_at_once(road: Road) -> None:
    spec = wanted(road, "container", unprivileged=True)
    road.apply(spec)
    plan = road.plan(spec.model_copy(update={"unprivileged": False}))
    [finding] = [finding for finding in plan.findings if finding.code == "immutable-field"]
    assert message(finding) == "unprivileged is True and cannot become False"
    assert "--replace" not in str(remedy(finding))


def test_a_mark_that_moved_to_another_guest_is_not_followed(road: Road) -> None:
    road.apply(wanted(road, "container"))
    road.apply(prune=True, today=LEFT)
    orphan = next(there for there in road.world.observe("proxmox.container").objects if there.address.key.endswith("/web"))
    road.world.admin(
        "PUT", "/nodes/eig/lxc/100/config", description=f"eiginfra: {road.world.cohort}/adler/web\neiginfra-remove-after: 2031-01-01"
    )
    with pytest.raises(StaleError, match="is to be removed after 2031-01-01 by now"):
        road.world.kinds["proxmox.container"].delete(orphan)


ENOUGH = {
    "/pool/eig3-adler": "VM.Allocate,VM.Audit,VM.Backup,VM.PowerMgmt,Pool.Audit,"
    + ",".join(f"VM.Config.{part}" for part in ("CPU", "Cloudinit", "Disk", "Memory", "Network", "Options")),
    "/storage/local-lvm": "Datastore.AllocateSpace,Datastore.Audit",
    "/storage/local": "Datastore.AllocateSpace,Datastore.Audit",
    "/vms": "VM.Audit",
    "/vms/9012": "VM.Clone,VM.Audit",
    "/sdn/zones/localnetwork/vmbr1": "SDN.Use",
    "/nodes/eig": "Sys.Audit",
}


@pytest.mark.parametrize("sort", SORTS)
def test_the_whole_life_needs_no_more_rights_than_these(own_world: World, sort: str) -> None:
    own_world.admin("POST", "/pools", poolid="eig3-adler", comment="ADLER")
    road = Road(own_world.with_rights(ENOUGH))
    spec = wanted(road, sort)
    road.apply(spec)
    road.apply(spec.model_copy(update={"disk": ByteSize.parse("20GiB"), "cores": 2, "dns": ("192.0.2.1",)}), restarting=True)
    road.apply(prune=True, today=LEFT)
    road.apply(prune=True, today=LATER)
    assert guests(Road(own_world)) == []


@pytest.mark.parametrize(
    ("path", "right"),
    [("/pool/eig3-adler", "VM.Backup"), ("/pool/eig3-adler", "VM.PowerMgmt"), ("/storage/local", "Datastore.AllocateSpace")],
)
def test_without_one_of_them_a_guest_does_not_go(own_world: World, path: str, right: str) -> None:
    full = Road(own_world)
    full.apply(wanted(full, "container"))
    rights = {**ENOUGH, path: ",".join(name for name in ENOUGH[path].split(",") if name != right)}
    road = Road(own_world.with_rights(rights))
    road.journal = full.journal
    plan = road.plan(prune=True, today=LEFT)
    [kept] = [change for change in plan.changes if change.address.kind == "proxmox.container"]
    assert right in told(kept.waiting[EXISTS])
    road.run(plan)
    assert "remove-after" not in config(full, "container", 100)["description"]
