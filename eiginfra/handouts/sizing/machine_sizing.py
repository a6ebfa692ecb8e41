"""What each machine was given against what it used: a judgement of its size.

What is measured, and how, is told in docs/sizing.md. No proposal is below what a machine used at its peak; where the peak is not known,
there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Series, Utilisation
from eiginfra.core.values import UNITS, ByteSize
from eiginfra.handouts.views.observed_values import GUESTS
from eiginfra.inventory.model import MachineType
from eiginfra.inventory.site import Size

ENOUGH: Final = timedelta(days=7)
"""A machine is judged by a week in which it ran: work differs between days, and from the week-end."""
LONG_STOPPED: Final = timedelta(days=14)
"""Longer than most holidays: who is away for two weeks and comes back finds no question."""
IDLE_CORES: Final = 0.02
"""On average, in cores. An untouched Debian takes 0.001 to 0.01; a program that answers now and then takes more."""
IDLE_NETWORK: Final = 300.0
"""On average, in bytes a second: 26 MB a day. Updates that install themselves take up to 20 MB a day, a monitor's ping up to 9 MB."""
NEARLY_FULL: Final = 0.9
"""Of memory or disk. Debian keeps 5 % of a disk for root, so at 95 % programs cannot write; a kernel kills programs without memory."""
MARGINS: Final[Mapping[str, float]] = {"cores": 1.2, "memory": 1.3, "disk": 1.3}
"""What is kept above the peak of a month. Too few cores make a machine slow, too little memory or disk break it: hence more of these."""
Measure = Literal["cores", "memory", "disk"]
_WHOLE: Final[Mapping[str, int]] = {"cores": 1, "memory": UNITS["MiB"], "disk": UNITS["GiB"]}


class SizingVerdict(StrEnum):
    """How a machine's size suits it; of several the first is told."""

    STOPPED = "stopped"
    NEARLY_FULL = "nearly-full"
    UNMEASURED = "unmeasured"
    IDLE = "idle"
    TOO_LARGE = "too-large"
    WELL = "well"


class MeasureState(StrEnum):
    """How an amount suits a machine. UNKNOWN: the peak is not known, or not of a long enough time."""

    NEARLY_FULL = "nearly-full"
    TOO_LARGE = "too-large"
    WELL = "well"
    UNKNOWN = "unknown"


class NotMeasured(StrEnum):
    """Why a machine is not judged."""

    NO_HISTORY = "no-history"
    TOO_SHORT = "too-short"


@dataclass(frozen=True)
class MeasureSizing:
    """One amount of a machine, in cores or bytes.

    asked: what it has. mean, peak: what it used while it ran. now: what the machine itself told when eiginfra looked into it. at_most:
    mean and peak are only the most that it can have used. proposed: a smaller amount that is enough.
    """

    measure: Measure
    asked: int
    mean: float | None = None
    peak: float | None = None
    now: float | None = None
    at_most: bool = False
    state: MeasureState = MeasureState.UNKNOWN
    proposed: int | None = None

    @property
    def highest(self) -> float | None:
        """The most that is known to have been used, or that can have been."""
        return max((each for each in (self.peak, self.now) if each is not None), default=None)


@dataclass(frozen=True)
class MachineSizing:
    """A machine, judged.

    running: the share of the time in which it ran; None without a history. stopped_since: since when it is off, at least. size: a name of
    the site's sizes that would do, its disk not smaller than the present one; else empty.
    """

    address: Address
    team: str
    host: str
    type: MachineType
    verdict: SizingVerdict
    measures: tuple[MeasureSizing, ...]
    use: Utilisation | None = None
    stopped_since: date | None = None
    why: NotMeasured | None = None
    size: str = ""
    taken: int = 0
    """Bytes of all its disks, those beside the root disk among them."""

    def measure(self, name: Measure) -> MeasureSizing | None:
        """One of its amounts; None where it has no limit."""
        return next((each for each in self.measures if each.measure == name), None)

    @property
    def proposals(self) -> tuple[MeasureSizing, ...]:
        """Its cores and memory of which less would do. No disk of a machine can be made smaller."""
        return tuple(each for each in self.measures if each.proposed is not None and each.measure != "disk")


def judged(there: Observed, inside: Observed | None, use: Utilisation | None, sizes: Mapping[str, Size]) -> MachineSizing:
    """One machine. inside: what it told itself, where eiginfra has looked into it."""
    enough = use is not None and use.running * (use.until - use.since) >= ENOUGH
    facts = {} if inside is None else inside.facts
    measures = tuple(_judged(each, enough=enough, sizes=sizes, full=_full(each, facts)) for each in _measures(there, facts, use))
    stopped = _stopped_since(there, use)
    verdict = _verdict(measures, use, enough=enough, stopped=stopped is not None)
    return MachineSizing(
        address=there.address,
        team=str(there.team),
        host=str(there.values.get("name") or there.address.key.rpartition("/")[2]),
        type=GUESTS[there.address.kind],
        verdict=verdict,
        measures=measures,
        use=use,
        stopped_since=stopped,
        why=(NotMeasured.NO_HISTORY if use is None else NotMeasured.TOO_SHORT) if verdict is SizingVerdict.UNMEASURED else None,
        size=_size(measures, sizes),
        taken=int(there.usage.disk),
    )


