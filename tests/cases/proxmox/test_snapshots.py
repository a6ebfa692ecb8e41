"""Snapshots before risky changes, over real HTTPS."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eiginfra.core.errors import PermanentError, PermissionDeniedError
from eiginfra.core.values import ByteSize

from .conftest import World, differences, settings_of, start

GIB = ByteSize.parse("1GiB")
RIGHTS = "VM.Audit,VM.Config.Memory,VM.Config.Options,VM.Config.Disk,Pool.Audit"


def snapshots(world: World, spec: Any) -> list[str]:
    kind = "lxc" if world.kind(spec).name == "proxmox.container" else "qemu"
    rows = world.admin("GET", f"/nodes/eig/{kind}/{spec.id}/snapshot")
    return [row["name"] for row in rows if row["name"] != "current"]


def changed(world: World, spec: Any, **fields: Any) -> Any:
    spec = spec.model_copy(update=fields)
    assert differences(spec, world.heal(spec)) == []
    return spec


@pytest.mark.parametrize("sort", ["container", "vm"])
@pytest.mark.parametrize(
    "change", [{"memory": GIB}, {"cores": 2}, {"disk": ByteSize.parse("20GiB")}], ids=lambda change: next(iter(change))
)
def test_a_risky_change_takes_one_before(world: World, sort: str, change: dict[str, Any]) -> None:
    spec, _ = world.make(getattr(world, sort)("web", snapshot=True))
    spec = changed(world, spec, **change)
    (name,) = snapshots(world, spec)
    assert name.startswith("eiginfra-2")
    assert name.endswith("-1")
    kind = "lxc" if sort == "container" else "qemu"
    before = world.admin("GET", f"/nodes/eig/{kind}/{spec.id}/snapshot/{name}/config")
    if "memory" in change:
        assert int(before["memory"]) == 512


def test_two_are_kept_and_peoples_are_not_counted(world: World) -> None:
    spec, _ = world.make(world.container(snapshot=True))
    world.admin("POST", f"/nodes/eig/lxc/{spec.id}/snapshot", snapname="eiginfra-mine")
    for cores in (2, 3, 4, 5):
        spec = changed(world, spec, cores=cores)
    mine, *ours = snapshots(world, spec)
    assert mine == "eiginfra-mine"
    assert [name.rpartition("-")[2] for name in ours] == ["3", "4"]


def test_nothing_is_taken_for_harmless_changes_or_unasked(world: World) -> None:
    spec, _ = world.make(world.container(snapshot=True))
    spec = changed(world, spec, tags=("a",), onboot=True, name="adler-www")
    spec = changed(world, spec, snapshot=False, memory=GIB)
    assert snapshots(world, spec) == []


def test_asking_for_snapshots_is_no_difference(world: World) -> None:
    spec, made = world.make(world.container())
    assert differences(spec.model_copy(update={"snapshot": True}), made) == []


def test_where_the_storage_makes_none_the_change_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    with start(profile="recordings") as lab:  # its one storage is a directory: containers there cannot be snapshotted
        site = replace(settings_of(lab, tmp_path / "ca.pem"), nodes=("pve1",), disks="local", bridge="vmbr0")
        world = World(site, "eig3")
        spec, _ = world.make(world.container(snapshot=True, image="local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"))
        with pytest.raises(
            PermanentError, match=f"guest {spec.id} is left as it is: its team asked for a snapshot before a change of memory"
        ):
            world.heal(spec.model_copy(update={"memory": GIB}))
        assert world.admin("GET", f"/nodes/pve1/lxc/{spec.id}/config")["memory"] == 512


def test_it_takes_the_right_to_make_snapshots(world: World) -> None:
    spec, _ = world.make(world.container(snapshot=True))
    spec = spec.model_copy(update={"memory": GIB})
    rights = {f"/pool/{world.pool}": RIGHTS, "/storage/local": "Datastore.Audit"}
    with pytest.raises(PermissionDeniedError, match=rf"Permission check failed \(/vms/{spec.id}, VM.Snapshot\)"):
        world.with_rights(rights).heal(spec)
    able = world.with_rights({**rights, f"/pool/{world.pool}": f"{RIGHTS},VM.Snapshot"})
    assert differences(spec, able.heal(spec)) == []
    assert len(snapshots(world, spec)) == 1
