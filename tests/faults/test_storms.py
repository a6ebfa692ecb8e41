"""Bad networks and bad servers during a first apply: whatever it ends with, the next run converges and nothing stands twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.kills import Bench, open_bench

WRITES = "POST /api"
STORMS: dict[str, dict[str, Any]] = {
    "answers lost after the work was done": {"match": WRITES, "kind": "drop_after", "times": 6, "skip": 2},
    "500 after the work was done": {"match": WRITES, "kind": "error_after", "status": 500, "times": 4, "skip": 1},
    "connections cut before any work": {"match": "GET|PUT /api", "kind": "drop", "times": 6},
    "a storm of 429": {"match": "/api", "kind": "status", "status": 429, "times": 12, "retry_after": 0},
    "a gateway that fails": {"match": "/api", "kind": "status", "status": 503, "times": 8, "retry_after": 0},
    "a server that goes away in the middle": {"match": "/api", "kind": "drop", "times": None, "skip": 12},
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(Path(tmp_path_factory.mktemp("storms")) / "bench", ("adler",)) as opened:
        yield opened


@pytest.mark.parametrize("service", ["gitlab", "proxmox"])
@pytest.mark.parametrize("storm", STORMS.values(), ids=STORMS)
def test_the_run_after_the_storm_converges(bench: Bench, service: str, storm: dict[str, Any]) -> None:
    bench.reset()
    bench.faults(service, [storm])
    try:
        bench.apply("requests", "count")
    finally:
        bench.faults(service, [])
    again = bench.apply("requests", "count")
    assert again.returncode == 0, again.stdout[-1500:] + again.stderr[-1500:]
    assert bench.plan().empty
    assert bench.duplicates() == 0
