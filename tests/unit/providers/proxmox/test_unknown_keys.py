"""What eiginfra does not know of a value survives every change of what it does."""

from string import ascii_lowercase, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties

from .conftest import Wire, container, make_site, vm
from .test_requests import LXC, PLACE, QEMU, change

VETH = "name=eth0,bridge=vmbr1,firewall=1,gw=192.168.0.254,hwaddr=BC:24:11:69:9A:3D,ip=192.168.0.107/24,type=veth"
NIC = "virtio=BC:24:11:6D:26:A0,bridge=vmbr1,firewall=1"
DEVICE: list[tuple[str, Any, set[str]]] = [
    ("bridge", "vmbr9", {"bridge"}), ("vlan", 7, {"tag"}), ("rate", 10, {"rate"}), ("firewall", False, {"firewall"})
]  # fmt: skip
# sort, option, what it holds, field, value, and the keys that are eiginfra's to change.
CASES: list[tuple[str, str, str, str, Any, set[str]]] = [
    *(("lxc", "net0", VETH, *each) for each in DEVICE),
    *(("qemu", "net0", NIC, *each) for each in DEVICE),
    ("lxc", "net0", VETH, "address", "192.168.0.108/24", {"ip", "gw"}),
    ("lxc", "features", "nesting=0", "nesting", True, {"nesting"}),
    ("lxc", "startup", "order=1", "order", 3, {"order"}),
    ("qemu", "startup", "order=1", "order", 3, {"order"}),
    ("qemu", "ipconfig0", "ip=dhcp", "address", "192.168.0.108/24", {"ip", "gw"}),
    ("qemu", "cpu", "kvm64", "cpu", "host", {"cputype"}),
    ("qemu", "agent", "0", "agent", True, {"enabled"}),
]
DEFAULTS = {"net0": "model", "startup": "order", "cpu": "cputype", "agent": "enabled"}
UNKNOWN = st.dictionaries(
    st.text(ascii_lowercase + digits + "-", min_size=1, max_size=8).map(lambda name: f"x{name}"),
    st.text(ascii_lowercase + digits + "-_:./;+= ", min_size=1, max_size=12),
    max_size=4,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[3]}")
@given(unknown=UNKNOWN)
def test_unknown_keys_survive_an_update(case: Any, unknown: dict[str, str]) -> None:
    kind, option, held, field, value, ours = case
    before = ",".join([held, *(f"{name}={text}" for name, text in unknown.items())])
    spec = (container if kind == "lxc" else vm)(**{**PLACE, field: value})
    wire = Wire(make_site(), {**(LXC if kind == "lxc" else QEMU), option: before}, kind=kind)
    [(_, _, sent)] = change(wire, spec, field)
    there, after = (Properties.parse(text, DEFAULTS.get(option, "")) for text in (before, sent[option]))
    assert [pair for pair in after.pairs if pair[0] not in ours] == [pair for pair in there.pairs if pair[0] not in ours]
    assert after.pairs != there.pairs


def test_a_disk_is_grown_without_being_written_again() -> None:
    wire = Wire(make_site(), {**QEMU, "scsi0": "local-lvm:vm-107-disk-0,discard=on,xfuture=1,size=16G"}, kind="qemu")
    sent = change(wire, vm(**PLACE, disk=ByteSize.parse("20GiB")), "disk")
    assert sent == [("PUT", "nodes/eig/qemu/107/resize", {"disk": "scsi0", "size": "20G"})]
