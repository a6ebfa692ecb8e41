"""The states a lab starts in: `eig`, a programme's compute server, and `recordings`, what the recordings were made on."""

import secrets

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.auth import hash_password
from eiginfra.lab.proxmox.privileges import ROLES
from eiginfra.lab.proxmox.state import GuestRecord, NodeRecord, ProxmoxState, StorageRecord, VolumeRecord
from eiginfra.lab.proxmox.storage import GIB, MIB, format_size

USER, TOKEN = "eiginfra@pve", "ci"
_ALL = ["iso", "vztmpl", "backup", "snippets", "import"]


def new_state(profile: str, clock: LabClock, nodes: tuple[str, ...], release: str) -> ProxmoxState:
    """A fresh state of a release; raises ValueError for an unknown profile."""
    if profile not in ("eig", "recordings"):
        raise ValueError(f"unknown profile '{profile}': 'eig' or 'recordings'")
    state = ProxmoxState(roles={name: list(privileges) for name, privileges in ROLES.items()}, release=release)
    state.realms = {
        "pam": {"type": "pam", "comment": "Linux PAM standard authentication"},
        "pve": {"type": "pve", "comment": "Proxmox VE authentication server"},
    }
    secret = secrets.token_hex(16)
    value = "-".join((secret[:8], secret[8:12], secret[12:16], secret[16:20], secret[20:]))
    tokens = {TOKEN: {"privsep": 0, "expire": 0, "value": value}}
    state.users = {"root@pam": {"enable": 1, "expire": 0, "tokens": {}}, USER: {"enable": 1, "expire": 0, "tokens": tokens}}
    state.acl = [{"path": "/", "type": "user", "ugid": USER, "roleid": "Administrator", "propagate": 1}]
    (_recordings if profile == "recordings" else _eig)(state, clock, nodes)
    return state


def _template(state: ProxmoxState, name: str, size: int, unpacked: int, now: int) -> None:
    volid = f"local:vztmpl/{name}"
    fmt = {"gz": "tgz", "zst": "tzst"}[name.rpartition(".")[2]]
    state.volumes[volid] = VolumeRecord(volid, "", "local", "vztmpl", fmt, size, size, now, meta={"unpacked": unpacked})


def _recordings(state: ProxmoxState, clock: LabClock, nodes: tuple[str, ...]) -> None:
    now = int(clock.timestamp())
    for name in nodes or ("pve1",):
        state.nodes[name] = NodeRecord(name, 25276080128, 4, 270553174016, booted=now - 2493, timezone="")
    state.storages["local"] = StorageRecord("local", "dir", [*_ALL, "images", "rootdir"], 270553174016, 26 * GIB, path="/var/lib/vz")
    _template(state, "debian-12-standard_12.7-1_amd64.tar.gz", 48328996, 148203520, now)
    state.users[USER]["password"] = hash_password("eiginfra-pw-1")


def _eig(state: ProxmoxState, clock: LabClock, nodes: tuple[str, ...]) -> None:
    now = int(clock.timestamp())
    for number, name in enumerate(nodes or ("eig",)):
        state.nodes[name] = NodeRecord(
            name, 32 * GIB, 16, 440 * GIB, f"192.0.2.{10 + number}", bridges=["vmbr0", "vmbr1"], booted=now - 86400 * 12
        )
    state.realms["gitlab"] = {
        "type": "openid",
        "comment": "GitLab",
        "issuer-url": "https://gitlab.example.org",
        "client-id": "proxmox",
        "username-claim": "username",
    }
    state.storages["local"] = StorageRecord("local", "dir", list(_ALL), 400 * GIB, 14 * GIB, path="/var/lib/vz")
    state.storages["local-lvm"] = StorageRecord("local-lvm", "lvmthin", ["rootdir", "images"], int(1.6 * 1024) * GIB, 0, pool="data")
    _template(state, "debian-12-standard_12.7-1_amd64.tar.zst", 126515062, 482344960, now)
    _template(state, "ubuntu-24.04-standard_24.04-2_amd64.tar.zst", 141589318, 555745280, now)
    first = next(iter(state.nodes))
    for vmid, name, size in ((9012, "debian-12-cloud", 3 * GIB), (9024, "ubuntu-24.04-cloud", 3584 * MIB)):
        _cloud_template(state, first, vmid, name, size=size, now=now)


def _cloud_template(state: ProxmoxState, node: str, vmid: int, name: str, *, size: int, now: int) -> None:
    disk, drive = f"local-lvm:base-{vmid}-disk-0", f"local-lvm:vm-{vmid}-cloudinit"
    state.volumes[disk] = VolumeRecord(disk, node, "local-lvm", "images", "raw", size, 1200 * MIB, now, vmid, bootable=True)
    state.volumes[drive] = VolumeRecord(drive, node, "local-lvm", "images", "raw", 4 * MIB, 4 * MIB, now, vmid)
    mac = f"BC:24:11:00:{vmid // 256:02X}:{vmid % 256:02X}"
    uuid = f"00000000-0000-4000-8000-{vmid:012d}"
    state.guests[vmid] = GuestRecord(vmid, "qemu", node, {
        "name": name, "template": 1, "ostype": "l26", "memory": "2048", "cores": 2, "sockets": 1, "cpu": "x86-64-v2-AES", "agent": "1",
        "scsihw": "virtio-scsi-pci", "scsi0": f"{disk},discard=on,size={format_size(size)}",
        "ide2": f"{drive},media=cdrom,size=4M", "boot": "order=scsi0", "net0": f"virtio={mac},bridge=vmbr1",
        "serial0": "socket", "vga": "serial0", "ipconfig0": "ip=dhcp", "smbios1": f"uuid={uuid}", "vmgenid": uuid,
        "meta": f"creation-qemu=10.0.13,ctime={now}", "description": "Cloud image; never started, only cloned.",
    })  # fmt: skip
