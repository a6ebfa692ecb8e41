"""How the size of one machine is judged."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.usage import Usage
from eiginfra.core.utilisation import Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.handouts.sizing.machine_sizing import (
    ENOUGH,
    IDLE_CORES,
    IDLE_NETWORK,
    LONG_STOPPED,
    MARGINS,
    NEARLY_FULL,
    MachineSizing,
    MeasureState,
    NotMeasured,
    SizingVerdict,
    judged,
)
from eiginfra.inventory.site import Size

GIB, MIB = 2**30, 2**20
UNTIL = datetime(2019, 12, 1, tzinfo=UTC)


def size(cores: int, memory: str, disk: str, **more: Any) -> Size:
    return Size.model_validate({"cores": cores, "memory": memory, "disk": disk, **more})


SIZES = {"small": size(1, "512MiB", "8GiB"), "medium": size(2, "1GiB", "16GiB"), "large": size(4, "2GiB", "32GiB")}


def guest(kind: str = "container", status: str = "running", **values: Any) -> Observed:
    given = {"name": "adler-web", "memory": "2GiB", "disk": "32GiB", **values}
    usage = Usage(machines=1, cores=4, memory=ByteSize(2 * GIB + 512 * MIB), disk=ByteSize(40 * GIB))
    return Observed(Address(f"proxmox.{kind}", "eig3/adler/web"), given, team="adler", usage=usage, facts={"status": status})


def inside(**facts: Any) -> Observed:
    return Observed(Address("machine.access", "eig3/adler/web"), {}, team="adler", facts=facts)


def use(days: float = 30, running: float = 1.0, **series: Any) -> Utilisation:
    known = {"cores": Series(0.5, 3.0), "memory": Series(GIB, 1.5 * GIB), "disk": Series(16 * GIB, 24 * GIB), "network": Series(5000, 9000)}
    since = UNTIL - timedelta(days=days)
    last = since + timedelta(days=days * running) if running else None
    return Utilisation(since, UNTIL, 100, running, last, **{**known, **series})


def state(machine: MachineSizing, measure: Any) -> tuple[MeasureState, int | None]:
    found = machine.measure(measure)
    assert found is not None
    return found.state, found.proposed


def test_a_machine_that_uses_what_it_has_is_well() -> None:
    machine = judged(guest(), None, use(), SIZES)
    assert machine.verdict is SizingVerdict.WELL
    assert [(each.measure, each.asked, each.state, each.proposed) for each in machine.measures] == [
        ("cores", 4, MeasureState.WELL, None),
        ("memory", 2 * GIB, MeasureState.WELL, None),
        ("disk", 32 * GIB, MeasureState.WELL, None),
    ]


def test_a_machine_that_is_too_large_is_proposed_the_smallest_of_the_sites_amounts_that_is_enough() -> None:
    machine = judged(guest(), None, use(cores=Series(0.1, 0.7), memory=Series(0.2 * GIB, 0.5 * GIB), disk=Series(GIB, 2 * GIB)), SIZES)
    assert machine.verdict is SizingVerdict.TOO_LARGE
    assert [state(machine, name) for name in ("cores", "memory", "disk")] == [
        (MeasureState.TOO_LARGE, 1),
        (MeasureState.TOO_LARGE, GIB),
        (MeasureState.TOO_LARGE, 8 * GIB),
    ]
    assert [each.measure for each in machine.proposals] == ["cores", "memory"]


def test_a_disk_that_is_too_large_alone_is_no_reason() -> None:
    machine = judged(guest(), None, use(disk=Series(GIB, 2 * GIB)), SIZES)
    assert machine.verdict is SizingVerdict.WELL
    assert state(machine, "disk") == (MeasureState.TOO_LARGE, 8 * GIB)


def test_a_named_size_is_proposed_where_its_disk_is_not_smaller() -> None:
    slow = use(cores=Series(0.1, 0.7), memory=Series(0.2 * GIB, 0.3 * GIB))
    assert judged(guest(), None, slow, SIZES).size == ""
    wide = {
        **SIZES,
        "wide": size(1, "512MiB", "32GiB"),
        "wider": size(2, "512MiB", "64GiB"),
        "own": size(1, "512MiB", "32GiB", privileged=True),
    }
    assert judged(guest(), None, slow, wide).size == "wide"


def test_a_site_without_sizes_proposes_halves() -> None:
    machine = judged(guest(memory="3GiB"), None, use(cores=Series(0.1, 0.7), memory=Series(0.2 * GIB, 0.5 * GIB)), {})
    assert [state(machine, name)[1] for name in ("cores", "memory")] == [1, 768 * MIB]


@pytest.mark.parametrize(("cores", "network", "idle"), [(0.01, 10, True), (IDLE_CORES, 10, False), (0.01, IDLE_NETWORK, False)])
def test_idle_is_who_computes_and_sends_nearly_nothing(cores: float, network: float, *, idle: bool) -> None:
    machine = judged(guest(), None, use(cores=Series(cores, 2.0), network=Series(network, 10**6)), SIZES)
    assert (machine.verdict is SizingVerdict.IDLE) == idle


def test_what_is_not_measured_makes_no_machine_idle() -> None:
    assert judged(guest(), None, use(cores=Series(0.001, 3.9), network=None), SIZES).verdict is SizingVerdict.WELL
    assert judged(guest(), None, use(cores=None, network=Series(1, 1)), SIZES).verdict is SizingVerdict.WELL


@pytest.mark.parametrize("measure", ["memory", "disk"])
def test_nearly_full_by_its_peak(measure: str) -> None:
    whole = {"memory": 2 * GIB, "disk": 32 * GIB}[measure]
    for share, full in ((NEARLY_FULL - 0.01, False), (NEARLY_FULL, True)):
        machine = judged(guest(), None, use(**{measure: Series(GIB, share * whole)}), SIZES)
        assert (machine.verdict is SizingVerdict.NEARLY_FULL) == full
        assert (state(machine, measure) == (MeasureState.NEARLY_FULL, None)) == full


def test_nearly_full_is_told_after_an_hour_too() -> None:
    assert judged(guest(), None, use(days=0.04, memory=Series(GIB, 2 * GIB)), SIZES).verdict is SizingVerdict.NEARLY_FULL


def test_the_memory_of_a_vm_is_only_the_most_that_it_can_be() -> None:
    full = judged(guest("vm"), None, use(memory=Series(2 * GIB, 2 * GIB), memory_at_most=True, disk=None), SIZES)
    assert (full.verdict, state(full, "memory")) == (SizingVerdict.WELL, (MeasureState.UNKNOWN, None))
    little = judged(guest("vm"), None, use(memory=Series(0.2 * GIB, 0.3 * GIB), memory_at_most=True, disk=None), SIZES)
    assert (little.verdict, state(little, "memory")) == (SizingVerdict.TOO_LARGE, (MeasureState.TOO_LARGE, 512 * MIB))
    assert state(little, "disk") == (MeasureState.UNKNOWN, None)


def test_what_a_machine_tells_itself_is_better() -> None:
    told = inside(memory_total=2 * GIB, memory_available=100 * MIB, disk_total=32 * GIB, disk_used=2 * GIB)
    machine = judged(guest("vm"), told, use(memory=Series(GIB, GIB), memory_at_most=True, disk=None), SIZES)
    assert (machine.verdict, state(machine, "memory")[0]) == (SizingVerdict.NEARLY_FULL, MeasureState.NEARLY_FULL)
    assert state(machine, "disk") == (MeasureState.TOO_LARGE, 8 * GIB)
    assert machine.measure("disk").now == 2 * GIB  # type: ignore[union-attr]


def test_memory_that_was_told_once_is_no_peak() -> None:
    machine = judged(guest("vm"), inside(memory_total=2 * GIB, memory_available=GIB), use(memory=None, memory_at_most=True), SIZES)
    assert state(machine, "memory") == (MeasureState.UNKNOWN, None)


def test_a_peak_that_a_machine_told_itself_counts() -> None:
    told = inside(memory_total=2 * GIB, memory_available=GIB, disk_total=32 * GIB, disk_used=20 * GIB)
    machine = judged(guest(), told, use(memory=Series(0.1 * GIB, 0.2 * GIB), disk=Series(GIB, GIB)), SIZES)
    assert [state(machine, name)[1] for name in ("memory", "disk")] == [None, None]


@pytest.mark.parametrize("facts", [{"memory_total": "much"}, {"disk_used": None}, {"memory_total": 0, "memory_available": 0}, {}])
def test_facts_that_are_none_are_left_out(facts: dict[str, Any]) -> None:
    assert judged(guest(), inside(**facts), use(), SIZES).verdict is SizingVerdict.WELL


def test_a_machine_without_a_history_is_not_judged() -> None:
    machine = judged(guest(), None, None, SIZES)
    assert (machine.verdict, machine.why, machine.proposals) == (SizingVerdict.UNMEASURED, NotMeasured.NO_HISTORY, ())


def test_less_than_a_week_of_running_is_too_short() -> None:
    short = judged(guest(), None, use(days=30, running=0.2, cores=Series(0.001, 0.01), network=Series(1, 1)), SIZES)
    assert (short.verdict, short.why, short.proposals) == (SizingVerdict.UNMEASURED, NotMeasured.TOO_SHORT, ())
    assert judged(guest(), None, use(days=ENOUGH.days), SIZES).why is None


def test_a_machine_that_is_off_for_long() -> None:
    machine = judged(guest(status="stopped"), None, use(days=30, running=0.4), SIZES)
    assert (machine.verdict, machine.stopped_since) == (SizingVerdict.STOPPED, date(2019, 11, 13))
    never = judged(guest(status="stopped"), None, use(days=20, running=0, cores=None, memory=None, disk=None, network=None), SIZES)
    assert (never.verdict, never.stopped_since) == (SizingVerdict.STOPPED, date(2019, 11, 11))


@pytest.mark.parametrize(("status", "days"), [("running", 30), ("stopped", LONG_STOPPED.days - 1)])
def test_off_for_long_is_only_who_is_off_now_and_was_for_two_weeks(status: str, days: int) -> None:
    machine = judged(guest(status=status), None, use(days=days, running=0), SIZES)
    assert (machine.verdict, machine.stopped_since) == (SizingVerdict.UNMEASURED, None)


amounts = st.floats(min_value=0, max_value=4, allow_nan=False)


@given(
    st.sampled_from(["container", "vm"]), amounts, amounts, amounts, st.dictionaries(st.sampled_from(["disk_used"]), st.integers(0, 2**36))
)
def test_nothing_is_proposed_below_the_peak_or_above_what_there_is(
    kind: str, cores: float, memory: float, disk: float, told: dict[str, int]
) -> None:
    peaks = {"cores": cores, "memory": memory * GIB, "disk": disk * 10 * GIB}
    seen = use(
        cores=Series(cores / 2, cores),
        memory=Series(0, memory * GIB),
        disk=Series(0, disk * 10 * GIB),
        memory_at_most=kind == "vm",
        network=Series(10**6, 10**6),
    )
    for sizes in (SIZES, {}):
        machine = judged(guest(kind), inside(**told), seen, sizes)
        assert machine == judged(guest(kind), inside(**told), replace(seen), sizes)
        for each in machine.measures:
            if each.proposed is not None:
                assert (
                    max(peaks[each.measure], told.get("disk_used", 0) if each.measure == "disk" else 0) * MARGINS[each.measure]
                    <= each.proposed
                )
                assert each.proposed < each.asked
        if machine.size:
            chosen = sizes[machine.size]
            assert chosen.disk >= 32 * GIB
            assert chosen.cores >= cores
