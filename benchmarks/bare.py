"""How much an empty plan takes beyond its requests: the same requests sent again by a bare HTTP client, as many at a time.

Both run in one interpreter, in turn, several times; the medians count. CPU seconds tell more than the clock where the machine is shared.

python benchmarks/bare.py [--teams 150,1500] [--latency 0]
"""

import argparse
import gc
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from generate import generate
from harness import DAY, ROOT, lab
from harness import Counter as Counted
from requests.adapters import HTTPAdapter
from rich.console import Console
from rich.table import Table

from eiginfra.cli.main import ALLOCATIONS
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

TIMES = 3
CONSOLE = Console(width=130)


Call = tuple[str, str, dict[str, str]]


class Recorder:
    """Keeps what a run sends, by server, and how many requests to each were under way at once."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Call]] = {}
        self.lanes: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock, self._real = threading.Lock(), HTTPAdapter.send

    def __enter__(self) -> Self:
        real = self._real

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> Any:
            server = urlsplit(str(request.url)).netloc
            with self._lock:
                self.calls.setdefault(server, []).append((str(request.method), str(request.url), dict(request.headers)))
                self._now[server] += 1
                self.lanes[server] = max(self.lanes[server], self._now[server])
            try:
                return real(adapter, request, *arguments, **options)
            finally:
                with self._lock:
                    self._now[server] -= 1

        HTTPAdapter.send = send  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_: object) -> None:
        HTTPAdapter.send = self._real  # type: ignore[method-assign]


def replay(recorder: Recorder, ca: Path) -> None:
    """The same requests by a bare client, to all servers at once, to each as many at a time as the plan had."""
    local = threading.local()

    def call(item: Call) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False
        method, url, headers = item
        local.session.request(method, url, headers=headers, verify=str(ca), timeout=60).raise_for_status()

    pools = {server: ThreadPoolExecutor(lanes) for server, lanes in recorder.lanes.items()}
    futures = [pools[server].submit(call, item) for server, calls in recorder.calls.items() for item in calls]
    for future in futures:
        future.result()
    for pool in pools.values():
        pool.shutdown()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of this process's CPU."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(teams: int, latency: float, table: Table) -> None:
    """Apply once, plan while recording, then plan and replay in turn; the medians."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), latency) as site:
        paths = Paths(inventory=generate(Path(name), teams), playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
        project, counter = Workspace.load(paths), Counted(site)
        report = project.apply(project.plan())
        assert not report.failed, [result.reason for result in report.results if result.reason][:3]
        del project, report
        with Recorder() as recorder:
            assert Workspace.load(paths).plan().empty
        number = sum(map(len, recorder.calls.values()))
        planned, bare = [], []
        for _ in range(TIMES):
            counter.take()
            planned.append(timed(lambda: Workspace.load(paths).plan()))
            asked = counter.take()
            bare.append(timed(lambda: replay(recorder, site.parent / "proxmox-ca.pem")))
            assert counter.take() == asked, "the bare client did not send what the plan sent"
    (plan_wall, plan_cpu), (bare_wall, bare_cpu) = (tuple(map(median, zip(*times, strict=True))) for times in (planned, bare))
    row = (f"{teams}", f"{latency:.0f} ms", f"{number}", " + ".join(map(str, recorder.lanes.values())))
    figures = (f"{plan_wall:.2f} s", f"{bare_wall:.2f} s", f"{plan_wall / bare_wall:.2f}")
    processor = (f"{plan_cpu:.2f} s", f"{bare_cpu:.2f} s", f"{plan_cpu / bare_cpu:.2f}")
    table.add_row(*row, *figures, *processor)
    print(f"{teams} teams, {latency:.0f} ms:", *figures, "CPU:", *processor, file=sys.stderr, flush=True)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", default="150,1500")
    parser.add_argument("--latency", default="0")
    options = parser.parse_args()
    gc.set_threshold(ALLOCATIONS)  # as the program does; it spares the bare client the same searches
    table = Table(title="An empty plan, and the same requests by a bare client", title_justify="left")
    for column in ("teams", "latency", "requests", "at once", "empty plan", "bare client", "ratio", "CPU", "bare CPU", "ratio "):
        table.add_column(column, justify="right")
    for teams in options.teams.split(","):
        for latency in options.latency.split(","):
            measure(int(teams), float(latency), table)
    CONSOLE.print(table)


if __name__ == "__main__":
    main()
