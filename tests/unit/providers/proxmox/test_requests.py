"""What is sent: which requests, with which parameters. That each is valid, the cases show: tests/cases/proxmox/conftest.py."""

from datetime import date
from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import PermanentError, StaleError
from eiginfra.core.resource import Observed
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.kinds import all_kinds

from .conftest import KEY, Wire, container, make_site, vm

PLACE = {"id": 107, "node": "eig", "address": "192.168.0.107/24"}
MARKED = {"description": "Ask Léa first\n\neiginfra: eig3/adler/web\n"}
LXC = {
    **MARKED,
    "hostname": "adler-web",
    "cores": 1,
    "memory": 512,
    "swap": 0,
    "rootfs": "local-lvm:vm-107-disk-0,size=8G",
    "net0": "name=eth0,bridge=vmbr1,firewall=1,gw=192.168.0.254,hwaddr=BC:24:11:69:9A:3D,ip=192.168.0.107/24,type=veth",
    "features": "nesting=1,keyctl=1",
    "tags": "adler;eig3;eiginfra",
    "nameserver": "9.9.9.9",
}
QEMU = {
    "description": "eiginfra: eig3/adler/db",
    "name": "adler-db",
    "memory": "1024",
    "cores": 2,
    "boot": "order=scsi0",
    "scsi0": "local-lvm:vm-107-disk-0,discard=on,size=16G",
    "ide2": "local-lvm:vm-107-cloudinit,media=cdrom",
    "net0": "virtio=BC:24:11:6D:26:A0,bridge=vmbr1",
    "ipconfig0": "ip=192.168.0.107/24,gw=192.168.0.254",
    "tags": "adler;eig3;eiginfra",
}


def sort_of(wire: Wire, name: str) -> Any:
    return next(kind for kind in all_kinds(wire) if kind.name == name)


def change(wire: Wire, spec: Any, *fields: str) -> list[tuple[str, str, dict[str, Any]]]:
    kind = sort_of(wire, "proxmox.container" if wire.kind == "lxc" else "proxmox.vm")
    observed = kind.read(spec, {"vmid": 107, "node": "eig"})
    kind.update(observed, spec, [FieldDiff(field=field) for field in fields])
    return wire.sent


# What a change of one field sends.


@pytest.mark.parametrize(
    ("field", "fields", "params"),
    [
        ("name", {"name": "adler-www"}, {"hostname": "adler-www"}),
        ("cores", {"cores": 3}, {"cores": 3}),
        ("memory", {"memory": ByteSize.parse("2GiB")}, {"memory": 2048}),
        ("swap", {"swap": ByteSize.parse("256MiB")}, {"swap": 256}),
        ("nesting", {"nesting": False}, {"features": "nesting=0,keyctl=1"}),
        ("protection", {"protection": True}, {"protection": 1}),
        ("onboot", {"onboot": True}, {"onboot": 1}),
        ("order", {"order": 3}, {"startup": "order=3"}),
        ("dns", {"dns": ("192.0.2.1", "192.0.2.2")}, {"nameserver": "192.0.2.1 192.0.2.2"}),
        ("dns", {"dns": ()}, {"delete": "nameserver"}),
        (
            "rate",
            {"rate": 10},
            {"net0": "name=eth0,bridge=vmbr1,firewall=1,gw=192.168.0.254,hwaddr=BC:24:11:69:9A:3D,ip=192.168.0.107/24,type=veth,rate=10"},
        ),
        ("tags", {"tags": ("Web", "adler")}, {"tags": "adler;web"}),
        (
            "address",
            {"address": "192.168.0.108/24"},
            {"net0": "name=eth0,bridge=vmbr1,firewall=1,gw=192.168.0.254,hwaddr=BC:24:11:69:9A:3D,ip=192.168.0.108/24,type=veth"},
        ),
    ],
)
def test_a_container_is_sent_only_what_changed_with_the_digest(field: str, fields: dict[str, Any], params: dict[str, Any]) -> None:
    sent = change(Wire(make_site(), LXC), container(**PLACE | fields), field)
    assert sent == [("PUT", "nodes/eig/lxc/107/config", {**params, "digest": "d1"})]


