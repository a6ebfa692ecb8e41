"""The last backup of a guest that left the inventory: made once, even if an answer was lost or a run was killed while it was made.

Tasks and volumes: as recorded on a real server.
"""

from typing import Any

from eiginfra.core.errors import PermanentError
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.codec import flag


def make(client: ProxmoxClient, node: str, vmid: int, mark: str) -> None:
    """Back up a guest that is stopped, unless the last thing that was done to it is that very backup; one under way is waited for."""
    notes = f"eiginfra: the last of {mark}"
    if not _made(client, node, vmid, notes):
        client.back_up(node, vmid, notes)


def _made(client: ProxmoxClient, node: str, vmid: int, notes: str) -> bool:
    """Whether the guest's newest task is a backup, and a volume with our notes, kept from pruning, came of it.

    Any later task may have changed what is in the guest: then another backup is due. So it is where not all tasks can be seen.
    """
    newest = next(iter(client.guest_tasks(node, vmid, None)), None)
    if newest is None or newest["type"] != "vzdump" or not client.sees_tasks(node):
        return False
    try:
        client.follow(str(newest["upid"]), f"wait for the backup of guest {vmid}")
    except PermanentError:
        return False  # it failed
    return any(
        row.get("notes") == notes and flag(row.get("protected", 0)) and int(row.get("vmid") or 0) == vmid and _after(row, newest)
        for row in client.backups(node)
    )


def _after(volume: dict[str, Any], task: dict[str, Any]) -> bool:
    return int(volume.get("ctime", 0)) >= int(task["starttime"])
