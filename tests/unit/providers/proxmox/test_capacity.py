"""ServerResources on nodes and storages: errors with the arithmetic, warnings, and where new guests go."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.words import message

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.guests.allocator import GuestAllocator, GuestFacts
from eiginfra.providers.proxmox.guests.mounts import MountPoint
from eiginfra.providers.proxmox.guests.resources import GuestSize, NodeCapacity, ServerResources, Store, nodes_of

from .conftest import TEMPLATE, container, known, make_site, vm

GIB = 2**30
NODES = ("eig", "two")


def size(gib: float) -> ByteSize:
    return ByteSize(int(gib * GIB))


def store(node: str = "eig", **changes: Any) -> Store:
    return replace(Store("local-lvm", node, 100 * GIB, 90 * GIB, 20 * GIB), **changes)


def capacity(*claims: GuestSize, memory: float = 32, cores: int = 16, stores: tuple[Store, ...] = ()) -> ServerResources:
    nodes = {name: NodeCapacity(name, memory=size(memory), cores=cores) for name in NODES}
    return ServerResources(nodes, {each.node: each for each in stores or (store(), store("two"))}, dict(enumerate(claims, 300)))


def wanted(machine: str, sort: Any = container, **fields: Any) -> Resource:
    spec = sort(f"eig3/adler/{machine}", **{"node": "eig", **fields})
    return Resource(Address("proxmox.vm" if sort is vm else "proxmox.container", spec.mark), spec, team="adler")


def standing(resource: Resource, vmid: int = 300, **usage: Any) -> Observed:
    amounts = {"machines": 1, "cores": 1, "memory": size(0.5), "disk": size(8), **usage}
    return Observed(
        resource.address, {"memory": str(amounts["memory"])}, {"vmid": vmid, "node": "eig"}, team="adler", usage=Usage(**amounts)
    )


def check(there: ServerResources, *resources: Resource, observed: tuple[Observed, ...] = (), **site: Any) -> list[Finding]:
    allocator = GuestAllocator(lambda: make_site(nodes=NODES, **site))
    found = allocator.assess(known(resources, observed, facts=GuestFacts(capacity=there)))
    return [finding for findings in found.values() for finding in findings]


def test_memory_that_is_not_there_is_an_error_with_the_arithmetic() -> None:
    [finding] = check(capacity(GuestSize("eig", 6 * GIB, 2)), wanted("web", memory=size(20)), wanted("db", memory=size(8)))
    assert (finding.code, finding.severity) == ("node-memory", Severity.ERROR)
    assert message(finding) == (
        "node eig has 32GiB of memory; guests that this plan leaves alone are configured for 6GiB; this plan asks for 28GiB: 2GiB too much"
    )


def test_memory_that_just_fits_is_no_finding() -> None:
    assert check(capacity(GuestSize("eig", 6 * GIB, 2)), wanted("web", memory=size(26))) == []


def test_templates_and_guests_of_other_nodes_take_no_memory() -> None:
    assert (
        check(capacity(GuestSize("eig", 30 * GIB, 2, template=True), GuestSize("two", 30 * GIB, 2)), wanted("web", memory=size(26))) == []
    )


def test_a_guest_that_stands_is_not_counted_twice() -> None:
    web = wanted("web", memory=size(20))
    there = standing(web, memory=size(20))
    assert check(capacity(GuestSize("eig", 20 * GIB, 1)), web, wanted("db", memory=size(12)), observed=(there,)) == []


def test_too_much_without_the_plan_is_a_warning_only() -> None:
    web = wanted("web", memory=size(20), cores=2)
    found = check(capacity(GuestSize("eig", 20 * GIB, 1), GuestSize("eig", 20 * GIB, 1)), web, observed=(standing(web, memory=size(20)),))
    assert [(finding.code, finding.severity) for finding in found] == [("node-memory", Severity.WARNING)]


def test_how_often_cores_may_be_promised_is_the_sites_to_say() -> None:
    assert check(capacity(GuestSize("eig", GIB, 60)), wanted("web", cores=10), overcommit=5) == []
    assert [finding.code for finding in check(capacity(GuestSize("eig", GIB, 10)), wanted("web", cores=10), overcommit=1)] == ["node-cores"]


def test_cores_may_be_promised_four_times() -> None:
    assert check(capacity(GuestSize("eig", GIB, 60)), wanted("web", cores=4)) == []
    [finding] = check(capacity(GuestSize("eig", GIB, 60)), wanted("web", cores=10))
    assert finding.severity is Severity.ERROR
    assert message(finding) == (
        "node eig has 16 cores, which may be promised 4 times: 64; guests that this plan leaves alone have 60;"
        " this plan asks for 10: 6 too many"
    )


def test_a_vm_with_more_cores_than_the_node_cannot_start() -> None:
    [finding] = check(capacity(), wanted("db", vm, cores=9, sockets=2))
    assert message(finding) == "a VM of 18 cores cannot start on node eig, which has 16"
    assert (finding.address, finding.team) == ("proxmox.vm[eig3/adler/db]", "adler")


def test_a_thick_storage_must_have_the_space_now() -> None:
    there = capacity(stores=(store(thin=False, available=10 * GIB),))
    [finding] = check(there, wanted("web", disk=size(8), mounts=(MountPoint(path="/srv", size=size(4)),)))
    assert (finding.code, finding.severity) == ("storage-full", Severity.ERROR)
    assert message(finding) == "storage local-lvm on eig has 10GiB free; this plan asks for 12GiB more: 2GiB too much"


def test_a_thin_storage_that_is_promised_too_often_is_a_warning_with_what_is_used() -> None:
    [finding] = check(capacity(stores=(store(provisioned=95 * GIB, available=70 * GIB),)), wanted("web"))
    assert (finding.code, finding.severity) == ("storage-overprovisioned", Severity.WARNING)
    assert message(finding) == (
        "storage local-lvm on eig has 100GiB, of which 30GiB are used; its volumes may grow to 95GiB; this plan adds 8GiB: 3GiB too much"
    )


@pytest.mark.parametrize("available", [0, 0.5])
def test_a_thin_storage_without_space_for_the_clones_is_an_error(available: float) -> None:
    [finding] = check(capacity(stores=(store(available=size(available), used={9012: GIB}),)), wanted("db", vm))
    assert (finding.code, finding.severity) == ("storage-exhausted", Severity.ERROR)
    assert message(finding).endswith("; the clones of this plan take 1GiB at once")


def test_linked_clones_take_no_space_at_first_and_may_grow_to_all_of_their_disk() -> None:
    db = wanted("db", vm, clone="linked", disk=size(16))
    assert check(capacity(stores=(store(available=size(0.5), used={9012: GIB}),)), db) == []
    [finding] = check(capacity(stores=(store(provisioned=95 * GIB),)), db)
    assert (finding.code, finding.severity) == ("storage-overprovisioned", Severity.WARNING)
    assert "this plan adds 16GiB: 11GiB too much" in message(finding)
    thick = capacity(stores=(store(thin=False, available=10 * GIB),))
    assert check(thick, db) == []
    assert [finding.code for finding in check(thick, db, wanted("web", disk=size(11)))] == ["storage-full"]
    [finding] = check(thick, wanted("db", vm, disk=size(16)))
    assert message(finding) == "storage local-lvm on eig has 10GiB free; this plan asks for 16GiB more: 6GiB too much"
    assert [
        finding.code for finding in check(thick, wanted("db", vm, clone="linked", disk=size(32)), observed=(standing(db, disk=size(16)),))
    ] == ["storage-full"]


def test_growth_counts_by_what_is_more() -> None:
    web = wanted("web", disk=size(20))
    there = capacity(GuestSize("eig", GIB, 1), stores=(store(thin=False, available=12 * GIB),))
    assert check(there, web, observed=(standing(web, disk=size(8)),)) == []
    assert [finding.code for finding in check(there, wanted("web", disk=size(21)), observed=(standing(web, disk=size(8)),))] == [
        "storage-full"
    ]


def test_a_shared_storage_is_counted_once_for_all_nodes() -> None:
    there = capacity(stores=(store(shared=True, thin=False, available=10 * GIB), store("two", shared=True, thin=False, available=10 * GIB)))
    found = check(there, wanted("web", disk=size(8)), wanted("db", disk=size(8), node="two"))
    assert [finding.code for finding in found] == ["storage-full"]


def test_what_the_token_may_not_know_is_not_judged() -> None:
    there = ServerResources({"eig": NodeCapacity("eig")}, {}, {})
    assert check(there, wanted("web", memory=size(500), cores=500)) == []
    assert check(capacity(), *[]) == []


def test_a_container_template_that_a_node_lacks_is_an_error_where_any_is_seen() -> None:
    other = "local:vztmpl/debian-11.tar.zst"
    [finding] = check(replace(capacity(), templates={"eig": frozenset({other})}), wanted("web"))
    assert (finding.code, finding.severity, finding.team) == ("container-template-missing", Severity.ERROR, "adler")
    assert message(finding) == f"there is no container template {TEMPLATE} on node eig"
    assert check(replace(capacity(), templates={"eig": frozenset({TEMPLATE})}), wanted("web")) == []
    assert check(replace(capacity(), templates={"eig": frozenset({other})}), wanted("web", image="nfs:vztmpl/x.tar.zst")) == []
    web = wanted("web")
    assert check(replace(capacity(), templates={"eig": frozenset({other})}), web, observed=(standing(web),)) == []


def test_nodes_come_from_the_clusters_list() -> None:
    rows = [
        {"type": "node", "node": "eig", "status": "online", "maxmem": 5, "maxcpu": 2},
        {"type": "node", "node": "two", "status": "offline"},
        {"type": "lxc", "node": "eig", "vmid": 100},
    ]
    assert nodes_of(rows) == {"eig": NodeCapacity("eig", online=True, memory=5, cores=2), "two": NodeCapacity("two", online=False)}


# Placement.


def placed(there: ServerResources | None, *resources: Resource, observed: tuple[Observed, ...] = ()) -> dict[str, str]:
    allocator = GuestAllocator(lambda: make_site(nodes=NODES))
    filled = allocator.allocate(known(resources, observed, facts=GuestFacts(capacity=there)))
    return {address.key.split("/")[2]: values["node"] for address, values in filled.items()}


def test_a_new_guest_goes_where_it_leaves_the_least_free() -> None:
    there = capacity(GuestSize("two", 20 * GIB, 1))
    assert placed(there, wanted("a", memory=size(10)), wanted("b", memory=size(10))) == {"a": "two", "b": "eig"}


def test_where_none_has_room_it_goes_where_the_most_is_free() -> None:
    assert placed(capacity(GuestSize("two", 30 * GIB, 1), GuestSize("eig", 31 * GIB, 1)), wanted("a", memory=size(4))) == {"a": "two"}


def test_a_node_that_is_offline_gets_nothing() -> None:
    there = capacity(GuestSize("two", 20 * GIB, 1))
    there = replace(there, nodes={**there.nodes, "two": NodeCapacity("two", online=False)})
    assert placed(there, wanted("a")) == {"a": "eig"}


def test_a_clone_stays_with_its_template_unless_that_is_on_a_shared_storage() -> None:
    there = capacity(GuestSize("two", 20 * GIB, 1))
    there = replace(there, guests={**there.guests, 9012: GuestSize("eig", 2 * GIB, 2, template=True)})
    assert placed(there, wanted("db", vm)) == {"db": "eig"}
    shared = {name: replace(each, shared=True) for name, each in there.stores.items()}
    assert placed(replace(there, stores=shared), wanted("db", vm)) == {"db": "eig"}  # the template is on another, of its node alone
    shared = {name: replace(each, used={9012: GIB}) for name, each in shared.items()}
    for clone in ("full", "linked"):
        assert placed(replace(there, stores=shared), wanted("db", vm, clone=clone)) == {"db": "two"}


def test_a_container_is_made_where_its_template_is() -> None:
    there = replace(
        capacity(GuestSize("two", 20 * GIB, 1)), templates={"eig": frozenset({TEMPLATE}), "two": frozenset({"local:vztmpl/other.tar.zst"})}
    )
    assert placed(there, wanted("a")) == {"a": "eig"}


@given(st.permutations([("a", 10), ("b", 20), ("c", 4), ("d", 6), ("e", 12)]))
def test_placement_does_not_depend_on_the_order(machines: list[tuple[str, int]]) -> None:
    nodes = placed(capacity(), *(wanted(name, memory=size(gib)) for name, gib in machines))
    assert nodes == placed(capacity(), *(wanted(name, memory=size(gib)) for name, gib in sorted(machines)))


@given(st.permutations(["a", "b", "c"]))
def test_what_stands_stays(order: list[str]) -> None:
    resources = [wanted(name, memory=size(10)) for name in order]
    there = standing(next(resource for resource in resources if resource.address.key.endswith("/b")), memory=size(10))
    assert placed(capacity(GuestSize("eig", 10 * GIB, 1)), *resources, observed=(there,))["b"] == "eig"