@pytest.mark.parametrize(
    ("field", "fields", "params"),
    [
        ("name", {"name": "adler-data"}, {"name": "adler-data"}),
        ("memory", {"memory": ByteSize.parse("2GiB")}, {"memory": 2048}),
        ("balloon", {"balloon": ByteSize.parse("0MiB")}, {"balloon": 0}),
        ("cpu", {"cpu": "host"}, {"cpu": "host"}),
        ("agent", {"agent": True}, {"agent": "enabled=1"}),
        ("vlan", {"vlan": 7}, {"net0": "virtio=BC:24:11:6D:26:A0,bridge=vmbr1,tag=7"}),
        ("address", {"address": "192.168.0.108/24"}, {"ipconfig0": "ip=192.168.0.108/24,gw=192.168.0.254"}),
    ],
)
def test_a_vm_is_sent_only_what_changed_with_the_digest(field: str, fields: dict[str, Any], params: dict[str, Any]) -> None:
    sent = change(Wire(make_site(), QEMU, kind="qemu"), vm(**PLACE | fields), field)
    assert sent == [("PUT", "nodes/eig/qemu/107/config", {**params, "digest": "d1"})]


@pytest.mark.parametrize("kind", ["lxc", "qemu"])
def test_what_only_waits_for_a_restart_is_taken_back_where_a_delete_would_leave_it(kind: str) -> None:
    wire = Wire(make_site(), {name: value for name, value in (LXC if kind == "lxc" else QEMU).items() if name != "nameserver"}, kind=kind)
    wire.pending_rows = [{"key": "nameserver", "pending": "192.0.2.1"}]
    sent = change(wire, container(**PLACE, dns=()) if kind == "lxc" else vm(**PLACE, dns=()), "dns")
    assert sent == [("PUT", f"nodes/eig/{kind}/107/config", {"revert": "nameserver", "digest": "d1"})]


def test_several_fields_go_in_one_request_and_the_disk_in_its_own() -> None:
    spec = container(**PLACE, cores=2, memory=ByteSize.parse("1GiB"), disk=ByteSize.parse("16GiB"))
    assert change(Wire(make_site(), LXC), spec, "cores", "memory", "disk") == [
        ("PUT", "nodes/eig/lxc/107/config", {"cores": 2, "memory": 1024, "digest": "d1"}),
        ("PUT", "nodes/eig/lxc/107/resize", {"disk": "rootfs", "size": "16G"}),
    ]


def test_a_disk_is_never_shrunk_and_nothing_else_is_sent() -> None:
    wire = Wire(make_site(), LXC)
    spec = container(**PLACE, cores=2, disk=ByteSize.parse("4GiB"))
    kind = sort_of(wire, "proxmox.container")
    there = kind.read(spec, {"vmid": 107, "node": "eig"})
    diffs = [FieldDiff(field="cores", before=1, after=2), FieldDiff(field="disk", before="8GiB", after="4GiB")]
    with pytest.raises(PermanentError, match="disk of guest 107 would have to shrink, which Proxmox never does: write the size it has"):
        kind.update(there, spec, diffs)
    assert wire.sent == []


def test_a_guest_moves_to_another_pool() -> None:
    sent = change(Wire(make_site(), LXC), container(**PLACE, pool="eig3-plume"), "pool")
    assert sent == [("PUT", "pools", {"poolid": "eig3-plume", "vms": "107", "allow-move": 1})]


@pytest.mark.parametrize(
    ("state", "request_sent"),
    [
        ("running", ("POST", "nodes/eig/lxc/107/status/start", {})),
        ("stopped", ("POST", "nodes/eig/lxc/107/status/shutdown", {"timeout": 60, "forceStop": 1})),
    ],
)
def test_a_guest_is_started_and_shut_down(state: str, request_sent: tuple[Any, ...]) -> None:
    wire = Wire(make_site(), LXC, running=state == "stopped")
    assert change(wire, container(**PLACE, state=state), "state") == [request_sent]


def test_an_adopted_guest_gets_the_mark_and_keeps_its_description() -> None:
    wire = Wire(make_site(), {**LXC, "description": "Ask Léa first\n"})
    assert change(wire, container(**PLACE), "mark") == [
        ("PUT", "nodes/eig/lxc/107/config", {"description": "Ask Léa first\n\neiginfra: eig3/adler/web", "digest": "d1"})
    ]


def test_a_vm_that_a_killed_run_left_unfinished_is_finished() -> None:
    left = {
        **QEMU,
        "cores": 1,
        "memory": "256",
        "scsi0": "local-lvm:vm-107-disk-0,size=2G",
        "ipconfig0": "ip=dhcp",
        "tags": "base;template",
    }
    wire = Wire(make_site(), left, running=False, kind="qemu")
    change(wire, vm(**PLACE, keys=(KEY,), user="debian"), "tags", "memory", "disk")
    assert wire.paths() == [
        "PUT nodes/eig/qemu/107/config",
        "PUT nodes/eig/qemu/107/resize",
        "PUT nodes/eig/qemu/107/config",
        "PUT nodes/eig/qemu/107/resize",
        "POST nodes/eig/qemu/107/status/start",
        "PUT nodes/eig/qemu/107/config",
    ]
    assert wire.sent[2][2]["ciuser"] == "debian"
    assert wire.sent[-1][2] == {"tags": "adler;eig3;eiginfra"}


