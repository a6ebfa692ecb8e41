"""The site's backup job, over real HTTPS; and what is said where the token may not touch it."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.words import message, remedy, told

from eiginfra.core.change import Action, Change
from eiginfra.core.errors import AlreadyExistsError, NotFoundError, PermissionDeniedError
from eiginfra.core.finding import Finding
from eiginfra.core.look import Look
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed
from eiginfra.core.trace import EXISTS
from eiginfra.engine.drift import drifted
from eiginfra.providers.proxmox.kinds.backup import BackupSpec

from .conftest import TEMPLATE, World, differences
from .road import Road, change

ADMINISTRATOR = reason("administrator")
FULL: dict[str, Any] = {
    "schedule": "02:30",
    "storage": "local",
    "mode": "snapshot",
    "compress": "zstd",
    "keep": "daily=3,weekly=2",
    "enabled": True,
    "comment": "Promotion 3, é",
}


def wanted(world: World, **fields: Any) -> BackupSpec:
    covers = {} if fields.keys() & {"pool", "all", "guests"} else {"guests": [f"{world.cohort}/adler/web"]}
    return BackupSpec.model_validate({"id": f"eiginfra-{world.cohort}", **FULL, **covers, **fields})


def made(world: World, **fields: Any) -> tuple[Any, BackupSpec, Observed]:
    guest, _ = world.make(world.container("web"))
    spec = wanted(world, **fields)
    seen = world.kinds["proxmox.backup"].create(spec)
    assert seen is not None
    return guest, spec, seen


def job(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.admin("GET", f"/cluster/backup/eiginfra-{world.cohort}")
    return found


def auditor(world: World, root: str = "Sys.Audit", storage: str = "Datastore.Audit") -> World:
    return world.with_rights({"/": root, "/vms": "VM.Audit", "/pool": "Pool.Audit,Pool.Allocate", "/storage/local": storage})


def lacking(*rights: str) -> Reason:
    return reason("right-missing", rights=[*rights])


BOTH = ("/, Sys.Modify", "/storage/local, Datastore.Allocate")


def audited(world: World, spec: BackupSpec) -> tuple[Change, list[Finding]]:
    """The job's part of a plan, as a token without Sys.Modify sees it."""
    plan = Road(world).plan(spec)
    [left] = [change for change in plan.changes if change.address.kind == "proxmox.backup"]
    return left, [found for found in plan.findings if found.code.startswith("backup-job") or found.code.endswith("-without-backup")]


def test_a_job_is_made_as_wanted_and_is_seen_so(world: World) -> None:
    guest, spec, seen = made(world)
    for there in (seen, world.see(spec)):
        assert there is not None
        assert differences(spec, there) == []
    listed = job(world)
    assert (listed["vmid"], listed["schedule"], listed["prune-backups"], listed["enabled"]) == (
        str(guest.id), "02:30", {"keep-daily": "3", "keep-weekly": "2"}, 1
    )  # fmt: skip


def test_a_second_job_of_the_same_name_is_refused(world: World) -> None:
    _, spec, _ = made(world)
    with pytest.raises(AlreadyExistsError, match="already exists"):
        world.kinds["proxmox.backup"].create(spec)


def test_nothing_is_made_for_machines_that_do_not_stand(world: World) -> None:
    with pytest.raises(NotFoundError, match="none of its guests stands yet"):
        world.kinds["proxmox.backup"].create(wanted(world))


def test_what_a_job_covers_is_written_in_one_way_at_a_time(world: World) -> None:
    guest, _, _ = made(world)
    spec = wanted(world, pool=world.pool)
    assert differences(spec, world.heal(spec)) == []
    assert (job(world).get("vmid"), job(world)["pool"]) == (None, world.pool)
    spec = wanted(world)
    assert differences(spec, world.heal(spec)) == []
    assert (job(world)["vmid"], job(world).get("pool")) == (str(guest.id), None)


