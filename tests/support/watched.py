"""What this process does while something runs, by Python's audit hooks: programs, connections, files and compiled text."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.spawn",
    "pty.spawn",
    "ctypes.dlopen",
    "pickle.find_class",
)
_seen: list[tuple[str, tuple[Any, ...]]] | None = None
_installed = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is not None and (event in {"open", "compile", "exec"} or event.startswith((*PROGRAMS, "socket."))):
        _seen.append((event, arguments))


@contextmanager
def watched() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """The events, as they come. A hook cannot be taken out, so there is one for the process."""
    global _seen, _installed  # noqa: PLW0603
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    seen: list[tuple[str, tuple[Any, ...]]] = []
    _seen = seen
    try:
        yield seen
    finally:
        _seen = None


def programs(seen: list[tuple[str, tuple[Any, ...]]]) -> list[str]:
    """The programs that were started, or would have been."""
    return [f"{event} {arguments}" for event, arguments in seen if event.startswith(PROGRAMS)]


def connections(seen: list[tuple[str, tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """What was connected to, and the names that were looked up."""
    reached = [arguments[1] for event, arguments in seen if event == "socket.connect"]
    return reached + [arguments[:2] for event, arguments in seen if event in {"socket.getaddrinfo", "socket.gethostbyname"}]


def touched(seen: list[tuple[str, tuple[Any, ...]]], marks: tuple[str, ...]) -> list[str]:
    """Files that were opened, and texts that were compiled, whose path or text has one of these marks."""
    texts = [str(arguments[0]) for event, arguments in seen if event in {"open", "compile"} and arguments]
    return [text[:200] for text in texts if any(mark in text for mark in marks)]
