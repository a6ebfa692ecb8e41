"""The lock that keeps runs apart: the kernel's (flock) beside a file, the server's (advisory) on PostgreSQL. Both end with the process.

Neither is re-entrant. A note beside the lock says who holds it; it is for people, the lock itself does not depend on it.
"""

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_delay, wait_fixed

from eiginfra.core.clock import Clock
from eiginfra.core.errors import LockedError
from eiginfra.core.values import instant
from eiginfra.journal.errors import JournalError
from eiginfra.journal.schema import lock_holder

_CLASS = 0x65696731  # "eig1": our place among the advisory locks of a database

# A server notices within two minutes that the machine of a holder is gone, and never ends a holder for being idle.
_SESSION = text(
    "SELECT set_config(name, wanted, false) FROM pg_settings JOIN (VALUES ('tcp_keepalives_idle', '60'), ('tcp_keepalives_interval', '15'),"
    " ('tcp_keepalives_count', '4'), ('idle_session_timeout', '0')) AS wish (parameter, wanted) ON name = parameter"
)


def _last(state: RetryCallState) -> str | None:
    return None if state.outcome is None else state.outcome.result()


# The lock comes first, and then its note.
_PATIENTLY = Retrying(
    retry=retry_if_result(lambda note: not note), stop=stop_after_delay(1), wait=wait_fixed(0.02), retry_error_callback=_last
)


def login() -> str:
    """The person at the keyboard, `login@host`; the host without its domain."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in passwd
        name = f"uid-{os.getuid()}"
    return f"{name}@{socket.gethostname().partition('.')[0]}"


def _note(purpose: str) -> str:
    return json.dumps({"who": login(), "pid": os.getpid(), "purpose": purpose, "since": instant(Clock().now(), "seconds")})


def _locked(note: Callable[[], str | None], journal: str) -> LockedError:
    try:
        said = json.loads(_PATIENTLY(note) or "")
        holder = f"{said['who']} ({said['purpose']}, pid {said['pid']}) since {said['since']}"
    except (ValueError, KeyError, TypeError):  # who holds it died, or was stopped, before the note was written
        holder = "another run"
    return LockedError(f"the journal {journal} is locked by {holder}; wait until that run ends, or end it there")


@contextmanager
def file_lock(path: Path, purpose: str, journal: str) -> Iterator[Callable[[], None]]:
    """Hold an exclusive flock on `path`; raises LockedError at once if another does. Yields what tells whether it is still held.

    The file stays when the lock is given back: removing it would let two runs lock two files of the same name.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(lambda: os.pread(descriptor, 4096, 0).decode(errors="replace"), journal) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _note(purpose).encode(), 0)
        try:
            yield lambda: None  # a process cannot lose a flock and live
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@contextmanager
def advisory_lock(url: URL, purpose: str, journal: str) -> Iterator[Callable[[], None]]:
    """Hold a session's advisory lock, on a connection of its own, for the journal in the database's current schema.

    Yields what raises JournalError when the connection, and the lock with it, is gone; one thread at a time may call it.
    """
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with engine.connect() as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(_CLASS, func.hashtext(func.current_schema())))):
            raise _locked(lambda: connection.scalar(select(lock_holder.c.note)), journal)
        connection.execute(_SESSION)
        connection.execute(delete(lock_holder))
        connection.execute(insert(lock_holder).values(note=_note(purpose)))

        def still_held() -> None:
            try:
                connection.execute(select(1))
            except SQLAlchemyError as problem:
                raise JournalError(
                    f"the lock on the journal {journal} is lost: its server closed the connection that held it,"
                    " and another run may have begun; nothing more is done, run again"
                ) from problem

        try:
            yield still_held
        finally:
            with suppress(SQLAlchemyError):  # the connection is gone: so is the lock
                connection.execute(delete(lock_holder))
