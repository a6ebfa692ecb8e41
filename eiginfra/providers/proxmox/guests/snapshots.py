"""A snapshot before a risky change of a guest whose team asked for it; the last few of eiginfra's are kept, people's are never touched.

Names, refusals and the check for the feature: as recorded on a real server.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from eiginfra.core.errors import PermanentError, StaleError
from eiginfra.providers.proxmox.client import GuestType, ProxmoxClient
from eiginfra.providers.proxmox.codec import flag
from eiginfra.providers.proxmox.guests.observe import ObservedGuest
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.guests.survey import Reading

KEPT = 2
"""How many of our own a guest keeps."""
HARMLESS = frozenset(
    {"mark", "name", "pool", "tags", "onboot", "order", "protection", "state", "node", "firewall", "rate", "dns", "agent", "remove_after"}
)
"""Fields whose change can hurt neither what a guest holds nor what runs in it; every other one is risky."""
_OURS = "eiginfra: "
_NAME = re.compile(r"eiginfra-(\d{8})-(\d+)")
_SAME_CHANGE_SECONDS = 600


class Snapshots:
    """Those of one sort of guest; safe to share between threads that work on different guests."""

    def __init__(self, client: ProxmoxClient, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._now = now
        self._taken: dict[int, tuple[GuestSpec, float]] = {}

    def before(self, kind: GuestType, guest: ObservedGuest, spec: GuestSpec, fields: Iterable[str]) -> ObservedGuest:
        """Take one before a change of these fields, if the spec asks for it and any is risky; then delete eiginfra's oldest.

        Returns the guest as it is read afterwards: the snapshot is in its configuration, which has another digest. A change that is
        tried again has its snapshot already: one taken half-way would push it out. Raises PermanentError where the guest's storage makes
        no snapshots (the team asked for safety, so the change is refused), StaleError where somebody else changed the guest meanwhile.
        """
        risky, vmid = sorted(set(fields) - HARMLESS), guest.vmid
        if not (spec.snapshot and risky) or self._covered(vmid, spec):
            return guest
        base, what = f"nodes/{guest.node}/{kind}/{vmid}", f"take a snapshot of guest {vmid}"
        if not flag(self._client.get(f"{base}/feature", what, feature="snapshot").get("hasFeature", 0)):
            raise PermanentError(
                f"proxmox: guest {vmid} is left as it is: its team asked for a snapshot before a change of {', '.join(risky)}, and its "
                "storage makes none; write `snapshot: false` for the machine, or move its disks to a storage that does"
            )
        listed = self._client.get(f"{base}/snapshot", what)
        params = {"snapname": _next(listed, self._now()), "description": f"{_OURS}before a change of {', '.join(risky)}"}
        self._client.follow(str(self._client.send("POST", f"{base}/snapshot", what, params)), what)
        self._taken[vmid] = (spec, time.monotonic())
        for old in _own(listed)[: 1 - KEPT]:
            what = f"delete snapshot {old} of guest {vmid}"
            self._client.follow(str(self._client.send("DELETE", f"{base}/snapshot/{old}", what, {})), what)
        reading = Reading.of(self._client.pending(guest.node, kind, vmid))
        if _apart(reading) != _apart(guest.reading):
            raise StaleError(f"proxmox: guest {vmid} was changed by somebody else while its snapshot was taken: make a new plan")
        return replace(guest, reading=reading)

    def _covered(self, vmid: int, spec: GuestSpec) -> bool:
        known, at = self._taken.get(vmid, (None, 0.0))
        return known == spec and time.monotonic() - at < _SAME_CHANGE_SECONDS


def _own(listed: Iterable[dict[str, Any]]) -> list[str]:
    """Our snapshots by name and description, the oldest first."""
    ours = [row for row in listed if _NAME.fullmatch(str(row["name"])) and str(row.get("description", "")).startswith(_OURS)]
    return [str(row["name"]) for row in sorted(ours, key=lambda row: (int(row.get("snaptime", 0)), _number(row)))]


def _next(listed: Iterable[dict[str, Any]], now: datetime) -> str:
    """The next free name of the day."""
    day = f"{now:%Y%m%d}"
    taken = [int(match[2]) for row in listed if (match := _NAME.fullmatch(str(row["name"]))) and match[1] == day]
    return f"eiginfra-{day}-{max(taken, default=0) + 1}"


def _apart(reading: Reading) -> dict[str, Any]:
    """A configuration but for what a snapshot changes in it."""
    return {key: value for key, value in reading.wanted.items() if key not in ("digest", "parent", "lock")}


def _number(row: dict[str, Any]) -> int:
    match = _NAME.fullmatch(str(row["name"]))
    return int(match[2]) if match else 0
