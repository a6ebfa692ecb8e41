"""The mount points of containers: added and grown; taken off without being destroyed; never shrunk."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.codec import Properties, print_size
from eiginfra.providers.proxmox.guests.config import Config, volume_size
from eiginfra.providers.proxmox.guests.spec import GIB, Disk
from eiginfra.providers.proxmox.guests.survey import Reading

_KEY = re.compile(r"mp\d+")


class MountPoint(BaseModel):
    """A further volume; given as an object with such attributes, too: the mount of a team's file."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    path: Annotated[str, rules.MOUNT_PATH, AfterValidator(lambda path: path.rstrip("/"))] = Field(description="Where it is mounted")
    size: Disk = Field(description="Whole GiB; grows, never shrinks")


def path_form(path: str) -> str:
    """A path in the one form of its many: `/srv//data/` is `/srv/data`."""
    return re.sub(r"/{2,}", "/", path).rstrip("/")


def volumes(config: Config) -> dict[str, tuple[str, ByteSize]]:
    """Path and size of every mounted volume by its key; folders of the host, which have no size, are none."""
    found = {}
    for key in sorted((key for key in config if _KEY.fullmatch(key)), key=lambda key: int(key[2:])):
        point = Properties.parse(str(config[key]), "volume")
        path, size = point.get("mp"), volume_size(point)
        if path is not None and size is not None:
            found[key] = (path_form(path), size)
    return found


def values(config: Config) -> list[JsonValue]:
    """As the spec writes them."""
    return [{"path": path, "size": str(size)} for path, size in volumes(config).values()]


def additions(mounts: tuple[MountPoint, ...], storage: str, reading: Reading) -> dict[str, str]:
    """The options that make the volumes that are not there yet."""
    there = {path for path, _ in volumes(reading.wanted).values()}
    taken = {*reading.running, *reading.wanted}
    free = (f"mp{number}" for number in range(256) if f"mp{number}" not in taken)
    missing = [mount for mount in mounts if mount.path not in there]
    return {key: f"{storage}:{mount.size // GIB},mp={mount.path},backup=1" for mount, key in zip(missing, free, strict=False)}


def removals(mounts: tuple[MountPoint, ...], config: Config) -> list[str]:
    """The options of volumes that are not wanted: they are unmounted, and stay as `unusedN`."""
    wanted = {mount.path for mount in mounts}
    return [key for key, (path, _) in volumes(config).items() if path not in wanted]


def growths(mounts: tuple[MountPoint, ...], config: Config) -> dict[str, str]:
    """The new sizes of those that are smaller than wanted, by option."""
    wanted = {mount.path: mount.size for mount in mounts}
    return {key: print_size(wanted[path]) for key, (path, size) in volumes(config).items() if size < wanted.get(path, 0)}
