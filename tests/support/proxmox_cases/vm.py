from typing import Any

from support.proxmox_case import LIVE, RESTART, UNCOMPARED, Case, Row, World, size
from support.proxmox_guests import CPU, DISK, ENDS, MEMORY, OPTIONS, SHARED, config, guest_rows, part


def vm(world: World) -> Any:
    return world.vm("web", **SHARED, sockets=1, cpu="x86-64-v2-AES", balloon=size("256MiB"), agent=True)


CASE = Case(
    lambda world: [vm(world)],
    (
        *guest_rows("vm", "name", part("ipconfig0", ip="192.168.0.9/24")),
        Row("vm", "image", 9024, UNCOMPARED),
        Row("vm", "clone", "linked", UNCOMPARED),
        Row("vm", "disk", size("20GiB"), LIVE, DISK, None, alone=True),
        Row("vm", "sockets", 2, RESTART, CPU, config(sockets=4)),
        Row("vm", "cpu", "host", RESTART, CPU, config(cpu="kvm64")),
        Row("vm", "balloon", size("128MiB"), LIVE, MEMORY, config(balloon=200)),
        Row("vm", "balloon", size("0MiB"), RESTART, MEMORY, config(balloon=200)),
        Row("vm", "agent", False, RESTART, OPTIONS, config(agent="enabled=1")),
        Row("vm", "user", "debian", UNCOMPARED),
    ),
    making="VM.Clone",
    ends=ENDS,
)  # fmt: skip