def test_a_new_machine_is_added_and_one_added_by_hand_goes(world: World) -> None:
    first, _, _ = made(world)
    second, _ = world.make(world.vm("db"))
    spec = wanted(world, guests=[first.mark, second.mark])
    assert differences(spec, world.heal(spec)) == []
    assert job(world)["vmid"] == f"{first.id},{second.id}"
    world.admin("PUT", f"/cluster/backup/{spec.id}", vmid=f"{first.id},{second.id},9012")
    seen = world.see(spec)
    assert seen is not None
    assert seen.values["guests"] == [first.mark, second.mark, "#9012"]
    assert differences(spec, world.heal(spec)) == []


def test_a_job_covers_the_machines_that_stand_and_waits_for_the_others(world: World) -> None:
    guest, spec, seen = made(world, guests=[f"{world.cohort}/adler/web", f"{world.cohort}/plume/db"])
    assert seen.values["guests"] == [guest.mark]
    assert seen.waiting == {"guests": reason("to-be-made", what=[f"{world.cohort}/plume/db"])}
    assert job(world)["vmid"] == str(guest.id)
    assert spec.guests is not None


def test_a_job_is_deleted_and_then_gone(world: World) -> None:
    _, spec, seen = made(world)
    world.kinds["proxmox.backup"].delete(seen)
    assert world.see(spec) is None


def test_jobs_of_others_are_not_looked_at(world: World) -> None:
    _, spec, _ = made(world)
    world.admin("POST", "/cluster/backup", id=f"other-{world.cohort}", schedule="daily", vmid="9012", storage="local", enabled=0)
    assert [there.address.key for there in world.observe("proxmox.backup", spec).objects] == [spec.id]


def test_one_without_settings_shows_what_proxmox_does_then(world: World) -> None:
    guest, _ = world.make(world.container("web"))
    spec = wanted(world)
    world.admin("POST", "/cluster/backup", id=spec.id, schedule="02:30", storage="local", vmid=str(guest.id))
    seen = world.see(spec)
    assert seen is not None
    assert {diff.field: diff.before for diff in differences(spec, seen)} == {"compress": "0", "keep": None, "comment": ""}


# Where the token may not.


def test_a_missing_job_is_told_with_the_command_and_waits_for_an_administrator(world: World) -> None:
    guest, _ = world.make(world.container("web"))
    spec = wanted(world)
    left, (told, bare) = audited(auditor(world), spec)
    assert (left.action, left.waiting) == (Action.NONE, {EXISTS: lacking(*BOTH)})
    assert (told.severity, told.code) == ("warning", "backup-job-missing")
    assert (
        message(told)
        == f"backup job {spec.id} is missing, and the token may not make it (/, Sys.Modify, /storage/local, Datastore.Allocate)"
    )
    assert remedy(told) == (
        f"an administrator must make it: pvesh create /cluster/backup --id {spec.id} --schedule 02:30 --storage local --mode snapshot"
        f" --compress zstd --prune-backups keep-daily=3,keep-weekly=2 --vmid {guest.id} --enabled 1 --comment 'Promotion 3, é'"
    )
    assert message(bare) == f"no backup job covers {guest.mark}"


def test_a_job_that_differs_is_told_and_left(world: World) -> None:
    made(world)
    spec = wanted(world, schedule="sat 04:00", keep="last=1")
    left, (told,) = audited(auditor(world), spec)
    assert not left.acts
    assert [(item.diff.label, item.reason) for item in left.blocked] == [("schedule", lacking(*BOTH)), ("keep", lacking(*BOTH))]
    assert "is not as wanted (schedule, keep), and the token may not change it" in message(told)
    assert remedy(told) == (
        f"an administrator must change it: pvesh set /cluster/backup/{spec.id} --schedule 'sat 04:00' --prune-backups keep-last=1"
    )


