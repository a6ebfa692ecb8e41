"""One database, opened at its first use: SQLite's settings, transactions, and errors as those of core.errors."""

import importlib.util
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Location, error
from eiginfra.core.redaction import keep_unseen
from eiginfra.journal import schema
from eiginfra.journal.errors import JournalError, explain, explain_os, sound

BUSY_SECONDS = 30
_NAME = re.compile(r"[^@/:?#\s]+")
_SHOWN = frozenset({"host", "hostaddr", "port", "dbname", "user", "connect_timeout", "application_name"})
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "gssencmode": ("disable", "prefer", "require"),
    "channel_binding": ("disable", "prefer", "require"),
}
_NUMBERS = ("port", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
_BEGIN = "eiginfra_begin"


class Database:
    """Short transactions from any thread, on an SQLite file or a PostgreSQL database.

    SQLite runs with WAL, so that readers never wait, and synchronous=FULL: a commit is on the disk before it returns. NORMAL would lose
    the last commits at a power cut, and with them the intent of a request that the server did receive; the sync that FULL adds is small
    beside the requests between two commits.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._opening = threading.Lock()
        self._writing = threading.Lock()  # writers of one process queue here, fairly, rather than poll on SQLite's lock

    @property
    def path(self) -> Path | None:
        """The file, None for a server."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @property
    def name(self) -> str:
        """What messages call it: the file, or the server's URL without user, password and options."""
        if self.path is not None:
            return str(self.path)
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{self.url.host or ''}{port}/{self.url.database or ''}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; a file that is not there reads as empty and is not made. What is read there and makes no sense is damage."""
        with self.translating(), sound(self.name):
            if self.path is not None and not self.path.exists():
                with _nothing() as connection:
                    yield connection
            else:
                with self.engine.connect() as connection:
                    yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, durable when the block has ended."""
        with self.translating(), self._writing, self.writer.begin() as connection:
            yield connection

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn the driver's and the system's errors into those of core.errors."""
        try:
            yield
        except DBAPIError as problem:
            # Without the cause: a driver's words may hold what the URL holds.
            raise explain(self.name, problem, _hidden(self.url)) from None
        except OSError as problem:
            raise explain_os(self.name, problem) from problem

    @property
    def engine(self) -> Engine:
        """The connections, with the tables made or brought up to date."""
        with self._opening:
            return self._engine

    @property
    def writer(self) -> Engine:
        """The same connections, for transactions that write."""
        with self._opening:
            return self._writer

    @cached_property
    def _writer(self) -> Engine:
        return self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @cached_property
    def _engine(self) -> Engine:
        if self.path is None:
            engine = create_engine(self.url, pool_pre_ping=True, hide_parameters=True)
        else:
            self.make_folder()
            # Made here rather than by SQLite, to be readable by its owner only; the -wal and -shm files take over its mode.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            engine = create_engine(self.url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _configure)
            event.listen(engine, "begin", _begin)
        try:
            self._prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _prepare(self, engine: Engine) -> None:
        with sound(self.name), engine.connect() as connection:
            current = schema.version(connection, self.name) == schema.VERSION
        if not current:
            with sound(self.name), engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                schema.bring_up_to_date(connection, self.name)

    def make_folder(self) -> None:
        """The folder of the file, for its owner only; raises JournalError where the file cannot be one."""
        assert self.path is not None  # noqa: S101 - for the type checker; callers have a file
        if self.path.is_dir():
            raise JournalError(f"the journal {self.name} is a folder; name a file in it, e.g. {self.path / 'journal.db'}")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        with self._opening:
            self.__dict__.pop("_writer", None)
            engine = self.__dict__.pop("_engine", None)
            if engine is not None:
                engine.dispose()


def parse(url_or_path: str, where: Location | None = None) -> URL:
    """A database URL from what a site file says; raises InputError for a database we do not know, UsageError without its driver."""
    if "://" not in url_or_path:
        return URL.create("sqlite", database=str(Path(url_or_path).expanduser().absolute()))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError):
        # Without the text, and without the cause: both may hold a password.
        raise InputError([error("journal-url", location=where)]) from None
    keep_unseen(*_hidden(url))
    if not (_sound(url_or_path, url) and url_or_path.isprintable()):
        raise InputError([error("journal-url", location=where)])
    match url.drivername.partition("+")[0]:
        case "sqlite" if url.database and url.database != ":memory:":
            return URL.create("sqlite", database=str(Path(url.database).expanduser().absolute()))
        case "postgresql" | "postgres":
            if importlib.util.find_spec("psycopg") is None:
                raise UsageError("a journal on PostgreSQL needs its driver: pip install 'eiginfra[postgres]'")
            return _with_known_options(url.set(drivername="postgresql+psycopg"), where)
        case other:
            raise InputError([error("journal-database", database=other, location=where)])


def _sound(written: str, url: URL) -> bool:
    """Whether its parts are what they are taken for: a password with `@` or `/` in it, not escaped, would become a host or a database."""
    named = (url.host, url.username, url.get_backend_name() != "sqlite" and url.database)
    return "#" not in written and all(not part or _NAME.fullmatch(part) for part in named)


def _hidden(url: URL) -> Iterator[str]:
    """The parts that no message may hold: the password, and what options say that name neither server nor database."""
    options = [
        (key, text) for key, value in url.query.items() if key not in _SHOWN for text in ((value,) if isinstance(value, str) else value)
    ]
    yield from (part for part in (url.password, *(text for _, text in options)) if part)


def _with_known_options(url: URL, where: Location | None) -> URL:
    """The same; raises InputError for options and choices that PostgreSQL does not know, without repeating them."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - installed where it is wanted

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    choices = all(url.query.get(key) in (None, *allowed) for key, allowed in _CHOICES.items())
    numbers = all(str(url.query.get(key, "0")).isdecimal() for key in _NUMBERS)
    if not (url.query.keys() <= known and choices and numbers):
        raise InputError([error("journal-option", location=where)])
    return url


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where the driver guesses
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: one that first reads and then writes could meet SQLITE_BUSY in the middle.
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


@contextmanager
def _nothing() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            schema.metadata.create_all(connection)
            yield connection
    finally:
        engine.dispose()
