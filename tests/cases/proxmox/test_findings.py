"""What may stand on a server besides what was planned: each has its sentence, and what then is done."""

import pytest
from support.words import message, remedy

from eiginfra.core.change import Action, Cause
from eiginfra.core.finding import Severity
from eiginfra.core.reason import reason
from eiginfra.core.values import ByteSize
from eiginfra.engine.drift import drifted
from eiginfra.engine.report import Outcome

from .conftest import VM_TEMPLATE, World
from .road import Road, change, codes, note

WORDS = {"container": "container", "vm": "VM"}
SORTS = sorted(WORDS)


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def path(sort: str, vmid: int = 100) -> str:
    return f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{vmid}"


@pytest.mark.parametrize("description", ["", "eiginfra: eig3/adler/other"], ids=["taken out", "another"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_whose_mark_was_taken_out_gets_no_second_one_beside_it(road: Road, sort: str, description: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    road.world.admin("PUT", f"{path(sort)}/config", description=description)
    plan = road.plan(spec)
    left = change(plan, "web")
    assert (left.action, note(left)) == (Action.NONE, f"not made: {WORDS[sort]} 100 on eig seems to be it, without its marker")
    [finding] = [finding for finding in plan.findings if finding.code == "mark-lost"]
    assert (finding.severity, finding.team) == (Severity.WARNING, "adler")
    assert message(finding) == f"{WORDS[sort]} 100 on eig was eig3/adler/web, but its description no longer says so"
    assert remedy(finding) == (
        f"write the line `eiginfra: eig3/adler/web` into it again; or, if another is to be made, "
        f"eiginfra forget 'proxmox.{sort}[eig3/adler/web]'"
    )
    road.world.admin("PUT", f"{path(sort)}/config", description="eiginfra: eig3/adler/web")
    assert (road.plan(spec).changes, codes(road.plan(spec))) == ((), [])


def test_a_number_that_somebody_elses_guest_has_now_is_no_lost_mark(road: Road) -> None:
    spec = road.world.vm("web", state="stopped")
    road.apply(spec)
    road.world.admin("DELETE", path("vm"))
    road.world.admin("POST", f"/nodes/eig/qemu/{VM_TEMPLATE}/clone", newid=100, full=1)
    assert change(road.plan(spec), "web").action is Action.CREATE


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("lock", ["backup", "snapshot", "migrate"])
def test_report_27_a_locked_guest_waits_and_all_else_is_done(road: Road, sort: str, lock: str) -> None:
    spec, other = getattr(road.world, sort)("web"), getattr(road.world, sort)("zoo")
    changed, renamed = spec.model_copy(update={"onboot": True}), other.model_copy(update={"name": "adler-www"})
    road.apply(spec, other)
    late = road.plan(changed, renamed)
    road.control(guests={"100": {"config": {"lock": lock}}})  # of a VM only root can set it
    report = road.run(late)
    assert not report.failed
    [left] = report.of(Outcome.WAITING)
    assert f"{'CT' if sort == 'container' else 'VM'} is locked ({lock})" in str(left.reason)
    plan = road.plan(changed, renamed)
    assert plan.empty
    assert [(item.diff.label, item.reason) for item in change(plan, "web").blocked] == [("onboot", reason("guest-locked", lock=lock))]
    assert [message(finding) for finding in plan.findings] == [f"{WORDS[sort]} 100 on eig is locked ({lock}): changes must wait"]
    road.control(guests={"100": {"config": {"lock": None}}})
    road.apply(changed, renamed)
    assert road.plan(changed, renamed).changes == ()


@pytest.mark.parametrize("sort", SORTS)
def test_report_27_a_restart_and_an_end_of_a_locked_guest_wait_too(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    waits = spec.model_copy(update={"dns": ("192.0.2.1",)})
    road.apply(waits)
    road.control(guests={"100": {"config": {"lock": "backup"}}})
    assert road.plan(waits, restarting=True).acting == ()
    plan = road.plan(prune=True)
    assert (plan.acting, {item.reason for item in change(plan, "web").blocked}) == ((), {reason("guest-locked", lock="backup")})


def test_a_protected_container_keeps_a_mount_that_is_no_longer_wanted(road: Road) -> None:
    data = {"path": "/srv/data", "size": ByteSize.parse("1GiB")}
    base = road.world.container("web")
    spec = type(base).model_validate({**base.model_dump(exclude_unset=True), "protection": True, "mounts": (data,)})
    road.apply(spec)
    plan = road.plan(spec.model_copy(update={"mounts": ()}))
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert "can't remove CT 100 drive 'mp0' - protection mode enabled" in str(failed.reason)
    assert road.plan(spec).changes == ()


@pytest.mark.parametrize("sort", SORTS)
def test_a_protected_guest_that_left_the_inventory_stays(road: Road, sort: str) -> None:
    road.apply(getattr(road.world, sort)("web", protection=True))
    plan = road.plan(prune=True)
    assert note(change(plan, "web")) == "left the inventory: it is protected; remove it by hand if it must go"
    assert plan.empty


@pytest.mark.parametrize("sort", SORTS)
def test_a_clone_made_by_hand_is_told_and_left_alone(road: Road, sort: str) -> None:
    first, spec = (getattr(road.world, sort)(name, state="stopped") for name in ("first", "web"))
    road.apply(first, spec)
    road.world.admin("DELETE", path(sort, 100))
    road.world.admin("POST", f"{path(sort, 101)}/clone", newid=100, full=1)
    plan = road.plan(spec)
    assert (plan.errors, plan.empty) == ((), True)
    finding = next(found for found in plan.findings if found.code == "mark-copied")
    what = "container" if sort == "container" else "VM"
    assert message(finding) == f"{what} 100 on eig bears the mark eig3/adler/web of {what} 101 on eig: a copy, which is left alone"
    road.apply(spec.model_copy(update={"cores": 2}))
    assert [road.world.admin("GET", f"{path(sort, vmid)}/config")["cores"] for vmid in (100, 101)] == [1, 2]
    road.journal.kept.clear()
    assert codes(road.plan(spec)) == ["mark-copied"]
    road.world.admin("PUT", "/pools", poolid=road.world.pool, vms="100")
    assert "mark-twice" in codes(road.plan(spec))


@pytest.mark.parametrize("sort", SORTS)
def test_a_disk_grown_by_hand_is_told_and_cannot_be_healed(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web", disk=ByteSize.parse("16GiB"))
    road.apply(spec)
    road.world.admin("PUT", f"{path(sort)}/resize", disk="rootfs" if sort == "container" else "scsi0", size="+2G")
    plan = road.plan(spec)
    assert (plan.empty, plan.errors) == (True, ())
    [finding] = [found for found in plan.findings if found.code == "immutable-field"]
    assert (message(finding), remedy(finding)) == ("disk is 18GiB and cannot become 16GiB", "write disk: 18GiB in the inventory")
    seen = change(plan, "web")
    assert (seen.action, seen.cause, [(diff.label, diff.before, diff.after) for diff in seen.withheld]) == (
        Action.NONE,
        Cause.DRIFT,
        [("disk", "18GiB", "16GiB")],
    )
    assert drifted(plan) == (seen,)
    renamed = spec.model_copy(update={"name": "adler-www"})
    road.apply(renamed, getattr(road.world, sort)("other"))
    assert [diff.label for diff in change(road.plan(renamed), "web").withheld] == ["disk"]
    assert road.plan(renamed.model_copy(update={"disk": ByteSize.parse("18GiB")})).empty
