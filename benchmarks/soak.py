"""Leaves `eiginfra reconcile` alone with a lab that is tampered with and has bad days; checks every round and prints figures.

    python benchmarks/soak.py [--rounds 200] [--teams 5] [--seed 1]

Ends with 1 if a drift is missed, healed though the policy says alert, or not healed; if figures disagree; or if memory grows.
"""

import argparse
import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from generate import generate
from harness import DAY, ROOT, lab
from harness import Counter as LabCounter
from rich.console import Console
from rich.table import Table
from tampering import Server, Tamperer

from eiginfra.core.change import Change
from eiginfra.engine.mode import Mode
from eiginfra.engine.report import Outcome
from eiginfra.journal import open_journal
from eiginfra.reconcile.loop import Loop
from eiginfra.reconcile.round import Round
from eiginfra.reconcile.state import state_file
from eiginfra.reconcile.work import ProjectWork
from eiginfra.wiring.asked import Asked, Paths
from eiginfra.wiring.stopping import Stopper
from eiginfra.wiring.workspace import Workspace

CONSOLE = Console(width=130)
ALERT = "proxmox.pool"
"""The kind that this site's policy leaves to people."""


@dataclass
class Soak:
    """One soak: the loop, the tamperer, and what is expected to be out of line."""

    loop: Loop
    tamperer: Tamperer
    expected: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    found: int = 0
    hanging: int = 0
    healed: int = 0
    left: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    remade: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)

    def round(self, number: int) -> float:
        """Tamper, let the loop walk, compare; returns the round's seconds."""
        self._tamper()
        day = self.tamperer.bad_day()
        self.days[day or "good"] += 1
        seen = self.loop.once()
        self.ends[seen.end.value] += 1
        if seen.problem is None:
            self._compare(f"round {number} ({day or 'good'})", seen)
        elif day == "":
            self.wrong.append(f"round {number}: {seen.problem}")
        return seen.seconds

    def _tamper(self) -> None:
        chance = self.tamperer.random
        self.tamperer.good_day()
        for address in sorted(self.expected):
            if address.startswith(ALERT) and address not in self.unseen and chance.random() < 0.5:
                self.tamperer.repair(address)
                self.expected.discard(address)
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            changed = self.tamperer.tamper(self.expected)
            if changed is not None:
                self.expected.add(changed)
                self.unseen.add(changed)

    def _inside_again(self, item: Change) -> bool:
        """Whether it is inside a machine that was destroyed, and runs again: only then can anybody look."""
        machine = str((item.desired or {}).get("machine"))
        if item.address.provider != "machine" or machine not in self.remade:
            return False
        self.remade.discard(machine)
        return True

    def _compare(self, when: str, seen: Round) -> None:
        found = {str(change.address) for change in seen.news.found}
        healed = {str(result.change.address) for result in seen.news.healed}
        self.found, self.healed = self.found + len(found), self.healed + len(healed)
        hanging = {
            str(item.address)
            for item in seen.news.found
            if self.tamperer.gone & {str(other) for other in (*item.depends_on, *item.follows)} or self._inside_again(item)
        }
        hanging -= self.unseen
        self.remade |= self.tamperer.gone
        self.tamperer.gone.clear()
        self.hanging += len(hanging)
        self.expected |= hanging
        self.unseen |= hanging
        if found != self.unseen:
            self.wrong.append(f"{when}: found {sorted(found)}, tampered {sorted(self.unseen)}")
        self.unseen.clear()
        # What failed may have been done, and what waited for it may be in order with it: the next round then finds that.
        self.expected -= healed | (set(seen.news.recovered) & self.failing)
        failed = seen.report.of(Outcome.FAILED, Outcome.REFUSED, Outcome.SKIPPED) if seen.report is not None else ()
        self.failing = {str(result.change.address) for result in failed}
        self.reasons.update(f"{when.partition(' (')[2][:-1]}: {result.reason}" for result in failed)
        standing = {str(change.address) for change in seen.news.standing}
        if standing != self.expected:
            self.wrong.append(f"{when}: left {sorted(standing)}, expected {sorted(self.expected)}")
        if any(address.startswith(ALERT) for address in healed):
            self.wrong.append(f"{when}: healed what the policy leaves to people")
        late = {address for address in standing if not address.startswith(ALERT)}
        resting = {str(address) for address, why in (seen.healing.held if seen.healing else {}).items() if why.code == "resting"}
        if late - resting and when.endswith("(good)"):
            self.wrong.append(f"{when}: not healed: {sorted(late - resting)} {[result.reason for result in seen.news.failing]}")
        self.left.update(late)


@dataclass
class Took:
    """Seconds of each round and of all; MiB and live objects after every tenth."""

    seconds: list[float]
    memory: dict[int, float]
    objects: dict[int, int]
    wall: float


