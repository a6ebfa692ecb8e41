"""A guest with several network devices is adopted by the one on the site's bridge; the others are left alone."""

import pytest
from support.words import message

from eiginfra.core.change import Action
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
