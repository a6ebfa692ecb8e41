"""The example cohort, brought about by eiginfra and by others' tools, each on a lab of its own: requests and seconds side by side.

    python benchmarks/peers.py [--seconds 540]

Each tool runs twice: on a fresh lab, and once more, when there is nothing to do. All are started as commands, all talk to loopback only.
gitlabform makes no accounts, groups and projects, so it goes on where Ansible's modules left off. What a tool cannot do is left out.
Ends with 1 if a run fails.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from harness import DAY, ROOT, Counter, lab
from peers_world import gitlab_variables, gitlabform_configuration, paths, proxmox_variables, wanted
from rich.console import Console
from rich.table import Table

CLIENTS = ROOT / ".venv-clients/bin"
PLAYBOOKS = ROOT / "benchmarks/peers"
CONSOLE = Console(width=150)
GRACE = 10
"""Seconds in which a command that is stopped may end what it started."""


@dataclass(frozen=True)
class Run:
    """One run of one tool; seconds by the clock and of CPU, requests in all and those that wrote."""

    wall: float
    cpu: float
    requests: int
    writes: int
    done: bool = True

    def __add__(self, other: "Run") -> "Run":
        done = self.done and other.done
        return Run(self.wall + other.wall, self.cpu + other.cpu, self.requests + other.requests, self.writes + other.writes, done)

    def cells(self) -> tuple[str, ...]:
        """For the table; > where the time was over before the end, – where it was over before the start."""
        if not (self.done or self.requests):
            return ("–",) * 4
        sign = "" if self.done else "> "
        return (f"{sign}{self.wall:.1f} s", f"{self.cpu:.1f} s", f"{sign}{self.requests}", str(self.writes))


class Runner:
    """Runs commands against one lab while there is time."""

    def __init__(self, folder: Path, site: Path, until: float) -> None:
        self.folder, self.site, self.until = folder, site, until
        self.counter = Counter(site)

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> Run:
        """One command, stopped when the time is over, and not begun after it. Raises SystemExit with its output when it fails."""
        if time.monotonic() >= self.until:
            return Run(0, 0, 0, 0, done=False)
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.counter.take()
        began, used = time.perf_counter(), _children()
        # A session of its own, so that what it starts can be ended with it.
        with (
            (self.folder / "output").open("w+", encoding="utf-8") as output,
            subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder, env={**plain, **environment}, start_new_session=True
            ) as process,
        ):
            done = True
            try:
                process.wait(max(1.0, self.until - time.monotonic()))
            except subprocess.TimeoutExpired:
                done = False
                _stop(process)
            wall, cpu = time.perf_counter() - began, _children() - used
            if done and process.returncode:
                output.seek(0)
                sys.exit(f"{command[0]}: {process.returncode}\n{output.read()[-4000:]}")
        asked = {name: times for counts in self.counter.by_path().values() for name, times in counts.items()}
        writes = sum(times for name, times in asked.items() if not name.startswith(("GET ", "HEAD ")))
        return Run(wall, cpu, sum(asked.values()), writes, done)

    def eiginfra(self) -> Run:
        """An apply, as at the keyboard."""
        given = paths(self.site)
        where = ("--inventory", str(given.inventory), "--playbook", str(given.playbook), "--site", str(self.site), "--as-of", str(DAY))
        return self.run([Path(sys.executable).parent / "eiginfra", "apply", "--yes", *where], {})

    def ansible(self, playbook: str, variables: Mapping[str, Any]) -> Run:
        """One playbook of benchmarks/peers."""
        given = self.folder / f"{playbook}.json"
        given.write_text(json.dumps(variables), encoding="utf-8")
        settings = {
            "ANSIBLE_PYTHON_INTERPRETER": str(CLIENTS / "python"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "REQUESTS_CA_BUNDLE": str(self.site.parent / "proxmox-ca.pem"),
            "LC_ALL": "C.UTF-8",
        }
        command: list[str | Path] = [
            CLIENTS / "ansible-playbook",
            "-i",
            "localhost,",
            "-c",
            "local",
            "-e",
            f"@{given}",
            PLAYBOOKS / playbook,
        ]
        return self.run(command, settings)

    def gitlabform(self, configuration: Mapping[str, Any]) -> Run:
        """All groups and projects of the configuration."""
        file = self.folder / "gitlabform.yml"
        file.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
        return self.run([CLIENTS / "gitlabform", "--config", file, "--strict", "--terminate", "--skip-version-check", "ALL_DEFINED"], {})


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command that is over its time. Asked first: Ansible's workers leave its process group, and only it can end them."""
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(until: float) -> tuple[Run, Run]:
    """Eiginfra on a lab of its own."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), 0, wide=False) as site:
        runner = Runner(Path(name), site, until)
        return runner.eiginfra(), runner.eiginfra()


def others(until: float) -> dict[str, tuple[Run, Run]]:
    """Ansible's modules, then gitlabform, on one lab."""
    with tempfile.TemporaryDirectory() as name, lab(Path(name), 0, wide=False) as site:
        runner, want = Runner(Path(name), site, until), wanted(site)
        gitlab, proxmox, form = gitlab_variables(site, want), proxmox_variables(site, want), gitlabform_configuration(site, want)
        tools: dict[str, Callable[[], Run]] = {
            "Ansible, GitLab": lambda: runner.ansible("gitlab.yml", gitlab),
            "gitlabform": lambda: runner.gitlabform(form),
            "Ansible, Proxmox": lambda: runner.ansible("proxmox.yml", proxmox),
        }
        first = {tool: run() for tool, run in tools.items()}
        return {tool: (first[tool], run()) for tool, run in tools.items()}


COVERS = {
    "eiginfra": "everything",
    "Ansible, GitLab": "accounts, groups, projects",
    "gitlabform": "members, labels, first files, protected branches",
    "Ansible, Proxmox": "accounts, groups, rights, pools, machines; not roles, firewalls, backups",
}


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=540, help="for all runs; what is not done then is stopped")
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    rows = {"eiginfra": ours(until), **others(until)}
    table = Table(title="The example cohort, on the lab: first run, and second run with nothing to do", title_justify="left")
    table.add_column("tool")
    table.add_column("covers", max_width=44)
    for run in ("first", "second"):
        for column in (f"{run} run", "CPU", "requests", "writes"):
            table.add_column(column, justify="right")
    for tool, (first, second) in rows.items():
        table.add_row(tool, COVERS[tool], *first.cells(), *second.cells())
    parts = [runs for tool, runs in rows.items() if tool != "eiginfra"]
    table.add_section()
    first, second = (sum((runs[turn] for runs in parts[1:]), parts[0][turn]) for turn in (0, 1))
    table.add_row("the others together", "", *first.cells(), *second.cells())
    CONSOLE.print(table)


if __name__ == "__main__":
    main()
