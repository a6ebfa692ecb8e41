"""What the benchmarks share: a lab in a process of its own, and its count of requests."""

import contextlib
import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
DAY = date(2019, 10, 1)


@contextlib.contextmanager
def lab(folder: Path, latency: float, task_seconds: float = 0, *, wide: bool = True) -> Iterator[Path]:
    """A lab, with a wide network or the example's; yields its site file."""
    site = folder / "site" / "site.yml"
    site.parent.mkdir()
    command = [sys.executable, "-m", "eiginfra.lab", "--port", "0", "--now", DAY.isoformat(), "--site-out", str(site)]
    command += ["--latency-ms", str(latency), "--task-seconds", str(task_seconds)]
    command += ["--wide-network"] if wide else []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield site
        finally:
            process.terminate()


class Counter:
    """The lab's own count of requests."""

    def __init__(self, site: Path) -> None:
        body = yaml.safe_load(site.read_text(encoding="utf-8"))
        self.urls = {name: body[name]["url"] for name in ("gitlab", "proxmox")}
        self.context = ssl.create_default_context(cafile=str(site.parent / "proxmox-ca.pem"))

    def take(self) -> dict[str, int]:
        """Requests by service since the last call."""
        return {name: sum(counts.values()) for name, counts in self.by_path().items()}

    def by_path(self) -> dict[str, dict[str, int]]:
        """Requests since the last call, by service, then by method and path ("GET /api/…"), IDs folded."""
        counts = {}
        for name, url in self.urls.items():
            context = self.context if url.startswith("https") else None
            with urllib.request.urlopen(f"{url}/_lab/requests", context=context) as answer:
                counts[name] = json.load(answer)["by"]
            urllib.request.urlopen(urllib.request.Request(f"{url}/_lab/requests", method="DELETE"), context=context).close()
        return counts
