"""When nginx on the gateway has taken what it was told: a reload is done after the command for it has ended."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.namespaces import Host
from support.waiting import eventually

_TICK = 1 / os.sysconf("SC_CLK_TCK")


@contextmanager
def settled(gateway: Host) -> Iterator[None]:
    """What is changed in nginx's files meanwhile, and reloaded, is in force when this ends: no worker from before takes connections."""
    folder = gateway.root / "etc/nginx/conf.d"
    files = _contents(folder)
    yield
    if _contents(folder) != files:
        eventually(lambda: _is_in_force(gateway, folder), wanted=True)


def _contents(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.conf")}


def _is_in_force(gateway: Host, folder: Path) -> bool:
    changed = max(file.stat().st_mtime for file in (folder, *folder.glob("*.conf")))
    workers = gateway.try_("pgrep", "-fx", "nginx: worker process").stdout.split()  # whoever is about to end has another title
    return bool(workers) and all(_started(gateway, worker) > changed - _TICK for worker in workers)


def _started(gateway: Host, process: str) -> float:
    """When a process began, as seconds since 1970; now, if it has ended."""
    stat = gateway.try_("cat", f"/proc/{process}/stat").stdout
    began = time.clock_gettime(time.CLOCK_BOOTTIME)
    if stat:
        began = int(stat.rpartition(")")[2].split()[19]) * _TICK
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + began
