"""Measures what a person waits for at the keyboard: the CPU time of help, the version and completion, in processes of their own."""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
ALLOWED = 0.35
CALLS = ("--help", "--version", "plan --help", "reconcile --help", "journal show --help", "lab up --help")
LINES = ("", "plan --li", "plan --limit ", "plan --target ", "journal show ", "forget ")


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds, user and system, of one process and its children."""
    before = os.times()
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Print the median of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    program = [sys.executable, "-m", "eiginfra"]
    asked = {call: ([*program, *call.split()], dict[str, str]()) for call in CALLS}
    for line in LINES:
        words = {"_EIGINFRA_COMPLETE": "complete_bash", "COMP_WORDS": f"eiginfra {line}", "COMP_CWORD": str(line.count(" ") + 1)}
        asked[f"{line}<TAB>"] = (program, words)
    table = Table(title=f"CPU time at the keyboard, median of {repeats}", title_justify="left")
    for column in ("eiginfra …", "seconds", f"at most {ALLOWED}"):
        table.add_column(column, justify="left" if column.startswith("eig") else "right")
    for what, (command, environment) in asked.items():
        median = statistics.median(seconds(command, environment) for _ in range(repeats))
        table.add_row(what, f"{median:.2f}", "yes" if median <= ALLOWED else "NO")
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
