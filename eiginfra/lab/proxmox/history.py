"""What the nodes remember of each guest's load: `rrddata`, as PVE::RRD reads it from the files of the format that came with 9.0.

Facts: PVE::RRD (times and steps), the definition of the files in proxmox-rrd-migration-tool (columns; a step of which less than half is
known is unknown), pvestatd (what is told of a guest that does not run), and recordings (container-lifecycle, backup-firewall-misc): values
that are not known are left out; a history belongs to the number of a guest and outlives the guest.
"""

from collections.abc import Iterable, Sequence

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
_NO_PRESSURE = dict.fromkeys((f"pressure{of}{how}" for of in ("cpu", "io", "memory") for how in ("some", "full")), 0)


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
    parts = [(seconds, span) for span in spans if (seconds := min(span.end, end) - max(span.start, end - step)) > 0]
    if len(parts) == 1:
        ((seconds, span),) = parts
        return _values(vmid, span, end, step, highest=highest) if seconds * 2 >= step else {}
    seen: dict[str, list[tuple[float, float]]] = {}
    for seconds, span in parts:
        for name, value in _values(vmid, span, end, step, highest=highest).items():
            seen.setdefault(name, []).append((seconds, value))
    return {name: _together(known, highest=highest) for name, known in seen.items() if sum(seconds for seconds, _ in known) * 2 >= step}


def _together(parts: Sequence[tuple[float, float]], *, highest: bool) -> float:
    value = max(value for _, value in parts)
    if not highest:
        value = sum(seconds * value for seconds, value in parts) / sum(seconds for seconds, _ in parts)
    return int(value) if value == int(value) else value


def _values(vmid: int, span: HistorySpan, end: int, step: int, *, highest: bool) -> Json:
    size = {"maxcpu": span.cores, "maxmem": span.memory, "maxdisk": span.disk}
    if not span.running:
        return {**size, "disk": 0}
    vm, load = span.kind == "qemu", figures_at(vmid, span.load, end, step, highest=highest)
    memory, network = int(span.memory * load.memory), int(load.network)
    used = {"cpu": load.cpu, "mem": memory, "disk": 0 if vm else int(span.disk * load.disk)}
    moved = {"netin": network, "netout": network, "diskread": 4096, "diskwrite": 2048}
    return {**size, **used, **moved, **({"memhost": memory, **_NO_PRESSURE} if vm else {})}


def remember(state: ProxmoxState, vmid: int, span: HistorySpan) -> None:
    """Add what was so in a time; it goes on from the last if only the time differs."""
    spans = state.history.setdefault(vmid, [])
    if spans and spans[-1].end == span.start and spans[-1].like(span):
        spans[-1].end = span.end
    else:
        spans.append(span)
