"""Records as they are read: what was last applied, with the run that did it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from eiginfra.core.address import Address
from eiginfra.core.resource import Record
from eiginfra.journal.schema import intents, records, results, runs


def records_of(connection: Connection, cohort: str) -> dict[Address, Record]:
    """The records of a cohort."""
    query = _applied().join(records, records.c.intent == results.c.intent).where(records.c.cohort == cohort).order_by(intents.c.number)
    return {record.address: record for record in map(_record, connection.execute(query))}


def records_beside(connection: Connection, known: Collection[str]) -> list[Record]:
    """The records of all cohorts but the known ones."""
    query = _applied().join(records, records.c.intent == results.c.intent).where(records.c.cohort.not_in(known))
    return [_record(row) for row in connection.execute(query.order_by(intents.c.number))]


def latest_records(connection: Connection) -> list[Record]:
    """The latest record of every object there ever was: an object is an address and a handle."""
    latest = (
        select(func.max(results.c.intent))
        .join(intents, intents.c.number == results.c.intent)
        .join(runs, runs.c.number == intents.c.run)
        .where(results.c["values"].is_not(None))
        .group_by(runs.c.cohort, intents.c.address, results.c.handle)
    )
    return [_record(row) for row in connection.execute(_applied().where(results.c.intent.in_(latest)).order_by(intents.c.number))]


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
    """Raises TypeError for a row that no journal writes."""
    if not (isinstance(row.applied, dict) and isinstance(row.handle, dict) and isinstance(row.finished, datetime)):
        raise TypeError
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
