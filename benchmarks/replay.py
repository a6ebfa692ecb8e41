"""Plays the recordings of real Proxmox VEs, 9.1 and 9.2, to the lab's, each file to a fresh one of its release, and counts what agrees.

    python benchmarks/replay.py [FILE…]

Some calls are marked `"replay": false`: the player leaves them out, but asks for the tasks that they started, which on the recorded server
stood in the archive. So the archive is restored first, with how each task ended, as far as the recording tells. What is read from it
proves little, and is counted apart.

The recordings are not part of the project: they are looked for in ../shared/recordings/ beside it. Each release must reach the floor.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import requests
import yaml

SHARED = Path(__file__).parents[2] / "shared"
FLOOR = 99.0
FOLDERS = {"9.1": "proxmox", "9.2": "proxmox-9.2"}
PROFILES = {"9.1": "recordings", "9.2": "recordings-9.2"}


def play(file: Path, profile: str, archive: dict[str, str]) -> tuple[int, int, str]:
    """How many exchanges of a file agree, of how many, and what the player said of the others."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.yml"
        options = ["--service", "proxmox", "--port", "0", "--profile", profile, "--site-out", str(site)]
        with subprocess.Popen([sys.executable, "-m", "eiginfra.lab", *options], stdout=subprocess.PIPE) as lab:
            assert lab.stdout
            lab.stdout.readline()
            try:
                url, ca = yaml.safe_load(site.read_text(encoding="utf-8"))["proxmox"]["url"], str(site.parent / "proxmox-ca.pem")
                token = (site.parent / "proxmox.token").read_text(encoding="utf-8").strip()
                requests.put(f"{url}/_lab/proxmox", json={"tasks": archive}, verify=ca, timeout=10).raise_for_status()
                player = [sys.executable, str(SHARED / "tools/replay_pve.py"), "--url", url, "--token", f"eiginfra@pve!ci={token}"]
                ended = subprocess.run([*player, "--ca", ca, "-v", str(file)], capture_output=True, text=True, check=False)
            finally:
                lab.terminate()
    match = re.search(r"^(\d+) of (\d+) exchanges agree", ended.stdout, re.MULTILINE)
    assert match, ended.stdout[-2000:] + ended.stderr[-2000:]
    return int(match[1]), int(match[2]), ended.stdout


def archived(calls: list[dict[str, Any]]) -> dict[str, str]:
    """How the tasks ended that only calls left out have started; UPID: exit status."""
    started: dict[bool, set[str]] = {True: set(), False: set()}
    for call in calls:
        if call.get("method", "GET") != "GET" and call["status"] == 200:
            started[call.get("replay", True)] |= set(re.findall(r"UPID:[^\"'\s]+:", json.dumps(call["body"])))
    ended = {task["upid"]: task["exitstatus"] for call in calls if (task := _task(call)) and task.get("status") == "stopped"}
    return {upid: ended[upid] for upid in started[False] - started[True] if upid in ended}


def _task(call: dict[str, Any]) -> dict[str, Any]:
    """What a call tells of one task."""
    data = call.get("body", {}).get("data") if isinstance(call.get("body"), dict) else None
    return data if isinstance(data, dict) and "upid" in data else {}


def read_back(calls: list[dict[str, Any]], archive: dict[str, str]) -> int:
    """How many of the calls that are played ask for a task of the restored archive."""
    paths = [unquote(call["path"]) for call in calls if "path" in call and call.get("replay", True)]
    return sum(any(upid in path for upid in archive) for path in paths)


def release_of(file: Path) -> str:
    """The release of a recording, by its folder."""
    return next((release for release, folder in FOLDERS.items() if folder in file.resolve().parts), "9.1")


def play_all(release: str, files: list[Path]) -> bool:
    """Play the files of one release, print a line for each and two for all; whether the floor is reached."""
    agree = total = apart = 0
    for file in files:
        calls = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        archive = archived(calls)
        good, count, said = play(file, PROFILES[release], archive)
        agree, total = agree + good, total + count
        apart += (restored := read_back(calls, archive))
        print(f"{file.name}: {good} of {count} agree" + (f", {restored} of them about tasks of the restored archive" if restored else ""))
        if good < count:
            print("".join(f"    {line}\n" for line in said.splitlines()[:-2]), end="")
    shares = [100 * agree / max(total, 1), 100 * (agree - apart) / max(total - apart, 1)]
    print(f"{release}: {agree} of {total} exchanges agree ({shares[0]:.1f} %)")
    print(f"{release}: without those about the restored archive {agree - apart} of {total - apart} ({shares[1]:.1f} %)")
    return min(shares) >= FLOOR


def main() -> int:
    """Play all files, or those named."""
    named = [Path(name) for name in sys.argv[1:]]
    files = named or sorted(file for folder in FOLDERS.values() for file in (SHARED / "recordings" / folder).glob("*.jsonl"))
    if not files:
        print(f"there are no recordings in {SHARED.name}/recordings beside the project")
        return 1
    of = {release: [file for file in files if release_of(file) == release] for release in FOLDERS}
    reached = [play_all(release, some) for release, some in of.items() if some]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
