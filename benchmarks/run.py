"""Measures and prints time, CPU, memory and requests, and how they grow with the number of teams.

    python benchmarks/run.py [--teams 15,150,600,1500] [--latency 0,20] [--seconds 1500] [--skip-road] [--skip-compare] [--skip-clones]

Everything runs on this machine's loopback, against a lab in a process of its own.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import yaml
from generate import generate
from harness import DAY, ROOT, lab
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table
from road import road

from eiginfra.core.plan import PlanMeta
from eiginfra.core.resource import Observation, Observed, Record
from eiginfra.core.usage import Limits
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

CONSOLE = Console(width=130)


def compare(resources: int) -> None:
    """Load, compile and diff, without any server; in a process of its own, for an honest peak of memory."""
    with tempfile.TemporaryDirectory() as name:
        cohort = generate(Path(name), max(1, round(resources / 19)))
        site = Path(name) / "site.yml"
        body = yaml.safe_load((ROOT / "infra/lab.yml").read_text(encoding="utf-8"))
        del body["proxmox"]["ca"]
        for section in ("gitlab", "proxmox"):
            body[section]["token"] = {"command": ["echo", "none"]}
        body["proxmox"]["network"] |= {"subnet": "10.0.0.0/16", "gateway": "10.0.255.254", "ids": "100-60000"}
        site.write_text(yaml.safe_dump(body), encoding="utf-8")
        output = subprocess.run(
            [sys.executable, __file__, "--child", str(cohort), str(site)], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    figures = json.loads(output)
    table = Table(title="Without servers, one core", title_justify="left")
    for column in ("resources", "load files", "compile", "diff (empty plan)", "compile + diff", "peak memory"):
        table.add_column(column, justify="right")
    both = figures["compile"] + figures["diff"]
    table.add_row(
        str(figures["resources"]),
        f"{figures['load']:.2f} s",
        f"{figures['compile']:.2f} s",
        f"{figures['diff']:.2f} s",
        f"{both:.2f} s",
        f"{figures['memory']:.0f} MB",
    )
    CONSOLE.print(table)


def clones(task_seconds: float) -> None:
    """The example's first apply where every Proxmox task takes its time, beside the least that the node's limit allows."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), 0, task_seconds) as site:
        paths = Paths(inventory=ROOT / "inventories/eig3", playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
        project = Workspace.load(paths)
        plan = project.plan()
        kinds = [change.address.kind for change in plan.acting]
        containers, machines = kinds.count("proxmox.container"), kinds.count("proxmox.vm")
        assert project.site.file.proxmox
        limit = project.site.file.proxmox.limits.node
        began = time.perf_counter()
        report = project.apply(plan)
        seconds = time.perf_counter() - began
        assert not report.failed, [result.reason for result in report.results if result.reason][:3]
    lane = math.ceil((containers + machines) / limit) * task_seconds
    table = Table(title=f"First apply of the example, Proxmox tasks of {task_seconds:g} s", title_justify="left")
    for column in ("containers", "VMs", "at once on the node", "slowest lane", "wall time", "ratio (aim 1.3)"):
        table.add_column(column, justify="right")
    table.add_row(str(containers), str(machines), str(limit), f"{lane:.1f} s", f"{seconds:.1f} s", f"{seconds / lane:.2f}")
    CONSOLE.print(table)


def child(cohort: Path, site: Path) -> None:
    """What `compare` measures."""
    began = time.perf_counter()
    paths = Paths(inventory=cohort, playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
    project = Workspace.load(paths)
    loaded = time.perf_counter()
    wanted = project.compiled.resources
    compiled = time.perf_counter()
    now = datetime.now(UTC)
    objects: dict[str, list[Observed]] = {}
    records = {}
    for number, item in enumerate(wanted, 100):
        facts: dict[str, JsonValue] = {"vmid": number, "node": "eig", "address": f"10.0.{number // 256}.{number % 256}"}
        assigned: dict[str, JsonValue] = (
            {"id": number, "node": "eig", "address": f"{facts['address']}/16"} if item.address.provider == "proxmox" else {}
        )
        values: dict[str, JsonValue] = {**item.values, **assigned} if item.address.kind != "proxmox.pool" else dict(item.values)
        objects.setdefault(item.address.kind, []).append(
            Observed(item.address, values, {"id": number, "vmid": number, "node": "eig"}, facts=facts)
        )
        records[item.address] = Record(item.address, values, {}, item.team, created=True, run=1, at=now, by="bench")
    prepared = time.perf_counter()
    situation = Situation(
        resources=wanted,
        everything=wanted,
        observations={kind: Observation(found) for kind, found in objects.items()},
        records=records,
        limits=Limits(),
        orphans_among=None,
    )
    meta = PlanMeta(cohort="bench", site="bench", as_of=DAY, eiginfra="0")
    plan = make_plan(project.registry, situation, meta)
    done = time.perf_counter()
    assert plan.empty, [str(change.address) for change in plan.acting][:5]
    figures = {
        "resources": len(wanted),
        "load": loaded - began,
        "compile": compiled - loaded,
        "diff": done - prepared,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }
    print(json.dumps(figures))


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", default="15,150,600,1500")
    parser.add_argument("--latency", default="0,20")
    parser.add_argument("--seconds", type=float, default=1500, help="for all sizes; what does not end in them is left out")
    parser.add_argument("--resources", type=int, default=10_000)
    parser.add_argument("--skip-road", action="store_true")
    parser.add_argument("--skip-compare", action="store_true")
    parser.add_argument("--skip-clones", action="store_true")
    parser.add_argument("--task-seconds", type=float, default=5, help="of the slow Proxmox that --skip-clones leaves out")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child)
        return
    if not options.skip_compare:
        compare(options.resources)
    if not options.skip_clones:
        clones(options.task_seconds)
    if not options.skip_road:
        sizes, latencies = map(int, options.teams.split(",")), map(float, options.latency.split(","))
        road(list(sizes), list(latencies), options.seconds, CONSOLE)


if __name__ == "__main__":
    main()
