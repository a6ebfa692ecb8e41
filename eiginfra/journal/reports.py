"""Reports from the journal: its runs, what one of them did, and what was done about a team or an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, Select, func, select

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, FieldDiff
from eiginfra.core.errors import UsageError
from eiginfra.core.reason import Reason
from eiginfra.journal.schema import intents, results, runs

UNFINISHED = "unfinished"
"""What is counted for an intent without a result: its run is still going on, or was killed there."""


@dataclass(frozen=True)
class Run:
    """One command that changed, or meant to change, something. `outcome` and `finished` are None while it runs and after it was killed.

    counts: outcome -> number of actions (done, failed, refused, skipped, unfinished).
    """

    number: int
    cohort: str
    site: str
    command: str
    selection: str
    as_of: date
    by: str
    eiginfra: str
    commit: str | None
    dirty: bool
    inventory: str
    fingerprint: str | None
    started: datetime
    finished: datetime | None
    outcome: str | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RunStep:
    """One action of a run; `outcome` is None when its result was never written."""

    number: int
    address: Address
    action: Action
    cause: Cause | None
    team: str | None
    desired: Mapping[str, JsonValue] | None
    observed: Mapping[str, JsonValue] | None
    diffs: tuple[FieldDiff, ...]
    started: datetime
    outcome: str | None
    reason: Reason | None
    finished: datetime | None


@dataclass(frozen=True)
class RunReport:
    """A run and its actions, in the order they were begun."""

    run: Run
    steps: tuple[RunStep, ...]


def list_runs(connection: Connection, cohort: str | None, limit: int) -> list[Run]:
    """The latest runs, newest first."""
    query = select(runs).order_by(runs.c.number.desc()).limit(limit)
    rows = connection.execute(query if cohort is None else query.where(runs.c.cohort == cohort)).all()
    counts = _counts(connection, [row.number for row in rows])
    return [Run(**row._mapping, counts=counts.get(row.number, {})) for row in rows]  # noqa: SLF001 - its public name, underscored against columns


def run_of(connection: Connection, cohort: str, fingerprint: str) -> int | None:
    """The number of the latest run that carried out the plan of that fingerprint."""
    same = select(func.max(runs.c.number)).where(runs.c.cohort == cohort, runs.c.fingerprint == fingerprint)
    number: int | None = connection.execute(same).scalar_one()
    return number


def show_run(connection: Connection, number: int) -> RunReport:
    """One run in full; raises UsageError if there is none of that number."""
    row = connection.execute(select(runs).where(runs.c.number == number)).one_or_none()
    if row is None:
        raise UsageError(f"the journal has no run {number}; `eiginfra journal list` names them")
    steps = tuple(map(_step, connection.execute(_steps().where(intents.c.run == number).order_by(intents.c.number))))
    counts = _counts(connection, [number]).get(number, {})
    return RunReport(Run(**row._mapping, counts=counts), steps)  # noqa: SLF001 - its public name, underscored against columns


def list_done(connection: Connection, cohort: str, since: datetime) -> list[RunStep]:
    """The actions of a cohort that were done since then, the oldest first."""
    mine = intents.c.run.in_(select(runs.c.number).where(runs.c.cohort == cohort))
    query = _steps().where(mine, results.c.outcome == "done", results.c.finished >= since)
    return [_step(row) for row in connection.execute(query.order_by(intents.c.number))]


def history_of(connection: Connection, cohort: str, about: str | Address, limit: int) -> list[tuple[Run, tuple[RunStep, ...]]]:
    """The latest runs that did something about a team or an address, newest first, each with just those actions in their order."""
    mine = intents.c.address == str(about) if isinstance(about, Address) else intents.c.team == about
    touched = select(runs).where(runs.c.cohort == cohort, runs.c.number.in_(select(intents.c.run).where(mine)))
    rows = connection.execute(touched.order_by(runs.c.number.desc()).limit(limit)).all()
    numbers = [row.number for row in rows]
    steps: dict[int, list[RunStep]] = {number: [] for number in numbers}
    for row in connection.execute(_steps().where(mine, intents.c.run.in_(numbers)).order_by(intents.c.number)):
        steps[row.run].append(_step(row))
    return [(Run(**row._mapping), tuple(steps[row.number])) for row in rows]  # noqa: SLF001 - its public name, underscored against columns


def _steps() -> Select[Any]:
    return select(intents, results.c.outcome, results.c.reason, results.c.finished).outerjoin(results, results.c.intent == intents.c.number)


def _step(row: Row[Any]) -> RunStep:
    """Raises TypeError for a row that no journal writes."""
    if not all(isinstance(values, dict | None) for values in (row.desired, row.observed)):
        raise TypeError
    return RunStep(
        number=row.number,
        address=Address.parse(row.address),
        action=Action(row.action),
        cause=None if row.cause is None else Cause(row.cause),
        team=row.team,
        desired=row.desired,
        observed=row.observed,
        diffs=tuple(FieldDiff.model_validate(diff) for diff in row.diffs),
        started=row.started,
        outcome=row.outcome,
        reason=None if row.reason is None else Reason.model_validate(row.reason),
        finished=row.finished,
    )


def _counts(connection: Connection, numbers: list[int]) -> dict[int, dict[str, int]]:
    outcome = func.coalesce(results.c.outcome, UNFINISHED)
    query = (
        select(intents.c.run, outcome, func.count())
        .outerjoin(results, results.c.intent == intents.c.number)
        .where(intents.c.run.in_(numbers))
        .group_by(intents.c.run, outcome)
        .order_by(intents.c.run, outcome)
    )
    counts: dict[int, dict[str, int]] = {}
    for run, name, count in connection.execute(query):
        counts.setdefault(run, {})[name] = count
    return counts
