"""The journal itself: `core.journal.Journal`, kept in a database."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Insert, delete, insert, update

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.clock import Clock
from eiginfra.core.finding import Location
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Record
from eiginfra.journal.attempts import give_up, open_attempts, with_attempts
from eiginfra.journal.database import Database, parse
from eiginfra.journal.endings import Ending, write_endings
from eiginfra.journal.lock import advisory_lock, file_lock, login
from eiginfra.journal.records import latest_records, records_beside, records_of
from eiginfra.journal.reports import Run, RunReport, RunStep, history_of, list_done, list_runs, run_of, show_run
from eiginfra.journal.schema import intents, records, runs

# An apply writes thousands of times: its statements are made once, and given their values when they are executed.
_INTEND = insert(intents)


def open_journal(url_or_path: str, where: Location | None = None) -> "DatabaseJournal":
    """The journal at a file's path or a PostgreSQL URL, which is written at `where`. Nothing is touched before its first use.

    Raises InputError for a URL of another database, UsageError when PostgreSQL's driver is not installed.
    """
    return DatabaseJournal(Database(parse(url_or_path, where)))


class DatabaseJournal:
    """Implements `core.journal.Journal`. Any thread may call.

    Every write is one short transaction, durable when the call returns, or when `together` ends. Any method raises InputError for a
    damaged, foreign or newer journal, JournalError when the disk or the server refuses, and UnreachableError when the server cannot be
    reached.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = Clock()
        self._still_locked: Callable[[], None] = _unlocked
        self._shared = _Shared()

    @property
    def name(self) -> str:
        """The file, or the server's URL without user and password."""
        return self._database.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def records(self, cohort: str) -> Mapping[Address, Record]:
        """What was last applied, of every resource of the cohort still under management."""
        with self._database.reading() as connection:
            return records_of(connection, cohort)

    def known(self, cohort: str) -> Mapping[Address, Record]:
        """The records, with what killed runs had begun; a run that goes on has begun something, too."""
        with self._database.reading() as connection:
            return with_attempts(records_of(connection, cohort), open_attempts(connection, cohort))

    def others(self, known: Collection[str]) -> Sequence[Record]:
        """What is under management of all cohorts but the known ones."""
        with self._database.reading() as connection:
            return records_beside(connection, known)

    def history(self, cohort: str) -> Sequence[Record]:  # noqa: ARG002 - numbers are shared by all cohorts, so is their history
        """The latest record of every object there ever was, in any cohort: an object is an address and a handle."""
        with self._database.reading() as connection:
            return latest_records(connection)

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Keep other runs out; raises LockedError, which says who holds it and since when. Not re-entrant; freed by death."""
        with ExitStack() as held:
            with self._database.translating():
                self._still_locked = held.enter_context(self._lock(purpose))
            try:
                yield
            finally:
                self._still_locked = _unlocked

    def _lock(self, purpose: str) -> AbstractContextManager[Callable[[], None]]:
        database = self._database
        if database.path is None:
            _ = database.engine  # makes the table of the note
            return advisory_lock(database.url, purpose, database.name)
        database.make_folder()
        return file_lock(Path(f"{database.path}.lock"), purpose, database.name)

    def begin(self, meta: PlanMeta, command: str, fingerprint: str | None = None) -> int:
        """Open a run; returns its number."""
        row = {
            "cohort": meta.cohort,
            "site": meta.site,
            "command": command,
            "selection": meta.selection,
            "as_of": meta.as_of,
            "by": login(),
            "eiginfra": meta.eiginfra,
            "commit": meta.commit,
            "dirty": meta.dirty,
            "inventory": meta.inventory,
            "fingerprint": fingerprint,
            "started": self._clock.now(),
        }
        with self._writing() as connection:
            return _insert(connection, insert(runs), row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that this thread writes inside; none begins where nothing is written."""
        shared = self._shared
        with ExitStack() as block:
            shared.block = block
            try:
                yield
                if shared.endings:
                    with self._writing() as connection:
                        write_endings(connection, shared.endings)
            finally:
                shared.block = shared.connection = None
                shared.endings = []

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The transaction that is shared in this thread, or one of its own."""
        shared = self._shared
        if shared.block is None:
            with self._database.writing() as connection:
                yield connection
            return
        if shared.connection is None:
            shared.connection = shared.block.enter_context(self._database.writing())
        yield shared.connection

    def intend(self, run: int, change: Change) -> int:
        """Write down, before the first request, what is about to be done; returns the intent's number.

        Raises JournalError when the lock that this run held was lost.
        """
        row = {
            "run": run,
            "address": str(change.address),
            "action": change.action.value,
            "cause": change.cause,
            "team": change.team,
            "desired": change.desired,
            "observed": change.observed,
            "handle": change.handle,
            "diffs": change.diffs,
            "started": self._clock.now(),
        }
        with self._writing() as connection:
            self._still_locked()
            return _insert(connection, _INTEND, row)

    def settle(self, intent: int, outcome: str, reason: Reason | None = None, reached: Reached | None = None) -> None:
        """How a change ended; what was reached becomes the record, or ends it."""
        if self._shared.block is None:
            with self.together():
                self.settle(intent, outcome, reason, reached)
            return
        self._shared.endings.append(Ending(intent, outcome, self._clock.now(), reason, reached))

    def finish(self, run: int, outcome: str) -> None:
        """Close a run."""
        with self._writing() as connection:
            connection.execute(update(runs).where(runs.c.number == run).values(finished=self._clock.now(), outcome=outcome))

    def forget(self, cohort: str, address: Address) -> bool:
        """Drop the record of a resource, leaving the object alone; False if there was none."""
        if not self.known(cohort).get(address):
            return False  # without making a file in which there is nothing to forget
        with self._writing() as connection:
            forgotten = give_up(connection, cohort, str(address), self._clock.now())
            dropped = connection.execute(delete(records).where(records.c.cohort == cohort, records.c.address == str(address)))
            return dropped.rowcount > 0 or forgotten

    def runs(self, cohort: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        with self._database.reading() as connection:
            return list_runs(connection, cohort, limit)

    def run_of(self, cohort: str, fingerprint: str) -> int | None:
        """The number of the latest run that carried out the plan of that fingerprint; None if none did."""
        with self._database.reading() as connection:
            return run_of(connection, cohort, fingerprint)

    def show(self, run: int) -> RunReport:
        """One run and its actions; raises UsageError if there is none of that number."""
        with self._database.reading() as connection:
            return show_run(connection, run)

    def done_since(self, cohort: str, since: datetime) -> list[RunStep]:
        """What was done in a cohort since then, the oldest first."""
        with self._database.reading() as connection:
            return list_done(connection, cohort, since)

    def about(self, cohort: str, what: str | Address, limit: int) -> list[tuple[Run, tuple[RunStep, ...]]]:
        """The latest runs of a cohort that did something about a team or an address, newest first, each with those actions."""
        with self._database.reading() as connection:
            return history_of(connection, cohort, what, limit)


class _Shared(threading.local):
    """The transaction of one thread's `together`."""

    block: ExitStack | None = None
    connection: Connection | None = None

    def __init__(self) -> None:
        self.endings: list[Ending] = []


def _unlocked() -> None:
    """A journal without a lock has none to lose."""


def _insert(connection: Connection, statement: Insert, row: Mapping[str, object]) -> int:
    key: Any = connection.execute(statement, row).inserted_primary_key
    return int(key[0])
