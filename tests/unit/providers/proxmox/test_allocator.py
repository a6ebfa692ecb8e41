"""Numbers for guests: never one that has a trace, the same whatever the order."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.words import raises

from eiginfra.core.address import Address
from eiginfra.core.claim import Claim
from eiginfra.core.errors import InputError
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.guests.allocator import GuestAllocator, GuestFacts

from .conftest import container, known, make_site, vm

NUMBERS = st.frozensets(st.integers(min_value=90, max_value=130), max_size=30)


def resource(team: str, machine: str, **fields: object) -> Resource:
    spec = container(f"eig3/{team}/{machine}", **fields)
    return Resource(Address("proxmox.container", spec.mark), spec, team=team)


def standing(vmid: int, mark: str | None = None, memory: str = "512MiB", node: str = "eig") -> Observed:
    return Observed(
        Address("proxmox.container", mark or f"#{vmid}"),
        {},
        {"vmid": vmid, "node": node},
        usage=Usage(machines=1, memory=ByteSize.parse(memory)),
    )


def record(vmid: int) -> Record:
    address = Address("proxmox.container", f"eig2/old/m{vmid}")
    return Record(address, {"id": vmid}, {"vmid": vmid}, "old", created=True, run=1, at=datetime(2019, 1, 1, tzinfo=UTC), by="someone")


def allocate(resources, observed=(), others=(), taken=frozenset(), records=(), *, claims=(), **site):
    claimed = {claim.address: [claim] for claim in claims}
    world = known(resources, [*observed, *others], facts=GuestFacts(taken), records=records, claims=claimed)
    filled = GuestAllocator(lambda: make_site(**site)).allocate(world)
    return {address.key: values for address, values in filled.items()}


def test_the_first_guest_gets_the_first_number() -> None:
    assert allocate([resource("adler", "web")]) == {
        "eig3/adler/web": {
            "id": 100,
            "node": "eig",
            "address": "192.168.0.100/24",
            "remove_after": None,
        }
    }


def test_a_new_number_is_the_next_after_the_highest_ever_seen() -> None:
    numbers = allocate(
        [resource("adler", "web"), resource("adler", "db")],
        others=[standing(103)],
        taken=frozenset({107}),
        records=[record(110)],
    )
    assert {key: values["id"] for key, values in numbers.items()} == {"eig3/adler/db": 111, "eig3/adler/web": 112}


def test_a_number_that_another_cohort_writes_is_never_given() -> None:
    guest, project = Address("proxmox.vm", "eig4/suite/web"), Address("gitlab.project", "eig/eig4/suite/api")
    theirs = [Claim("eig4", guest, {"id": 100}), Claim("eig4", project, {"id": 102})]
    numbers = allocate([resource("adler", "web")], claims=theirs, ids=(100, 110))
    assert numbers["eig3/adler/web"]["id"] == 101


def test_a_project_of_the_journal_with_such_an_id_is_no_trace() -> None:
    project = replace(record(110), address=Address("gitlab.project", "eig/eig2/old/api"), handle={"id": 110})
    assert allocate([resource("adler", "web")], records=[project])["eig3/adler/web"]["id"] == 100


def test_numbers_outside_the_range_are_no_traces() -> None:
    assert allocate([resource("adler", "web")], others=[standing(9012)])["eig3/adler/web"]["id"] == 100


def test_at_the_end_of_the_range_the_lowest_without_a_trace_is_next() -> None:
    wanted = [resource("adler", name) for name in ("a", "b", "c")]
    numbers = allocate(wanted, others=[standing(249), standing(100)], taken=frozenset({101}))
    assert [numbers[f"eig3/adler/{name}"]["id"] for name in "abc"] == [250, 102, 103]


def test_a_guest_that_stands_keeps_number_and_node_and_is_held_to_its_address() -> None:
    seen = standing(104, "eig3/adler/web", node="eig2")
    numbers = allocate([resource("adler", "web")], observed=[seen], nodes=("eig", "eig2"))
    assert numbers["eig3/adler/web"] == {"id": 104, "node": "eig2", "address": "192.168.0.104/24", "remove_after": None}


def test_a_number_given_by_the_inventory_is_kept() -> None:
    numbers = allocate([resource("adler", "web", id=120), resource("adler", "db")])
    assert numbers["eig3/adler/web"]["id"] == 120
    assert numbers["eig3/adler/db"]["id"] == 121


def test_a_guest_that_stands_keeps_its_address_when_the_inventory_writes_another_number() -> None:
    numbers = allocate([resource("adler", "web", id=120)], observed=[standing(104, "eig3/adler/web")])
    assert numbers["eig3/adler/web"]["address"] == "192.168.0.104/24"


def test_a_range_that_is_used_up_is_an_error_with_the_arithmetic() -> None:
    with raises(InputError, match=r"the range 100-102 has 3 numbers; 2 are or were in use, 2 new machines want one each"):
        allocate([resource("adler", "a"), resource("adler", "b")], others=[standing(100)], taken=frozenset({102}), ids=(100, 102))


def test_new_guests_go_to_the_node_with_the_least_configured_memory() -> None:
    wanted = [resource("adler", name, memory=ByteSize.parse("1GiB")) for name in ("a", "b", "c")]
    numbers = allocate(wanted, others=[standing(100, memory="1536MiB", node="one")], nodes=("one", "two"))
    assert [numbers[f"eig3/adler/{name}"]["node"] for name in "abc"] == ["two", "two", "one"]


def test_containers_and_vms_draw_from_one_range() -> None:
    spec = vm()
    both = [resource("adler", "web"), Resource(Address("proxmox.vm", spec.mark), spec, team="adler")]
    assert sorted(values["id"] for values in allocate(both).values()) == [100, 101]


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(min_value=0, max_value=8), st.randoms(use_true_random=False))
def test_no_number_with_a_trace_is_handed_out_and_order_does_not_matter(
    standing_ones: frozenset[int], taken: frozenset[int], recorded: frozenset[int], count: int, order: random.Random
) -> None:
    wanted = [resource("adler", f"m{index}") for index in range(count)]
    shuffled = order.sample(wanted, count)
    others, records = [standing(vmid) for vmid in sorted(standing_ones)], [record(vmid) for vmid in sorted(recorded)]
    traces = standing_ones | taken | recorded
    free = set(range(100, 131)) - traces
    if count > len(free):
        with pytest.raises(InputError):
            allocate(wanted, (), others, taken, records, ids=(100, 130))
        return
    numbers = allocate(wanted, (), others, taken, records, ids=(100, 130))
    assert numbers == allocate(shuffled, (), list(reversed(others)), taken, records, ids=(100, 130))
    handed = [values["id"] for values in numbers.values()]
    assert len(set(handed)) == count
    assert set(handed) <= free
