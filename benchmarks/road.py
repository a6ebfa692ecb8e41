"""First apply and empty plan over HTTP, for cohorts of several sizes: requests, wall time, CPU per request, growth.

Each size runs in a process of its own, so that none inherits another's memory. CPU is that of this side alone, user and system, all
threads: the lab has its own process. It tells more than the clock where the machine is shared.
"""

import gc
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generate import generate
from harness import DAY, ROOT, Counter, lab
from rich.console import Console
from rich.table import Table

from eiginfra.cli.main import ALLOCATIONS
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

REPEATS = 3
"""How often an empty plan is measured; the least counts."""
GROWTH = (150, 600)
WITH_LATENCY = 150
"""A slow server is tried up to this many teams."""


@dataclass(frozen=True)
class Step:
    """One measured step; times in seconds."""

    teams: int
    latency: float
    resources: int
    name: str
    wall: float
    cpu: float
    gitlab: int
    proxmox: int

    @property
    def requests(self) -> int:
        """To both servers."""
        return self.gitlab + self.proxmox


def road(sizes: list[int], latencies: list[float], seconds: float, console: Console) -> None:
    """Measure every size, print the tables. seconds: for all; what does not end in them is left out, and said."""
    until, steps, left_out = time.monotonic() + seconds, list[Step](), list[str]()
    for teams in sizes:
        for latency in latencies:
            if latency and teams > WITH_LATENCY:
                continue
            try:
                steps += _in_a_process(teams, latency, max(1.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                left_out.append(f"{teams} teams at {latency:g} ms")
    console.print(_figures(steps))
    growth = _growth(steps)
    if growth.row_count:
        console.print(growth)
    if left_out:
        console.print(f"not measured within {seconds:g} s: {', '.join(left_out)}")


def _in_a_process(teams: int, latency: float, seconds: float) -> list[Step]:
    """The steps of one size. Raises subprocess.TimeoutExpired; the lab ends with the process that started it."""
    command = [sys.executable, __file__, str(teams), str(latency)]
    with tempfile.TemporaryDirectory() as name, lab(Path(name), latency) as site:
        output = subprocess.run([*command, str(site)], check=True, stdout=subprocess.PIPE, text=True, timeout=seconds).stdout
    steps = [Step(**line) for line in json.loads(output)]
    for step in steps:
        print(
            f"{teams} teams, {latency:g} ms: {step.name} {step.wall:.2f} s, CPU {step.cpu:.2f} s, {step.requests} requests", file=sys.stderr
        )
    return steps


def measure(teams: int, latency: float, site: Path) -> list[Step]:
    """First apply (its plan included) and empty plan of a generated cohort, on a lab that runs."""
    gc.set_threshold(ALLOCATIONS)  # as the program does
    with tempfile.TemporaryDirectory() as name:
        paths = Paths(inventory=generate(Path(name), teams), playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
        counter = Counter(site)

        def step(what: str, work: Callable[[], int]) -> Step:
            gc.collect()
            counter.take()
            wall, cpu = time.perf_counter(), time.process_time()
            resources = work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            return Step(teams, latency, resources, what, wall, cpu, **counter.take())

        def apply() -> int:
            with Workspace.load(paths) as project:
                report = project.apply(project.plan())
                assert not report.failed, [result.reason for result in report.results if result.reason][:3]
                return len(project.compiled.resources)

        def plan() -> int:
            with Workspace.load(paths) as project:
                found = project.plan()
                assert found.empty, [str(change.address) for change in found.acting][:5]
                return len(project.compiled.resources)

        first = step("first apply", apply)
        return [first, min((step("empty plan", plan) for _ in range(REPEATS)), key=lambda measured: measured.cpu)]


def _figures(steps: list[Step]) -> Table:
    table = Table(title="First apply and empty plan, over real HTTP to the lab", title_justify="left")
    for column in ("teams", "latency", "resources", "step", "GitLab", "Proxmox", "requests", "wall", "CPU", "CPU per request"):
        table.add_column(column, justify="right" if column != "step" else "left")
    for step in steps:
        where = (str(step.teams), f"{step.latency:g} ms", str(step.resources), step.name)
        asked = (str(step.gitlab), str(step.proxmox), str(step.requests))
        table.add_row(*where, *asked, f"{step.wall:.2f} s", f"{step.cpu:.2f} s", f"{1000 * step.cpu / step.requests:.2f} ms")
    return table


def _growth(steps: list[Step]) -> Table:
    """How the figures grow with the number of teams: the exponent, 1 being proportional."""
    small, large = GROWTH
    table = Table(title=f"Growth from {small} to {large} teams: the exponent (aim 1.05)", title_justify="left")
    for column in ("step", "requests", "wall", "CPU"):
        table.add_column(column, justify="right" if column != "step" else "left")
    found = {(step.name, step.teams): step for step in steps if not step.latency}
    for name in ("first apply", "empty plan"):
        pair = (found.get((name, small)), found.get((name, large)))
        if pair[0] and pair[1]:
            table.add_row(name, *(_exponent(pair[0], pair[1], what) for what in ("requests", "wall", "cpu")))
    return table


def _exponent(one: Step, other: Step, what: str) -> str:
    values: tuple[Any, Any] = (getattr(one, what), getattr(other, what))
    return f"{math.log(values[1] / values[0]) / math.log(other.teams / one.teams):.2f}"


if __name__ == "__main__":
    print(json.dumps([asdict(step) for step in measure(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))]))
