"""A guest's configuration: how it is shown, how changes become pending or take effect, and what becomes of its volumes."""

import re
from collections.abc import Sequence
from copy import deepcopy

from eiginfra.lab.proxmox import tags
from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.options import LXC, QEMU, QEMU_DISKS, option_string
from eiginfra.lab.proxmox.schema import Value, parse_string, print_string
from eiginfra.lab.proxmox.state import GuestRecord, Json
from eiginfra.lab.proxmox.storage import MIB, NEW_DISK, format_size

# What takes effect at once on a running guest; everything else waits for a restart (recordings: container-config, vm-lifecycle).
HOT = {
    "lxc": re.compile(
        r"net\d+|memory|swap|cores|cpulimit|cpuunits|hostname|description|tags|onboot|startup|protection|lock|unused\d+|mp\d+"
    ),
    "qemu": re.compile(
        r"net\d+|name|onboot|startup|description|protection|tags|hookscript|shares|lock|vmstatestorage|cpuunits|cpulimit"
        r"|balloon|unused\d+|scsi\d+|virtio\d+"
    ),
}
REQUIRED = {"lxc": ("memory", "rootfs", "ostype"), "qemu": ()}


def is_disk(kind: str, option: str) -> bool:
    """Whether an option names a volume of the guest."""
    return bool(re.fullmatch(r"rootfs|mp\d+", option)) if kind == "lxc" else option in QEMU_DISKS or option in ("efidisk0", "tpmstate0")


def volume_of(guest_kind: str, option: str, value: Value) -> str:
    """The volume in a disk option's value, or "" (a bind mount, an empty drive)."""
    head = str(value).split(",", 1)[0].removeprefix("file=").removeprefix("volume=")
    return head if is_disk(guest_kind, option) and ":" in head and not NEW_DISK.fullmatch(head) else ""


def volumes(guest: GuestRecord, config: dict[str, Value] | None = None) -> list[tuple[str, str]]:
    """Option and volume of every disk, in the order of the options' names; unused ones not included."""
    config = guest.config if config is None else config
    found = [(option, volume_of(guest.kind, option, value)) for option, value in config.items()]
    return sorted((option, volume) for option, volume in found if volume)


def check_lock(guest: GuestRecord) -> None:
    """Raise the 500 of a locked guest."""
    if guest.lock:
        raise ServerError(f"{'CT' if guest.kind == 'lxc' else 'VM'} is locked ({guest.lock})")


def check_protection(guest: GuestRecord, drive: str = "") -> None:
    """Raise the 500 of a protected guest that would lose itself or a drive."""
    if guest.config.get("protection"):
        word = f"{'CT' if guest.kind == 'lxc' else 'VM'} {guest.vmid}"
        if drive:
            word = f"{word} drive '{drive}'" if guest.kind == "lxc" else f"drive '{drive}'"
        raise ServerError(f"can't remove {word} - protection mode enabled")


def shown(guest: GuestRecord, *, current: bool = False, snapshot: str = "") -> Json:
    """The configuration as GET answers it: with pending values, or the current ones, or a snapshot's."""
    if snapshot:
        config = snapshot_config(guest, snapshot) | {"digest": guest.digest}
    else:
        config = dict(guest.config)
        if not current:
            config = {key: value for key, value in config.items() if key not in guest.dropped} | guest.pending
        config["digest"] = guest.digest
    if "cipassword" in config:
        config["cipassword"] = "**********"
    return config


def snapshot_config(guest: GuestRecord, name: str) -> Json:
    """A snapshot's configuration, and what is noted of the snapshot itself; raises the 500 of one that is not there."""
    if name not in guest.snapshots:
        raise ServerError(f"snapshot '{name}' does not exist")
    snapshot = guest.snapshots[name]
    noted = {key: value for key, value in snapshot.items() if key != "config" and value not in ("", None)}
    return {**snapshot["config"], **noted}


def pending_rows(guest: GuestRecord) -> list[Json]:
    """Current and pending values (GET …/pending)."""

    def mask(key: str, value: Value) -> Value:
        return "**********" if key == "cipassword" else value

    rows: list[Json] = []
    for key, value in {**guest.config, "digest": guest.digest}.items():
        row: Json = {"key": key, "value": mask(key, value)}
        if key in guest.pending:
            row["pending"] = mask(key, guest.pending[key])
        elif key in guest.dropped:
            row["delete"] = 1
        rows.append(row)
    return rows + [{"key": key, "pending": mask(key, value)} for key, value in guest.pending.items() if key not in guest.config]


def check_names(kind: str, changes: dict[str, Value], delete: list[str], revert: list[str]) -> None:
    """Raise the 400 of unknown options in `delete` or `revert`, and of options both set and deleted."""
    known = (LXC if kind == "lxc" else QEMU).params
    for verb, options in (("revert", revert), ("delete", delete)):
        for option in options:
            if option not in known:
                raise ParamError(**{verb: f"unknown option '{option}'"})
            if option in changes:
                raise ParamError(**{verb: f"you can't use '-{option}' and -{verb} {option}' at the same time"})


