"""Commands of eiginfra, each in a child of a process that has everything imported: what one costs, prints, and does on the machine.

Its CPU time is measured, not that of a clock: it is the same on a machine that is busy with other tests, and without Python's start.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("forked_worker.py")
LIMIT = 10
"""Seconds of CPU time after which a command is stopped."""


@dataclass(frozen=True)
class Ended:
    """How a command ended. code: negative for a signal. events: what Python's audit hooks saw, each its name and its arguments as text."""

    code: int
    seconds: float
    megabytes: int
    printed: str
    events: Sequence[tuple[str, Sequence[str]]] = ()


class Forked:
    """Runs commands one after the other."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self._folder = process, folder

    def run(self, arguments: Sequence[str], at: Path, environment: Mapping[str, str] | None = None, *, watched: bool = False) -> Ended:
        """Run one in a folder. watched: with its events."""
        asked = {"arguments": [*arguments], "at": str(at), "environment": {**(environment or {})}, "watched": watched, "limit": LIMIT}
        return Ended(**self._ask(asked))

    def _ask(self, asked: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**asked, "out": str(self._folder)}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def forked(folder: Path, warm: Sequence[Sequence[str]]) -> Iterator[Forked]:
    """The process. folder: an empty one of its own. warm: commands that are run once before, so that what they import is there."""
    with subprocess.Popen([sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        there = Forked(process, folder)
        try:
            there._ask({"warm": [[*one] for one in warm]})
            yield there
        finally:
            process.stdin.close()  # type: ignore[union-attr]  # it ends when there is nothing more to run
