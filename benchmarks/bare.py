"""How much an empty plan takes beyond its requests: the same requests sent again by a bare HTTP client, as many at a time.

python benchmarks/bare.py [--teams 150,1500] [--latency 0]
"""

import argparse
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import requests
from generate import generate
from requests.adapters import HTTPAdapter
from rich.console import Console
from rich.table import Table
from run import DAY, ROOT, lab

from eiginfra.wiring.project import Paths, Project

AT_ONCE = 16
CONSOLE = Console(width=130)


class Recorder:
    """Keeps what a run sends."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self._lock, self._real = threading.Lock(), HTTPAdapter.send

    def __enter__(self) -> Self:
        real = self._real

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> Any:
            with self._lock:
                self.calls.append((str(request.method), str(request.url), dict(request.headers)))
            return real(adapter, request, *arguments, **options)

        HTTPAdapter.send = send  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        HTTPAdapter.send = self._real  # type: ignore[method-assign]


def replay(calls: list[tuple[str, str, dict[str, str]]], ca: Path) -> float:
    """Seconds that a bare client takes for the same requests."""
    local = threading.local()

    def call(item: tuple[str, str, dict[str, str]]) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False
        method, url, headers = item
        local.session.request(method, url, headers=headers, verify=str(ca), timeout=60).raise_for_status()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(call, calls))
    return time.perf_counter() - began


def measure(teams: int, latency: float, table: Table) -> None:
    """Apply once, plan again while recording, replay."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), latency) as site:
        paths = Paths(inventory=generate(Path(name), teams), playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
        project = Project.load(paths)
        report = project.apply(project.plan())
        assert not report.failed, [result.reason for result in report.results if result.reason][:3]
        with Recorder() as recorder:
            began = time.perf_counter()
            plan = Project.load(paths).plan()
            planned = time.perf_counter() - began
        assert plan.empty
        bare = replay(recorder.calls, site.parent / "proxmox-ca.pem")
    table.add_row(str(teams), f"{latency:.0f} ms", str(len(recorder.calls)), f"{planned:.2f} s", f"{bare:.2f} s", f"{planned / bare:.2f}")
    print(f"{teams} teams: {planned:.2f} s planned, {bare:.2f} s bare", file=sys.stderr, flush=True)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", default="150,1500")
    parser.add_argument("--latency", default="0")
    options = parser.parse_args()
    table = Table(title="An empty plan, and the same requests by a bare client", title_justify="left")
    for column in ("teams", "latency", "requests", "empty plan", "bare client", "ratio"):
        table.add_column(column, justify="right")
    for teams in options.teams.split(","):
        for latency in options.latency.split(","):
            measure(int(teams), float(latency), table)
    CONSOLE.print(table)


if __name__ == "__main__":
    main()
