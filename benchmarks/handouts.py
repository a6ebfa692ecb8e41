"""Measures `eiginfra handouts`: the whole command, 15 teams on a lab, as HTML and Markdown, and as PDF, too.

    python benchmarks/handouts.py [--teams 15] [--latency-ms 0]

The aims are for the CPU of the whole command, its start, the files and the servers' answers included.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from generate import generate
from harness import DAY, ROOT, lab
from pages import CONSOLE, run
from rich.table import Table

HTML, PDF = 2.0, 60.0
"""Seconds of CPU, for 15 teams in one language."""
RUNS = (
    ("teams", ("--no-persons",), HTML),
    ("teams, as PDF, too", ("--no-persons", "--pdf"), PDF),
    ("teams, again", ("--no-persons", "--pdf"), HTML),
    ("teams and people", (), None),
)
"""What is written, the options, and the aim."""


def main() -> None:
    """Print a table; exit with 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=15)
    parser.add_argument("--latency-ms", type=float, default=0)
    options = parser.parse_args()
    table = Table(title=f"handouts of {options.teams} teams", title_justify="left")
    for title in ("handouts", "time", "CPU", "aim", "memory", "files", "size"):
        table.add_column(title, justify="left" if title == "handouts" else "right")
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(folder / "inventories", options.teams)
        with lab(folder, options.latency_ms) as site:
            settings = f"inventory: inventories/bench\nplaybook: {ROOT}/playbooks/site.yml\nsite: {site}\nas_of: {DAY}\n"
            (folder / "eiginfra.yml").write_text(settings, encoding="utf-8")
            run(folder, "apply", "--yes")
            for name, more, aim in RUNS:
                out = folder / (name if aim is None else "teams")
                seconds, cpu, memory = run(folder, "handouts", "--out", str(out), *more)
                files = [path for path in out.iterdir() if path.is_file()]
                size = sum(path.stat().st_size for path in files) // 1000
                missed |= options.teams == 15 and aim is not None and cpu > aim
                asked = "–" if aim is None else f"{aim:.0f} s"
                table.add_row(name, f"{seconds:.1f} s", f"{cpu:.1f} s", asked, f"{memory:.0f} MB", str(len(files)), f"{size} kB")
    CONSOLE.print(table)
    CONSOLE.print(f"aims for 15 teams: {'missed' if missed else 'reached'}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
