"""Histories as other releases, broken files and servers of ill will may answer them."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Utilisation
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.utilisation import hosts, utilisation

from .conftest import make_site

NOW = 1_795_000_000
HALF = 1800
ADDRESS = Address("proxmox.container", "eig3/adler/web")
WEB = Observed(ADDRESS, {}, {"node": "eig", "vmid": 100})


class Told(ProxmoxClient):
    """Answers with what it was given."""

    def __init__(self, means: Any, highest: Any = None, removals: Any = (), cluster: Any = ()) -> None:
        super().__init__(make_site())
        self.answers = {"AVERAGE": means, "MAX": means if highest is None else highest}
        self.removed, self.resources_ = list(removals), list(cluster)

    def _call(self, method: str, path: str, what: str, params: Mapping[str, Any] | None = None) -> Any:
        if path == "cluster/resources":
            return self.resources_
        if path.endswith("/tasks"):
            return [task for task in self.removed if f":{(params or {})['typefilter']}:" in task["upid"]]
        assert (params or {})["timeframe"] == "month"
        return self.answers[(params or {})["cf"]]


def used(*answers: Any, **more: Any) -> Utilisation | None:
    with ThreadPoolExecutor(1) as readers:
        return utilisation(Told(*answers, **more), readers, {"proxmox.container": "lxc"}, [WEB]).get(ADDRESS)


def row(back: int, cpu: Any = 0.5, *, step: int = HALF, **values: Any) -> dict[str, Any]:
    load = {} if cpu is None else {"cpu": cpu, "mem": 100, "disk": 50, "netin": 1, "netout": 2}
    return {"time": NOW - back * step, "maxcpu": 4, "maxmem": 1000, "maxdisk": 1000, **load, **values}


def removal(end: int, vmid: str = "100", status: str = "OK") -> dict[str, Any]:
    upid = f"UPID:eig:00002FFD:0005FECC:6B01FF26:vzdestroy:{vmid}:root@pam:"
    return {"upid": upid, "starttime": end - 5, "endtime": end, "id": vmid, "status": status}


def test_peaks_are_those_of_minutes() -> None:
    found = used([row(back, 0.25) for back in range(10)], [row(back, 0.25 + 0.05 * (back == 3)) for back in range(10)])
    assert found is not None
    assert found.cores is not None
    assert (found.cores.mean, found.cores.peak) == (1.0, pytest.approx(1.2))


def test_a_machine_whose_cores_were_changed_is_measured_in_cores() -> None:
    found = used([row(1, 0.5, maxcpu=8), row(0, 1.0, maxcpu=2)])
    assert found is not None
    assert found.cores is not None
    assert (found.cores.mean, found.cores.peak) == (3.0, 4.0)


def test_a_row_counts_for_the_time_that_it_stands_for() -> None:
    """After an upgrade, rows of twelve hours stand before those of half an hour."""
    old = [{**row(0, 1.0), "time": NOW - 86400 * day - 43200 * half} for day in range(2, 10) for half in (0, 1)]
    new = [row(back, 0.0) for back in range(48)]
    found = used([*old, *new])
    assert found is not None
    assert found.cores is not None
    assert found.cores.mean == pytest.approx(4 * (16 * 43200) / (16 * 43200 + 43200 + 47 * HALF), rel=0.05)


def test_the_server_of_before_9_has_35_days_of_which_30_count() -> None:
    found = used([row(back, step=43200) for back in range(70)])
    assert found is not None
    assert found.samples == 60
    assert found.until - found.since == timedelta(days=30)


def test_gaps_are_not_told_as_anything() -> None:
    rows = [row(0), {"time": NOW - HALF}, row(2, None), {**row(3, None), "mem": None, "cpu": None}]
    found = used(rows)
    assert found is not None
    assert (found.samples, found.running) == (3, pytest.approx(1 / 3))


def test_numbers_that_are_texts_are_numbers() -> None:
    found = used([row(0, "0.5", maxcpu="4", time=str(NOW))])
    assert found is not None
    assert found.cores is not None
    assert found.cores.mean == 2.0
    assert found.until == datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize(
    ("tasks", "samples"),
    [
        ([], 10),
        ([removal(NOW - 5 * HALF)], 5),
        ([removal(NOW - 5 * HALF, status="WARNINGS: 1")], 5),
        ([removal(NOW - 5 * HALF, status="unable to destroy")], 10),
        ([removal(NOW - 5 * HALF, vmid="101")], 10),
        ([removal(NOW - 5 * HALF), removal(NOW - 2 * HALF)], 2),
        ([removal(NOW - 5 * HALF, vmid="1" * 400), removal(NOW - 5 * HALF, vmid="x")], 10),
    ],
)
def test_a_history_begins_with_the_last_removal_of_the_number(tasks: list[dict[str, Any]], samples: int) -> None:
    found = used([row(back) for back in range(10)], removals=tasks)
    assert found is not None
    assert found.samples == samples


@pytest.mark.parametrize("answer", [None, {}, "rows", 7, [], [[]], [None], [{"cpu": 1}], [{"time": NOW}], [{"time": "soon", "cpu": 1}]])
def test_what_is_no_history_is_left_out(answer: Any) -> None:
    assert used(answer) is None


def test_a_million_rows_are_refused_at_once() -> None:
    answer = [{"time": NOW}] * 1_000_000
    begun = time.process_time()
    assert used(answer) is None
    assert time.process_time() - begun < 1


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=4),
    st.sampled_from(["NaN", "inf", "-1", "1e999", "0x10", "1_0", " 7 "]),
    st.floats(),
    st.integers(min_value=-(10**400), max_value=10**400),
    st.lists(st.none(), max_size=1),
)
NAMES = ["time", "maxcpu", "cpu", "maxmem", "mem", "disk", "netin", "netout"]
ROWS = st.lists(st.one_of(ODD, st.dictionaries(st.sampled_from(NAMES), st.one_of(ODD, st.integers(0, 10**10)))), max_size=8)


@given(ROWS, ROWS)
def test_whatever_is_answered_nothing_is_told_but_measurements(means: Any, highest: Any) -> None:
    found = used(means, highest)
    if found is not None:
        assert found.samples > 0
        assert 0 <= found.running <= 1
        assert found.since <= found.until
        for series in (found.cores, found.memory, found.disk, found.network):
            assert series is None or 0 <= series.mean <= series.peak < 2**70


def test_a_server_of_ill_will_has_no_size() -> None:
    node = {"type": "node", "node": "eig", "status": "online", "maxcpu": "many", "maxmem": 2**62, "mem": -5}
    store = {"type": "storage", "storage": "local-lvm", "node": "eig", "maxdisk": 0, "disk": 10**400}
    (host,) = hosts(Told([], cluster=[node, store]))
    assert (host.cores, host.memory, host.memory_used, host.disk, host.disk_used) == (None, None, None, None, None)
