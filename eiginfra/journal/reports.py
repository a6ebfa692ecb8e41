"""Reports from the journal: its runs, and what one of them did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import JsonValue
from sqlalchemy import Connection, func, select

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
    query = (
        select(intents, results.c.outcome, results.c.reason, results.c.finished)
        .outerjoin(results, results.c.intent == intents.c.number)
        .where(intents.c.run == number)
        .order_by(intents.c.number)
    )
    steps = tuple(
        RunStep(
            number=step.number,
            address=Address.parse(step.address),
            action=Action(step.action),
            cause=None if step.cause is None else Cause(step.cause),
            team=step.team,
            desired=step.desired,
            observed=step.observed,
            diffs=tuple(FieldDiff.model_validate(diff) for diff in step.diffs),
            started=step.started,
            outcome=step.outcome,
            reason=None if step.reason is None else Reason.model_validate(step.reason),
            finished=step.finished,
        )
        for step in connection.execute(query)
    )
    if not all(isinstance(values, dict | None) for step in steps for values in (step.desired, step.observed)):
        raise TypeError
    counts = _counts(connection, [number]).get(number, {})
    return RunReport(Run(**row._mapping, counts=counts), steps)  # noqa: SLF001 - its public name, underscored against columns


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
