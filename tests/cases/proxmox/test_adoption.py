"""A guest with several network devices is adopted by the one on the site's bridge; the others are left alone."""

import pytest
from support.words import message

from eiginfra.core.change import Action
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import TEMPLATE, VM_TEMPLATE, World
from .road import Road, change

PUBLIC = "bridge=vmbr0,ip=203.0.113.5/24,gw=203.0.113.1,tag=7"


@pytest.fixture
def road(own_world: World) -> Road:
    road = Road(own_world)
    road.apply()
    return road


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["public first", "public second"])
def test_a_containers_other_device_keeps_address_and_gateway(road: Road, order: tuple[int, int]) -> None:
    public, ours = (f"net{number}" for number in order)
    made = {"vmid": 150, "ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "pool": road.world.pool, "hostname": "adler-web", "cores": 1}
    devices = {public: f"name=eth0,{PUBLIC}", ours: "name=eth1,bridge=vmbr1,ip=192.168.0.150/24"}
    road.world.admin("POST", "/nodes/eig/lxc", **made, memory=512, **devices)
    before = road.world.admin("GET", "/nodes/eig/lxc/150/config")
    spec = road.world.container("web", id=150)
    plan = road.plan(spec)
    adopted = change(plan, "web")
    assert adopted.action is Action.ADOPT
    assert {diff.field for diff in adopted.diffs} & {"address", "bridge", "vlan", "rate", "firewall"} == set()
    assert not road.run(plan).failed
    after = road.world.admin("GET", "/nodes/eig/lxc/150/config")
    assert (after[public], after[ours]) == (before[public], before[ours])
    road.apply(spec.model_copy(update={"vlan": 9}))
    changed = road.world.admin("GET", "/nodes/eig/lxc/150/config")
    assert changed[public] == before[public]
    assert "tag=9" in changed[ours]


def test_a_vms_other_device_keeps_address_and_gateway(road: Road) -> None:
    road.world.admin("POST", f"/nodes/eig/qemu/{VM_TEMPLATE}/clone", newid=150, full=1, name="adler-db", pool=road.world.pool)
    road.world.admin("PUT", "/nodes/eig/qemu/150/resize", disk="scsi0", size="16G")
    devices = {"net0": "virtio,bridge=vmbr0,tag=7", "net1": "virtio,bridge=vmbr1"}
    addresses = {"ipconfig0": "ip=203.0.113.5/24,gw=203.0.113.1", "ipconfig1": "ip=192.168.0.150/24"}
    road.world.admin("PUT", "/nodes/eig/qemu/150/config", memory=512, cores=1, **devices, **addresses)
    before = road.world.admin("GET", "/nodes/eig/qemu/150/config")
    spec = road.world.vm("db", id=150)
    plan = road.plan(spec)
    assert {diff.field for diff in change(plan, "db").diffs} & {"address", "bridge", "vlan"} == set()
    assert not road.run(plan).failed
    road.apply(spec.model_copy(update={"vlan": 9}))
    after = road.world.admin("GET", "/nodes/eig/qemu/150/config")
    assert (after["net0"], after["ipconfig0"], after["ipconfig1"]) == (before["net0"], before["ipconfig0"], before["ipconfig1"])
    assert "tag=9" in after["net1"]


def test_an_adopted_guests_filter_holds_the_device_that_is_ours(road: Road) -> None:
    made = {"vmid": 150, "ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "pool": road.world.pool, "hostname": "adler-web", "cores": 1}
    devices = {"net0": f"name=eth0,firewall=1,{PUBLIC}", "net1": "name=eth1,bridge=vmbr1,ip=192.168.0.150/24"}
    road.world.admin("POST", "/nodes/eig/lxc", **made, memory=512, **devices)
    spec = road.world.container("web", id=150)
    firewall = FirewallSpec(mark=spec.mark, enable=True, ipfilter=True)
    road.apply(spec, firewall)
    plan = road.plan(spec, firewall)
    assert plan.changes == ()
    assert [message(finding) for finding in plan.findings if finding.code == "firewall-not-on-device"] == [
        "net1 of guest 150 has no firewall=1: its rules and filter have no effect"
    ]
    sets = road.world.admin("GET", "/nodes/eig/lxc/150/firewall/ipset")
    assert [found["name"] for found in sets] == ["ipfilter-net1"]
    assert [row["cidr"] for row in road.world.admin("GET", "/nodes/eig/lxc/150/firewall/ipset/ipfilter-net1")] == ["192.168.0.150"]
    road.apply(spec, firewall.model_copy(update={"ipfilter": False}))
    assert road.world.admin("GET", "/nodes/eig/lxc/150/firewall/ipset") == []


def standing(road: Road, **devices: str) -> dict[str, str]:
    """Container 150 with these network devices, as it was made by hand."""
    made = {"vmid": 150, "ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "pool": road.world.pool, "hostname": "adler-web", "cores": 1}
    road.world.admin("POST", "/nodes/eig/lxc", **made, memory=512, **devices)
    return road.world.admin("GET", "/nodes/eig/lxc/150/config")


def said(plan: Plan) -> list[str]:
    return [message(finding) for finding in plan.findings if finding.code in ("guest-other-devices", "gateway-replaced")]


def test_report_18_where_no_device_is_on_the_sites_bridge_none_is_touched_and_the_plan_says_so(road: Road) -> None:
    before = standing(road, net0=f"name=eth0,{PUBLIC}")
    spec = road.world.container("web", id=150, vlan=9)
    plan = road.plan(spec)
    why = reason("no-device-on-bridge", bridge="vmbr1", devices=["net0 vmbr0 203.0.113.5/24"])
    assert {item.diff.label: item.reason for item in change(plan, "web").blocked} == {"address": why, "vlan": why}
    assert not road.run(plan).failed
    after = road.world.admin("GET", "/nodes/eig/lxc/150/config")
    assert {key: value for key, value in after.items() if key.startswith("net")} == {"net0": before["net0"]}
    assert road.plan(spec).empty


def test_report_18_an_address_is_not_given_to_two_devices_of_one_guest(road: Road) -> None:
    before = standing(road, net0="name=eth0,bridge=vmbr1,ip=dhcp", net1="name=eth1,bridge=vmbr0,ip=192.168.0.150/24")
    plan = road.plan(spec := road.world.container("web", id=150))
    assert [(item.diff.label, item.reason.code) for item in change(plan, "web").blocked] == [("address", "address-on-other-device")]
    assert not road.run(plan).failed
    after = road.world.admin("GET", "/nodes/eig/lxc/150/config")
    assert (after["net0"], after["net1"]) == (before["net0"], before["net1"])
    assert road.plan(spec).empty


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_report_18_a_second_gateway_is_not_set_beside_another_devices(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    path = f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/100/config"
    before = road.world.admin("GET", path)
    if sort == "container":
        ours = before["net0"].replace("192.168.0.100/24", "192.168.0.9/24").replace(",gw=192.168.0.254", "")
        road.world.admin("PUT", path, net0=ours, net1=f"name=eth1,{PUBLIC}")
    else:
        public = {"net1": "virtio,bridge=vmbr0,tag=7", "ipconfig1": "ip=203.0.113.5/24,gw=203.0.113.1"}
        road.world.admin("PUT", path, ipconfig0="ip=192.168.0.9/24", **public)
    kind = "VM" if sort == "vm" else "container"
    plan = road.plan(spec)
    assert said(plan) == [f"{kind} 100 has further network devices, which are left alone: net1 vmbr0 203.0.113.5/24"]
    assert [diff.field for diff in change(plan, "web").diffs] == ["address"]
    assert not road.run(plan).failed
    after = road.world.admin("GET", path)
    text = after["net0"] if sort == "container" else after["ipconfig0"]
    assert ("ip=192.168.0.100/24" in text, "gw=" in text) == (True, False)
    assert road.plan(spec, restarting=True).acting == () or sort == "vm"


def test_report_18_a_gateway_that_goes_with_the_address_is_told(road: Road) -> None:
    standing(road, net0="name=eth0,bridge=vmbr1,ip=10.1.1.5/24,gw=10.1.1.1")
    plan = road.plan(road.world.container("web", id=150))
    assert said(plan) == ["the gateway 10.1.1.1 of container 150 becomes 192.168.0.254 with its address"]
    assert not road.run(plan).failed
    assert said(road.plan(road.world.container("web", id=150))) == []
