"""Answers: whatever a server says, a command ends with a message, in time and in little memory, and nothing is made twice."""

import os
import random
import subprocess
import sys
import time

from support.attacks import Ground, attack

HOSTILE = 500
CODES = {0, 1, 2, 65, 69, 77}
SECONDS, MEGABYTES = 120, 200
CASES = {f"{service}-{seed}": (service, seed) for seed in range(HOSTILE // 2) for service in ("gitlab", "proxmox")}


@attack(8, CASES)
def answer_with_one_thing_changed(ground: Ground, case: tuple[str, int]) -> None:
    """Of a plan's readings, or, one time in five, of anything that an apply asks."""
    service, seed = case
    bench, applies = ground.bench, seed % 5 == 0
    skipped = random.Random(seed).randrange(60 if applies else 16)
    rule = {"match": "/api" if applies else "GET /api", "kind": "garble", "seed": seed, "skip": skipped, "times": 1}
    command = ["apply", "--yes", *bench.options] if applies else ["plan", *bench.options]
    bench.faults(service, [rule])
    began = time.monotonic()
    try:
        with (ground.folder / "out").open("w", encoding="utf-8") as out:
            process = subprocess.Popen([sys.executable, "-m", "eiginfra", *command], cwd=bench.folder, stdout=out, stderr=out)
            _, status, used = os.wait4(process.pid, 0)
    finally:
        bench.faults(service, [])
    said = (ground.folder / "out").read_text(encoding="utf-8")
    assert "Traceback" not in said, said[-2000:]
    assert os.waitstatus_to_exitcode(status) in CODES, said[-2000:]
    assert time.monotonic() - began < SECONDS
    assert used.ru_maxrss < MEGABYTES * 1024, f"{used.ru_maxrss // 1024} MB"
    if applies:
        again = bench.apply("requests", "count")
        assert again.returncode == 0, again.stdout[-1000:] + again.stderr[-1000:]
        assert bench.plan().empty
        assert bench.duplicates() == 0
