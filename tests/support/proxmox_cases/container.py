from typing import Any

from support.proxmox_case import FIXED, LIVE, RESTART, UNCOMPARED, Case, Row, World, size
from support.proxmox_guests import DISK, ENDS, MEMORY, SHARED, config, guest_rows, part


def container(world: World, machine: str = "web") -> Any:
    return world.container(machine, **SHARED, swap=size("0MiB"), mounts=(), unprivileged=True, nesting=False)


CASE = Case(
    lambda world: [container(world)],
    (
        *guest_rows("container", "hostname", part("net0", ip="192.168.0.9/24")),
        Row("container", "image", "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst", UNCOMPARED),
        Row("container", "disk", size("6GiB"), LIVE, DISK, None, alone=True),
        Row("container", "swap", size("512MiB"), LIVE, MEMORY, config(swap=100)),
        Row("container", "mounts", ({"path": "/srv/data", "size": size("2GiB")},), LIVE, DISK,
            config(mp5="local-lvm:1,mp=/srv/hand"), heals=RESTART, alone=True),
        Row("container", "mounts", (), RESTART, DISK, config(mp5="local-lvm:1,mp=/srv/hand"),
            start={"mounts": ({"path": "/srv/data", "size": size("2GiB")},)}, heals=RESTART, alone=True),
        Row("container", "unprivileged", False, FIXED),
        Row("container", "nesting", True, RESTART, "VM.Allocate", config(features="nesting=0")),
        Row("container", "features", ("keyctl",), UNCOMPARED),
    ),
    making="VM.Allocate",
    ends=ENDS,
)  # fmt: skip
