"""A guest starts and stops: what changes in the state, without tasks and locks."""

import re

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.guests import apply_pending, volumes
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.options import option_string
from eiginfra.lab.proxmox.schema import parse_string
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.proxmox.storage import split_volume


def run_guest(lab: ProxmoxLab, guest: GuestRecord) -> None:
    """Start a guest now: pending changes take effect; raises the failure of a storage or a bridge that is not there."""
    apply_pending(lab, guest)
    for _, volid in volumes(guest):
        lab.storages.usable(split_volume(volid)[0], guest.node)
    for option, value in guest.config.items():
        schema = option_string(guest.kind, option)
        if not re.fullmatch(r"net\d+", option) or schema is None:
            continue
        bridge = parse_string(schema, str(value)).get("bridge")
        if bridge is not None and bridge not in lab.state.nodes[guest.node].bridges:
            raise ServerError(f"bridge '{bridge}' does not exist" if guest.kind == "lxc" else "start failed: QEMU exited with code 1")
    lab.state.counter += 1
    guest.running, guest.paused = True, False
    guest.started, guest.pid = lab.clock.timestamp(), 10000 + lab.state.counter


def stop_guest(lab: ProxmoxLab, guest: GuestRecord) -> None:
    """Stop a guest now; a VM's pending changes take effect, a container's wait for the next start."""
    guest.running, guest.paused, guest.started, guest.pid = False, False, 0.0, 0
    if guest.kind == "qemu":
        apply_pending(lab, guest)
