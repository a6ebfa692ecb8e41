"""What the nodes remember of each guest's load: `rrddata`, as PVE::RRD reads it from the files of the format that came with 9.0.

Facts: PVE::RRD (times and steps), the definition of the files in proxmox-rrd-migration-tool (columns; a step of which less than half is
known is unknown), pvestatd (what is told of a guest that does not run), and recordings (container-lifecycle, backup-firewall-misc): values
that are not known are left out; a history belongs to the number of a guest and outlives the guest.
"""

from collections.abc import Iterable, Iterator

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.loads import figures_at
from eiginfra.lab.proxmox.state import HistorySpan, Json, ProxmoxState

# Seconds of a step, and how many there are.
STEPS = {
    "hour": (60, 60),
    "day": (60, 1440),
    "week": (1800, 336),
    "month": (1800, 1440),
    "year": (21600, 1440),
    "decade": (604800, 570),
}
_PRESSURE = ("cpufull", "cpusome", "iofull", "iosome", "memoryfull", "memorysome")


def times(timeframe: str, now: float) -> list[int]:
    """The ends of the steps of a time frame; the last is not after now."""
    step, count = STEPS[timeframe]
    last = int(now // step) * step
    return [last - step * back for back in range(count - 1, -1, -1)]


def guest_rows(state: ProxmoxState, vmid: int, timeframe: str, now: float, *, highest: bool) -> list[Json]:
    """A guest's history; raises the 500 of a number that never had a guest. A new guest has a file at once, not after some seconds."""
    if vmid not in state.history and vmid not in state.guests:
        raise ServerError(
            "RRD error: rrdcached@unix:/var/run/rrdcached.sock: rrd_fetch_r failed: "
            f"opening '/var/lib/rrdcached/db/pve-vm-9.0/{vmid}': No such file or directory"
        )
    spans, step = state.history.get(vmid, []), STEPS[timeframe][0]
    return [{"time": end, **_row(vmid, spans, end, step, highest=highest)} for end in times(timeframe, now)]


def _row(vmid: int, spans: Iterable[HistorySpan], end: int, step: int, *, highest: bool) -> Json:
    seen: dict[str, list[tuple[float, float]]] = {}
    for span in spans:
        seconds = min(span.end, end) - max(span.start, end - step)
        if seconds > 0:
            for name, value in _values(vmid, span, end, step, highest=highest):
                seen.setdefault(name, []).append((seconds, value))
    row: Json = {}
    for name, parts in seen.items():
        known = sum(seconds for seconds, _ in parts)
        if known * 2 >= step:
            value = max(value for _, value in parts) if highest else sum(seconds * value for seconds, value in parts) / known
            row[name] = int(value) if value == int(value) else value
    return row


def _values(vmid: int, span: HistorySpan, end: int, step: int, *, highest: bool) -> Iterator[tuple[str, float]]:
    yield from (("maxcpu", span.cores), ("maxmem", span.memory), ("maxdisk", span.disk))
    vm = span.kind == "qemu"
    if not span.running:
        yield "disk", 0
        return
    load = figures_at(vmid, span.load, end, step, highest=highest)
    yield from (("cpu", load.cpu), ("mem", int(span.memory * load.memory)), ("disk", 0 if vm else int(span.disk * load.disk)))
    yield from (("netin", load.network), ("netout", load.network), ("diskread", 4096), ("diskwrite", 2048))
    if vm:
        yield "memhost", int(span.memory * load.memory)
        yield from ((f"pressure{name}", 0) for name in _PRESSURE)


def remember(state: ProxmoxState, vmid: int, span: HistorySpan) -> None:
    """Add what was so in a time; it goes on from the last if only the time differs."""
    spans = state.history.setdefault(vmid, [])
    if spans and spans[-1].end == span.start and spans[-1].like(span):
        spans[-1].end = span.end
    else:
        spans.append(span)
