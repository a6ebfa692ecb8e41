"""Volumes: their names, allocation, sizes and space, on directories and LVM-thin pools."""

import re

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.schema import Value
from eiginfra.lab.proxmox.state import GuestRecord, Json, ProxmoxState, StorageRecord, VolumeRecord

KIB, MIB, GIB = 1024, 1024**2, 1024**3
NEW_DISK = re.compile(r"([a-zA-Z][a-zA-Z0-9\-_.]*):(\d+(?:\.\d+)?)")
_UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB, "T": 1024 * GIB}
_DIRECTORY = re.compile(
    r"(?P<vztmpl>vztmpl/[^/]+\.tar\.(?:gz|xz|zst|bz2))|(?P<iso>iso/[^/]+\.(?:iso|img))|(?P<snippets>snippets/[^/]+)"
    r"|(?P<import>import/[^/]+\.(?:qcow2|raw|vmdk|ova))"
    r"|(?P<backup>backup/[^/]+\.(?:tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst|bz2))?))"
    r"|(?:(?P<base>\d+/base-\d+-[^/]+)/)?(?P<owner>\d+)/(?P<name>[^/]+\.(?P<format>raw|qcow2|vmdk|subvol))"
)
_THIN = re.compile(r"(?:vm|base)-(?P<owner>\d+)-\S+")


