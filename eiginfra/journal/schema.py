"""The tables, their version, and how an older database is brought to this version.

Results are the one place of what was applied; a record only points at the result that is the resource's last one. History is therefore
kept by itself: a record that ends, or is forgotten, leaves its result behind.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    cast,
    func,
    insert,
    inspect,
    select,
    update,
)

from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.core.redaction import redacted
from eiginfra.core.values import canonical

VERSION = 2


def _protect(connection: Connection) -> None:
    """Version 2 remembers what is protected, and why something was not done as a code with parameters."""
    connection.exec_driver_sql("ALTER TABLE results ADD COLUMN protect BOOLEAN")
    for intent, text in connection.execute(
        select(results.c.intent, cast(results.c.reason, Text)).where(results.c.reason.is_not(None))
    ).all():
        told = {"code": "error", "params": {"type": "EiginfraError", "text": text}}
        connection.execute(update(results).where(results.c.intent == intent).values(reason=told))


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = MappingProxyType({1: _protect})
"""From a version to the next one: what to do to the tables, inside one transaction."""


def _refuse(number: str) -> None:
    """JSON knows neither NaN nor infinity."""
    raise ValueError(number)


class PlainText(TypeDecorator[str]):
    """Text; SQLite keeps whatever else somebody puts in its place."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's signature
        """From the database; TypeError for what is no text."""
        if value is not None and not isinstance(value, str):
            raise TypeError
        return value


class Json(TypeDecorator[Any]):
    """Canonical JSON as text, the same bytes for the same value on every database; without what is secret.

    Refuses what has no canonical form, such as a Secret.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's signature
        """To the database; None is NULL."""
        return None if value is None else redacted(json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the interface's signature
        """From the database; ValueError or TypeError for what no journal writes."""
        if value is None:
            return None
        read = json.loads(value, parse_constant=_refuse)
        if "\\ud" in value or "\\uD" in value:
            json.dumps(read, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        return read


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC as ISO 8601 text of constant width: its order is the order of time, also for people who read the file."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's signature
        """To the database."""
        return None if value is None else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface's signature
        """From the database; ValueError or TypeError for what no journal writes."""
        if value is None:
            return None
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            raise ValueError(value)
        return read


class Day(TypeDecorator[date]):
    """A day as ISO 8601 text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's signature
        """To the database."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - the interface's signature
        """From the database."""
        return None if value is None else date.fromisoformat(value)


metadata = MetaData()

journal_schema = Table("journal_schema", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("cohort", PlainText, nullable=False, index=True),
    Column("site", PlainText, nullable=False),
    Column("command", PlainText, nullable=False),
    Column("selection", PlainText, nullable=False),
    Column("as_of", Day, nullable=False),
    Column("by", PlainText, nullable=False),
    Column("eiginfra", PlainText, nullable=False),
    Column("commit", PlainText),
    Column("dirty", Boolean, nullable=False),
    Column("inventory", PlainText, nullable=False),
    Column("fingerprint", PlainText),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("outcome", PlainText),
)

intents = Table(
    "intents",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", ForeignKey(runs.c.number), nullable=False, index=True),
    Column("address", PlainText, nullable=False),
    Column("action", PlainText, nullable=False),
    Column("cause", PlainText),
    Column("team", PlainText),
    Column("desired", Json),
    Column("observed", Json),
    Column("handle", Json, nullable=False),
    Column("diffs", Json, nullable=False),
    Column("started", Instant, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("intent", ForeignKey(intents.c.number), primary_key=True, autoincrement=False),
    Column("outcome", PlainText, nullable=False),
    Column("reason", Json),
    Column("values", Json),
    Column("handle", Json),
    Column("made", Boolean),
    Column("protect", Boolean),
    Column("finished", Instant, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("cohort", PlainText, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("intent", ForeignKey(results.c.intent), nullable=False),
    PrimaryKeyConstraint("cohort", "address"),
)

lock_holder = Table("lock_holder", metadata, Column("note", PlainText, nullable=False))
"""Who holds the advisory lock; for people only. With a file, the note is in the lock file."""


def version(connection: Connection, name: str) -> int | None:
    """The version of a database, None for an empty one; raises InputError when it holds something else, or a newer journal."""
    tables = inspect(connection).get_table_names()
    if journal_schema.name not in tables:
        if tables:
            raise InputError([error("journal-foreign", name=name)])
        return None
    found = int(connection.execute(select(journal_schema.c.version)).scalar_one())
    if found > VERSION:
        raise InputError([error("journal-newer", name=name, found=found, known=VERSION)])
    return found


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Make the tables, or migrate them; in the caller's transaction. Two processes may try at once: the second finds the work done."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("eiginfra journal schema"))))
    found = version(connection, name)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(journal_schema).values(version=VERSION))
        return
    for step in range(found, VERSION):
        MIGRATIONS[step](connection)
        connection.execute(update(journal_schema).values(version=step + 1))
