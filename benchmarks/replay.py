"""Plays the recordings of a real Proxmox VE to the lab's, each file to a fresh one, and counts how many exchanges agree.

    python benchmarks/replay.py [FILE…]

Some lines are marked `"replay": false`: the player leaves them out. What such a call made (a task, a guest) is missing when a later line
asks for it; no server that remembers no answers can agree there. These are counted apart.

The recordings are not part of the project: they are looked for in ../shared/recordings/proxmox beside it.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

import yaml

SHARED = Path(__file__).parents[2] / "shared"
FLOOR = 98.0


def play(file: Path) -> tuple[int, int, str]:
    """How many exchanges of a file agree, of how many, and what the player said of the others."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.yml"
        command = [
            sys.executable,
            "-m",
            "eiginfra.lab",
            "--service",
            "proxmox",
            "--port",
            "0",
            "--profile",
            "recordings",
            "--site-out",
            str(site),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as lab:
            assert lab.stdout
            lab.stdout.readline()
            try:
                url = yaml.safe_load(site.read_text(encoding="utf-8"))["proxmox"]["url"]
                token = (site.parent / "proxmox.token").read_text(encoding="utf-8").strip()
                player = [sys.executable, str(SHARED / "tools/replay_pve.py"), "--url", url, "--token", f"eiginfra@pve!ci={token}"]
                ended = subprocess.run(
                    [*player, "--ca", str(site.parent / "proxmox-ca.pem"), "-v", str(file)], capture_output=True, text=True, check=False
                )
            finally:
                lab.terminate()
    match = re.search(r"^(\d+) of (\d+) exchanges agree", ended.stdout, re.MULTILINE)
    assert match, ended.stdout[-2000:] + ended.stderr[-2000:]
    return int(match[1]), int(match[2]), ended.stdout


def unplayed(file: Path) -> set[str]:
    """What only calls that are left out would have made: tasks, and guests as `/lxc/203`."""
    made: dict[bool, set[str]] = {True: set(), False: set()}
    for line in file.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if call.get("method", "GET") == "GET" or call["status"] != 200:
            continue
        played = call.get("replay", True)
        made[played] |= set(re.findall(r"UPID:[^\"'\s]+:", json.dumps(call["body"])))
        if (guests := re.search(r"/(lxc|qemu)$", call["path"])) and isinstance(call["params"], dict):
            made[played].add(f"/{guests[1]}/{call['params'].get('vmid')}")
    return made[False] - made[True]


def explained(file: Path, said: str) -> int:
    """How many of the disagreements ask for what was not made."""
    missing = unplayed(file)
    asked = [unquote(line) for line in said.splitlines() if line.startswith(f"{file.name}: ") and "exchanges agree" not in line]
    return sum(any(re.search(rf"{re.escape(thing)}(/|\b)", line) for thing in missing) for line in asked if " agree" not in line)


def main() -> int:
    """Play all files, or those named; print a line for each."""
    files = [Path(name) for name in sys.argv[1:]] or sorted((SHARED / "recordings/proxmox").glob("*.jsonl"))
    if not files:
        print(f"there are no recordings in {SHARED.name}/recordings/proxmox beside the project")
        return 1
    agree = total = apart = 0
    for file in files:
        good, count, said = play(file)
        agree, total = agree + good, total + count
        apart += (without := explained(file, said))
        print(f"{file.name}: {good} of {count} agree" + (f", {without} ask for what a call left out would have made" if without else ""))
        if good + without < count:
            print("".join(f"    {line}\n" for line in said.splitlines()[:-2]), end="")
    share = 100 * agree / max(total - apart, 1)
    print(f"{agree} of {total} exchanges agree ({100 * agree / max(total, 1):.1f} %)")
    print(f"{apart} ask for what a call left out would have made; of the others {agree} of {total - apart} agree ({share:.1f} %)")
    return 0 if share >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