def test_a_job_that_is_as_wanted_is_nothing_to_tell_an_auditor(world: World) -> None:
    _, spec, _ = made(world)
    left, findings = audited(auditor(world), spec)
    assert (left.acts, left.blocked, left.waiting, findings) == (False, (), {}, [])


def test_before_the_machines_are_made_there_is_no_command_yet(world: World) -> None:
    _, (told,) = audited(auditor(world), wanted(world))
    assert remedy(told) == "make the machines first: the plan after that says what an administrator must run"


def test_a_job_that_left_the_inventory_is_left_to_an_administrator_too(world: World) -> None:
    road, (guest, spec, _) = Road(world), made(world)
    road.apply(guest, spec)
    fewer = Road(auditor(world), road.journal)
    plan = fewer.plan(guest, prune=True)
    [left] = [change for change in plan.changes if change.address.kind == "proxmox.backup"]
    assert (plan.empty, left.waiting, drifted(plan)) == (True, {EXISTS: lacking("/, Sys.Modify")}, ())
    [found] = [finding for finding in plan.findings if finding.code.startswith("backup-job")]
    assert remedy(found) == f"an administrator must delete it: pvesh delete /cluster/backup/{spec.id}"


def test_jobs_that_cannot_be_seen_are_not_taken_for_missing(world: World) -> None:
    _, spec, _ = made(world)
    other = world.with_rights({"/vms": "VM.Audit", "/storage/local": "Datastore.Audit"})
    left, findings = audited(other, spec)
    assert (left.acts, left.waiting) == (False, {EXISTS: ADMINISTRATOR})
    assert [message(finding) for finding in findings] == [
        f"backup jobs cannot be seen (Sys.Audit on /): whether backup job {spec.id} stands is not known"
    ]


def test_the_least_rights_are_enough(world: World) -> None:
    made(world)
    able = auditor(world, "Sys.Audit,Sys.Modify", "Datastore.Allocate,Datastore.AllocateSpace")
    spec = wanted(world, schedule="sat 04:00")
    change, findings = audited(able, spec)
    assert ([diff.label for diff in change.diffs], change.blocked, findings) == (["schedule"], (), [])
    assert differences(spec, able.heal(spec)) == []


@pytest.mark.parametrize(("change", "refused"), [({"schedule": "03:30"}, 500), ({"storage": "local-lvm"}, 403)])
def test_p1_a_job_is_its_storages_owners_to_change_but_anybody_with_sys_modify_may_delete_it(
    world: World, change: dict[str, Any], refused: int
) -> None:
    """As recorded on 9.2: a change is refused within the lock, which makes it a 500 with the 403 in its text."""
    _, spec, _ = made(world)
    less = auditor(world, "Sys.Audit,Sys.Modify", "Datastore.AllocateSpace")
    path = f"{world.settings.url}/api2/json/cluster/backup/{spec.id}"
    answer = less.session.put(path, data=change, timeout=20)
    assert answer.status_code == refused
    assert "Datastore.Allocate)" in answer.text
    with pytest.raises(PermissionDeniedError, match=r"Datastore\.Allocate\)"):
        less.client.send("PUT", f"cluster/backup/{spec.id}", "change it", change)
    left, (told,) = audited(less, wanted(world, schedule="03:30"))
    assert [item.reason for item in left.blocked] == [lacking("/storage/local, Datastore.Allocate")]
    assert "pvesh set /cluster/backup/" in str(remedy(told))
    less.kinds["proxmox.backup"].delete(Observed(left.address, {}))
    assert less.see(spec) is None


def test_p5_a_job_of_a_pool_wants_its_guests_backups_too(world: World) -> None:
    made(world)
    able = auditor(world, "Sys.Audit,Sys.Modify", "Datastore.Allocate,Datastore.AllocateSpace")
    left, _ = audited(able, wanted(world, pool=world.pool))
    assert {item.reason for item in left.blocked} == {lacking(f"/pool/{world.pool}, VM.Backup")}


