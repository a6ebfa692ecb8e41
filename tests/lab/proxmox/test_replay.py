"""The recordings of a real server, played back: how many exchanges agree, file by file.

What cannot agree is told in docs/lab-proxmox.md: tasks and a guest that stood on the recorded server only.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox import build
from eiginfra.lab.server import serve_app

SHARED = Path(__file__).parents[4] / "shared"
RECORDINGS = SHARED / "recordings/proxmox"
AGREE = {
    "access": (64, 64),
    "auth": (159, 159),
    "backup-firewall-misc": (142, 144),
    "basics": (49, 49),
    "container-config": (207, 216),
    "container-create": (206, 210),
    "container-lifecycle": (266, 300),
    "container-permissions": (207, 209),
    "pools": (50, 50),
    "vm-create-config": (141, 141),
    "vm-lifecycle": (107, 110),
    "vm-template-clone": (65, 65),
}


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
@pytest.mark.parametrize("name", AGREE)
def test_recordings_agree(name, tls, ca):
    service = build(LabClock(), profile="recordings", release="9.1")
    service.lab.shutdown_seconds = 0.7
    with serve_app(service.app, tls=tls) as url:
        command = [sys.executable, str(SHARED / "tools/replay_pve.py"), "--url", url, "--ca", str(ca), "-v"]
        command += ["--token", f"{service.token_id}={service.token}", str(RECORDINGS / f"{name}.jsonl")]
        played = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    found = re.search(r"jsonl: (\d+) of (\d+) agree", played.stdout)
    assert found, played.stderr
    agree, of = map(int, found.groups())
    assert agree >= AGREE[name][0], played.stdout
    assert of == AGREE[name][1]