def main() -> int:
    """Read the options, soak, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--teams", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, lab(Path(name), 0) as site:
        body = yaml.safe_load(site.read_text(encoding="utf-8"))
        body["reconcile"] = {"policy": {ALERT: "alert"}, "heals_per_hour": 1000}
        site.write_text(yaml.safe_dump(body), encoding="utf-8")
        paths = Paths(inventory=generate(Path(name), options.teams), playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)
        with Workspace.load(paths) as project:
            report = project.apply(project.plan())
        assert not report.failed, [result.reason for result in report.results if result.reason][:3]
        return soak(options, paths, site, body)


def soak(options: argparse.Namespace, paths: Paths, site: Path, body: Any) -> int:
    """The rounds, and the verdict."""
    token = {name: (site.parent / f"{name}.token").read_text(encoding="utf-8").strip() for name in ("gitlab", "proxmox")}
    authorization = f"PVEAPIToken={body['proxmox']['token_id']}={token['proxmox']}"
    tamperer = Tamperer(
        random.Random(options.seed),
        Server(body["gitlab"]["url"], {"PRIVATE-TOKEN": token["gitlab"]}),
        Server(body["proxmox"]["url"], {"Authorization": authorization}, str(site.parent / "proxmox-ca.pem")),
        Server(json.loads((site.parent / "addresses.json").read_text(encoding="utf-8"))["urls"]["gateway"], {}),
        [f"team-{number:04}" for number in range(1, options.teams + 1)],
    )
    project = Workspace.load(paths)
    clock = [datetime(2019, 10, 1, tzinfo=UTC)]
    loop = Loop(
        cohort="bench",
        site=project.site.name,
        mode=Mode.HEAL,
        open_work=lambda: ProjectWork(paths, Asked(), Mode.HEAL),
        state=state_file(project.site, "bench"),
        stopper=Stopper(),
        now=lambda: clock[0],
    )
    lab_counter = LabCounter(site)
    lab_counter.take()
    here, seconds, memory, objects, began = Soak(loop, tamperer), [], {}, {}, time.perf_counter()
    for number in range(1, options.rounds + 1):
        seconds.append(here.round(number))
        clock[0] += timedelta(minutes=10)
        if number % 10 == 0:
            gc.collect()
            memory[number], objects[number] = resident(), len(gc.get_objects())
    tamperer.good_day()
    counted = lab_counter.take()
    asked = {"gitlab": tamperer.gitlab.asked, "proxmox": tamperer.proxmox.asked}
    return verdict(
        here, Took(seconds, memory, objects, time.perf_counter() - began), {name: counted[name] - asked[name] for name in counted}, site
    )


def resident() -> float:
    """What this process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def metric(loop: Loop, name: str, **labels: str) -> float:
    """The sum of a metric's samples with these labels."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    lines = [line for line in loop.metrics.text().decode().splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(label in line for label in wanted))


def verdict(here: Soak, took: Took, lab_requests: dict[str, int], site: Path) -> int:
    """Print the figures; 1 if any is wrong."""
    seconds, memory = took.seconds, took.memory
    loop, tampered = here.loop, sum(here.tamperer.done.values())
    with open_journal(str(site.parent / "journal.db")) as journal:
        runs = [run for run in journal.runs("bench", 10_000) if run.command == "reconcile"]
    journalled = sum(run.counts.get("done", 0) for run in runs)
    table = Table(title="Counted twice", title_justify="left")
    for column in ("what", "by the loop's metrics", "by others", "who"):
        table.add_column(column, justify="left" if column in ("what", "who") else "right")
    pairs = [
        ("drift found", metric(loop, "eiginfra_drift_found_total"), tampered + here.hanging - len(here.unseen), "the tamperer"),
        ("drift standing", metric(loop, "eiginfra_drift"), len(here.expected - here.unseen), "the tamperer"),
        ("healed", metric(loop, "eiginfra_heals_total", outcome="done"), journalled, "the journal"),
        ("rounds", metric(loop, "eiginfra_rounds_total"), len(seconds), "the soak"),
        *(
            (f"requests to {name}", metric(loop, "eiginfra_requests_total", provider=name), count, "the lab")
            for name, count in lab_requests.items()
        ),
    ]
    for what, ours, theirs, who in pairs:
        table.add_row(what, f"{ours:.0f}", str(theirs), who)
        if ours != theirs:
            here.wrong.append(f"{what}: {ours:.0f} here, {theirs} by {who}")
    CONSOLE.print(table)
    settled = {number: size for number, size in memory.items() if number >= len(seconds) // 4}
    growth = max(settled.values()) - min(settled.values()) if settled else 0.0
    if settled and list(settled.values())[-1] > next(iter(settled.values())) * 1.1:
        here.wrong.append(f"memory grows: {settled}")
    shown = [number for number in memory if number in (10, 50, 100, 150) or number == len(seconds)]
    print("memory (MiB after round): " + ", ".join(f"{number}: {memory[number]:.1f}" for number in shown) + f"; spread {growth:.1f}")
    mean, longest = sum(seconds) / len(seconds), max(seconds)
    print(f"rounds: {len(seconds)} in {took.wall:.0f} s, mean {mean:.2f} s, longest {longest:.2f} s; {dict(here.ends)}")
    print("objects alive: " + ", ".join(f"{number}: {took.objects[number]}" for number in shown))
    print(f"tampered: {tampered} {dict(here.tamperer.done)}")
    print(f"out of line with what was destroyed: {here.hanging}")
    print(f"days: {dict(here.days)}; not healed at once because of faults: {sum(here.left.values())}")
    for reason, count in here.reasons.items():
        print(f"  {count} × {reason}")
    for line in here.wrong:
        print(f"WRONG {line}")
    drifts = f"{here.found} drifts found of {tampered + here.hanging}"
    print(f"soak: {len(seconds)} rounds, {drifts}, {here.healed} healed, {len(here.wrong)} wrong")
    return 1 if here.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
