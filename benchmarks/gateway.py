"""The gateway and 30 machines behind it over a slow line: connections, round trips, and how long looking takes.

    python benchmarks/gateway.py [--delay 20] [--teams 15] [--playbook FILE]

The lab has a process of its own, and so has a relay before the gateway's SSH port, which holds back all bytes for the delay, each way: a
round trip takes twice the delay. The first apply goes without it. Ends with 1 when an aim is missed.
"""

import argparse
import dataclasses
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from generate import generate
from harness import DAY, ROOT, lab
from rich.console import Console
from rich.table import Table

from eiginfra.core.resource import Observation, Scope
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROUND_TRIPS = 3
SECONDS = 3.0
_CHUNK = 1 << 16
OVER_SSH = ("gateway", "machine")


def relay(port: int, delay: float) -> None:
    """Carry bytes to a port of this machine and back, each `delay` seconds late; prints its own port, runs until it is ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    while True:
        client, _ = listening.accept()
        server = socket.create_connection(("127.0.0.1", port))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            late: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            threading.Thread(target=_take, args=(source, late, delay), daemon=True).start()
            threading.Thread(target=_give, args=(sink, late), daemon=True).start()


def _take(source: socket.socket, late: "queue.SimpleQueue[tuple[float, bytes]]", delay: float) -> None:
    data = b"begin"
    while data:
        try:
            data = source.recv(_CHUNK)
        except OSError:
            data = b""
        late.put((time.monotonic() + delay, data))


def _give(sink: socket.socket, late: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
    data = b"begin"
    while data:
        due, data = late.get()
        time.sleep(max(0.0, due - time.monotonic()))
        with suppress(OSError):
            sink.sendall(data) if data else sink.shutdown(socket.SHUT_WR)


@contextmanager
def behind_relay(site: Path, delay: float) -> Iterator[Path]:
    """A copy of the site file in which the gateway is reached through a relay in a process of its own."""
    body = yaml.safe_load(site.read_text(encoding="utf-8"))
    port = body["gateway"]["port"]
    command = [sys.executable, __file__, "--relay", str(port), "--delay", str(1000 * delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        body["gateway"]["port"] = int(process.stdout.readline())
        known = site.parent / body["gateway"]["host_key"]
        slow_known = known.with_name("known_hosts.slow")
        slow_known.write_text(re.sub(rf":{port}\b", f":{body['gateway']['port']}", known.read_text("utf-8")), encoding="utf-8")
        body["gateway"]["host_key"] = slow_known.name
        slow = site.with_name("slow.yml")
        slow.write_text(yaml.safe_dump(body), encoding="utf-8")
        try:
            yield slow
        finally:
            process.terminate()


@dataclass
class Looking:
    """When each kind of what is over SSH was looked at, in seconds since the plan began, and what it cost."""

    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    wall: float = 0
    cpu: float = 0

    def seconds(self, kind: str) -> float:
        """How long it was looked at."""
        begin, end = self.spans.get(kind, (0.0, 0.0))
        return end - begin


def look(paths: Paths) -> Looking:
    """An empty plan, with the looking of every kind that is over SSH timed."""
    found = Looking()
    with Workspace.load(paths) as project:
        for provider in project.providers:
            for kind in provider.kinds if provider.name in OVER_SSH else ():
                _time(kind, found)
        wall, cpu = time.perf_counter(), time.process_time()
        plan = project.plan()
        found.wall, found.cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert plan.empty, [str(change.address) for change in plan.acting][:5]
        found.requests = {name: dict(counts) for name, counts in project.requests().items() if name in OVER_SSH}
    return found


def _time(kind: object, found: Looking) -> None:
    observe, name = kind.observe, kind.name  # type: ignore[attr-defined]  # any kind

    def timed(scope: Scope) -> Observation:
        begin = time.perf_counter()
        seen: Observation = observe(scope)
        found.spans[name] = (begin, time.perf_counter())
        found.objects[name] = len(list(seen.objects))
        return seen

    kind.observe = timed  # type: ignore[attr-defined]  # the same


def measure(delay: float, teams: int, playbook: Path, console: Console) -> bool:
    """First apply, then empty plans at once and over the slow line; prints the table. Whether the aims are met."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), 0, wide=False) as site:
        paths = Paths(inventory=generate(Path(name), teams, forwards=True), playbook=playbook, site=site, as_of=DAY)
        with Workspace.load(paths) as project:
            report = project.apply(project.plan())
            assert not report.failed, [result.reason for result in report.results if result.reason][:3]
        fast = look(paths)
        with behind_relay(site, delay) as slow_site:
            slow = look(dataclasses.replace(paths, site=slow_site))
    table = Table(title=f"An empty plan of {teams} teams' gateway and {2 * teams} machines", title_justify="left")
    for column in ("", "at once", f"{1000 * delay:g} ms each way"):
        table.add_column(column, justify="right" if column else "left")
    for kind in sorted(slow.spans):
        table.add_row(f"looking: {kind} ({slow.objects[kind]})", f"{fast.seconds(kind):.2f} s", f"{slow.seconds(kind):.2f} s")
    table.add_row("the whole plan", f"{fast.wall:.2f} s", f"{slow.wall:.2f} s")
    table.add_row("its CPU", f"{fast.cpu:.2f} s", f"{slow.cpu:.2f} s")
    for provider in OVER_SSH:
        table.add_row(f"{provider}: requests", *(" ".join(f"{n} {k}" for k, n in one.requests[provider].items()) for one in (fast, slow)))
    console.print(table)
    gateway = slow.requests["gateway"]
    aims = {
        "one connection to the gateway": gateway["connection"] == 1,
        f"at most {ROUND_TRIPS} commands there": gateway["command"] <= ROUND_TRIPS,
        f"{2 * teams} machines seen": slow.objects.get("machine.access", 0) == 2 * teams,
        f"within {SECONDS:g} s": slow.seconds("machine.access") < SECONDS,
    }
    for aim, met in aims.items():
        console.print(f"{'met' if met else 'MISSED'}: {aim}")
    return all(aims.values())


def main() -> int:
    """Read the options; measure, or relay."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=20, help="milliseconds, each way")
    parser.add_argument("--teams", type=int, default=15)
    parser.add_argument("--playbook", type=Path, default=ROOT / "playbooks/site.yml")
    parser.add_argument("--relay", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.relay:
        relay(options.relay, options.delay / 1000)
    return 0 if measure(options.delay / 1000, options.teams, options.playbook, Console(width=130)) else 1


if __name__ == "__main__":
    sys.exit(main())
