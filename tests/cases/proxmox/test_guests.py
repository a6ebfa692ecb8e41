"""A guest's life: made as wanted, seen as wanted, changed field by field, healed, adopted."""

from typing import Any

import pytest
from support.proxmox_guests import KEY

from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import PermanentError, StaleError
from eiginfra.core.reason import RESTART
from eiginfra.core.values import ByteSize

from .conftest import World, differences
from .road import Road

SORTS = ["container", "vm"]
GIB = ByteSize.parse("1GiB")


def wanted(world: World, sort: str, machine: str = "web", **fields: Any) -> Any:
    return getattr(world, sort)(machine, **fields)


def path(spec: Any, sort: str) -> str:
    return f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{spec.id}"


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_is_made_as_wanted_runs_and_is_seen_so(world: World, sort: str) -> None:
    spec, made = world.make(wanted(world, sort, keys=(KEY,), onboot=True, protection=False))
    for seen in (made, world.see(spec)):
        assert seen is not None
        assert differences(spec, seen) == []
        assert seen.values["state"] == "running"
        assert seen.values["mark"] == spec.mark
        assert (seen.marked, seen.team, seen.waiting) == (True, "adler", {})
        shell = {"container": f"pct exec {spec.id} --", "vm": None}[sort]
        address = f"192.168.0.{spec.id}"
        made_of = {"container": {"system": "debian"}, "vm": {"system": "l26", "login": None, "template": None}}[sort]
        assert seen.facts == {"vmid": spec.id, "node": "eig", "status": "running", "address": address, "shell": shell, **made_of}
        assert seen.usage == world.kind(spec).usage(spec)


