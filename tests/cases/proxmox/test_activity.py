"""Since when a guest is not as wanted, and by whom, where a task of the server tells."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from eiginfra.core.change import Action
from eiginfra.core.plan import Plan
from eiginfra.core.trace import Trace
from eiginfra.core.usage import Limit, Limits
from eiginfra.core.values import ByteSize

from .conftest import TEMPLATE, World
from .road import Road, change

SORTS = ["container", "vm"]
DISK = {"container": "rootfs", "vm": "scsi0"}
QUOTA = Limits(teams={"adler": Limit(machines=1, memory=ByteSize.parse("1GiB"), disk=ByteSize.parse("16GiB"))})


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


@pytest.fixture
def people(own_world: World) -> Callable[[str], World]:
    """Administrators who use the web interface: a ticket, no token."""

    def person(name: str) -> World:
        user = f"{name}@pve"
        own_world.admin("POST", "/access/users", userid=user, password="correct horse")
        own_world.admin("PUT", "/access/acl", path="/", users=user, roles="Administrator")
        ticket = own_world.admin("POST", "/access/ticket", username=user, password="correct horse")
        session = requests.Session()
        session.trust_env, session.verify = False, str(own_world.settings.ca)
        session.cookies.set("PVEAuthCookie", ticket["ticket"])
        session.headers["CSRFPreventionToken"] = ticket["CSRFPreventionToken"]
        world = World(own_world.settings, own_world.cohort)
        world.__dict__["session"] = session
        return world

    return person


def path(sort: str, vmid: int = 100) -> str:
    return f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{vmid}"


def traces(plan: Plan) -> Mapping[str, Trace | None]:
    """Of the findings on single guests."""
    return {finding.address: finding.trace for finding in plan.findings if finding.address}


def accounts(trace: Trace | None) -> list[tuple[str, str]]:
    assert trace is not None
    return [(act.what, act.by) for act in trace.activity]


@pytest.mark.parametrize("sort", SORTS)
def test_a_disk_grown_by_somebody_is_told_with_since_when_and_by_whom(road: Road, people: Any, sort: str) -> None:
    spec = getattr(road.world, sort)("web", disk=ByteSize.parse("16GiB"))
    road.apply(spec)
    people("alice").admin("PUT", f"{path(sort)}/resize", disk=DISK[sort], size="20G")
    plan = road.plan(spec, limits=QUOTA)
    trace = change(plan, "web").trace
    record = next(record for record in road.journal.kept.values() if record.address.key.endswith("/web"))
    assert trace is not None
    assert trace.in_order is not None
    assert (trace.in_order.number, trace.in_order.at, trace.seen) == (1, record.at, None)
    assert accounts(trace) == [("resize", "alice@pve")]
    assert traces(plan)[f"proxmox.{sort}[eig3/adler/web]"] == trace


@pytest.mark.parametrize("sort", SORTS)
def test_memory_that_left_no_task_is_nobodys(road: Road, people: Any, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    alice = people("alice")
    alice.admin("PUT", f"{path(sort)}/resize", disk=DISK[sort], size="20G")
    road.apply(spec.model_copy(update={"disk": ByteSize.parse("20GiB")}))
    alice.admin("PUT", f"{path(sort)}/config", memory=2048)
    trace = change(road.plan(spec.model_copy(update={"disk": ByteSize.parse("20GiB")})), "web").trace
    assert trace is not None
    assert trace.in_order is not None
    assert trace.activity == ()


def test_a_vm_configured_in_the_web_interface_is_told_if_the_task_names_the_field(road: Road, people: Any) -> None:
    spec = road.world.vm("web")
    road.apply(spec)
    people("bob").admin("POST", f"{path('vm')}/config", description="say -memory 4096\neiginfra: eig3/adler/web")
    people("alice").admin("POST", f"{path('vm')}/config", memory=2048)
    people("carol").admin("PUT", f"{path('vm')}/config", cores=2)
    people("dave").admin("POST", f"{path('vm')}/config", ciuser="dave")
    found = change(road.plan(spec), "web")
    assert {diff.field for diff in found.diffs} == {"memory", "cores"}
    assert accounts(found.trace) == [("qmconfig", "alice@pve")]


def test_what_did_not_end_well_or_was_done_by_eiginfra_is_no_activity(road: Road, people: Any) -> None:
    spec = road.world.vm("web")
    road.apply(spec)
    road.control(fail={"resize": "no capacity"})
    upid = people("alice").session.put(f"{road.world.settings.url}/api2/json{path('vm')}/resize", data={"disk": "scsi0", "size": "20G"})
    assert upid.json()["data"].startswith("UPID:")
    road.world.admin("PUT", f"{path('vm')}/resize", disk="scsi0", size="24G")
    found = change(road.plan(spec), "web")
    assert [diff.before for diff in found.withheld] == ["24GiB"]
    assert accounts(found.trace) == []


@pytest.mark.parametrize("sort", SORTS)
def test_who_stopped_it_and_who_removed_it_is_told(road: Road, people: Any, sort: str) -> None:
    spec = getattr(road.world, sort)("web", state="running")
    road.apply(spec)
    alice, short = people("alice"), "vz" if sort == "container" else "qm"
    alice.admin("POST", f"{path(sort)}/status/stop")
    assert accounts(change(road.plan(spec), "web").trace) == [(f"{short}stop", "alice@pve")]
    alice.admin("DELETE", path(sort))
    gone = change(road.plan(spec), "web")
    assert (gone.action, accounts(gone.trace)) == (Action.CREATE, [(f"{short}destroy", "alice@pve")])


def test_a_guest_made_by_hand_beyond_the_quota_is_told_with_who_made_it(road: Road, people: Any) -> None:
    spec = road.world.container("web")
    road.apply(spec)
    made = {"ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "pool": road.world.pool}
    people("alice").admin("POST", "/nodes/eig/lxc", vmid=160, **made)
    people("bob").admin("POST", "/nodes/eig/lxc/160/clone", newid=161, full=1, pool=road.world.pool)
    plan = road.plan(spec, limits=QUOTA)
    assert plan.changes == ()
    assert accounts(traces(plan)["proxmox.container[#160]"]) == [("vzcreate", "alice@pve")]
    # The task of a clone is about its source, and does not say what it made.
    assert accounts(traces(plan)["proxmox.container[#161]"]) == []


def test_without_the_right_to_see_tasks_nothing_is_told_and_nothing_fails(road: Road, people: Any) -> None:
    spec = road.world.vm("web")
    road.apply(spec)
    people("alice").admin("PUT", f"{path('vm')}/resize", disk="scsi0", size="20G")
    road.world = road.world.with_rights({"/vms": "VM.Audit", "/pool": "Pool.Audit", "/storage": "Datastore.Audit"})
    trace = change(road.plan(spec), "web").trace
    assert trace is not None
    assert trace.in_order is not None
    assert trace.activity == ()


def test_a_clock_that_cannot_be_read_is_asked_for_once(road: Road, fault: Callable[..., None]) -> None:
    specs = [road.world.container(name) for name in ("web", "app", "api")]
    road.apply(*specs)
    road.plan(*specs)
    idle = road.client.meter.total
    for vmid in (100, 101, 102):
        road.world.admin("PUT", f"{path('container', vmid)}/config", memory=2048)
    fault(match="GET .*/nodes/eig/time$", kind="status", status=500)
    road.plan(*specs)
    assert road.client.meter.total == idle + 2  # and what the token may do, once


def test_a_list_of_tasks_that_fails_fails_no_plan(road: Road, fault: Callable[..., None]) -> None:
    spec = road.world.container("web")
    road.apply(spec)
    road.world.admin("PUT", f"{path('container')}/config", memory=2048)
    fault(match="/nodes/eig/tasks$", kind="status", status=500)
    trace = change(road.plan(spec), "web").trace
    assert trace is not None
    assert trace.activity == ()


def test_only_what_drifts_or_takes_too_much_costs_a_request(road: Road) -> None:
    specs = [road.world.container("web"), road.world.container("app")]
    road.apply(*specs)

    def requests_of(**asked: Any) -> int:
        road.plan(*specs, **asked)
        return road.client.meter.total

    idle = requests_of()
    assert requests_of(limits=Limits(teams={"adler": Limit(machines=2)})) == idle
    road.world.admin("PUT", f"{path('container')}/config", memory=2048)
    # What the token may do and the node's clock, once; and each guest's tasks.
    assert requests_of(limits=QUOTA) == idle + 3
    road.world.admin("PUT", f"{path('container', 101)}/config", memory=2048)
    assert requests_of(limits=QUOTA) == idle + 4


def test_two_tasks_of_one_second_are_told_in_their_order(road: Road) -> None:
    begun = [
        f"UPID:eig:0000ABC{number}:0000100{number}:5D92A000:{what}:150:alice@pve:" for number, what in enumerate(("vzstop", "vzstart"))
    ]
    road.control(tasks=dict.fromkeys(reversed(begun), "OK"))
    assert [task["upid"] for task in road.world.client.guest_tasks("eig", 150, None)] == begun[::-1]