def parse_size(text: str) -> int:
    """`1G`, `512M`, `2.5G` or bytes as bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)", text)
    if match is None:
        raise ServerError(f"unable to parse size '{text}'")
    return int(float(match[1]) * _UNITS[match[2]])


def format_size(size: int) -> str:
    """Bytes as the server prints them: the largest unit that divides."""
    for unit in "TGMK":
        if size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return str(size)


def split_volume(volid: str) -> tuple[str, str]:
    """Storage and name; raises the 500 of what is no volume."""
    match = re.fullmatch(r"([a-zA-Z][a-zA-Z0-9\-_.]*):(.+)", volid)
    if match is None:
        raise ServerError(f"unable to parse volume ID '{volid}'")
    return match[1], match[2]


class Storages:
    """What can be asked of the storages of a state."""

    def __init__(self, state: ProxmoxState, clock: LabClock) -> None:
        self._state = state
        self._clock = clock

    def get(self, storage: str) -> StorageRecord:
        """A storage; raises the 500 of an unknown one."""
        found = self._state.storages.get(storage)
        if found is None:
            raise ServerError(f"storage '{storage}' does not exist")
        return found

    def on(self, storage: str, node: str) -> StorageRecord:
        """A storage as a path names it; raises the 400 of an unknown one."""
        if storage not in self._state.storages:
            raise ParamError(storage="No such storage.")
        return self.usable(storage, node)

    def usable(self, storage: str, node: str) -> StorageRecord:
        """A storage that is enabled and can be reached from a node; raises the 500 of one that is not."""
        found = self.get(storage)
        if found.disabled:
            raise ServerError(f"storage '{storage}' is disabled")
        if found.nodes and node not in found.nodes:
            raise ServerError(f"storage '{storage}' is not available on node '{node}'")
        if node in found.offline:
            raise ServerError(f"storage '{storage}' is not online")
        return found

    def kind(self, volid: str) -> tuple[str, int]:
        """What a volume's name says: its content and its owner (0: none); raises the 500 of a name it cannot parse."""
        name, rest = split_volume(volid)
        storage = self.get(name)
        if not storage.formats:
            match = _THIN.fullmatch(rest)
            if match is None:
                raise ServerError(f"unable to parse lvm volume name '{rest}'")
            return "images", int(match["owner"])
        match = _DIRECTORY.fullmatch(rest)
        if match is None:
            raise ServerError(f"unable to parse directory volume name '{rest}'")
        if match["owner"]:
            return "images", int(match["owner"])
        return next(content for content in ("vztmpl", "iso", "snippets", "import", "backup") if match[content]), 0

    def volume(self, volid: str) -> VolumeRecord | None:
        """A volume by its ID."""
        return self._state.volumes.get(volid)

    def need(self, volid: str) -> VolumeRecord:
        """The same; raises the 500 of a missing one."""
        self.kind(volid)
        found = self.volume(volid)
        if found is None:
            raise ServerError(f"volume '{volid}' does not exist")
        return found

    def path(self, volume: VolumeRecord) -> str:
        """Where a volume's file would be."""
        storage, name = split_volume(volume.id)
        folder = {"vztmpl": "template/cache", "iso": "template/iso", "backup": "dump", "snippets": "snippets"}
        if volume.content in folder:
            return f"/var/lib/vz/{folder[volume.content]}/{name.partition('/')[2]}"
        return f"/var/lib/vz/images/{'/'.join(name.split('/')[-2:])}" if self.get(storage).formats else f"/dev/pve/{name}"

    def used(self, storage: StorageRecord, node: str) -> int:
        """Bytes used on a node's storage: what was there and what the volumes really hold."""
        return storage.used + sum(
            volume.used for volume in self._state.volumes.values() if volume.storage == storage.id and volume.node in ("", node)
        )

    def allocate(
        self, node: str, storage: str, vmid: int, size: int, *, content: str, fmt: str = "", name: str = "", log: list[str] | None = None
    ) -> VolumeRecord:
        """A new volume of `size` bytes (0: a directory); raises the 500 of an unknown or full storage."""
        found = self.usable(storage, node)
        if content not in found.content:
            raise ServerError(f"storage '{storage}' does not support content-type '{content}'")
        fmt = (fmt or "raw") if found.formats else "raw"
        suffix = f".{fmt}" if found.formats else ""
        if self.used(found, node) >= found.total:
            raise ServerError(self._full(found, vmid, size))
        if not name:
            name = self.free_name(node, found, vmid, "subvol" if fmt == "subvol" else "vm", suffix)
        volid = f"{storage}:{vmid}/{name}" if found.formats else f"{storage}:{name}"
        volume = VolumeRecord(volid, node, storage, content, fmt, size, 0, int(self._clock.timestamp()), vmid)
        self._state.volumes[volid] = volume
        if log is not None and fmt != "subvol":
            log.append(self._creation_log(found, volume))
        return volume

    def _full(self, storage: StorageRecord, vmid: int, size: int) -> str:
        if storage.formats:
            return f"unable to create image: preallocation failed - No space left on device ({size} bytes for {vmid})"
        pool = f"pve/{storage.pool or 'data'}"
        return f"lvcreate '{pool}' error:   Cannot create new thin volume, free space in thin pool {pool} reached threshold."

    def _creation_log(self, storage: StorageRecord, volume: VolumeRecord) -> str:
        if not storage.formats:
            return f'  Logical volume "{volume.id.partition(":")[2]}" created.'
        if volume.format == "qcow2":
            options = "cluster_size=65536 extended_l2=off preallocation=metadata compression_type=zlib"
            return f"Formatting '{self.path(volume)}', fmt=qcow2 {options} size={volume.size} lazy_refcounts=off refcount_bits=16"
        return f"Formatting '{self.path(volume)}', fmt=raw size={volume.size} preallocation=off"

    def free_name(self, node: str, storage: StorageRecord, vmid: int, prefix: str, suffix: str) -> str:
        """The first free `vm-100-disk-N`."""
        taken = {
            int(match[1])
            for volume in self._state.volumes.values()
            if volume.vmid == vmid
            and volume.storage == storage.id
            and volume.node == node
            and (match := re.search(rf"-{vmid}-disk-(\d+)", volume.id))
        }
        number = next(number for number in range(len(taken) + 1) if number not in taken)
        return f"{prefix}-{vmid}-disk-{number}{suffix}"

    def can(self, feature: str, volume: VolumeRecord) -> bool:
        """Whether a volume can be snapshotted, linked to (`clone`, of a template) or copied."""
        thin = self.get(volume.storage).type in ("lvmthin", "btrfs", "zfspool")
        if feature == "snapshot":
            return (thin or volume.format == "qcow2") and not self.is_base(volume)
        if feature == "clone":
            return (thin or volume.format == "qcow2") and self.is_base(volume)
        return True

    def is_base(self, volume: VolumeRecord) -> bool:
        """Whether the volume was turned into a template's."""
        return bool(re.search(r"(?:^|[:/])base-\d+-[^/]+$", volume.id))

    def to_base(self, volume: VolumeRecord) -> VolumeRecord:
        """Turn a guest's volume into a template's: it is renamed."""
        del self._state.volumes[volume.id]
        head, _, tail = volume.id.rpartition("/") if "/" in volume.id else volume.id.rpartition(":")
        joint = "/" if "/" in volume.id else ":"
        volume.id = f"{head}{joint}{re.sub(r'^vm-', 'base-', tail)}"
        self._state.volumes[volume.id] = volume
        return volume

    def link(self, base: VolumeRecord, node: str, vmid: int) -> VolumeRecord:
        """A linked clone of a template's volume."""
        found = self.get(base.storage)
        suffix = f".{base.format}" if found.formats else ""
        name = self.free_name(node, found, vmid, "vm", suffix)
        volid = f"{base.storage}:{name}"
        if found.formats:
            volid = f"{base.storage}:{vmid}/{name}" if found.type == "btrfs" else f"{base.id}/{vmid}/{name}"
        clone = VolumeRecord(volid, node, base.storage, base.content, base.format, base.size, 528384, int(self._clock.timestamp()), vmid)
        clone.parent, clone.bootable = "" if found.type == "btrfs" else base.id, base.bootable
        self._state.volumes[volid] = clone
        return clone

    def free(self, volid: str) -> None:
        """Remove a volume, if it is there."""
        self._state.volumes.pop(volid, None)

    def children(self, volume: VolumeRecord) -> list[VolumeRecord]:
        """Linked clones of a template's volume."""
        return [each for each in self._state.volumes.values() if each.parent == volume.id]

    def owned(self, guest: GuestRecord) -> list[VolumeRecord]:
        """All disks of a guest, referenced or not."""
        return [volume for volume in self._state.volumes.values() if volume.vmid == guest.vmid and volume.content in ("images", "rootdir")]

    def row(self, volume: VolumeRecord) -> Json:
        """A volume as content lists show it."""
        shown: Json = {"volid": volume.id, "content": volume.content, "format": volume.format, "size": volume.size, "ctime": volume.ctime}
        if volume.content in ("images", "rootdir"):
            shown |= {"vmid": volume.vmid, "parent": self._parent(volume), "used": volume.used}
        if volume.content == "backup":
            shown |= {"vmid": volume.vmid, "subtype": volume.meta.get("kind", "qemu")}
        extra: dict[str, Value] = {"notes": volume.notes, "protected": int(volume.protected)}
        return shown | {key: value for key, value in extra.items() if value}

    def _parent(self, volume: VolumeRecord) -> str | None:
        if not volume.parent:
            return None
        name = volume.parent.partition(":")[2]
        return f"../{name}" if self.get(volume.storage).formats else f"{name}@__base__"