def test_a_guest_made_by_hand_that_no_job_covers_is_told(world: World) -> None:
    _, spec, _ = made(world)
    vmid = int(world.admin("GET", "/cluster/nextid"))
    world.admin(
        "POST", "/nodes/eig/lxc", vmid=vmid, ostemplate=world.container().image, hostname="byhand", pool=world.pool, rootfs="local-lvm:1"
    )
    (told,) = world.observe("proxmox.backup", spec).findings
    assert message(told) == f"guest {vmid} (byhand) in pool {world.pool} was made by hand, and no backup job covers it"
    assert told.team == "adler"


def test_p13_a_guest_that_this_plan_adopts_is_not_told_as_made_by_hand(world: World) -> None:
    _, spec, _ = made(world)
    vmid = int(world.admin("GET", "/cluster/nextid"))
    world.admin("POST", "/nodes/eig/lxc", vmid=vmid, ostemplate=TEMPLATE, pool=world.pool, rootfs="local-lvm:4")
    road = Road(world)
    told = {finding.code for finding in road.plan(world.container("old", id=vmid), world.container("web"), spec).findings}
    assert "guest-without-backup" not in told
    assert "guest-without-backup" in {finding.code for finding in road.plan(world.container("web"), spec).findings}


def test_a_look_costs_one_request_beyond_the_shared_one_while_all_is_well(world: World) -> None:
    guest, spec, _ = made(world)
    together = Look()
    world.observe("proxmox.container", guest, look=together)
    before = world.client.meter.total
    assert not world.observe("proxmox.backup", spec, look=together).findings
    assert world.client.meter.total - before == 1


@pytest.mark.parametrize("covers", [{"guests": []}, {"pool": "eig3-adler", "all": True}, {"guests": ["a/b/c"], "pool": "p"}])
def test_a_job_covers_exactly_one_sort(covers: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="backup-covers"):
        BackupSpec.model_validate({"id": "eiginfra-eig3", **FULL, **covers})


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_a_guest_whose_mark_was_taken_out_stays_covered(own_world: World, sort: str) -> None:
    road = Road(own_world)
    specs = [getattr(own_world, sort)(name, state="stopped") for name in ("app", "web")]
    spec = wanted(own_world, guests=[spec.mark for spec in specs])
    road.apply(*specs, spec)
    path = f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/100/config"
    own_world.admin("PUT", path, description="")
    plan = road.plan(*specs, spec)
    assert plan.empty
    assert change(plan, "app").action is Action.NONE
    [left] = [change for change in plan.changes if change.address.kind == "proxmox.backup"]
    assert [(item.diff.label, told(item.reason)) for item in left.blocked] == [("guests", "the marker of 100 was taken out")]
    road.apply(*specs, spec.model_copy(update={"schedule": "03:30"}))
    assert (job(own_world)["schedule"], job(own_world)["vmid"]) == ("03:30", "100,101")
    own_world.admin("PUT", path, description=f"eiginfra: {specs[0].mark}")
    assert road.plan(*specs, spec.model_copy(update={"schedule": "03:30"})).changes == ()


def test_a_guest_that_was_put_into_the_job_by_hand_is_taken_out_when_another_is_new(own_world: World) -> None:
    road, web, app = Road(own_world), own_world.container("web"), own_world.container("app")
    road.apply(web, wanted(own_world, guests=[web.mark]))
    own_world.admin("POST", "/nodes/eig/lxc", vmid=160, ostemplate=TEMPLATE, rootfs="local-lvm:4", pool=own_world.pool)
    own_world.admin("PUT", f"/cluster/backup/eiginfra-{own_world.cohort}", vmid="100,160")
    both = wanted(own_world, guests=[web.mark, app.mark])
    road.apply(web, app, both)
    assert job(own_world)["vmid"] == "100,161"
    assert road.plan(web, app, both).changes == ()
