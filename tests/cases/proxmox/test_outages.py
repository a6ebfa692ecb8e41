"""One thing that is down concerns those who need it, and nobody else: a storage, a node that does not answer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from support.fakes import MemoryJournal
from support.words import message

from eiginfra.core.change import Action
from eiginfra.core.errors import TransientError
from eiginfra.core.reason import reason
from eiginfra.core.trace import EXISTS
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.container import ContainerSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import World, settings_of, start
from .road import Road, change, codes

Fault = Callable[..., None]


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    with start(nodes=("eig", "eig2")) as lab:
        yield Road(World(replace(settings_of(lab, tmp_path / "ca.pem"), nodes=("eig", "eig2")), "eig3"))


@pytest.fixture
def fault(road: Road) -> Fault:
    def switch(*rules: dict[str, Any]) -> None:
        url, ca = f"{road.world.settings.url}/_lab/faults", str(road.world.settings.ca)
        answer = requests.put(url, json={"rules": [{"kind": "status", **rule} for rule in rules]}, verify=ca, timeout=20)
        assert answer.ok, answer.text

    return switch


def test_a_storage_for_backups_that_is_down_keeps_back_new_machines_only(road: Road, fault: Fault) -> None:
    web, new, vm = road.world.container("web"), road.world.container("new"), road.world.vm("db")
    road.apply(web)
    fault({"match": "GET .*/storage/local/content$", "status": 500})
    plan = road.plan(web.model_copy(update={"onboot": True}), new, vm)
    assert plan.errors == ()
    assert codes(plan) == ["storage-unusable", "storage-unusable"]
    assert "storage local cannot be used on node eig: " in message(plan.findings[0])
    for machine in ("new", "db"):
        left = change(plan, machine)
        assert (left.action, left.reason) == (Action.NONE, reason("storage-unusable", storage="local", node="eig"))
    assert not road.run(plan).failed
    fault()
    later = road.plan(web.model_copy(update={"onboot": True}), new, vm)
    assert {item.address.key.split("/")[-1]: item.action for item in later.changes} == {"new": Action.CREATE, "db": Action.CREATE}


def test_a_backup_job_covers_meanwhile_the_machines_that_stand(road: Road, fault: Fault) -> None:
    web, new = road.world.container("web"), road.world.container("new")
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark,))
    road.apply(web, job)
    both = job.model_copy(update={"guests": (web.mark, new.mark)})
    fault({"match": "GET .*/storage/local/content$", "status": 500})
    plan = road.plan(web, new, both)
    assert [item.address.kind for item in plan.changes if item.reason is None] == []
    assert plan.empty
    fault()
    road.apply(web, new, both)
    assert [row["vmid"] for row in road.world.admin("GET", "/cluster/backup")] == ["100,101"]
    assert road.plan(web, new, both).changes == ()


def test_where_the_disks_storage_of_one_node_is_down_the_other_takes_the_new(road: Road, fault: Fault) -> None:
    road.apply(road.world.container("web", memory=ByteSize.parse("1GiB")))
    fault({"match": "GET .*/nodes/eig/storage/local-lvm/content$", "status": 500})
    plan = road.plan(road.world.container("web", memory=ByteSize.parse("1GiB")), road.world.container("new"), road.world.vm("db"))
    assert plan.errors == ()
    assert (change(plan, "new").desired or {})["node"] == "eig2"
    # The template of the VM has its disk there.
    assert change(plan, "db").reason == reason("storage-unusable", storage="local-lvm", node="eig")
    assert codes(plan) == ["storage-unusable"]


@pytest.mark.parametrize("status", [595, 596, 597, 599])
def test_a_node_that_does_not_answer_once_is_asked_again(road: Road, fault: Fault, status: int) -> None:
    web = road.world.container("web")
    road.apply(web)
    fault({"match": "GET .*/nodes/eig/lxc$", "status": status, "times": 1})
    assert road.plan(web).changes == ()


@pytest.mark.parametrize("status", [595, 596])
def test_a_node_that_never_answers_is_as_good_as_offline(road: Road, fault: Fault, status: int) -> None:
    big, web = road.world.container("big", memory=ByteSize.parse("30GiB")), road.world.container("web", memory=ByteSize.parse("20GiB"))
    new = road.world.container("new")
    road.apply(big, web)
    fault({"match": "/nodes/eig2/", "status": status})
    plan = road.plan(big.model_copy(update={"onboot": True}), web, new)
    [told] = [finding for finding in plan.findings if finding.code == "node-silent"]
    assert (
        message(told) == "node eig2 does not answer: what is on it (guests 101) is unknown, not missing, and nothing is made in its place"
    )
    assert (change(plan, "web").action, change(plan, "web").reason) == (
        Action.NONE,
        reason("guest-offline", certain=True, type="lxc", id=101, node="eig2"),
    )
    assert (change(plan, "new").desired or {})["node"] == "eig"
    assert not road.run(plan).failed
    with pytest.raises(TransientError):
        road.client.guests("eig2", "lxc")


def test_a_backup_job_none_of_whose_machines_can_be_made_waits_for_them(road: Road, fault: Fault) -> None:
    web, db = road.world.container("web"), road.world.vm("db")
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark, db.mark))
    fault({"match": "GET .*/storage/local/content$", "status": 500})
    plan = road.plan(web, db, job)
    [left] = [item for item in plan.changes if item.address.kind == "proxmox.backup"]
    assert (left.action, left.waiting) == (Action.NONE, {EXISTS: reason("to-be-made", what=[db.mark, web.mark])})
    assert not road.run(plan).failed
    fault()
    road.apply(web, db, job)
    assert road.plan(web, db, job).changes == ()


def test_what_would_grow_on_a_storage_that_is_down_is_kept_back_and_nothing_else(road: Road, fault: Fault) -> None:
    web, db = road.world.container("web", mounts=[{"path": "/srv", "size": "1GiB"}]), road.world.container("db")
    road.apply(web, db)
    larger = web.model_copy(update={"disk": ByteSize.parse("9GiB"), "onboot": True})
    grown = ContainerSpec.model_validate(
        {**larger.values(), "mounts": [{"path": "/srv", "size": "2GiB"}, {"path": "/new", "size": "1GiB"}]}
    )
    fault({"match": "GET .*/nodes/eig/storage/local-lvm/content$", "status": 500})
    plan = road.plan(grown, db)
    left = change(plan, "web")
    assert [diff.label for diff in left.diffs] == ["onboot"]
    assert {item.diff.label: item.reason for item in left.blocked} == dict.fromkeys(
        ["disk", "mounts[/srv]", "mounts[/new]"], reason("storage-down", storage="local-lvm", node="eig")
    )
    assert codes(plan) == ["storage-unusable"]
    assert not road.run(plan).failed
    fault()
    road.apply(grown, db)
    assert road.plan(grown, db).changes == ()


# Storages, nodes and objects that answer oddly.


@pytest.mark.parametrize("status", [500, 596])
@pytest.mark.parametrize("path", ["storage/local/content", "storage/local-lvm/content", "storage"])
def test_report_15_a_storage_that_fails_in_any_way_keeps_back_new_machines_alone(road: Road, fault: Fault, path: str, status: int) -> None:
    web, new = road.world.container("web"), road.world.container("new")
    road.apply(web)
    fault({"match": f"GET .*/{path}$", "status": status})
    plan = road.plan(web.model_copy(update={"onboot": True}), new)
    assert (change(plan, "new").action, "storage-unusable" in codes(plan)) == (Action.NONE, True)
    assert not road.run(plan).failed
    assert road.world.admin("GET", "/nodes/eig/lxc/100/config")["onboot"] == 1


@pytest.mark.parametrize("status", [500, 595, 597, 599])
def test_report_16_a_node_that_never_answers_stops_nobody_else(road: Road, fault: Fault, status: int) -> None:
    web = road.world.container("web")
    road.apply(web)
    fault({"match": "/nodes/eig2/", "status": status})
    plan = road.plan(web.model_copy(update={"onboot": True}), new := road.world.container("new"))
    assert codes(plan) == ["node-silent"]
    assert (change(plan, "new").desired or {})["node"] == "eig"
    assert not road.run(plan).failed
    fault()
    assert road.plan(web.model_copy(update={"onboot": True}), new).changes == ()


@pytest.mark.parametrize("status", [403, 500, 596])
def test_part_7_a_guest_that_cannot_be_read_is_left_alone_and_all_else_is_done(road: Road, fault: Fault, status: int) -> None:
    web, other = road.world.container("web"), road.world.container("other")
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark, other.mark))
    road.apply(web, other, job)
    [vmid, _] = sorted(int(str(record.handle["vmid"])) for record in road.journal.kept.values() if "vmid" in record.handle)
    machine = next(address.key.split("/")[-1] for address, record in road.journal.kept.items() if record.handle.get("vmid") == vmid)
    fault({"match": f"GET .*/lxc/{vmid}/pending$", "status": status})
    for journal in (road.journal, MemoryJournal()):
        road.journal = journal
        plan = road.plan(*(spec.model_copy(update={"onboot": True}) for spec in (web, other)), road.world.container("new"), job)
        assert plan.errors == ()
        assert "guest-unreadable" in codes(plan)
        left = change(plan, machine)
        assert (left.action, left.reason.code if left.reason else "") == (Action.NONE, "guest-unreadable")
        # Without a journal nobody knows which machine of its pool it is: none is made.
        assert (change(plan, "new").action is Action.CREATE) == bool(journal.kept)
        assert [item.diff.label for item in next(item for item in plan.changes if item.address.kind == "proxmox.backup").blocked] in (
            ["guests"],
            [],
        )
    assert [row["vmid"] for row in road.world.admin("GET", "/cluster/backup")] == ["100,101"]


@pytest.mark.parametrize(
    "config", [{"startup": "order=first"}, {"net0": "name=eth0,bridge=vmbr1,tag=x"}, {"rootfs": "local-lvm:vm-1,size=big"}]
)
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "somebody's"])
def test_part_7_a_guest_whose_configuration_makes_no_sense_concerns_nobody_else(road: Road, config: dict[str, str], *, ours: bool) -> None:
    web = road.world.container("web")
    road.apply(web)
    odd = "100" if ours else "240"
    strange = {"description": "made by hand"} if not ours else {}
    road.control(guests={odd: {"kind": "lxc", "node": "eig", "config": {**config, **strange}}})
    if not ours:
        road.world.admin("PUT", "/pools", poolid=road.world.pool, vms=odd)
    plan = road.plan(web.model_copy(update={"onboot": True}), road.world.container("new"))
    assert (plan.errors, codes(plan)) == ((), ["guest-unreadable"])
    assert change(plan, "new").action is Action.CREATE
    assert (change(plan, "web").action is Action.UPDATE) is not ours
    assert not road.run(plan).failed


@pytest.mark.parametrize(
    "text",
    [
        "clone failed: cfs-lock 'storage-x' error: got lock request timeout",
        "unable to create image: got lock timeout - aborting command",
        "error with cfs lock 'storage-x': got lock request timeout",
        "can't lock file '/var/lock/pve-manager/pve-storage-x' - got timeout",
        "command '/sbin/lvs --separator : --noheadings' failed: got timeout",
        "can't acquire lock '/var/lock/lvm' - Resource temporarily unavailable",
    ],
)
@pytest.mark.parametrize("sort", ["container", "vm"])
def test_report_24_a_storages_lock_that_timed_out_is_waited_for(road: Road, text: str, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.control(fail={"qmclone": text, "vzcreate": text, "vzstart": text})
    road.apply(spec)
    assert road.plan(spec).changes == ()


@pytest.mark.parametrize("status", [500, 596])
def test_part_7_a_firewall_that_cannot_be_read_concerns_its_guest_alone(road: Road, fault: Fault, status: int) -> None:
    web, zoo = road.world.container("web"), road.world.container("zoo")
    walls = [FirewallSpec(mark=spec.mark, enable=True) for spec in (web, zoo)]
    road.apply(web, zoo, *walls)
    changed = [wall.model_copy(update={"dhcp": True}) for wall in walls]
    fault({"match": "GET .*/lxc/100/firewall/options$", "status": status})
    plan = road.plan(web, zoo, *changed)
    assert (plan.errors, sorted(codes(plan))) == ((), ["datacenter-firewall-off", "firewall-unreadable"])
    assert [item.address.key for item in plan.acting] == [zoo.mark]
    assert not road.run(plan).failed


@pytest.mark.parametrize("odd", [{"scsi0": "local-lvm:base-9012-disk-0,size=huge"}, None], ids=str)
def test_part_7_a_template_that_cannot_be_read_or_understood_keeps_back_its_vms_alone(road: Road, fault: Fault, odd: Any) -> None:
    if odd is None:
        fault({"match": "GET .*/qemu/9012/pending$", "status": 500})
    else:
        road.control(guests={"9012": {"config": odd}})
    plan = road.plan(road.world.vm("db"), road.world.container("web"))
    left = change(plan, "db")
    assert (left.action, left.reason) == (Action.NONE, reason("template-unreadable", id=9012, node="eig"))
    assert "guest-unreadable" in codes(plan)
    assert not road.run(plan).failed
    assert change(road.plan(road.world.vm("db"), road.world.container("web")), "db").action is Action.NONE
