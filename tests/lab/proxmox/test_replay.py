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
RECORDINGS = SHARED / "recordings"
AGREE = {
    "proxmox/access": (64, 64),
    "proxmox/auth": (159, 159),
    "proxmox/backup-firewall-misc": (142, 144),
    "proxmox/basics": (49, 49),
    "proxmox/container-config": (207, 216),
    "proxmox/container-create": (206, 210),
    "proxmox/container-lifecycle": (266, 300),
    "proxmox/container-permissions": (207, 209),
    "proxmox/pools": (50, 50),
    "proxmox/vm-create-config": (141, 141),
    "proxmox/vm-lifecycle": (107, 110),
    "proxmox/vm-template-clone": (65, 65),
    "proxmox-9.2/acl-taking": (27, 27),
    "proxmox-9.2/backup-job-permissions": (48, 48),
    "proxmox-9.2/cloudinit": (73, 73),
    "proxmox-9.2/container-start-fails": (30, 30),
    "proxmox-9.2/container-start-lock": (37, 37),
    "proxmox-9.2/firewall-guest": (89, 89),
    "proxmox-9.2/ha": (35, 35),
    "proxmox-9.2/notes-and-tags": (65, 65),
    "proxmox-9.2/snapshots": (75, 75),
    "proxmox-9.2/tasks": (34, 34),
}


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
@pytest.mark.parametrize("name", AGREE)
def test_recordings_agree(name, tls, ca):
    service = build(LabClock(), profile="recordings", release="9.2" if "9.2" in name else "9.1")
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