def prepare(lab: ProxmoxLab, guest: GuestRecord, option: str, value: Value, *, creating: bool = False) -> Value:
    """The value as it is written to the configuration file."""
    if option == "description":
        text = str(value).rstrip("\n")  # the file has a comment line for each
        return f"{text}\n" if text and guest.kind == "lxc" else text
    if option == "tags" and (guest.kind == "lxc" or not creating or lab.release.tags_on_create):
        value = tags.unique(lab, str(value))
    if option == "cpuunits" and guest.kind == "lxc":
        value = min(max(int(value), 2), 262144)
    schema = option_string(guest.kind, option)
    if schema and re.fullmatch(r"net\d+", option):
        net = parse_string(schema, str(value))
        net.setdefault("hwaddr" if guest.kind == "lxc" else "macaddr", lab.mac())
        if guest.kind == "lxc":
            net.setdefault("type", "veth")
        value = print_string(schema, net)
    return value if value != "" else " "


def change(
    lab: ProxmoxLab, guest: GuestRecord, changes: dict[str, Value], delete: list[str], revert: list[str], *, forced: Sequence[str] = ()
) -> None:
    """Make changes pending and apply what can be applied now: all of a stopped guest, the hot options of a running one.

    `forced`: disks of which nothing is kept when they are dropped.

    On an error nothing is kept. Raises ParamError where a hot change fails, ServerError for options that cannot be deleted.
    """
    work, before = deepcopy(guest), set(lab.state.volumes)
    work.forced = [*(name for name in work.forced if name not in (*changes, *revert)), *forced]
    try:
        _make_pending(lab, work, changes, delete, revert)
        if work.running:
            _apply_hot(lab, work)
        else:
            apply_pending(lab, work)
    except ProxmoxHttpError:
        for volid in set(lab.state.volumes) - before:
            lab.storages.free(volid)
        raise
    guest.config, guest.pending, guest.dropped, guest.forced = work.config, work.pending, work.dropped, work.forced


def _make_pending(lab: ProxmoxLab, guest: GuestRecord, changes: dict[str, Value], delete: list[str], revert: list[str]) -> None:
    for option in revert:
        guest.pending.pop(option, None)
    for option in delete:
        if option in REQUIRED[guest.kind]:
            raise ServerError(f"unable to delete required option '{option}'")
        if option == "unprivileged":
            raise ServerError(f"unable to delete read-only option: '{option}'")
        if is_disk(guest.kind, option) or option.startswith("unused"):
            check_protection(guest, option)
        if option in guest.config:
            guest.pending.pop(option, None)
    if "unprivileged" in changes:
        raise ServerError("unable to modify read-only option: 'unprivileged'")
    guest.dropped = [option for option in guest.dropped if option not in (*revert, *delete, *changes)] + delete
    guest.pending |= {option: prepare(lab, guest, option, value) for option, value in changes.items()}


def _apply_hot(lab: ProxmoxLab, guest: GuestRecord) -> None:
    for option in list(guest.dropped):
        if HOT[guest.kind].fullmatch(option) and not (option.startswith("mp") or _switches_balloon(guest, option, None)):
            guest.dropped.remove(option)
            drop(lab, guest, option)
    for option, value in list(guest.pending.items()):
        restart = (is_disk(guest.kind, option) and option in guest.config) or _switches_balloon(guest, option, value)
        if HOT[guest.kind].fullmatch(option) and not restart:
            if re.fullmatch(r"net\d+", option):
                _check_hot_net(lab, guest, option, value)
            del guest.pending[option]
            put(lab, guest, option, value)
    guest.dropped = [option for option in guest.dropped if option in guest.config or option in guest.pending]


def _switches_balloon(guest: GuestRecord, option: str, value: Value | None) -> bool:
    """A running VM's balloon grows and shrinks; the device itself comes and goes with a restart (Proxmox's code, not recorded)."""
    now = guest.config.get("balloon")
    return option == "balloon" and (now is None or int(now) > 0) != (value is None or int(value) > 0)


def _check_hot_net(lab: ProxmoxLab, guest: GuestRecord, option: str, value: Value) -> None:
    schema = option_string(guest.kind, option)
    bridge = parse_string(schema, str(value)).get("bridge") if schema else None
    problem = ""
    if bridge is None and guest.kind == "lxc":
        problem = "unable to get bridge setting"
    elif bridge is not None and bridge not in lab.state.nodes[guest.node].bridges:
        problem = f"bridge '{bridge}' does not exist"
    if problem:
        word = "unable to hotplug" if guest.kind == "lxc" else "hotplug problem -"
        raise HotplugError(option, f"{word} {option}: {problem}\n" if guest.kind == "lxc" else f"{word} {problem}\n")


