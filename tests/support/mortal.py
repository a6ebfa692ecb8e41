"""The eiginfra program, killed with SIGKILL after its K-th exchange with a server or at its K-th write to the journal.

    python mortal.py requests|writes K|count FILE -- ARGUMENTS…

With `count` it lives, and writes how many there were into FILE.
"""

import atexit
import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, event

from eiginfra.cli.main import main


class Deathbed:
    """Counts, and dies when the count is reached."""

    def __init__(self, last: int | None, file: Path) -> None:
        self._numbers, self._last, self._count = itertools.count(1), last, 0
        atexit.register(lambda: file.write_text(str(self._count), encoding="utf-8"))

    def tick(self) -> None:
        self._count = next(self._numbers)
        if self._count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def die_after_requests(bed: Deathbed) -> None:
    real = HTTPAdapter.send

    def send(self: HTTPAdapter, *arguments: Any, **options: Any) -> Any:
        answer = real(self, *arguments, **options)
        bed.tick()
        return answer

    HTTPAdapter.send = send  # type: ignore[method-assign]


def die_at_writes(bed: Deathbed) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            bed.tick()

    @event.listens_for(Engine, "commit")
    def commit(_connection: Any) -> None:
        bed.tick()


if __name__ == "__main__":
    what, when, file = sys.argv[1:4]
    bed = Deathbed(None if when == "count" else int(when), Path(file))
    {"requests": die_after_requests, "writes": die_at_writes}[what](bed)
    main(sys.argv[sys.argv.index("--") + 1 :])
