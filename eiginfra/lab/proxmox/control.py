"""`/_lab/proxmox`: what the lab's user may arrange behind Proxmox's back. No authentication: the lab binds to loopback only."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from eiginfra.lab.proxmox.figures import span
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.loads import DAY, LOADS
from eiginfra.lab.proxmox.state import GuestRecord, HistorySpan

CONTROL = "/_lab/proxmox"
_STORAGE = ("used", "total", "type", "shared", "nodes", "disabled", "offline")


def control(lab: ProxmoxLab, method: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """GET tells the settings, PUT changes those named; raises nothing, says 400 with what is wrong.

    Keys: `task_seconds` (a number, or seconds by task type), `shutdown_seconds`, `lag` (seconds between status broadcasts), `fail`
    (messages by task type, for the next tasks), `storages` ({id: {"used": bytes, "total": bytes, "type": "lvm", "shared": bool,
    "nodes": [node], "disabled": bool, "offline": [node]}}), `nodes` ({name: {"online": bool, "answers": bool}}), `guests` ({vmid: a
    guest made or changed by hand: kind, node, config, running, pending, inside}, null removes it), `loads` ({vmid: {"load": profile,
    "days": of history, "stopped": [from, to] in days ago, "another": days before in which its number was another guest's}}), `tasks`
    ({UPID: exit status} of tasks in the archive).
    """
    faults = lab.tasks.faults
    if method == "PUT":
        try:
            _change(lab, json.loads(body or b"{}"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return 400, {"message": f"PUT {CONTROL}: {error!r}; see the keys that GET answers"}
    return 200, {
        "task_seconds": {"": faults.default_seconds, **faults.seconds}, "shutdown_seconds": lab.shutdown_seconds,
        "lag": lab.broadcast.lag, "fail": faults.fail,
        "storages": {name: {key: getattr(each, key) for key in _STORAGE} for name, each in lab.state.storages.items()},
        "nodes": {name: {"online": node.online, "answers": node.answers} for name, node in lab.state.nodes.items()},
    }  # fmt: skip


def _change(lab: ProxmoxLab, wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        _SETTERS[key](lab, value)


def _task_seconds(lab: ProxmoxLab, value: Any) -> None:
    faults, by_type = lab.tasks.faults, value if isinstance(value, dict) else {"": value}
    faults.default_seconds = float(by_type.get("", faults.default_seconds))
    faults.seconds |= {type_: float(seconds) for type_, seconds in by_type.items() if type_}


def _shutdown_seconds(lab: ProxmoxLab, value: Any) -> None:
    lab.shutdown_seconds = float(value)


def _lag(lab: ProxmoxLab, value: Any) -> None:
    lab.broadcast.lag = float(value)


def _fail(lab: ProxmoxLab, value: Any) -> None:
    lab.tasks.faults.fail = {type_: [text] if isinstance(text, str) else list(text) for type_, text in value.items()}


def _storages(lab: ProxmoxLab, value: Any) -> None:
    for name, space in value.items():
        storage = lab.state.storages[name]
        for key in space:
            if key not in _STORAGE:
                raise KeyError(key)
            setattr(storage, key, type(getattr(storage, key))(space[key]))


def _nodes(lab: ProxmoxLab, value: Any) -> None:
    for name, node in value.items():
        record = lab.state.nodes[name]
        record.online, record.answers = bool(node.get("online", record.online)), bool(node.get("answers", record.answers))


def _guests(lab: ProxmoxLab, value: Any) -> None:
    for vmid, guest in value.items():
        _guest(lab, int(vmid), guest)


def _guest(lab: ProxmoxLab, vmid: int, wanted: dict[str, Any] | None) -> None:
    if wanted is None:
        lab.state.guests.pop(vmid, None)
        return
    old = lab.state.guests.get(vmid) or GuestRecord(vmid, wanted["kind"], wanted.get("node") or next(iter(lab.state.nodes)))
    for key in ("node", "pending", "running"):
        setattr(old, key, wanted.get(key, getattr(old, key)))
    old.config |= wanted.get("config", {})
    old.inside |= wanted.get("inside", {})
    old.config = {key: value for key, value in old.config.items() if value is not None}
    lab.state.guests[vmid] = old


def _loads(lab: ProxmoxLab, value: Any) -> None:
    """Give guests a load, and a history of it that is replaced as a whole."""
    now = lab.clock.timestamp()
    for vmid, wanted in value.items():
        guest = lab.state.guests[int(vmid)]
        if unknown := wanted.keys() - {"load", "days", "stopped", "another"}:
            raise KeyError(*unknown)
        if wanted["load"] not in LOADS:
            raise ValueError(f"loads are {', '.join(LOADS)}")
        guest.load = wanted["load"]
        known = span(guest, lab.state.nodes[guest.node], now - DAY * float(wanted.get("days", 30)), now)
        lab.state.history[guest.vmid] = _parts(known, now, wanted)


def _parts(known: HistorySpan, now: float, wanted: dict[str, Any]) -> list[HistorySpan]:
    """The history in parts: another guest's before, then running, stopped, running; the last part is as the guest is now."""
    parts = [replace(known, running=True)]
    if "stopped" in wanted:
        since, until = (now - DAY * float(days) for days in wanted["stopped"])
        parts = [
            replace(known, end=since, running=True),
            replace(known, start=since, end=until, running=False),
            replace(known, start=until, running=True),
        ]
    if another := float(wanted.get("another", 0)):
        parts.insert(0, replace(known, start=known.start - DAY * another, end=known.start, load="full", running=True))
    return [part for part in parts if part.start < part.end]


def _tasks(lab: ProxmoxLab, value: Any) -> None:
    for upid, exit_status in value.items():
        lab.tasks.archive(upid, str(exit_status))


_SETTERS: dict[str, Callable[[ProxmoxLab, Any], None]] = {
    "task_seconds": _task_seconds,
    "shutdown_seconds": _shutdown_seconds,
    "lag": _lag,
    "fail": _fail,
    "storages": _storages,
    "nodes": _nodes,
    "guests": _guests,
    "loads": _loads,
    "tasks": _tasks,
}
