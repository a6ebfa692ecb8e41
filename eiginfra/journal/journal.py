"""The journal itself: `core.journal.Journal`, kept in a database."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import BindParameter, Connection, Insert, Row, Select, bindparam, delete, func, insert, select, text, update

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.clock import Clock
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Record
from eiginfra.journal.attempts import give_up, open_attempts, with_attempts
from eiginfra.journal.database import Database, parse
from eiginfra.journal.lock import advisory_lock, file_lock, login
from eiginfra.journal.reports import Run, RunReport, list_runs, show_run
from eiginfra.journal.schema import intents, records, results, runs

# An apply writes thousands of times: its statements are made once, and given their values when they are executed.
_INTEND = insert(intents)
_SETTLE = insert(results)
_INTENT: BindParameter[int] = bindparam("intent")
_COHORT = select(runs.c.cohort).join(intents, intents.c.run == runs.c.number).where(intents.c.number == _INTENT).scalar_subquery()
_ADDRESS = select(intents.c.address).where(intents.c.number == _INTENT).scalar_subquery()
_RECORD = text(
    "INSERT INTO records (cohort, address, intent)"
    " SELECT runs.cohort, intents.address, intents.number"
    " FROM intents JOIN runs ON runs.number = intents.run WHERE intents.number = :intent"
    " ON CONFLICT (cohort, address) DO UPDATE SET intent = excluded.intent"
)
_END = delete(records).where(records.c.cohort == _COHORT, records.c.address == _ADDRESS)
_RENAME = delete(records).where(records.c.cohort == _COHORT, records.c.address == bindparam("was"))


def open_journal(url_or_path: str) -> "DatabaseJournal":
    """The journal at a file's path or a PostgreSQL URL. Nothing is touched before its first use.

    Raises InputError for a URL of another database, UsageError when PostgreSQL's driver is not installed.
    """
    return DatabaseJournal(Database(parse(url_or_path)))


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
            return _records(connection, cohort)

    def known(self, cohort: str) -> Mapping[Address, Record]:
        """The records, with what killed runs had begun; a run that goes on has begun something, too."""
        with self._database.reading() as connection:
            return with_attempts(_records(connection, cohort), open_attempts(connection, cohort))

    def others(self, known: Collection[str]) -> Sequence[Record]:
        """What is under management of all cohorts but the known ones."""
        query = _applied().join(records, records.c.intent == results.c.intent).where(records.c.cohort.not_in(known))
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(query.order_by(intents.c.number))]

    def history(self, cohort: str) -> Sequence[Record]:  # noqa: ARG002 - numbers are shared by all cohorts, so is their history
        """The latest record of every object there ever was, in any cohort: an object is an address and a handle."""
        latest = (
            select(func.max(results.c.intent))
            .join(intents, intents.c.number == results.c.intent)
            .join(runs, runs.c.number == intents.c.run)
            .where(results.c["values"].is_not(None))
            .group_by(runs.c.cohort, intents.c.address, results.c.handle)
        )
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(_applied().where(results.c.intent.in_(latest)).order_by(intents.c.number))]

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
            finally:
                shared.block = shared.connection = None

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
        row = {"intent": intent, "outcome": outcome, "reason": _storable(reason), "finished": self._clock.now()}
        if reached is not None:
            row |= {"values": reached.values, "handle": dict(reached.handle), "made": reached.created, "protect": reached.protect}
        with self._writing() as connection:
            connection.execute(_SETTLE, row)
            if reached is None:
                return
            connection.execute(_END if reached.values is None or reached.ends else _RECORD, {"intent": intent})
            if reached.was is not None:
                connection.execute(_RENAME, {"intent": intent, "was": str(reached.was)})

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

    def show(self, run: int) -> RunReport:
        """One run and its actions; raises UsageError if there is none of that number."""
        with self._database.reading() as connection:
            return show_run(connection, run)


class _Shared(threading.local):
    """The transaction of one thread's `together`."""

    block: ExitStack | None = None
    connection: Connection | None = None


def _unlocked() -> None:
    """A journal without a lock has none to lose."""


def _storable(value: Any) -> Any:
    """Servers' words may hold what a database's text cannot: NUL, half of a surrogate pair."""
    match value:
        case Reason():
            return {"code": value.code, "params": _storable(dict(value.params))}
        case str():
            return value.replace("\0", "\\0").encode(errors="backslashreplace").decode()
        case dict():
            return {name: _storable(item) for name, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value


def _insert(connection: Connection, statement: Insert, row: Mapping[str, object]) -> int:
    key: Any = connection.execute(statement, row).inserted_primary_key
    return int(key[0])


def _records(connection: Connection, cohort: str) -> dict[Address, Record]:
    query = _applied().join(records, records.c.intent == results.c.intent).where(records.c.cohort == cohort).order_by(intents.c.number)
    return {record.address: record for record in map(_record, connection.execute(query))}


def _applied() -> Select[Any]:
    return (
        select(
            intents.c.address,
            intents.c.team,
            intents.c.run,
            results.c["values"].label("applied"),
            results.c.handle,
            results.c.made,
            results.c.protect,
            results.c.finished,
            runs.c.by,
            runs.c.commit,
            runs.c.cohort,
        )
        .select_from(results)
        .join(intents, intents.c.number == results.c.intent)
        .join(runs, runs.c.number == intents.c.run)
    )


def _record(row: Row[Any]) -> Record:
    return Record(
        address=Address.parse(row.address),
        values=row.applied,
        handle=row.handle,
        team=row.team,
        created=row.made,
        run=row.run,
        at=row.finished,
        by=row.by,
        commit=row.commit,
        protect=bool(row.protect),
        cohort=row.cohort,
    )
