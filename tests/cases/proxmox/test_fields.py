"""What is particular to single fields of containers and VMs; each of them in its turn: test_every_field.py."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.words import message, remedy

from eiginfra.core.errors import PermanentError
from eiginfra.core.finding import Severity
from eiginfra.core.reason import NEXT_START, RESTART, reason
from eiginfra.core.values import ByteSize
from eiginfra.engine.diff import diff
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.mounts import MountPoint

from .conftest import World, differences

GIB = ByteSize.parse("1GiB")


def path(spec: Any, sort: str) -> str:
    return f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{spec.id}"


def config(world: World, spec: Any, sort: str) -> dict[str, Any]:
    return world.admin("GET", f"{path(spec, sort)}/config")


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_what_waits_is_there_after_a_restart(world: World, sort: str) -> None:
    spec, _ = world.make(getattr(world, sort)())
    spec = spec.model_copy(update={"dns": ("192.0.2.1",)})
    world.heal(spec)
    world.admin("POST", f"{path(spec, sort)}/status/reboot")
    seen = world.see(spec)
    assert seen is not None
    assert (differences(spec, seen), seen.waiting) == ([], {})


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_a_change_of_the_network_keeps_the_mac_and_what_is_not_ours(world: World, sort: str) -> None:
    spec, _ = world.make(getattr(world, sort)())
    before = Properties.parse(str(config(world, spec, sort)["net0"]), "model")
    world.admin("PUT", f"{path(spec, sort)}/config", net0=f"{before},mtu=1400")
    world.heal(spec.model_copy(update={"vlan": 7, "rate": 10}))
    after = Properties.parse(str(config(world, spec, sort)["net0"]), "model")
    key = "hwaddr" if sort == "container" else "virtio"
    assert after.get(key) == before.get(key)
    assert (after.get("mtu"), after.get("tag"), after.get("rate")) == ("1400", "7", "10")
    world.heal(spec.model_copy(update={"vlan": 0, "rate": 0}))
    gone = Properties.parse(str(config(world, spec, sort)["net0"]), "model")
    assert (gone.get("tag"), gone.get("rate"), gone.get("mtu")) == (None, None, "1400")


def test_the_delays_that_people_wrote_beside_the_order_are_kept(world: World) -> None:
    spec, _ = world.make(world.container(order=1))
    world.admin("PUT", f"{path(spec, 'container')}/config", startup="order=9,up=30")
    world.heal(spec)
    assert config(world, spec, "container")["startup"] == "order=1,up=30"


# MountPoint points.


def mounts(**sizes: str) -> tuple[MountPoint, ...]:
    return tuple(MountPoint(path=f"/srv/{name}", size=ByteSize.parse(size)) for name, size in sizes.items())


def test_mount_points_are_made_and_count_as_disk(world: World) -> None:
    spec, made = world.make(world.container(mounts=mounts(data="2GiB", more="1GiB")))
    assert differences(spec, made) == []
    assert str(made.usage.disk) == str(world.kind(spec).usage(spec).disk) == "7GiB"
    assert "mp=/srv/data,backup=1" in config(world, spec, "container")["mp0"]


def test_a_mount_point_is_added_and_grown_at_once(world: World) -> None:
    spec, _ = world.make(world.container(mounts=mounts(data="2GiB")))
    spec = spec.model_copy(update={"mounts": mounts(data="3GiB", new="1GiB")})
    changed = world.heal(spec)
    assert differences(spec, changed) == []
    assert changed.waiting == {}
    assert {point["path"]: point["size"] for point in changed.values["mounts"]} == {"/srv/data": "3GiB", "/srv/new": "1GiB"}


def test_a_mount_point_that_is_not_wanted_is_taken_off_with_the_next_restart_and_its_volume_kept(world: World) -> None:
    spec, _ = world.make(world.container(mounts=mounts(data="2GiB", old="1GiB")))
    spec = spec.model_copy(update={"mounts": mounts(data="2GiB")})
    changed = world.heal(spec)
    assert differences(spec, changed) == []
    assert changed.waiting == {"mounts": RESTART}
    spec = spec.model_copy(update={"mounts": mounts(data="2GiB", other="1GiB")})
    assert differences(spec, world.heal(spec)) == []
    world.admin("POST", f"{path(spec, 'container')}/status/reboot")
    options = config(world, spec, "container")
    assert sorted(key for key in options if key.startswith("mp")) == ["mp0", "mp2"]
    assert "unused0" in options


def test_a_mount_point_is_not_shrunk(world: World) -> None:
    spec, made = world.make(world.container(mounts=mounts(data="2GiB")))
    spec = spec.model_copy(update={"mounts": mounts(data="1GiB")})
    found = diff(type(spec), spec.values(), made.values, None)
    assert [(each.label, world.kind(spec).cannot_change(each)) for each in found] == [("mounts[/srv/data]", reason("cannot-shrink"))]
    with pytest.raises(PermanentError, match=r"mounts\[/srv/data\] of guest .* would have to shrink, which Proxmox never does"):
        world.kind(spec).update(made, spec, found)


# What cannot be changed, or not by us.


def test_a_privileged_container_is_seen_as_one(world: World) -> None:
    spec, made = world.make(world.container(unprivileged=False))
    assert made.values["unprivileged"] is False
    assert [diff.field for diff in differences(spec.model_copy(update={"unprivileged": True}), made)] == ["unprivileged"]


def test_a_feature_for_root_is_told_with_the_command_and_never_tried(world: World) -> None:
    spec, made = world.make(world.container(nesting=True, features=("keyctl", "fuse")))
    [finding] = world.observe("proxmox.container", spec).findings
    assert (finding.code, finding.severity) == ("feature-for-root", Severity.NOTICE)
    assert message(finding) == f"container {spec.id} lacks keyctl=1, fuse=1, which Proxmox lets only root switch on"
    assert remedy(finding) == f"as root on eig: pct set {spec.id} --features nesting=1,keyctl=1,fuse=1; then restart it"
    assert differences(spec, made) == []


def test_a_balloon_larger_than_the_memory_is_refused_by_the_spec(world: World) -> None:
    with pytest.raises(ValidationError, match="balloon-larger"):
        world.vm(balloon=GIB)


def test_a_vm_with_two_sockets_counts_all_its_cores(world: World) -> None:
    spec, made = world.make(world.vm(cores=2, sockets=2))
    assert made.usage.cores == world.kind(spec).usage(spec).cores == 4


# Restarts.


def test_a_stopped_guest_waits_for_its_next_start_and_is_not_restarted(world: World) -> None:
    spec, _ = world.make(world.container())
    spec = spec.model_copy(update={"dns": ("192.0.2.1",)})
    changed = world.heal(spec)
    world.admin("POST", f"{path(spec, 'container')}/status/stop")
    seen = world.see(spec)
    assert seen is not None
    assert seen.waiting == {"dns": NEXT_START}
    assert not world.kind(spec).restarts(seen, [])
    left = world.kind(spec).restart(spec, changed)
    assert left is not None
    assert left.values["state"] == "stopped"
