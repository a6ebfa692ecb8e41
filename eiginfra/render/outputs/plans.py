"""The documents about plans: the same objects for changes in all of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.plan import FORMAT_VERSION, Plan, PlanMeta
from eiginfra.core.resource import Record
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.engine.verify import Stale
from eiginfra.render.outputs.base import DatedOutput, FindingOutput, Output, ReasonOutput, findings_output


class PlanOutput(Output):
    """`plan --format json`: the plan with the words of its findings; `apply` carries it out as well as a saved one."""

    format_version: Literal[2] = FORMAT_VERSION
    type: Literal["plan"] = "plan"
    meta: PlanMeta
    changes: tuple[Change, ...]
    findings: tuple[FindingOutput, ...]
    remaining: Mapping[str, tuple[str, ...]]
    totals: Mapping[Action, int]
    fingerprint: str
    digest: str

    @classmethod
    def of(cls, plan: Plan) -> "PlanOutput":
        """The plan's."""
        return cls(
            meta=plan.meta,
            changes=plan.changes,
            findings=findings_output(plan.findings),
            remaining=plan.remaining,
            totals=plan.totals(),
            fingerprint=plan.fingerprint,
            digest=plan.digest,
        )


class StaleOutput(Output):
    """A change of a saved plan that an apply would refuse now."""

    address: Address
    action: Action
    reason: ReasonOutput


class PlanVerifyOutput(Output):
    """`plan --verify FILE --format json`. run: the number of the run that carried the plan out."""

    format_version: Literal[1] = 1
    type: Literal["plan.verify"] = "plan.verify"
    fingerprint: str
    run: int | None
    stale: tuple[StaleOutput, ...]

    @classmethod
    def of(cls, fingerprint: str, run: int | None, stale: Iterable[Stale]) -> "PlanVerifyOutput":
        """The judgement on a plan of that fingerprint."""
        rows = (StaleOutput(address=one.change.address, action=one.change.action, reason=ReasonOutput.given(one.reason)) for one in stale)
        return cls(fingerprint=fingerprint, run=run, stale=tuple(rows))


class ResultOutput(Output):
    """How one change ended. reason: why it is not plainly done."""

    address: Address
    action: Action
    cause: Cause | None
    team: str | None
    outcome: Outcome
    reason: ReasonOutput | None
    seconds: float

    @classmethod
    def of(cls, result: Result) -> "ResultOutput":
        """The result's."""
        change, why = result.change, result.reason
        return cls(
            address=change.address,
            action=change.action,
            cause=change.cause,
            team=change.team,
            outcome=result.outcome,
            reason=None if why is None else ReasonOutput.given(why),
            seconds=round(result.seconds, 3),
        )


class ApplyOutput(DatedOutput):
    """`apply --format json`: how the changes of the plan with that fingerprint ended."""

    format_version: Literal[1] = 1
    type: Literal["apply"] = "apply"
    fingerprint: str
    interrupted: bool
    findings: tuple[FindingOutput, ...]
    remaining: Mapping[str, tuple[str, ...]]
    results: tuple[ResultOutput, ...]

    @classmethod
    def of(cls, plan: Plan, report: ApplyReport, fingerprint: str) -> "ApplyOutput":
        """What became of a plan. fingerprint: of the plan that was shown, or saved."""
        return cls(
            as_of=plan.meta.as_of,
            as_of_is_today=plan.meta.as_of_is_today,
            fingerprint=fingerprint,
            interrupted=report.interrupted,
            findings=findings_output(plan.findings),
            remaining=plan.remaining,
            results=tuple(map(ResultOutput.of, report.results)),
        )


class LastAppliedOutput(Output):
    """When an object was last as wanted."""

    run: int
    at: datetime
    by: str
    commit: str | None


class DriftOutput(Output):
    """`drift --format json`: the changes of the plan that come from the servers. last_applied: by address, what the journal knows."""

    format_version: Literal[2] = 2
    type: Literal["drift"] = "drift"
    meta: PlanMeta
    changes: tuple[Change, ...]
    last_applied: Mapping[str, LastAppliedOutput]
    findings: tuple[FindingOutput, ...]
    remaining: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, plan: Plan, changes: Iterable[Change], records: Mapping[Address, Record]) -> "DriftOutput":
        """changes: those of the plan that are drift."""
        chosen = tuple(changes)
        known = {str(change.address): record for change in chosen if (record := records.get(change.address)) is not None}
        return cls(
            meta=plan.meta,
            changes=chosen,
            last_applied={
                address: LastAppliedOutput(run=record.run, at=record.at, by=record.by, commit=record.commit)
                for address, record in known.items()
            },
            findings=findings_output(plan.findings),
            remaining=plan.remaining,
        )
