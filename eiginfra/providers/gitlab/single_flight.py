"""Readings that several threads want at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """A reading by key: callers at the same moment share one; a later call reads again."""

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._running: dict[str, Future[T]] = {}

    def __call__(self, key: str) -> T:
        """What the reading gives; raises what it raises, in every thread that waits for it."""
        with self._lock:
            running = self._running.get(key)
            mine: Future[T] = running or Future()
            self._running[key] = mine
        if running is None:
            try:
                mine.set_result(self._read(key))
            except BaseException as problem:  # noqa: BLE001 - it is raised in every thread that waits for the reading
                mine.set_exception(problem)
            with self._lock:
                del self._running[key]
        return mine.result()
