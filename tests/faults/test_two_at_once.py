"""Two applies that share a journal: one works, the other is told who does; never both."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from support.kills import MORTAL, Bench, open_bench


def _start(bench: Bench) -> "subprocess.Popen[str]":
    return subprocess.Popen(bench.command("requests", "count"), cwd=bench.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_one_of_two_applies_ends_with_75_and_nothing_stands_twice(tmp_path: Path) -> None:
    assert MORTAL.exists()
    with open_bench(tmp_path / "bench", ("adler",)) as bench:
        both = [_start(bench), _start(bench)]
        said = [process.communicate(timeout=120) for process in both]
        codes = sorted(process.returncode for process in both)
        # The slower one may come when the faster has ended already; what may not be is both at work.
        assert codes in ([0, 75], [0, 0]), said
        for process, (_, errors) in zip(both, said, strict=True):
            if process.returncode == 75:
                assert "apply" in errors
        assert bench.plan().empty
        assert bench.duplicates() == 0


def test_an_interrupt_ends_with_130_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with open_bench(tmp_path / "bench", ("adler",)) as bench:
        bench.faults("gitlab", [{"match": "POST /api", "kind": "delay", "ms": 200}])
        process = _start(bench)
        assert process.stderr
        process.stderr.readline()  # the first action has ended, others are under way
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 130, output[-2000:]
        assert "Interrupted" in output
        bench.faults("gitlab", [])
        assert not bench.plan().empty
        assert bench.apply("requests", "count").returncode == 0
        assert bench.plan().empty
        assert bench.duplicates() == 0
        shown = subprocess.run(
            [sys.executable, "-m", "eiginfra", "journal", "list", "--format", "json", *bench.options],
            cwd=bench.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert [run["outcome"] for run in json.loads(shown.stdout)["runs"]] == ["done", "interrupted"]
