"""How many servers machines fit on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.handouts.sizing.packing import AMOUNTS, PackedMachine, ServerSize, least, pack

SERVER = ServerSize("eig", cores=64, memory=28, disk=400)


def machine(name: str, memory: float = 2, cores: float = 1, disk: float = 10) -> PackedMachine:
    return PackedMachine(name, cores, memory, disk)


def test_the_largest_come_first_and_fill_the_first_server() -> None:
    packing = pack([machine("c", 10), machine("a", 20), machine("b", 8), machine("d", 18)], SERVER)
    assert [[each.name for each in server] for server in packing.servers] == [["a", "b"], ["d", "c"]]


@pytest.mark.parametrize("what", AMOUNTS)
def test_each_amount_may_be_the_one_that_runs_out(what: str) -> None:
    whole = getattr(SERVER, what)
    machines = [machine(str(number), **{what: whole * 0.6}) for number in range(3)]
    assert len(pack(machines, SERVER).servers) == 3
    assert len(pack(machines, ServerSize("any", **{name: getattr(SERVER, name) for name in AMOUNTS if name != what})).servers) == 1


def test_a_machine_that_is_larger_than_a_server_is_told() -> None:
    packing = pack([machine("a", 30), machine("b")], SERVER)
    assert ([each.name for each in packing.beyond], len(packing.servers)) == (["a"], 1)


def test_nothing_needs_no_server() -> None:
    assert pack([], SERVER).servers == ()
    assert least([], SERVER) == 0
    assert least([machine("a")], ServerSize("any")) == 1


def test_many_machines_take_no_time() -> None:
    assert len(pack([machine(str(number), 1 + number % 7) for number in range(3000)], SERVER).servers) > 300


whole = st.integers(0, 40)
machines = st.lists(st.builds(PackedMachine, st.uuids().map(str), whole, whole, whole), max_size=30)
limit = st.none() | st.integers(1, 60)


@given(machines, st.builds(ServerSize, st.just("eig"), limit, limit, limit), st.randoms())
def test_no_server_is_over_its_size_and_nobody_is_lost(found: list[PackedMachine], server: ServerSize, rng: random.Random) -> None:
    packing = pack(found, server)
    assert sorted(each for there in (*packing.servers, packing.beyond) for each in there) == sorted(found)
    for there in packing.servers:
        assert there
        assert server.bears(there)
    assert not any(server.bears((each,)) for each in packing.beyond)
    fitting = [each for there in packing.servers for each in there]
    assert least(fitting, server) <= len(packing.servers) <= len(fitting)
    mixed = [*found]
    rng.shuffle(mixed)
    assert pack(mixed, server) == packing
