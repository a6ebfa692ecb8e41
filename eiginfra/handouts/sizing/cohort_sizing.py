"""What the machines of a cohort were given against what they used, and on how many servers of a size they fit.

Pure: from the cohort, the site and what was seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from eiginfra.core.usage import Limit
from eiginfra.core.utilisation import Host
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.sizing.machine_sizing import MachineSizing, MeasureSizing, MeasureState, SizingVerdict, judged, needed
from eiginfra.handouts.sizing.packing import PackedMachine, Packing, ServerSize, pack
from eiginfra.handouts.views.observed_values import GUESTS
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

KEPT_MEMORY: Final = 0.1
"""Of a server's memory, for itself and for moments in which many machines need much: 3 GiB of 32."""
KEPT_DISK: Final = 0.15
"""Of a server's storage: a thin pool that runs full damages what is on it, and snapshots and copies need space."""


@dataclass(frozen=True)
class SizingView:
    """All machines of a cohort, judged; and on how many servers of a size they fit: as they are, and by what they used.

    server: None where nobody tells its size. by_use: what a machine needs by its peak, else what it has; a stopped one its disk only.
    """

    day: date
    machines: tuple[MachineSizing, ...]
    hosts: tuple[Host, ...] = ()
    server: ServerSize | None = None
    as_asked: Packing | None = None
    by_use: Packing | None = None
    counts: Mapping[SizingVerdict, int] = field(default_factory=dict)

    def of_team(self, team: str) -> tuple[MachineSizing, ...]:
        """Those of a team."""
        return tuple(each for each in self.machines if each.team == team)


def sizing_view(cohort: Cohort, site: Site, facts: Facts) -> SizingView:
    """The view of a cohort, its machines by team and name."""
    inside = {each.address.key: each for each in facts.observed if each.address.kind == "machine.access"}
    guests = [each for each in facts.observed if each.address.kind in GUESTS and each.team is not None]
    machines = tuple(
        sorted(
            (judged(each, inside.get(each.address.key), facts.utilisation.get(each.address), site.file.sizes) for each in guests),
            key=lambda machine: (machine.team, machine.host, machine.address),
        )
    )
    server = server_size(facts.hosts, cohort.file.capacity, 1 if site.file.proxmox is None else site.file.proxmox.overcommit)
    counts = {verdict: number for verdict in SizingVerdict if (number := sum(each.verdict is verdict for each in machines))}
    view = SizingView(facts.day, machines, tuple(facts.hosts), server, counts=counts)
    if server is None:
        return view
    as_asked, by_use = pack(map(_as_asked, machines), server), pack(map(_by_use, machines), server)
    return SizingView(facts.day, machines, view.hosts, server, as_asked, by_use, counts)


def server_size(hosts: Sequence[Host], capacity: Limit | None, overcommit: int) -> ServerSize | None:
    """What one more server has for machines: as the smallest of those there are; else what the cohort may take of one; None if unknown.

    Taken off is what is kept for the server itself; of the cohort's own capacity nothing, since that is meant for machines.
    """
    known = [host for host in hosts if host.memory is not None]
    if known:
        host = min(known, key=lambda each: (each.memory or 0, each.cores or 0, each.name))
        disk = None if host.disk is None or host.disk_shared else int(host.disk * (1 - KEPT_DISK))
        return ServerSize(host.name, host.cores and host.cores * overcommit, int((host.memory or 0) * (1 - KEPT_MEMORY)), disk)
    if capacity is None or (capacity.memory is None and capacity.cores is None and capacity.disk is None):
        return None
    return ServerSize("", capacity.cores, capacity.memory, capacity.disk)


def _as_asked(machine: MachineSizing) -> PackedMachine:
    cores, memory = machine.measure("cores"), machine.measure("memory")
    return PackedMachine(str(machine.address), cores.asked if cores else 0, memory.asked if memory else 0, machine.taken)


def _by_use(machine: MachineSizing) -> PackedMachine:
    if machine.verdict is SizingVerdict.STOPPED:
        return PackedMachine(str(machine.address), 0, 0, machine.taken)
    amounts = {each.measure: _needed_or_asked(each) for each in machine.measures}
    root = machine.measure("disk")
    beside = machine.taken - (root.asked if root else 0)
    return PackedMachine(str(machine.address), amounts.get("cores", 0), amounts.get("memory", 0), max(0, beside) + amounts.get("disk", 0))


def _needed_or_asked(each: MeasureSizing) -> float:
    need = None if each.state is MeasureState.UNKNOWN else needed(each)
    return each.asked if need is None else min(need, each.asked)
