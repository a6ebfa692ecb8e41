"""The lab as a process of its own: started in the background, asked how it is, stopped.

A run directory holds what belongs to one lab: `lab.json` (process id and addresses), `lab.log`, `site.yml` with its tokens.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from eiginfra.lab.config import PORTS, LabConfig, LabError
from eiginfra.lab.files import private_folder, write_private
from eiginfra.lab.sitefile import ADDRESSES, CA

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class LabInfo:
    """A lab that runs in the background."""

    pid: int
    urls: dict[str, str]
    site: Path
    log: Path
    also: dict[str, str] = field(default_factory=dict)
    """Further addresses of the gateway."""


def start_detached(config: LabConfig, run_dir: Path) -> LabInfo:
    """Start a lab that outlives this process, and wait until it listens.

    The site file goes into the run directory unless the configuration says where.
    Raises LabError if a lab of this directory runs already, or if the new one does not come up.
    """
    if running := status(run_dir):
        raise LabError(f"a lab runs already (process {running.pid}, site file {running.site}): stop it first")
    private_folder(run_dir)
    site, log = config.site_out or run_dir / "site.yml", run_dir / "lab.log"
    site.unlink(missing_ok=True)
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as output:  # noqa: PTH123 - a descriptor
        process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own arguments
            [sys.executable, "-m", "eiginfra.lab", *arguments(replace(config, site_out=site))],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _wait_for(site, process, log)
    addresses = json.loads((site.parent / ADDRESSES).read_text(encoding="utf-8"))
    info = LabInfo(process.pid, addresses["urls"], site.resolve(), log.resolve(), addresses["also"])
    write_private(run_dir / "lab.json", json.dumps({**asdict(info), "site": str(info.site), "log": str(info.log)}))
    # The lab goes on without us: this object must not complain at its end that its child still runs.
    process.returncode = 0
    return info


def status(run_dir: Path) -> LabInfo | None:
    """The lab of a run directory, or None; what a dead lab left is cleared away."""
    record = run_dir / "lab.json"
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        info = LabInfo(int(known["pid"]), dict(known["urls"]), Path(known["site"]), Path(known["log"]), dict(known.get("also", {})))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabError(f"{record}: not a lab's record ({error}). Remove it if no lab runs.") from error
    if not _answers(info):
        record.unlink(missing_ok=True)
        return None
    return info


def asked_in_vain(info: LabInfo) -> dict[str, list[dict[str, Any]]]:
    """What each service of a lab was asked for and does not model, or dropped.

    Raises LabError when the lab no longer answers.
    """
    try:
        return {name: _ask(info, url, "vain")["asked"] for name, url in info.urls.items()}
    except (OSError, ValueError) as error:
        raise LabError(f"the lab (process {info.pid}) does not answer: {error}; its log is {info.log}") from error


def stop(run_dir: Path) -> LabInfo | None:
    """Stop the lab of a run directory and wait for its end; None if there is none.

    Only a process that answers as our lab, with the very process id, is sent a signal.
    Raises LabError if it does not end in time.
    """
    info = status(run_dir)
    if info is None:
        return None
    os.kill(info.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _alive(info.pid):
        if time.monotonic() > deadline:
            raise LabError(f"the lab (process {info.pid}) does not end; its log is {info.log}")
        time.sleep(_POLL_SECONDS)
    (run_dir / "lab.json").unlink(missing_ok=True)
    return info


def arguments(config: LabConfig) -> list[str]:
    """The command line that makes `python -m eiginfra.lab` start with a configuration."""
    values = {
        **{f"--{name.replace('_', '-')}": getattr(config, name) for name in PORTS},
        "--now": config.now,
        "--site-out": config.site_out,
        "--state": config.state,
        "--profile": config.profile,
        "--task-seconds": config.task_seconds,
        "--latency-ms": config.latency_ms,
    }
    words = [word for name, value in values.items() if value is not None for word in (name, str(value))]
    for name in config.services:
        words += ["--service", name]
    for name in config.nodes:
        words += ["--node", name]
    return [*words, "--wide-network"] if config.wide_network else words


def _wait_for(site: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not site.exists():
        if process.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
            raise LabError(f"the lab did not start: {last or f'it ended with {process.returncode}'} (log: {log})")
        if time.monotonic() > deadline:
            process.terminate()
            process.wait(STOP_SECONDS)
            raise LabError(f"the lab did not listen within {START_SECONDS:.0f} s (log: {log})")
        time.sleep(_POLL_SECONDS)


def _answers(info: LabInfo) -> bool:
    """Whether a lab answers at the first address with the process id of the record."""
    try:
        return bool(_ask(info, next(iter(info.urls.values())), "health").get("pid") == info.pid)
    except (OSError, ValueError):
        return False


def _ask(info: LabInfo, url: str, name: str) -> dict[str, Any]:
    """The answer of a control endpoint."""
    context = None
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=str(info.site.parent / CA))
    with urlopen(f"{url}/_lab/{name}", timeout=5, context=context) as answer:  # noqa: S310 - loopback, http(s) only
        return dict(json.load(answer))


def _alive(pid: int) -> bool:
    try:
        # Where the lab is our own child, its end must be fetched, or it stays as a zombie.
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
