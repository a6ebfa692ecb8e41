"""ServerResources and nodes, on a lab with two of them: where guests go, where they are found, what is not there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.words import message, told

from eiginfra.core.change import Action
from eiginfra.core.finding import Severity
from eiginfra.core.values import ByteSize
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.kinds.backup import BackupSpec

from .conftest import TEMPLATE, World, settings_of, start
from .road import Road, change, codes, kept_back, note

GIB = ByteSize.parse("1GiB")


def gib(size: int) -> ByteSize:
    return ByteSize(size * GIB)


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    with start(nodes=("eig", "eig2")) as lab:
        yield Road(World(replace(settings_of(lab, tmp_path / "ca.pem"), nodes=("eig", "eig2")), "eig3"))


def test_guests_go_where_they_fit_best_and_stay_there(road: Road) -> None:
    world = road.world
    specs = [world.container(name, memory=gib(size)) for name, size in (("a", 20), ("b", 20), ("c", 10), ("d", 10))]
    road.apply(*specs)
    seen = {spec.mark.split("/")[2]: world.see(spec) for spec in specs}
    assert {name: guest.handle["node"] for name, guest in seen.items() if guest} == {"a": "eig", "b": "eig2", "c": "eig", "d": "eig2"}
    assert road.plan(*specs).changes == ()


def test_a_vm_is_made_where_its_template_is(road: Road) -> None:
    spec = road.world.vm()
    road.apply(spec, road.world.container("big", memory=gib(20)))
    seen = road.world.see(spec)
    assert seen is not None
    assert seen.handle["node"] == "eig"


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_a_guest_that_was_moved_is_found_changed_and_left_where_it_is(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)()
    road.apply(spec)
    seen = road.world.see(spec)
    assert seen is not None
    kind, vmid = ("lxc" if sort == "container" else "qemu"), seen.handle["vmid"]
    disks = {"with-local-disks": 1} if sort == "vm" else {}
    road.world.admin("POST", f"/nodes/eig/{kind}/{vmid}/migrate", target="eig2", online=1, **disks)
    plan = road.plan(spec)
    assert plan.empty
    word = "container" if sort == "container" else "VM"
    assert [message(finding) for finding in plan.findings] == [f"{word} {vmid} was moved from eig to eig2; it is left there"]
    road.apply(spec.model_copy(update={"onboot": True}))
    assert codes(road.plan(spec)) == []
    moved = road.world.see(spec)
    assert moved is not None
    assert moved.handle == {"node": "eig2", "vmid": vmid}
    assert moved.values["onboot"] is True


def test_a_guest_moved_between_plan_and_apply_is_found(road: Road) -> None:
    spec = road.world.container()
    road.apply(spec)
    plan = road.plan(spec.model_copy(update={"onboot": True}))
    vmid = change(plan, "web").handle["vmid"]
    road.world.admin("POST", f"/nodes/eig/lxc/{vmid}/migrate", target="eig2", restart=1)
    assert [result.outcome for result in road.run(plan).results] == [Outcome.DONE]


def test_a_node_that_is_offline_hides_its_guests_and_the_others_go_on(road: Road) -> None:
    world = road.world
    big, web, new = world.container("big", memory=gib(30)), world.container("web", memory=gib(20)), world.container("new")
    road.apply(big, web)
    assert change(road.plan(big, web, new), "new").action is Action.CREATE
    road.control(nodes={"eig2": {"online": False}})
    plan = road.plan(big, web.model_copy(update={"onboot": True}), new)
    hidden = change(plan, "web")
    assert (hidden.action, note(hidden)) == (Action.NONE, "unknown: it is container 101 on node eig2, which is offline")
    [finding] = [finding for finding in plan.findings if finding.code == "node-offline"]
    assert finding.severity is Severity.WARNING
    assert message(finding) == (
        "node eig2 is offline: what is on it (guests 101) is unknown, not missing, and nothing is made in its place"
    )
    assert (change(plan, "new").action, (change(plan, "new").desired or {})["id"]) == (Action.CREATE, 102)
    assert not road.run(plan).failed
    assert road.plan(big, new).empty
    road.control(nodes={"eig2": {"online": True}})
    assert road.plan(big, web, new).changes == ()


def test_a_node_that_is_offline_takes_no_guest_out_of_the_backup_job(road: Road) -> None:
    world = road.world
    big, web = world.container("big", memory=gib(30)), world.container("web", memory=gib(20))
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", mode="snapshot", guests=(big.mark, web.mark))
    road.apply(big, web, job)
    road.control(nodes={"eig2": {"online": False}})
    [waiting] = [change for change in road.plan(big, web, job).changes if change.address.kind == "proxmox.backup"]
    assert waiting.action is Action.NONE
    assert [(item.diff.label, told(item.reason)) for item in waiting.blocked] == [("guests", "the node of 101 is offline")]
    job = job.model_copy(update={"schedule": "03:30"})
    road.apply(big, web, job)
    [listed] = world.admin("GET", "/cluster/backup")
    assert (listed["schedule"], listed["vmid"]) == ("03:30", "100,101")
    road.control(nodes={"eig2": {"online": True}})
    assert road.plan(big, web, job).changes == ()


def test_a_vm_whose_template_is_on_a_node_that_is_offline_is_not_made_and_the_rest_goes_on(road: Road) -> None:
    road.apply()
    road.control(nodes={"eig": {"online": False}})
    plan = road.plan(road.world.vm("db"), road.world.container("web"))
    assert plan.errors == ()
    assert (change(plan, "db").action, note(change(plan, "db"))) == (
        Action.NONE,
        "not made: its template 9012 is on node eig, which is offline",
    )
    assert not road.run(plan).failed
    seen = road.world.see(road.world.container("web"))
    assert seen is not None
    assert seen.handle["node"] == "eig2"


def test_without_a_journal_nothing_is_made_in_a_pool_with_guests_on_a_node_that_is_offline(road: Road) -> None:
    world = road.world
    big, web = world.container("big", memory=gib(30)), world.container("web", memory=gib(20))
    road.apply(big, web)
    road.journal.kept.clear()
    road.control(nodes={"eig2": {"online": False}})
    plan = road.plan(big, web, world.vm("other"))
    assert note(change(plan, "web")) == "unknown: it may be container 101 on node eig2, which is offline"
    assert change(plan, "web").action is Action.NONE
    assert change(plan, "other").action is Action.CREATE


def test_more_memory_than_a_node_has_keeps_the_guest_back_others_guests_counted(road: Road) -> None:
    world = road.world
    for node, number in (("eig", 500), ("eig2", 501)):
        params = {"vmid": number, "ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "memory": 6144, "cores": 2}
        world.admin("POST", f"/nodes/{node}/lxc", **params)
    assert codes(road.plan(world.container(memory=gib(26)))) == []
    plan = road.plan(world.container(memory=gib(28)))
    [finding] = kept_back(plan)
    assert message(finding) == (
        "node eig has 32GiB of memory; guests that this plan leaves alone are configured for 6GiB; this plan asks for 28GiB: 2GiB too much"
    )


def test_a_container_does_not_grow_beyond_the_node_and_one_that_is_not_changed_is_told(road: Road) -> None:
    world = road.world
    spec = world.container(memory=gib(20))
    road.apply(spec)
    assert [f.code for f in kept_back(road.plan(spec.model_copy(update={"memory": gib(40)})))] == ["node-memory"]
    world.admin("POST", "/nodes/eig/lxc", vmid=500, ostemplate=TEMPLATE, rootfs="local-lvm:4", memory=20480)
    assert codes(road.plan(spec)) == []
    found = road.plan(spec.model_copy(update={"disk": gib(8)})).findings
    assert [(finding.code, finding.severity) for finding in found] == [("node-memory", Severity.WARNING)]


def test_a_full_storage_keeps_back_what_needs_it_and_a_promised_one_is_told(road: Road) -> None:
    tib = 1024 * GIB
    assert codes(road.plan(road.world.container(disk=gib(1700)))) == ["storage-overprovisioned"]
    road.control(storages={"local-lvm": {"used": 2 * tib}})
    [finding] = kept_back(road.plan(road.world.container()))
    assert (finding.code, message(finding)) == (
        "storage-exhausted",
        "storage local-lvm on eig has 0GiB of 1638GiB free; this plan makes or enlarges volumes on it",
    )


def test_a_storage_that_is_full_by_the_time_of_the_apply_is_told_in_the_servers_words(road: Road) -> None:
    plan = road.plan(road.world.container())
    road.control(storages={"local-lvm": {"used": 2048 * GIB}})
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert "Cannot create new thin volume, free space in thin pool pve/data reached threshold" in str(failed.reason)


def test_an_empty_plan_costs_few_requests_and_measures_nothing(road: Road) -> None:
    specs = [road.world.container("web"), road.world.container("db"), road.world.vm("big")]
    road.apply(*specs)
    assert road.plan(*specs).changes == ()
    assert sum(road.client.meter.counts.values()) <= 8 + len(specs)
