"""What others did to a guest, from the tasks of its node. A change without a task (a PUT of cores or memory) has no author.

Which task is about which guest: as recorded on a real server. A clone's is about its source and does not name what it
makes, so it tells nothing of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from eiginfra.core import trace
from eiginfra.core.trace import Activity
from eiginfra.providers.proxmox.client import ProxmoxClient

_MADE = frozenset({"qmcreate", "vzcreate", "qmrestore", "vzrestore"})
_GONE = frozenset({"qmdestroy", "vzdestroy"})
_STARTED = frozenset({"qmstart", "vzstart", "qmreboot", "vzreboot"})
_STOPPED = frozenset({"qmstop", "vzstop", "qmshutdown", "vzshutdown"})
_LOGS = 10
_BLUR = 2  # seconds: a node tells its time in whole ones, and a look takes a moment
_KEYS: Mapping[str, str] = {
    "disk": r"(?:scsi|virtio|sata|ide)\d+",
    "dns": "nameserver",
    "order": "startup",
    "address": r"ipconfig\d+",
    **dict.fromkeys(("bridge", "vlan", "rate", "firewall"), r"net\d+"),
}
"""The options of a VM's configuration by field, where they are named differently."""


def explaining(client: ProxmoxClient, node: str, vmid: int, seen: Mapping[str, JsonValue], since: datetime | None) -> list[Activity]:
    """Of the tasks that others saw to a good end after `since`, those that explain what is seen; newest first, each account's last.

    Times are those of this machine's clock. A node that does not say its time has no activity.
    """
    if (ahead := client.ahead(node)) is None:
        return []
    rows = client.guest_tasks(node, vmid, None if since is None else int(since.timestamp()) + ahead - _BLUR)
    tasks = [row for row in rows if _done(row)]
    told = {str(task["upid"]): task for name, value in seen.items() for task in _explaining(tasks, name, value)}
    others = [task for task in tasks if _account(task) != client.settings.token_id]
    options = [option for name in seen if (option := _option(name)) is not None]
    for task in [task for task in others if options and task["type"] == "qmconfig"][:_LOGS]:
        # Its first line is the change itself: `update VM 100: -memory 256`; a description may say anything.
        line = next(iter(client.task_log(str(task["upid"]), f"read a task of guest {vmid}")), "")
        if " -description " not in line and any(option.search(line) for option in options):
            told[str(task["upid"])] = task
    activity = dict[tuple[str, str], Activity]()
    for task in others:
        if str(task["upid"]) in told:
            what, by, at = str(task["type"]), _account(task), datetime.fromtimestamp(int(task["starttime"]) - ahead, UTC)
            activity.setdefault((what, by), Activity(what=what, by=by, at=at))
    return list(activity.values())


def _explaining(tasks: Sequence[Mapping[str, Any]], name: str, value: JsonValue) -> Iterable[Mapping[str, Any]]:
    """The tasks whose type alone explains a field."""
    match name:
        case trace.EXISTS:
            # What is gone was taken by the first removal; its number may have been used again since.
            return _last(tasks, _MADE, _MADE | _GONE) if value else [task for task in tasks if task["type"] in _GONE][-1:]
        case "state":
            return _last(tasks, _STARTED if value == "running" else _STOPPED, _STARTED | _STOPPED)
        case "disk" | "mounts":
            return [task for task in tasks if task["type"] == "resize"]
        case _:
            return ()


def _option(name: str) -> re.Pattern[str] | None:
    """How the log of a configuring task names a field; None for what no such task changes."""
    if name in (trace.EXISTS, "state", "pool"):
        return None
    key = _KEYS.get(name, re.escape(name))
    return re.compile(rf"\s-(?:{key}\s|delete\s+(?:\S+,)?{key}(?:,|\s|$))")


def _last(tasks: Sequence[Mapping[str, Any]], wanted: frozenset[str], among: frozenset[str]) -> Iterable[Mapping[str, Any]]:
    """The last of some tasks, if it is of the wanted sort: an earlier one does not explain what is there now."""
    last = next((task for task in tasks if task["type"] in among), None)
    return [last] if last is not None and last["type"] in wanted else ()


def _done(task: Mapping[str, Any]) -> bool:
    status = str(task.get("status", ""))
    return status == "OK" or status.startswith("WARNINGS")


def _account(task: Mapping[str, Any]) -> str:
    return f"{task['user']}!{task['tokenid']}" if task.get("tokenid") else str(task["user"])
