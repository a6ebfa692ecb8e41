"""Measures the CPU of `eiginfra review` for a request that changes two teams' files: the example, and cohorts of any size.

    python benchmarks/review.py [--teams 150,1500]

Each is a command of its own on a repository that is made for it, without any server.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from generate import generate
from harness import DAY, ROOT
from rich.console import Console
from rich.table import Table

CONSOLE = Console(width=130)
AIMS = {0: 2.0, 1500: 10.0}
"""Seconds of CPU by number of teams; 0: the example."""
COMMAND = "import sys; from eiginfra.cli.main import main; main(sys.argv[1:])"


def repository(folder: Path, teams: int) -> None:
    """Settings, site, playbook and a cohort of that many teams (0: the example) on main, and two changed teams on topic."""
    for name in ("playbooks", "infra"):
        shutil.copytree(ROOT / name, folder / name)
    if teams:
        cohort = generate(folder / "inventories", teams)
        site = yaml.safe_load((folder / "infra/lab.yml").read_text(encoding="utf-8"))
        site["proxmox"]["network"] |= {"subnet": "10.0.0.0/16", "gateway": "10.0.255.254", "ids": "100-60000"}
        (folder / "infra/lab.yml").write_text(yaml.safe_dump(site), encoding="utf-8")
    else:
        cohort = folder / "inventories/eig3"
        shutil.copytree(ROOT / "inventories/eig3", cohort)
    settings = f"inventory: inventories/{cohort.name}\nplaybook: playbooks/site.yml\nsite: infra/lab.yml\nas_of: {DAY}\n"
    (folder / "eiginfra.yml").write_text(settings, encoding="utf-8")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "base")
    _git(folder, "checkout", "--quiet", "-b", "topic")
    for file in sorted((cohort / "teams").iterdir())[:2]:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("role: maintainer", "role: developer", 1), encoding="utf-8")
    _git(folder, "commit", "--quiet", "--all", "--message", "topic")


def measure(folder: Path) -> tuple[float, float, float]:
    """Seconds of CPU, git's included; seconds; MB at the most."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", COMMAND, "review", "--base", "main", "--detailed-exitcode"]
    ended = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 2, ended.returncode
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - began, after.ru_maxrss / 1000


def _git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "bench@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **names})


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", default="150,1500")
    options = parser.parse_args()
    table = Table(title="eiginfra review, two teams changed", title_justify="left")
    for column in ("teams", "CPU", "aim", "wall time", "peak memory"):
        table.add_column(column, justify="right")
    for teams in (0, *map(int, options.teams.split(","))):
        with tempfile.TemporaryDirectory() as name:
            repository(Path(name), teams)
            cpu, seconds, memory = measure(Path(name))
        aim = f"{AIMS[teams]:g} s" if teams in AIMS else ""
        table.add_row(str(teams) if teams else "the example", f"{cpu:.2f} s", aim, f"{seconds:.2f} s", f"{memory:.0f} MB")
    CONSOLE.print(table)


if __name__ == "__main__":
    main()
