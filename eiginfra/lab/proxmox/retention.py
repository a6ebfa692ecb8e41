"""Which backups of a guest a retention keeps (PVE::Storage::Plugin prunes a group of backups in this order)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from eiginfra.lab.proxmox.state import VolumeRecord

# What tells two periods from one another, by the option that counts them: the shorter come first.
_PERIODS = {
    "keep-last": "%s",
    "keep-hourly": "%H/%d/%m/%Y",
    "keep-daily": "%d/%m/%Y",
    "keep-weekly": "%V/%G",
    "keep-monthly": "%m/%Y",
    "keep-yearly": "%Y",
}


def marks(backups: Sequence[VolumeRecord], keep: Mapping[str, object]) -> dict[str, str]:
    """`protected`, `keep` or `remove` for each backup of one guest, by its volume; without a number everything is kept."""
    marked = {backup.id: "protected" for backup in backups if backup.protected}
    newest_first = sorted((backup for backup in backups if not backup.protected), key=lambda backup: -backup.ctime)
    numbers = {option: int(str(keep.get(option, 0))) for option in _PERIODS}
    if keep.get("keep-all") or not any(numbers.values()):
        return marked | dict.fromkeys((backup.id for backup in newest_first), "keep")
    for option, period in _PERIODS.items():
        _mark(newest_first, numbers[option], period, marked)
    return {backup.id: marked.get(backup.id, "remove") for backup in backups}


def _mark(newest_first: Sequence[VolumeRecord], count: int, period: str, marked: dict[str, str]) -> None:
    """Keep the newest of each of `count` further periods; the others of those periods go."""
    covered = {_name(backup, period) for backup in newest_first if marked.get(backup.id) == "keep"}
    added: set[str] = set()
    for backup in newest_first if count else ():
        name = _name(backup, period)
        if backup.id in marked or name in covered:
            continue
        if name in added:
            marked[backup.id] = "remove"
        elif len(added) == count:
            return
        else:
            added.add(name)
            marked[backup.id] = "keep"


def _name(backup: VolumeRecord, period: str) -> str:
    return str(backup.ctime) if period == "%s" else datetime.fromtimestamp(backup.ctime, UTC).strftime(period)
