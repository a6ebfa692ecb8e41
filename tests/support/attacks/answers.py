"""Answers: whatever a server says, a command ends with a message, in time and in little memory, and nothing is made twice."""

import random
import subprocess
import sys

from support.attacks import Ground, attack

HOSTILE = 500
CODES = {0, 1, 2, 65, 69, 77}
SECONDS, MEGABYTES = 120, 200
# A process inherits the greatest size of the one that started it: so a small one does.
MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
print(end=f"\\n{os.waitstatus_to_exitcode(status)} {used.ru_maxrss}")
"""
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
    try:
        measured = [sys.executable, "-c", MEASURED, sys.executable, "-m", "eiginfra", *command]
        ended = subprocess.run(measured, cwd=bench.folder, capture_output=True, text=True, timeout=SECONDS, check=True)
    finally:
        bench.faults(service, [])
    said = ended.stdout + ended.stderr
    code, kilobytes = map(int, ended.stdout.rsplit("\n", 1)[1].split())
    assert "Traceback" not in said, said[-2000:]
    assert code in CODES, said[-2000:]
    assert kilobytes < MEGABYTES * 1024, f"{kilobytes // 1024} MB"
    if applies:
        again = bench.apply("requests", "count")
        assert again.returncode == 0, again.stdout[-1000:] + again.stderr[-1000:]
        assert bench.plan().empty
        assert bench.duplicates() == 0
