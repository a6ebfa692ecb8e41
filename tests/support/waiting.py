"""Waiting for what another process does in its own time: nginx takes a new configuration after its reload was asked for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS = 5.0


def eventually(look: Callable[[], T], wanted: T) -> None:
    """Look until it is as wanted; AssertionError after some seconds."""
    end = time.monotonic() + SECONDS
    while (seen := look()) != wanted:
        assert time.monotonic() < end, f"{seen!r}, not {wanted!r}"
        time.sleep(0.02)