@pytest.mark.parametrize(("kind", "config"), [("lxc", LXC), ("qemu", QEMU)])
def test_a_guest_that_people_stopped_is_not_started_by_a_change_of_tags(kind: str, config: dict[str, Any]) -> None:
    wire = Wire(make_site(), {**config, "tags": "a;b"}, running=False, kind=kind)
    assert change(wire, container(**PLACE) if kind == "lxc" else vm(**PLACE), "tags") == [
        ("PUT", f"nodes/eig/{kind}/107/config", {"tags": "adler;eig3;eiginfra", "digest": "d1"})
    ]


def test_a_guest_that_goes_is_stopped_backed_up_and_only_then_dated() -> None:
    sent = change(Wire(make_site(), LXC), container(**PLACE, remove_after=date(2020, 8, 1)), "remove_after", "state", "onboot")
    backup = {"vmid": "107", "storage": "local", "mode": "stop", "compress": "zstd", "protected": 1}
    text = f"{MARKED['description']}eiginfra-remove-after: 2020-08-01"
    assert sent == [
        ("POST", "nodes/eig/lxc/107/status/shutdown", {"timeout": 60, "forceStop": 1}),
        ("POST", "nodes/eig/vzdump", {**backup, "notes-template": "eiginfra: the last of eig3/adler/web"}),
        ("PUT", "nodes/eig/lxc/107/config", {"onboot": 0, "protection": 0, "description": text, "digest": "d1"}),
    ]


@pytest.mark.parametrize("kind", ["lxc", "qemu"])
def test_a_guest_whose_day_has_come_is_removed_with_all_that_belongs_to_it(kind: str) -> None:
    config = {**(LXC if kind == "lxc" else QEMU), "description": "eiginfra: eig3/adler/web\neiginfra-remove-after: 2020-08-01"}
    wire = Wire(make_site(), config, running=False, kind=kind)
    sort = sort_of(wire, "proxmox.container" if kind == "lxc" else "proxmox.vm")
    sort.delete(Observed(Address(sort.name, "eig3/adler/web"), {"remove_after": "2020-08-01"}, {"vmid": 107, "node": "eig"}, marked=True))
    assert wire.sent == [("DELETE", f"nodes/eig/{kind}/107", {"purge": 1, "destroy-unreferenced-disks": 1})]


def test_a_guest_that_came_back_is_undated_and_started() -> None:
    config = {**LXC, "description": f"{MARKED['description']}eiginfra-remove-after: 2020-08-01\n"}
    sent = change(
        Wire(make_site(), config, running=False), container(**PLACE, onboot=True, state="running"), "remove_after", "onboot", "state"
    )
    assert sent == [
        ("PUT", "nodes/eig/lxc/107/config", {"onboot": 1, "description": MARKED["description"].rstrip(), "digest": "d1"}),
        ("POST", "nodes/eig/lxc/107/status/start", {}),
    ]


def test_a_restart_is_a_reboot() -> None:
    wire = Wire(make_site(), LXC)
    kind, spec = sort_of(wire, "proxmox.container"), container(**PLACE)
    kind.restart(spec, kind.read(spec, {"vmid": 107, "node": "eig"}))
    assert wire.sent == []
    wire.pending_rows = [{"key": "nameserver", "pending": "192.0.2.1"}]
    kind.restart(spec, kind.read(spec, {"vmid": 107, "node": "eig"}))
    assert wire.sent == [("POST", "nodes/eig/lxc/107/status/reboot", {"timeout": 60})]


# What creating sends.


def test_p12_a_guest_that_nobody_starts_after_a_reboot_is_a_failure() -> None:
    wire = Wire(make_site(task_timeout=0.01), QEMU, kind="qemu")
    wire.pending_rows = [{"key": "nameserver", "pending": "192.0.2.1"}]
    kind, spec = sort_of(wire, "proxmox.vm"), vm(**PLACE)
    wire.stays_down = True
    with pytest.raises(PermanentError, match="reboot guest 107: it was shut down, and nothing started it again"):
        kind.restart(spec, kind.read(spec, {"vmid": 107, "node": "eig"}))


