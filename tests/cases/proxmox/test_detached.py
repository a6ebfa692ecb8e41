"""Volumes that were taken off: told, counted, and never removed."""

from typing import Any

import pytest
from support.words import message, remedy

from eiginfra.core.plan import Plan
from eiginfra.core.usage import Limit, Limits
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.kinds.container import ContainerSpec

from .conftest import World
from .road import Road, change, codes


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def size(text: str) -> ByteSize:
    return ByteSize.parse(text)


def mounted(road: Road, **sizes: str) -> ContainerSpec:
    fields: dict[str, Any] = {"mounts": [{"path": f"/{name}", "size": text} for name, text in sizes.items()]}
    return road.world.container("web", **fields)


def told(plan: Plan, code: str) -> list[tuple[str, str | None]]:
    return [(message(finding), remedy(finding)) for finding in plan.findings if finding.code == code]


def disk(road: Road, spec: Any) -> str:
    seen = road.world.see(spec)
    assert seen is not None
    return str(seen.usage.disk)


def test_report_25_a_volume_that_is_taken_off_stays_is_told_and_counts(road: Road) -> None:
    bare = mounted(road)
    for _ in range(2):
        road.apply(mounted(road, data="20GiB"))
        plan = road.plan(bare, restarting=True)
        [(said, _)] = told(plan, "volume-kept")
        assert said == "the volume at /data (20GiB) is taken off container 100, and stays with it as an unused one: it still counts as disk"
        assert not road.run(plan).failed
    plan = road.plan(bare)
    assert plan.changes == ()
    [(said, advice)] = told(plan, "volumes-detached")
    assert said == (
        "container 100 keeps volumes that were taken off it: unused0 local-lvm:vm-100-disk-1, unused1 local-lvm:vm-100-disk-2; they "
        "count as disk (40GiB), are in no backup, and go with it"
    )
    assert advice == "copy what is still needed, then: pct set 100 --delete unused0,unused1"
    assert disk(road, bare) == "44GiB"
    over = road.plan(bare, limits=Limits(teams={"adler": Limit(disk=size("30GiB"))}))
    assert "quota-overrun" in codes(over)
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", delete="unused0,unused1")
    assert (codes(road.plan(bare)), disk(road, bare)) == ([], "4GiB")


def test_report_25_a_volume_counts_until_the_restart_that_takes_it_off(road: Road) -> None:
    road.apply(mounted(road, data="20GiB"))
    bare = mounted(road)
    road.apply(bare)
    plan = road.plan(bare)
    assert plan.waiting
    [(said, advice)] = told(plan, "volumes-detached")
    assert "mp0 local-lvm:vm-100-disk-1; they count as disk (20GiB)" in said
    assert advice == "copy what is still needed, then: restart it, which takes them off"
    assert disk(road, bare) == "24GiB"


def test_report_25_what_was_taken_off_leaves_no_quota_for_more(road: Road) -> None:
    road.apply(mounted(road, data="20GiB"))
    road.apply(mounted(road), restarting=True)
    limits = Limits(teams={"adler": Limit(disk=size("40GiB"))})
    plan = road.plan(mounted(road, more="20GiB"), limits=limits)
    assert [(item.diff.label, item.reason.code) for item in change(plan, "web").blocked] == [("mounts[/more]", "beyond-quota")]
    road.apply(mounted(road, more="16GiB"), limits=limits)
    assert disk(road, mounted(road)) == "40GiB"


def test_report_25_a_disk_that_somebody_took_off_a_vm_is_told_too(road: Road) -> None:
    spec = road.world.vm()
    road.apply(spec)
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", scsi1="local-lvm:32")
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", delete="scsi1")
    plan = road.plan(spec)
    [(said, advice)] = told(plan, "volumes-detached")
    assert "unused0 local-lvm:vm-100-disk-1; they count as disk (32GiB)" in said
    assert advice == "copy what is still needed, then: qm set 100 --delete unused0"
    assert (plan.changes, disk(road, spec)) == ((), "48GiB")
