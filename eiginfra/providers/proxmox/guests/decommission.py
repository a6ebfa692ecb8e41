"""The end of a guest that left the inventory: stopped and backed up, dated, and only after its days of grace removed."""

from datetime import date, timedelta

from pydantic import JsonValue

from eiginfra.core.kind import Parting
from eiginfra.core.resource import Observed, Record


def step(there: Observed, record: Record | None, today: date, grace: timedelta) -> Parting | None:
    """What is next for it; None for one that is protected, which stays.

    A protection that the inventory did not ask for when it last spoke of the guest is taken off. One that runs again in its days of
    grace is used by somebody: it begins anew.
    """
    if there.values.get("protection") and (record is None or record.values.get("protection") is not False):
        return None
    written = there.values.get("remove_after")
    until = date.fromisoformat(written) if isinstance(written, str) and there.values.get("state") == "stopped" else None
    if until is None:
        until = today + grace
        values: dict[str, JsonValue] = {"state": "stopped", "onboot": False, "protection": False, "remove_after": until.isoformat()}
        return Parting(
            f"will be stopped and backed up; removed after {until}",
            later=f"with --prune it is stopped and backed up, and removed {grace.days} days later",
            values=values,
        )
    if today <= until:
        return Parting(f"stopped and backed up; --prune removes it after {until}")
    return Parting(
        f"will be deleted with its disks, its days of grace ended on {until}; its last backup stays",
        later=f"with --prune it is deleted with its disks: its days of grace ended on {until}",
        due=True,
    )