class HotplugError(ServerError):
    """A hot change that failed: the whole call is refused."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(problem)
        self.status, self.message, self.errors = 400, "Parameter verification failed.", {option: problem}


def apply_pending(lab: ProxmoxLab, guest: GuestRecord) -> None:
    """Apply all pending changes, as a start does."""
    for option in guest.dropped:
        drop(lab, guest, option)
    pending, guest.pending, guest.dropped = guest.pending, {}, []
    for option, value in pending.items():
        put(lab, guest, option, value)


def drop(lab: ProxmoxLab, guest: GuestRecord, option: str) -> None:
    """Delete an option; its volume becomes unused, an unused one is removed."""
    value = guest.config.pop(option, None)
    if value is None:
        return
    if re.fullmatch(r"unused\d+", option):
        lab.storages.free(str(value))
    elif volume := volume_of(guest.kind, option, value):
        if option in guest.forced:
            guest.forced.remove(option)
            lab.storages.free(volume)
        else:
            release(lab, guest, volume)


def release(lab: ProxmoxLab, guest: GuestRecord, volume: str) -> None:
    """A volume is no longer used by an option: keep it as `unusedN`, or remove it if it is a cloud-init drive."""
    if "cloudinit" in volume:
        lab.storages.free(volume)
    elif all(volume != other for _, other in volumes(guest)):
        free = next(number for number in range(256) if f"unused{number}" not in guest.config)
        guest.config[f"unused{free}"] = volume


def put(lab: ProxmoxLab, guest: GuestRecord, option: str, value: Value) -> None:
    """Set an option, making the volume that it asks for."""
    if option == "description" and value == "":
        guest.config.pop(option, None)
        return
    if is_disk(guest.kind, option) and option != "rootfs":
        old = volume_of(guest.kind, option, guest.config.get(option, ""))
        value = allocate_disk(lab, guest, option, str(value))
        guest.config[option] = value
        if old and old != volume_of(guest.kind, option, value):
            release(lab, guest, old)
        for name in [
            name for name, volume in guest.config.items() if name.startswith("unused") and volume == volume_of(guest.kind, option, value)
        ]:
            del guest.config[name]
        return
    guest.config[option] = value


def allocate_disk(lab: ProxmoxLab, guest: GuestRecord, option: str, text: str, log: list[str] | None = None) -> str:
    """A disk option with its volume: allocated if it says `storage:GiB`, found if it names one; the size is filled in."""
    schema = option_string(guest.kind, option)
    if schema is None:
        return text
    disk = parse_string(schema, text)
    key = "volume" if guest.kind == "lxc" else "file"
    source = str(disk[key])
    if new := NEW_DISK.fullmatch(source):
        storage, size = new[1], int(float(new[2]) * 1024) * MIB
        content = "rootdir" if guest.kind == "lxc" else "images"
        imported = lab.storages.need(str(disk.pop("import-from"))) if "import-from" in disk else None
        if guest.kind == "lxc":
            fmt = "" if size or not lab.storages.get(storage).formats else "subvol"
        else:
            fmt = str(disk.pop("format", ""))
            size = imported.size if imported else max(size, 1 if option.startswith(("efi", "tpm")) else 0)
        volume = lab.storages.allocate(guest.node, storage, guest.vmid, size, content=content, fmt=fmt, log=log)
        volume.used = min(size, imported.used if imported else 8 * MIB)
        volume.bootable = bool(imported)
        disk[key], disk["size"] = volume.id, format_size(size)
        if log is not None and guest.kind == "qemu":
            log.append(f"{option}: successfully created disk '{print_string(schema, disk)}'")
    elif guest.kind == "qemu" and (match := re.fullmatch(r"([a-zA-Z][\w\-.]*):cloudinit", source)):
        disk[key], disk["media"] = _cloudinit(lab, guest, match[1], log), "cdrom"
        disk.pop("size", None)
        if log is not None:
            log.append(f"{option}: successfully created disk '{print_string(schema, disk)}'")
    elif ":" in source and (known := lab.storages.volume(source)):
        disk["size"] = format_size(known.size)
    return print_string(schema, disk)


def _cloudinit(lab: ProxmoxLab, guest: GuestRecord, storage: str, log: list[str] | None) -> str:
    files = lab.storages.get(storage).formats
    name = f"vm-{guest.vmid}-cloudinit" + (".qcow2" if files else "")
    fmt = "qcow2" if files else "raw"
    volume = lab.storages.allocate(guest.node, storage, guest.vmid, 4 * MIB, content="images", fmt=fmt, name=name, log=log)
    volume.used = 266240
    return volume.id


def filesystem_log(size: int) -> list[str]:
    """What mkfs.ext4 says."""
    block = 4096 if size >= 512 * MIB else 1024
    count = size // block
    groups = [32768 * factor for factor in (1, 3, 5, 7, 9, 25, 27, 49) if 32768 * factor < count]
    return [
        f"Creating filesystem with {count} {block // 1024}k blocks and {size // 16384} inodes",
        "Filesystem UUID: 5b0c1f2e-7a34-4c52-9a41-0d2c5f7e9b10",
        "Superblock backups stored on blocks: ",
        "\t" + ", ".join(map(str, groups)),
    ]
