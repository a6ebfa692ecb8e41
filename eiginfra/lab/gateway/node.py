"""The verbs of a gateway that is a Proxmox VE node: `features`, `restart`, `host-keys`."""

import re

from eiginfra.lab.gateway.call import ProgramCall
from eiginfra.lab.gateway.data import RefusedByProgramError
from eiginfra.lab.gateway.guests import GuestOnNode
from eiginfra.lab.gateway.keys import public_key
from eiginfra.lab.gateway.machines import LabMachine


def set_features(call: ProgramCall) -> None:
    """`pct set`: at once where the container is off, else from its next start on."""
    guest = _container(call)
    have = _next(guest).split(",")
    on = call.given["keyctl"] == "yes"
    if ("keyctl=1" in have) == on:
        return
    others = [part for part in have if part and not part.startswith("keyctl=")]
    text = ",".join([*others, "keyctl=1"] if on else others)
    guest.dropped = [name for name in guest.dropped if name != "features"]
    guest.pending.pop("features", None)
    if text == str(guest.config.get("features", "")):
        return
    if not guest.running:
        guest.config |= {"features": text}
    elif text:
        guest.pending["features"] = text
    else:
        guest.dropped.append("features")
    if not guest.config.get("features"):
        guest.config.pop("features", None)


def restart(call: ProgramCall) -> None:
    """`pct reboot`: what waited for it is in force."""
    guest = _container(call)
    if guest.running:
        guest.config = {name: value for name, value in (guest.config | guest.pending).items() if name not in guest.dropped}
        guest.pending.clear()
        guest.dropped.clear()
        guest.started = call.lab.clock.timestamp()


def host_keys(call: ProgramCall) -> str:
    """The public host keys of a running container."""
    guest = _container(call)
    return f"{public_key(LabMachine(guest).host_key)}\n" if guest.running else ""


def guests_text(call: ProgramCall) -> str:
    """A line for each container: the features in force, and those after its next start."""
    there = [guest for guest in call.lab.guests.containers() if guest.node == call.limits.node]
    lines = [f"{guest.vmid} {_plain(str(guest.config.get('features', '')))} {_plain(_next(guest))}" for guest in there]
    return "".join(f"{line}\n" for line in lines)


def _next(guest: GuestOnNode) -> str:
    if "features" in guest.dropped:
        return ""
    return str(guest.pending.get("features", guest.config.get("features", "")))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_=;,]", "", text) or "-"


def _container(call: ProgramCall) -> GuestOnNode:
    if not call.limits.node:
        raise RefusedByProgramError("id", "the configuration names no node")
    guest = call.lab.guests.get(int(call.given["id"]))
    if guest is None or guest.kind != "lxc" or guest.node != call.limits.node:
        raise RefusedByProgramError("id", "not a container of this node")
    call.need("pct")
    return guest
