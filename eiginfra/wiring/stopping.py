"""How a run is asked to stop: after the first signal actions under way end; the second stops at once."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Stopper:
    """Counts the requests to stop. The first only sets a flag, so that no bookkeeping is torn; the second raises KeyboardInterrupt."""

    def __init__(self, on_first: Callable[[], None] = lambda: None) -> None:
        self.asked = 0
        self._on_first = on_first
        # A pipe, for a signal handler may not touch the locks of threading.Event.
        self._reader, self._writer = os.pipe()

    def close(self) -> None:
        """Give back the pipe."""
        os.close(self._reader)
        os.close(self._writer)

    def stop(self) -> None:
        """Ask to stop; the second time raises KeyboardInterrupt."""
        self.asked += 1
        if self.asked > 1:
            raise KeyboardInterrupt
        os.write(self._writer, b".")
        self._on_first()

    def stopping(self) -> bool:
        """Whether it was asked."""
        return self.asked > 0

    def wait(self, seconds: float) -> bool:
        """Sleep, or until asked to stop; whether it was asked."""
        return bool(self.asked or select.select([self._reader], [], [], max(0.0, seconds))[0])

    @contextmanager
    def signals(self) -> Iterator["Stopper"]:
        """While this lasts, SIGTERM and SIGINT ask to stop; the pipe is given back at its end."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.close()