def _verdict(measures: Sequence[MeasureSizing], use: Utilisation | None, *, enough: bool, stopped: bool) -> SizingVerdict:
    states = {each.measure: each.state for each in measures}
    if stopped:
        return SizingVerdict.STOPPED
    if MeasureState.NEARLY_FULL in states.values():
        return SizingVerdict.NEARLY_FULL
    if not enough or use is None:
        return SizingVerdict.UNMEASURED
    if _below(use.cores, IDLE_CORES) and _below(use.network, IDLE_NETWORK):
        return SizingVerdict.IDLE
    # A disk that is too large alone is no reason to change a machine: it cannot be made smaller, and takes only what is written to it.
    return SizingVerdict.TOO_LARGE if MeasureState.TOO_LARGE in (states.get("cores"), states.get("memory")) else SizingVerdict.WELL


def _below(series: Series | None, most: float) -> bool:
    return series is not None and series.mean < most


def _stopped_since(there: Observed, use: Utilisation | None) -> date | None:
    """Since when a machine that is off has been so, if for long."""
    if use is None or there.facts.get("status") != "stopped":
        return None
    since: datetime = use.last_ran or use.since
    return since.date() if use.until - since >= LONG_STOPPED else None


def _measures(there: Observed, facts: Mapping[str, JsonValue], use: Utilisation | None) -> Iterator[MeasureSizing]:
    """What the machine has and used, not judged yet."""
    cores, memory, disk = (None, None, None) if use is None else (use.cores, use.memory, use.disk)
    asked = {"cores": there.usage.cores, "memory": _bytes(there.values, "memory"), "disk": _bytes(there.values, "disk")}
    total, available = facts.get("memory_total"), facts.get("memory_available")
    taken = total - available if isinstance(total, int) and isinstance(available, int) else None
    written = facts.get("disk_used")
    now = {"memory": taken, "disk": written if isinstance(written, int) else None}
    series: tuple[tuple[Measure, Series | None], ...] = (("cores", cores), ("memory", memory), ("disk", disk))
    for name, used in series:
        if amount := asked[name]:
            mean, peak = (None, None) if used is None else (used.mean, used.peak)
            at_most = name == "memory" and use is not None and use.memory_at_most
            yield MeasureSizing(name, amount, mean, peak, now.get(name), at_most)


def _bytes(values: Mapping[str, JsonValue], name: str) -> int:
    text = values.get(name)
    return int(ByteSize.parse(text)) if isinstance(text, str) else 0


def _full(each: MeasureSizing, facts: Mapping[str, JsonValue]) -> bool:
    """Whether memory or disk is nearly full: of what the machine itself sees, too. Only the most that can have been is no proof."""
    if each.measure == "cores":
        return False
    total = facts.get(f"{each.measure}_total")
    inside = each.now is not None and isinstance(total, int) and total > 0 and each.now >= NEARLY_FULL * total
    return inside or (not each.at_most and each.peak is not None and each.peak >= NEARLY_FULL * each.asked)


def _judged(each: MeasureSizing, *, enough: bool, sizes: Mapping[str, Size], full: bool) -> MeasureSizing:
    need = needed(each)
    proposed = None
    if full:
        state = MeasureState.NEARLY_FULL
    elif need is None or not enough:
        state = MeasureState.UNKNOWN
    elif (proposed := _smaller(each, need, sizes)) is not None:
        state = MeasureState.TOO_LARGE
    else:
        state = MeasureState.UNKNOWN if each.at_most else MeasureState.WELL
    return replace(each, state=state, proposed=proposed)


def needed(each: MeasureSizing) -> float | None:
    """What is enough of it: the most that is known to have been used, and the margin; None where that is not known.

    Memory that a machine told once says nothing of a month; a disk fills slowly, so what is on it now is near its peak.
    """
    known = each.peak if each.measure != "disk" else each.highest
    return None if known is None or each.highest is None else each.highest * MARGINS[each.measure]


def _smaller(each: MeasureSizing, need: float, sizes: Mapping[str, Size]) -> int | None:
    """The smallest amount of the site's sizes that is enough and less than there is; of halves, quarters … where the site has none."""
    amounts = {int(getattr(size, each.measure)) for size in sizes.values()} if sizes else set(_halves(each))
    return min((amount for amount in amounts if need <= amount < each.asked), default=None)


def _halves(each: MeasureSizing) -> Iterator[int]:
    amount, whole = each.asked // 2, _WHOLE[each.measure]
    while amount >= whole:
        yield amount - amount % whole
        amount //= 2


def _size(measures: Sequence[MeasureSizing], sizes: Mapping[str, Size]) -> str:
    """The smallest of the site's sizes that fits what is proposed and keeps the rest, the disk among it; empty if none is smaller."""
    if not any(each.proposed is not None and each.measure != "disk" for each in measures):
        return ""
    least = {each.measure: each.asked if each.measure == "disk" or each.proposed is None else each.proposed for each in measures}
    most = {each.measure: each.asked for each in measures if each.measure != "disk"}
    fitting = [
        (size.memory, size.cores, size.disk, name)
        for name, size in sizes.items()
        if not size.privileged
        and all(getattr(size, measure) >= amount for measure, amount in least.items())
        and all(getattr(size, measure) <= amount for measure, amount in most.items())
        and any(getattr(size, measure) < amount for measure, amount in most.items())
    ]
    return min(fitting)[-1] if fitting else ""
