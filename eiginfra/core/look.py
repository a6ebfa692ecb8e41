"""One look at the servers: what several kinds read for it is read once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Look:
    """The same in all scopes of one observation, and forgotten with it. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: dict[object, Future[Any]] = {}

    def once(self, read: Callable[[K], T], key: K) -> T:
        """What `read(key)` gives, read by who comes first; raises what it raises, in every thread that asks for it."""
        with self._lock:
            first = (read, key) not in self._readings
            reading: Future[T] = self._readings.setdefault((read, key), Future())
        if first:
            try:
                reading.set_result(read(key))
            except BaseException as problem:  # noqa: BLE001 - it is raised in every thread that asks for the reading
                reading.set_exception(problem)
        return reading.result()