@pytest.mark.parametrize("sort", SORTS)
def test_what_the_server_was_told_is_whole(world: World, sort: str) -> None:
    spec, _ = world.make(wanted(world, sort, keys=(KEY,)))
    config = world.admin("GET", f"{path(spec, sort)}/config")
    assert config["description"].strip() == f"eiginfra: {spec.mark}"
    assert config["tags"] == ";".join(sorted(["eiginfra", world.cohort, "adler"]))
    assert config["nameserver"] == "9.9.9.9"
    assert "bridge=vmbr1" in config["net0"]
    assert "firewall=1" in config["net0"]
    assert world.pool == next(row for row in world.admin("GET", "/cluster/resources", type="vm") if row["vmid"] == spec.id)["pool"]


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_wanted_stopped_is_made_and_left_so(world: World, sort: str) -> None:
    spec, made = world.make(wanted(world, sort, state="stopped"))
    assert made.values["state"] == "stopped"
    assert differences(spec, made) == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "change",
    [
        {"name": "adler-www"},
        {"cores": 2},
        {"memory": GIB},
        {"disk": ByteSize.parse("20GiB")},
        {"protection": True},
        {"onboot": True},
        {"tags": ("kept", "new")},
        {"state": "stopped"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_field_is_changed_and_then_there_is_nothing_left_to_do(world: World, sort: str, change: dict[str, Any]) -> None:
    spec, _ = world.make(wanted(world, sort))
    spec = spec.model_copy(update=change)
    assert differences(spec, world.heal(spec)) == []
    seen = world.see(spec)
    assert seen is not None
    assert differences(spec, seen) == []
    waits = {"cores": RESTART, "memory": RESTART} if sort == "vm" else {}
    assert dict(seen.waiting) == {name: waits[name] for name in change if name in waits}


@pytest.mark.parametrize(("field", "value"), [("swap", ByteSize.parse("256MiB")), ("nesting", True)])
def test_a_containers_own_fields(world: World, field: str, value: object) -> None:
    spec, _ = world.make(world.container())
    spec = spec.model_copy(update={field: value})
    changed = world.heal(spec)
    assert differences(spec, changed) == []
    assert dict(changed.waiting) == ({"nesting": RESTART} if field == "nesting" else {})


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_moves_to_another_pool(world: World, sort: str) -> None:
    road, spec, other = Road(world), wanted(world, sort), f"{world.cohort}-plume"
    road.apply(spec)
    world.admin("POST", "/pools", poolid=other)
    moved = spec.model_copy(update={"pool": other})
    road.apply(moved)
    seen = world.see(moved)
    assert seen is not None
    assert seen.values["pool"] == other


def test_a_vms_memory_waits_for_a_restart_which_brings_it(world: World) -> None:
    spec, _ = world.make(world.vm())
    spec = spec.model_copy(update={"memory": GIB})
    changed = world.heal(spec)
    assert changed.values["memory"] == "1GiB"
    assert changed.waiting == {"memory": RESTART}
    world.admin("POST", f"{path(spec, 'vm')}/status/stop")
    world.admin("POST", f"{path(spec, 'vm')}/status/start")
    seen = world.see(spec)
    assert seen is not None
    assert (seen.values["memory"], seen.waiting) == ("1GiB", {})


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    ("by_hand", "field"),
    [({"memory": 700}, "memory"), ({"cores": 4}, "cores"), ({"tags": "other"}, "tags"), ({"onboot": 1}, "onboot")],
    ids=["memory", "cores", "tags", "onboot"],
)
def test_what_is_changed_by_hand_is_seen_and_healed(world: World, sort: str, by_hand: dict[str, Any], field: str) -> None:
    spec, _ = world.make(wanted(world, sort, onboot=False))
    world.admin("PUT", f"{path(spec, sort)}/config", **by_hand)
    seen = world.see(spec)
    assert seen is not None
    assert [diff.field for diff in differences(spec, seen)] == [field]
    assert differences(spec, world.heal(spec)) == []


def test_an_address_changed_by_hand_is_healed_and_the_mac_kept(world: World) -> None:
    spec, _ = world.make(world.container())
    before = world.admin("GET", f"{path(spec, 'container')}/config")["net0"]
    world.admin("PUT", f"{path(spec, 'container')}/config", net0=before.replace(f"192.168.0.{spec.id}/24", "192.168.0.9/24"))
    assert differences(spec, world.heal(spec)) == []
    after = world.admin("GET", f"{path(spec, 'container')}/config")["net0"]
    assert sorted(after.split(",")) == sorted(before.split(","))


@pytest.mark.parametrize("sort", SORTS)
def test_a_renamed_guest_is_still_found_by_its_mark(world: World, sort: str) -> None:
    spec, _ = world.make(wanted(world, sort))
    key = "hostname" if sort == "container" else "name"
    note = f"Ask Léa before\neiginfra: {spec.mark}\nthank you"
    world.admin("PUT", f"{path(spec, sort)}/config", description=note, **{key: "by-hand"})
    seen = world.see(spec)
    assert seen is not None
    assert [diff.field for diff in differences(spec, seen)] == ["name"]
    world.heal(spec)
    assert world.admin("GET", f"{path(spec, sort)}/config")["description"].strip() == note


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_is_adopted_by_its_number(world: World, sort: str) -> None:
    old, _ = world.make(wanted(world, sort, "old"))
    world.admin("PUT", f"{path(old, sort)}/config", description="Made by hand")
    spec = wanted(world, sort, "web", id=old.id)
    seen = world.see(spec)
    assert seen is not None
    assert seen.marked is False
    spec = world.allocated(spec)
    assert {diff.field for diff in differences(spec, seen)} == {"mark", "name"}
    adopted = world.heal(spec)
    assert adopted.marked
    assert differences(spec, adopted) == []
    text = world.admin("GET", f"{path(spec, sort)}/config")["description"]
    assert text.splitlines() == ["Made by hand", "", f"eiginfra: {spec.mark}"]


@pytest.mark.parametrize("sort", SORTS)
def test_a_change_by_somebody_else_in_between_is_refused_as_stale(world: World, sort: str) -> None:
    spec, made = world.make(wanted(world, sort))
    world.admin("PUT", f"{path(spec, sort)}/config", tags="other")
    spec = spec.model_copy(update={"onboot": True})
    with pytest.raises(StaleError):
        world.kind(spec).update(made, spec, [FieldDiff(field="onboot")])


@pytest.mark.parametrize("sort", SORTS)
def test_a_disk_is_not_shrunk(world: World, sort: str) -> None:
    spec, made = world.make(wanted(world, sort, disk=ByteSize.parse("20GiB")))
    smaller = spec.model_copy(update={"disk": ByteSize.parse("18GiB")})
    with pytest.raises(PermanentError, match="would have to shrink, which Proxmox never does"):
        world.kind(spec).update(made, smaller, differences(smaller, made))


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_that_is_gone_is_not_there(world: World, sort: str) -> None:
    spec, made = world.make(wanted(world, sort, state="stopped"))
    world.admin("DELETE", path(spec, sort))
    assert world.kind(spec).read(spec, made.handle) is None
    assert world.see(spec) is None
