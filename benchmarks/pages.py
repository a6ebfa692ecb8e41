"""Measures `eiginfra pages build`: the whole command, 15 teams on a lab, for the cohort's people and for everybody.

    python benchmarks/pages.py [--teams 15] [--latency-ms 0]

The aim is for the CPU that eiginfra takes; how long it waits is up to the servers, of which the lab answers on the same machine.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import generate
from harness import DAY, ROOT, Counter, lab
from rich.console import Console
from rich.table import Table

CONSOLE = Console(width=130)
AIM = 5.0
"""Seconds of CPU, for 15 teams."""
COMMAND = "import sys; from eiginfra.cli.main import main; main(sys.argv[1:])"


def run(folder: Path, *arguments: str) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, MB at the most of a command."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1,localhost"}
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu, after.ru_maxrss / 1000


def main() -> None:
    """Print a table; exit with 1 where the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=15)
    parser.add_argument("--latency-ms", type=float, default=0)
    options = parser.parse_args()
    table = Table(title=f"pages of {options.teams} teams", title_justify="left")
    for title in ("pages", "requests", "time", "CPU", "memory", "files", "size"):
        table.add_column(title, justify="left" if title == "pages" else "right")
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(folder / "inventories", options.teams)
        with lab(folder, options.latency_ms) as site:
            settings = f"inventory: inventories/bench\nplaybook: {ROOT}/playbooks/site.yml\nsite: {site}\nas_of: {DAY}\n"
            (folder / "eiginfra.yml").write_text(settings, encoding="utf-8")
            run(folder, "apply", "--yes")
            counter = Counter(site)
            for name, more in (("for the cohort's people", ()), ("for everybody", ("--public",)), ("again, for everybody", ("--public",))):
                counter.take()
                out = folder / ("public" if more else "internal")
                seconds, cpu, memory = run(folder, "pages", "build", "--out", str(out), *more)
                files = [path for path in out.iterdir() if path.is_file()]
                size = sum(path.stat().st_size for path in files) // 1000
                requests = sum(counter.take().values())
                missed |= options.teams == 15 and cpu > AIM
                table.add_row(name, str(requests), f"{seconds:.1f} s", f"{cpu:.1f} s", f"{memory:.0f} MB", str(len(files)), f"{size} kB")
    CONSOLE.print(table)
    CONSOLE.print(f"aim: {AIM:g} s of CPU for 15 teams: {'missed' if missed else 'reached'}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
