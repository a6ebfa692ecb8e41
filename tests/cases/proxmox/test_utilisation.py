"""What guests used, by the history that the nodes keep, and what the nodes have."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from eiginfra.core.errors import UnreachableError
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Host, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.privileges import Purpose
from eiginfra.providers.proxmox.utilisation import hosts, utilisation

from .conftest import World
from .least import rights

TYPES = {"proxmox.container": "lxc", "proxmox.vm": "qemu"}
GIB = 2**30


def control(world: World, **settings: Any) -> None:
    answer = world.session.put(f"{world.settings.url}/_lab/proxmox", json=settings, timeout=20)
    assert answer.ok, answer.text


def used(world: World, *objects: Observed) -> list[Utilisation | None]:
    with ThreadPoolExecutor(4) as readers:
        found = utilisation(world.client, readers, TYPES, objects)  # type: ignore[arg-type]  # of the words
    return [found.get(there.address) for there in objects]


def made(world: World, load: str = "busy", sort: str = "container", machine: str = "web", **history: Any) -> Observed:
    spec = getattr(world, sort)(machine, cores=2, memory=ByteSize(GIB))
    _, there = world.make(spec)
    control(world, loads={str(there.handle["vmid"]): {"load": load, **history}})
    return there


def test_a_busy_container(own_world: World) -> None:
    (found,) = used(own_world, made(own_world))
    assert found is not None
    assert 1400 <= found.samples <= 1441
    assert found.until - found.since <= timedelta(days=30, minutes=30)
    assert (found.running, found.last_ran) == (1.0, found.until)
    for series, most in ((found.cores, 2 * 0.95), (found.memory, 0.75 * GIB), (found.disk, 0.5 * 4 * GIB)):
        assert series is not None
        assert 0 < series.mean < series.peak <= most
        assert series.peak > 0.95 * most
    assert found.network is not None
    assert not found.memory_at_most


def test_a_vm_tells_no_disk_and_the_most_that_its_memory_can_be(own_world: World) -> None:
    (found,) = used(own_world, made(own_world, "full", "vm", "db"))
    assert found is not None
    assert found.disk is None
    assert found.memory_at_most
    assert found.memory is not None


def test_the_time_in_which_a_machine_did_not_run_is_no_idle_time(own_world: World) -> None:
    (found,) = used(own_world, made(own_world, days=20, stopped=[15, 0]))
    assert found is not None
    assert found.running == pytest.approx(0.25, abs=0.01)
    assert found.last_ran is not None
    assert found.until - found.last_ran == pytest.approx(timedelta(days=15), abs=timedelta(hours=1))
    assert found.cores is not None
    assert found.cores.mean > 0.4


def test_a_machine_that_never_ran_has_no_measures(own_world: World) -> None:
    (found,) = used(own_world, made(own_world, days=20, stopped=[20, 0]))
    assert found is not None
    assert (found.running, found.last_ran, found.cores, found.memory, found.disk) == (0, None, None, None, None)


def test_a_machine_just_made_is_left_out(own_world: World) -> None:
    _, there = own_world.make(own_world.container())
    assert used(own_world, there) == [None]


def test_what_another_guest_of_the_number_did_is_not_told(own_world: World) -> None:
    first = made(own_world, "full", days=20)
    vmid = first.handle["vmid"]
    own_world.client.power("eig", "lxc", int(str(vmid)), "stop")
    own_world.client.destroy("eig", "lxc", int(str(vmid)))
    again = own_world.see(own_world.make(own_world.container("other"))[0])
    assert again is not None
    assert again.handle["vmid"] == vmid
    assert used(own_world, again) == [None]


def test_a_removal_that_failed_ends_no_history(own_world: World) -> None:
    there = made(own_world, days=20)
    vmid = there.handle["vmid"]
    control(own_world, tasks={f"UPID:eig:00002FFD:0005FECC:6B01FF26:vzdestroy:{vmid}:root@pam:": "unable to destroy"})
    (found,) = used(own_world, there)
    assert found is not None
    assert found.samples > 900


def test_one_that_fails_leaves_only_itself_out(own_world: World, fault: Callable[..., None]) -> None:
    one, other = made(own_world), made(own_world, machine="other")
    fault(match=f"GET .*/lxc/{one.handle['vmid']}/rrddata", kind="status", status=500, reason="got wrong time resolution (60 != 1800)")
    assert [found is None for found in used(own_world, one, other)] == [True, False]


def test_a_node_whose_tasks_cannot_be_read_leaves_its_guests_out(own_world: World, fault: Callable[..., None]) -> None:
    there = made(own_world)
    fault(match="GET .*/tasks", kind="status", status=403)
    assert used(own_world, there) == [None]


def test_what_is_no_guest_is_not_asked(own_world: World) -> None:
    there = made(own_world)
    assert used(own_world, replace(there, handle={})) == [None]


def test_a_server_that_is_not_there_is_told(own_world: World) -> None:
    there = made(own_world)
    nowhere = World(replace(own_world.settings, url="https://127.0.0.1:1"), "eig3")
    with pytest.raises(UnreachableError):
        used(nowhere, there)
    with pytest.raises(UnreachableError):
        hosts(nowhere.client)


def test_the_documented_token_sees_all_of_it(own_world: World) -> None:
    there = made(own_world)
    least = own_world.with_rights(rights(own_world, [Purpose.CORE]))
    (found,) = used(least, there)
    assert found is not None
    (host,) = hosts(least.client)
    assert host == Host(
        "eig", 16, ByteSize(32 * GIB), host.disk, memory_used=host.memory_used, disk_used=host.disk_used, disk_shared=False, online=True
    )
    assert None not in (host.disk, host.memory_used, host.disk_used)


def seen_by(world: World, drop: Sequence[str]) -> Host:
    kept = {path: names for path, names in rights(world, [Purpose.CORE]).items() if not path.startswith(tuple(drop))}
    (host,) = hosts(world.with_rights(kept).client)
    return host


def test_what_the_token_may_not_see_of_a_server_is_not_told(own_world: World) -> None:
    bare = seen_by(own_world, ["/nodes"])
    assert (bare.name, bare.cores, bare.memory, bare.memory_used) == ("eig", None, None, None)
    assert bare.disk
    blind = seen_by(own_world, ["/storage"])
    assert (blind.cores, blind.disk, blind.disk_used) == (16, None, None)


def test_a_node_that_is_off_is_told(own_world: World) -> None:
    control(own_world, nodes={"eig": {"online": False}})
    odd = replace(own_world.settings, nodes=("eig", "eig9"))
    with pytest.raises(Exception, match="eig"):
        own_world.admin("GET", "/nodes/eig/status")
    assert [(host.name, host.online) for host in hosts(World(odd, "eig3").client)] == [("eig", False), ("eig9", False)]
