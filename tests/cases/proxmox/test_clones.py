"""VMs as clones of a template: full or linked, what the plan refuses, and how many requests one takes."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.proxmox_guests import KEY
from support.words import message

from eiginfra.core.change import Action
from eiginfra.core.finding import Severity
from eiginfra.core.kind import Registry
from eiginfra.core.reason import reason
from eiginfra.core.usage import Limit, Limits
from eiginfra.core.values import ByteSize
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.kinds import all_kinds

from .conftest import VM_TEMPLATE, World, settings_of, start
from .road import Road, change, codes, kept_back
from .test_decommission import ENOUGH

BASE = f"base-{VM_TEMPLATE}-disk-0"


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def config(road: Road, vmid: int) -> dict[str, Any]:
    return road.world.admin("GET", f"/nodes/eig/qemu/{vmid}/config")


def parents(road: Road) -> dict[str, str | None]:
    """What the volumes of guests that are no templates are linked to."""
    rows = road.world.admin("GET", "/nodes/eig/storage/local-lvm/content")
    return {row["volid"]: row.get("parent") for row in rows if row["vmid"] < 9000}


def test_a_linked_clone_is_made_grown_and_left_alone(road: Road) -> None:
    spec = road.world.vm(clone="linked")
    road.apply(spec)
    assert parents(road) == {"local-lvm:vm-100-disk-0": f"{BASE}@__base__", "local-lvm:vm-100-cloudinit": None}
    assert "size=16G" in config(road, 100)["scsi0"]
    assert road.plan(spec).changes == ()


@pytest.mark.parametrize(("made", "written"), [("linked", "full"), ("full", "linked")])
def test_what_is_written_later_changes_nothing(road: Road, made: str, written: str) -> None:
    road.apply(road.world.vm(clone=made))
    before = parents(road)
    assert road.plan(road.world.vm(clone=written)).changes == ()
    assert parents(road) == before


def test_a_linked_clone_goes_like_any_other_and_its_template_stays(road: Road) -> None:
    road.apply(road.world.vm(clone="linked", state="stopped"))
    road.world.admin("DELETE", "/nodes/eig/qemu/100")
    assert parents(road) == {}
    assert config(road, VM_TEMPLATE)["template"] == 1


def test_where_the_storage_makes_none_the_plan_says_so_and_a_full_clone_is_made(road: Road) -> None:
    road.control(storages={"local-lvm": {"type": "lvm"}})
    plan = road.plan(road.world.vm(clone="linked"))
    [finding] = kept_back(plan)
    assert (finding.code, finding.severity, finding.team) == ("linked-clone-impossible", Severity.WARNING, "adler")
    assert message(finding) == f"the storage of template {VM_TEMPLATE} makes no linked clones"
    road.apply(road.world.vm(clone="full"))
    assert set(parents(road).values()) == {None}


def test_a_storage_that_makes_none_any_more_refuses_in_its_own_words_and_nothing_is_left(road: Road) -> None:
    plan = road.plan(road.world.vm(clone="linked"))
    road.control(storages={"local-lvm": {"type": "lvm"}})
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert f"Linked clone feature is not supported for 'local-lvm:{BASE}' (scsi0)" in str(failed.reason)
    assert parents(road) == {}
    assert change(road.plan(road.world.vm()), "db").action is Action.CREATE


@pytest.mark.parametrize("clone", ["full", "linked"])
def test_on_a_shared_storage_a_clone_goes_where_it_fits_and_else_it_stays_with_its_template(tmp_path: Path, clone: str) -> None:
    with start(nodes=("eig", "eig2")) as lab:
        road = Road(World(replace(settings_of(lab, tmp_path / "ca.pem"), nodes=("eig", "eig2")), "eig3"))
        gib = ByteSize.parse("1GiB")
        road.apply(road.world.container("big", memory=ByteSize(30 * gib)))
        spec = road.world.vm(clone=clone, memory=ByteSize(4 * gib))
        assert [finding.code for finding in kept_back(road.plan(spec))] == ["node-memory"]
        road.control(storages={"local-lvm": {"shared": True}})
        road.apply(spec)
        seen = road.world.see(spec)
        assert seen is not None
        assert seen.handle["node"] == "eig2"
        assert road.plan(spec, road.world.container("big", memory=ByteSize(30 * gib))).changes == ()


def test_a_vm_that_is_not_made_because_its_mark_was_taken_out_needs_no_template(road: Road) -> None:
    spec = road.world.vm()
    road.apply(spec)
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", description="")
    road.world.admin("DELETE", f"/nodes/eig/qemu/{VM_TEMPLATE}")
    plan = road.plan(spec)
    assert [finding.code for finding in plan.findings] == ["mark-lost"]


# Killed.


class KilledError(BaseException):
    """What no handler of ours catches."""


class Mortal(ProxmoxClient):
    """Sends so many requests, and is gone with the next."""

    lives = 0

    def _once(self, *request: Any) -> Any:
        if self.lives == 0:
            raise KilledError
        self.lives -= 1
        return super()._once(*request)


def test_one_that_was_killed_at_any_request_is_finished_by_the_next_run_even_without_a_journal(road: Road) -> None:
    world = road.world
    road.apply()
    for lives in range(1, 40):
        spec = world.vm(f"db{lives}", clone=("full", "linked")[lives % 2], keys=(KEY,), user="debian", sockets=2)
        plan, mortal = road.plan(spec), Mortal(world.settings, sleep=world.pauses.append)
        mortal.lives = lives
        road.registry = Registry(all_kinds(mortal))
        try:
            assert not road.run(plan).failed
        except KilledError:
            road = Road(world)
            road.apply(spec)
        assert road.plan(spec).empty
        [seen] = [there for there in world.observe("proxmox.vm", spec).objects if there.address.key == spec.mark]
        options = config(road, int(str(seen.handle["vmid"])))
        assert (seen.values["state"], options["ciuser"], seen.values["sockets"]) == ("running", "debian", 2)
        assert "sshkeys" in options
        assert re.fullmatch(r"virtio=(?:[0-9A-F]{2}:){5}[0-9A-F]{2},bridge=vmbr1,firewall=1", options["net0"])
        assert len([row for row in world.admin("GET", "/nodes/eig/qemu") if row["vmid"] < 9000]) == lives
        if mortal.lives:
            return  # it lived
    pytest.fail("it never lived to the end")


# Requests.


def asked(world: World) -> Counter[str]:
    """The requests since it was last asked, but for looks at tasks."""
    url = f"{world.settings.url}/_lab/requests"
    by = world.session.get(url, timeout=20).json()["by"]
    world.session.delete(url, timeout=20)
    return Counter(
        {
            request.partition("/api2/json")[0] + request.partition("/api2/json")[2]: n
            for request, n in by.items()
            if "/tasks/" not in request
        }
    )


@pytest.mark.parametrize("clone", ["full", "linked"])
def test_a_first_apply_takes_seven_requests_a_vm(road: Road, clone: str) -> None:
    road.apply()
    specs = [road.world.vm(f"db{number}", clone=clone) for number in range(10)]  # more than are made at once
    plan = road.plan(*specs)
    asked(road.world)
    assert not road.run(plan).failed
    guest = "nodes/eig/qemu/:id"
    assert asked(road.world) == {
        f"POST /{guest}/clone": 10,
        f"PUT /{guest}/config": 20,  # all but the tags, and the tags, which say that it is finished
        f"PUT /{guest}/resize": 10,
        f"POST /{guest}/status/start": 10,
        f"GET /{guest}/status/current": 10,
        f"GET /{guest}/pending": 10,
    }


def test_a_first_apply_takes_five_requests_a_container(road: Road) -> None:
    road.apply()
    plan = road.plan(*(road.world.container(f"web{number}") for number in range(10)))
    asked(road.world)
    assert not road.run(plan).failed
    assert asked(road.world) == {
        "POST /nodes/eig/lxc": 10,
        "POST /nodes/eig/lxc/:id/status/start": 10,
        "PUT /nodes/eig/lxc/:id/config": 10,
        "GET /nodes/eig/lxc/:id/status/current": 10,
        "GET /nodes/eig/lxc/:id/pending": 10,
    }


def test_a_saved_plan_looks_once_and_reads_each_template_once(road: Road) -> None:
    road.apply()
    plan = road.plan(*(road.world.vm(f"db{number}") for number in range(10)))
    road.registry = Registry(World(road.world.settings, road.world.cohort).kinds.values())  # of a process that made no plan
    asked(road.world)
    assert not road.run(plan).failed
    count = asked(road.world)
    assert (count["GET /cluster/resources"], count["GET /nodes/eig/qemu/:id/pending"]) == (1, 10 + 1)


def test_a_linked_clone_needs_no_other_rights_than_a_full_one(own_world: World) -> None:
    own_world.admin("POST", "/pools", poolid="eig3-adler", comment="ADLER")
    road = Road(own_world.with_rights(ENOUGH))
    road.apply(road.world.vm(clone="linked"))
    assert road.plan(road.world.vm(clone="linked")).changes == ()


# What a template has besides.


def richer(road: Road) -> None:
    """The template with a second disk and a second network device."""
    options = {"scsi1": "local-lvm:32", "net1": "virtio,bridge=vmbr0,tag=7", "ipconfig1": "ip=dhcp"}
    road.world.admin("PUT", f"/nodes/eig/qemu/{VM_TEMPLATE}/config", **options, sockets=2)


def test_part_6_a_templates_further_disks_and_devices_are_told_and_counted_before_a_clone(road: Road) -> None:
    richer(road)
    spec = road.world.vm()
    plan = road.plan(spec)
    [disks, devices] = [message(finding) for finding in plan.findings if finding.code.startswith("template-")]
    assert disks == f"template {VM_TEMPLATE} has further disks (scsi1 32GiB): each VM made from it gets them too, and they count"
    assert f"template {VM_TEMPLATE} has further network devices (net1 vmbr0 dhcp): each VM made from it gets them too" in devices
    for limits in (Limits(teams={"adler": Limit(disk=ByteSize.parse("40GiB"))}), Limits(capacity=Limit(disk=ByteSize.parse("40GiB")))):
        left = change(road.plan(spec, limits=limits), "db")
        assert (left.action, left.reason) == (
            Action.NONE,
            reason("beyond-quota" if limits.teams else "beyond-capacity", measures=["disk"]),
        )
    cores = change(road.plan(spec, limits=Limits(teams={"adler": Limit(cores=1)})), "db")
    assert cores.reason == reason("beyond-quota", measures=["cores"])
    enough = Limits(teams={"adler": Limit(disk=ByteSize.parse("48GiB"), cores=2)})
    road.apply(spec, limits=enough)
    seen = road.world.see(spec)
    assert seen is not None
    assert (str(seen.usage.disk), seen.usage.cores) == ("48GiB", 2)
    assert codes(road.plan(spec, limits=enough)) == ["guest-other-devices"]
    made = config(road, 100)
    assert ("bridge=vmbr1" in made["net0"], "bridge=vmbr0" in made["net1"], made["ipconfig1"]) == (True, True, "ip=dhcp")


def test_part_6_a_storage_must_hold_a_templates_further_disks_too(road: Road) -> None:
    richer(road)
    road.control(storages={"local-lvm": {"type": "lvm", "total": 400 * 2**30, "used": 360 * 2**30}})
    assert [finding.code for finding in kept_back(road.plan(road.world.vm()))] == ["storage-full"]
