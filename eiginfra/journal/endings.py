"""How changes ended, written many at a time: results, and what becomes of the records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, text

from eiginfra.core.journal import Reached
from eiginfra.core.reason import Reason
from eiginfra.core.text import one_line
from eiginfra.journal.schema import intents, records, results, runs

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
_RUN = select(intents.c.run).where(intents.c.number == _INTENT).scalar_subquery()
# A record of the same run is that of a new object, which has the former address now.
_RENAME = delete(records).where(
    records.c.cohort == _COHORT,
    records.c.address == bindparam("was"),
    records.c.intent.not_in(select(intents.c.number).where(intents.c.run == _RUN)),
)


@dataclass(frozen=True)
class Ending:
    """How one change ended; reached: what its object is known to be now."""

    intent: int
    outcome: str
    finished: datetime
    reason: Reason | None
    reached: Reached | None

    def row(self) -> Mapping[str, object]:
        """The row of results."""
        row = {"intent": self.intent, "outcome": self.outcome, "reason": _storable(self.reason), "finished": self.finished}
        if self.reached is None:
            return row | {"values": None, "handle": None, "made": None, "protect": None}
        reached = self.reached
        return row | {"values": reached.values, "handle": dict(reached.handle), "made": reached.created, "protect": reached.protect}


def write_endings(connection: Connection, endings: Sequence[Ending]) -> None:
    """Write results, end records, and point the others at their results."""
    connection.execute(_SETTLE, [ending.row() for ending in endings])
    seen = [(ending.intent, ending.reached) for ending in endings if ending.reached is not None]
    ended = [{"intent": intent} for intent, reached in seen if reached.values is None or reached.ends]
    renamed = [{"intent": intent, "was": str(reached.was)} for intent, reached in seen if reached.was is not None]
    lasting = [{"intent": intent} for intent, reached in seen if not (reached.values is None or reached.ends)]
    for statement, rows in ((_END, ended), (_RENAME, renamed), (_RECORD, lasting)):
        if rows:
            connection.execute(statement, rows)


def _storable(value: Any) -> Any:
    """Servers' words may hold what no output shows, and a database's text cannot be: NUL, half of a surrogate pair."""
    match value:
        case Reason():
            return {"code": value.code, "params": _storable(dict(value.params))}
        case str():
            return one_line(value)
        case dict():
            return {name: _storable(item) for name, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value
