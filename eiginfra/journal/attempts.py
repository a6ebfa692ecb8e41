"""What runs that were killed had begun: intents without a result, and nothing done to the same resource since."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from eiginfra.core.address import Address
from eiginfra.core.change import Action
from eiginfra.core.resource import Record
from eiginfra.journal.schema import intents, results, runs

_MAKING = (Action.CREATE.value, Action.REPLACE.value)
_ATTEMPTS = (*_MAKING, Action.UPDATE.value, Action.ADOPT.value)
_UNTOUCHED = ("refused", "skipped")
"""Outcomes after which an object is as it was before."""


def open_attempts(connection: Connection, cohort: str) -> Sequence[Row[Any]]:
    """The open intents of a cohort, oldest first; a run that goes on has some, too."""
    query = (
        select(intents, runs.c.by, runs.c.commit, runs.c.cohort)
        .join(runs, runs.c.number == intents.c.run)
        .outerjoin(results, results.c.intent == intents.c.number)
        .where(results.c.intent.is_(None), runs.c.cohort == cohort, intents.c.action.in_(_ATTEMPTS))
        .order_by(intents.c.number)
    )
    found = connection.execute(query).all()
    if not found:
        return ()
    settled = (
        select(intents.c.address, func.max(intents.c.number))
        .join(results, results.c.intent == intents.c.number)
        .join(runs, runs.c.number == intents.c.run)
        .where(runs.c.cohort == cohort, results.c.outcome.not_in(_UNTOUCHED), intents.c.address.in_({row.address for row in found}))
        .group_by(intents.c.address)
    )
    last = {str(row[0]): int(row[1]) for row in connection.execute(settled)}
    return [row for row in found if row.number > last.get(row.address, 0)]


def with_attempts(known: Mapping[Address, Record], attempts: Sequence[Row[Any]]) -> dict[Address, Record]:
    """The records with what was begun; a creation is a record of its own."""
    found = dict(known)
    for row in attempts:
        if not isinstance(row.desired, dict if row.action in _MAKING else dict | None):
            raise TypeError
        address = Address.parse(row.address)
        record = found.get(address)
        if record is None and row.action in _MAKING:
            record = Record(
                address=address,
                values=row.desired,
                handle={},
                team=row.team,
                created=True,
                run=row.run,
                at=row.started,
                by=row.by,
                commit=row.commit,
                cohort=row.cohort,
                verified=False,
            )
        if record is not None:
            found[address] = replace(record, attempted=row.desired)
    return found


def give_up(connection: Connection, cohort: str, address: str, now: datetime) -> bool:
    """Close the open intents of a resource that is to be forgotten; False if there were none."""
    numbers = [row.number for row in open_attempts(connection, cohort) if row.address == address]
    for number in numbers:
        connection.execute(insert(results).values(intent=number, outcome="skipped", finished=now))
    return bool(numbers)
