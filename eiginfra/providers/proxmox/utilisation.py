"""What guests used in the last month, from the history that the nodes keep of them, and what the nodes themselves have.

Facts: API description of 9.1 (`rrddata`: VM.Audit on the guest), PVE::RRD, the definition of its files, pvestatd, and recordings.

- A row is a time and what is known of it: half an hour since Proxmox VE 9, twelve hours before. After an upgrade older rows have twelve
  hours beside newer ones of half an hour, so a row counts for the time it stands for.
- pvestatd tells the size of every guest, and its load only while it runs. A row with the size and no load: it did not run. A row with
  neither: nothing is known (the node was down, the guest not made yet).
- `cf=AVERAGE` is the mean of a row's time, `cf=MAX` the highest mean of a minute in it. Peaks are from MAX: the highest of the averages
  would be that of half an hour, and a machine with half as much as its busiest minute took would be called large enough.
- A container's memory is what its processes hold, without file caches. A VM's is what its balloon driver calls not free, caches included,
  or, without that driver, what the node gave it: never less than it needs, often far more. What a VM has on its disks no row knows.
- A history belongs to the number of a guest and outlives it. What is older than the last removal of a guest of that number, by the nodes'
  task lists, was another guest's. Without Sys.Audit on a node only the token's own removals are seen there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeVar

from eiginfra.core.address import Address
from eiginfra.core.errors import PermanentError, ProviderError, UnreachableError
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Host, Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.client import GuestType, ProxmoxClient
from eiginfra.providers.proxmox.codec import flag

A = TypeVar("A")
B = TypeVar("B")

_MONTH: Final = timedelta(days=30).total_seconds()
_STEP: Final = timedelta(minutes=30).total_seconds()
_LONGEST: Final = timedelta(hours=12).total_seconds()
"""The longest time that a row of a month stands for, whichever release wrote it."""
_MOST_ROWS: Final = 5000
"""Three times what a month has."""
_MOST: Final = 2.0**60
"""No amount of anything: a larger one is no measurement."""
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_READ: Final = ("maxcpu", "cpu", "maxmem", "mem", "disk", "netin", "netout")

Removals = Mapping[int, float]
"""When the last guest of each number was removed, in seconds since 1970."""


@dataclass(frozen=True)
class _Guest:
    address: Address
    type: GuestType
    node: str
    vmid: int


@dataclass(frozen=True)
class _Row:
    """end: seconds since 1970; seconds: the time that it stands for, up to its end."""

    end: float
    seconds: float
    values: Mapping[str, float]

    @property
    def known(self) -> bool:
        return "maxmem" in self.values or self.ran

    @property
    def ran(self) -> bool:
        return "cpu" in self.values

    def cores(self) -> float | None:
        values = self.values
        return min(values["cpu"], 1.0) * values["maxcpu"] if {"cpu", "maxcpu"} <= values.keys() else None

    def network(self) -> float | None:
        values = self.values
        return values["netin"] + values["netout"] if {"netin", "netout"} <= values.keys() else None

    def memory(self) -> float | None:
        return self.values.get("mem")

    def disk(self) -> float | None:
        return self.values.get("disk")


def utilisation(
    client: ProxmoxClient, readers: Executor, types: Mapping[str, GuestType], objects: Iterable[Observed]
) -> Mapping[Address, Utilisation]:
    """What those of the objects that are guests used: two requests for each, and two for each of their nodes.

    types: what Proxmox VE calls the guests of a kind. A guest whose history cannot be read is left out, and one that has none; all
    guests of a node whose task list cannot be read are. Raises UnreachableError.
    """
    guests = [guest for there in objects if (guest := _guest(there, types)) is not None]
    nodes = sorted({guest.node for guest in guests})
    lists = zip(nodes, readers.map(partial(_unless_refused, partial(_removals, client)), nodes), strict=True)
    removed = {node: found for node, found in lists if found is not None}
    used = readers.map(partial(_unless_refused, partial(_used, client, removed)), guests)
    return {guest.address: found for guest, found in zip(guests, used, strict=True) if found is not None}


def _guest(there: Observed, types: Mapping[str, GuestType]) -> _Guest | None:
    node, vmid, kind = there.handle.get("node"), there.handle.get("vmid"), types.get(there.address.kind)
    return _Guest(there.address, kind, node, vmid) if kind and isinstance(node, str) and isinstance(vmid, int) else None


def _unless_refused(ask: Callable[[A], B], about: A) -> B | None:
    """None for what the server refuses or fails at. Raises UnreachableError where it is not there at all."""
    try:
        return ask(about)
    except UnreachableError:
        raise
    except ProviderError:
        return None


def _removals(client: ProxmoxClient, node: str) -> Removals:
    found: dict[int, float] = {}
    for task in client.removals(node):
        if str(task.get("status", "")).startswith(("OK", "WARNINGS")):
            vmid = _whole(task.get("id")) or 0
            found[vmid] = max(found.get(vmid, 0), _amount(task.get("endtime")) or 0)
    return found


def _used(client: ProxmoxClient, removed: Mapping[str, Removals], guest: _Guest) -> Utilisation | None:
    if guest.node not in removed:
        return None
    since = max(found.get(guest.vmid, 0) for found in removed.values())
    means, highest = (_rows(client.history(guest.node, guest.type, guest.vmid, cf), since) for cf in ("AVERAGE", "MAX"))
    known = [row for row in means if row.known]
    if not known:
        return None
    ran = [row for row in known if row.ran]
    vm = guest.type == "qemu"
    return Utilisation(
        since=_instant(known[0].end - known[0].seconds),
        until=_instant(known[-1].end),
        samples=len(known),
        running=sum(row.seconds for row in ran) / sum(row.seconds for row in known),
        last_ran=_instant(ran[-1].end) if ran else None,
        cores=_series(ran, highest, _Row.cores),
        memory=_series(ran, highest, _Row.memory),
        memory_at_most=vm,
        disk=None if vm else _series(ran, highest, _Row.disk),
        network=_series(ran, highest, _Row.network),
    )


def _series(ran: Iterable[_Row], highest: Iterable[_Row], value: Callable[[_Row], float | None]) -> Series | None:
    seen = [(row.seconds, amount) for row in ran if (amount := value(row)) is not None]
    if not seen:
        return None
    mean = sum(seconds * amount for seconds, amount in seen) / sum(seconds for seconds, _ in seen)
    most = (amount for row in highest if row.ran and (amount := value(row)) is not None)
    return Series(mean, max(mean, *(amount for _, amount in seen), *most))


def _rows(answer: Sequence[Any], since: float) -> list[_Row]:
    """Those of the last month, by the newest row's time, and later than `since`; what is no measurement counts as unknown."""
    if len(answer) > _MOST_ROWS:
        raise PermanentError(f"proxmox: a month of history has {len(answer)} rows")
    values = {end: _values(row) for row in answer if isinstance(row, dict) and (end := _amount(row.get("time"))) and end < _LATEST}
    ends = sorted(values)
    gaps = [min(end - before, _LONGEST) for before, end in pairwise(ends)] or [_STEP]
    first = max(since, ends[-1] - _MONTH) if ends else 0
    return [_Row(end, gap, values[end]) for end, gap in zip(ends, [*gaps[:1], *gaps], strict=False) if end > first]


