"""What can go wrong with a journal's file or server, by the driver's own codes; never by the text of a message."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from eiginfra.core.errors import EiginfraError, InputError, PermissionDeniedError, UnreachableError
from eiginfra.core.finding import error

_AUTHENTICATION = ("28", "42501")  # PostgreSQL: invalid authorization, insufficient privilege
_FULL = "53100"  # PostgreSQL: disk_full


class JournalError(EiginfraError):
    """The journal cannot be read or written: nothing more is done without one."""


def unreadable(name: str) -> InputError:
    """The file is no journal at all, or damaged."""
    return InputError([error("journal-unreadable", name=name)])


@contextmanager
def sound(name: str) -> Iterator[None]:
    """Around the reading of rows: whatever their values lead to but errors of the database itself, the journal is damaged."""
    try:
        yield
    except DBAPIError:
        raise
    except (SQLAlchemyError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        raise unreadable(name) from None


def explain_os(name: str, problem: OSError) -> EiginfraError:
    """The file system refused."""
    return JournalError(f"the journal {name} cannot be used: {problem.strerror}; choose another place with `journal:` in the site file")


def explain(name: str, problem: DBAPIError, hidden: Iterable[str] = ()) -> EiginfraError:
    """The database refused. hidden: what its words must not repeat."""
    if isinstance(problem.orig, sqlite3.Error):
        return _explain_sqlite(name, problem.orig)
    code = getattr(problem.orig, "sqlstate", None) or ""
    words = " ".join(str(problem.orig).split())
    for part in hidden:
        words = words.replace(part, "***")
    if code.startswith(_AUTHENTICATION):
        return PermissionDeniedError(f"the journal {name} refuses this login: {words}; see `journal:` in the site file")
    if code == _FULL:
        return JournalError(f"no space left for the journal {name}; free some space on its server")
    if problem.connection_invalidated or not code or code.startswith(("08", "57P")):
        return UnreachableError(f"the journal {name} cannot be reached: {words}")
    return JournalError(f"the journal {name} failed: {words}")


def _explain_sqlite(name: str, problem: sqlite3.Error) -> EiginfraError:
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    match code:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR | sqlite3.SQLITE_MISMATCH | sqlite3.SQLITE_TOOBIG | 0:
            # The statements are always the same, so it is the tables that are not; 0: bytes that are no text.
            return unreadable(name)
        case sqlite3.SQLITE_FULL:
            return JournalError(f"no space left for the journal {name}; free some space, or move it with `journal:` in the site file")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return JournalError(
                f"the journal {name} cannot be written ({problem}); "
                "it needs write access to the file and its folder, or another place with `journal:` in the site file"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return JournalError(f"another program keeps the journal {name} busy ({problem}); close it and run again")
        case _:
            return JournalError(f"the journal {name} failed: {problem}")