def test_p3_a_container_is_made_with_its_mark_then_started_then_tagged() -> None:
    wire = Wire(make_site(), running=False)
    sort_of(wire, "proxmox.container").create(container(**PLACE, keys=(KEY,), nesting=True))
    assert wire.sent == [
        (
            "POST",
            "nodes/eig/lxc",
            {
                "vmid": 107,
                "ostemplate": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst",
                "hostname": "adler-web",
                "pool": "eig3-adler",
                "description": "eiginfra: eig3/adler/web",
                "cores": 1,
                "memory": 512,
                "swap": 0,
                "rootfs": "local-lvm:8",
                "net0": "name=eth0,bridge=vmbr1,firewall=1,ip=192.168.0.107/24,gw=192.168.0.254",
                "nameserver": "9.9.9.9",
                "ssh-public-keys": f"{KEY}\n",
                "unprivileged": 1,
                "features": "nesting=1",
            },
        ),
        ("POST", "nodes/eig/lxc/107/status/start", {}),
        ("PUT", "nodes/eig/lxc/107/config", {"tags": "adler;eig3;eiginfra"}),
    ]


def test_a_vm_is_cloned_with_its_mark_then_configured_grown_started_and_tagged() -> None:
    wire = Wire(make_site(), {**QEMU, "scsi0": "local-lvm:vm-107-disk-0,size=2G"}, running=False, kind="qemu")
    sort_of(wire, "proxmox.vm").create(vm(**PLACE, keys=(KEY,), user="debian", onboot=True))
    clone, configure, resize, start, tags = wire.sent  # the clone is not read: it is as its template
    assert clone == (
        "POST",
        "nodes/eig/qemu/9012/clone",
        {
            "newid": 107,
            "name": "adler-db",
            "pool": "eig3-adler",
            "description": "eiginfra: eig3/adler/db",
            "full": 1,
            "storage": "local-lvm",
        },
    )
    assert configure[2] == {
        "name": "adler-db",
        "cores": 2,
        "memory": 1024,
        "onboot": 1,
        "ipconfig0": "ip=192.168.0.107/24,gw=192.168.0.254",
        "ciuser": "debian",
        "sshkeys": "ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X%2F68GOJZvi%20user%2Btag%40host%0A",
        "nameserver": "9.9.9.9",
        "net0": "virtio,bridge=vmbr1,firewall=1",
        "agent": "enabled=1",
    }
    assert resize == ("PUT", "nodes/eig/qemu/107/resize", {"disk": "scsi0", "size": "16G"})
    assert start[1].endswith("/status/start")
    assert tags[2] == {"tags": "adler;eig3;eiginfra"}


def test_a_linked_clone_is_asked_for_without_a_storage_which_the_server_would_refuse() -> None:
    wire = Wire(make_site(), QEMU, running=False, kind="qemu")
    sort_of(wire, "proxmox.vm").create(vm(**PLACE, clone="linked"))
    params = {"newid": 107, "name": "adler-db", "pool": "eig3-adler", "description": "eiginfra: eig3/adler/db", "full": 0}
    assert wire.sent[0] == ("POST", "nodes/eig/qemu/9012/clone", params)


def test_a_guest_wanted_stopped_is_not_started() -> None:
    wire = Wire(make_site(), running=False)
    sort_of(wire, "proxmox.container").create(container(**PLACE, state="stopped"))
    assert not wire.sent[0][2].get("start")
    assert not any("status/start" in path for path in wire.paths())


def test_a_failed_task_is_told_with_its_exit_status_and_its_log() -> None:
    wire = Wire(make_site())
    wire.task_result = "unable to create CT 107 - volume 'local:vztmpl/x.tar.zst' is broken"
    with pytest.raises(
        PermanentError, match=r"create container 107: unable to create CT 107 - volume .* is broken\n    extracting\n    guest 107"
    ):
        sort_of(wire, "proxmox.container").create(container(**PLACE))


def test_a_number_taken_since_the_plan_is_stale_not_somebody_elses_guest_changed() -> None:
    wire = Wire(make_site(), {"description": "somebody's"})
    wire.task_result = "CT 107 already exists on node 'eig'"
    wire._learn = lambda path, params: None  # type: ignore[method-assign]
    with pytest.raises(StaleError, match="the number 107 was taken since the plan was made"):
        sort_of(wire, "proxmox.container").create(container(**PLACE))
    assert wire.paths() == ["POST nodes/eig/lxc"]