def _values(row: Mapping[str, Any]) -> dict[str, float]:
    return {name: amount for name in _READ if (amount := _amount(row.get(name))) is not None}


def _amount(value: object) -> float | None:
    """Perl writes a number as a number or as a text; None for what is none that can be measured."""
    try:
        amount = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return amount if 0 <= amount < _MOST else None


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(max(0.0, seconds), UTC)


def hosts(client: ProxmoxClient) -> Sequence[Host]:
    """The site's nodes, in one request. One that the cluster does not list is not online.

    A token without Sys.Audit on a node sees no more of it than its name, without a right to see the storage for disks nothing of that.
    """
    rows, disks = client.cluster(), client.settings.disks
    nodes = {row.get("node"): row for row in rows if row["type"] == "node"}
    stores = {row.get("node"): row for row in rows if row["type"] == "storage" and row.get("storage") == disks}
    return [_host(name, nodes.get(name, {}), stores.get(name, {})) for name in client.settings.nodes]


def _host(name: str, node: Mapping[str, Any], store: Mapping[str, Any]) -> Host:
    disk = _size(store.get("maxdisk"))
    return Host(
        name,
        cores=_whole(node.get("maxcpu")),
        memory=_size(node.get("maxmem")),
        memory_used=_size(node.get("mem")),
        disk=disk,
        disk_used=None if disk is None else ByteSize(_amount(store.get("disk")) or 0),
        disk_shared=flag(store.get("shared", 0)),
        online=node.get("status") == "online",
    )


def _whole(value: object) -> int | None:
    """A number above 0; 0 is what a server says that does not know, such as of a storage that it does not reach."""
    return int(_amount(value) or 0) or None


def _size(value: object) -> ByteSize | None:
    amount = _whole(value)
    return None if amount is None else ByteSize(amount)
