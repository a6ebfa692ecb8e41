"""Since when something differs, and who did it: from the journal, the loop's memory, and what the servers recorded."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from pydantic import BaseModel, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import ProviderError
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observation, Record
from eiginfra.core.trace import EXISTS, Moment, Trace
from eiginfra.core.usage import MEASURES
from eiginfra.engine.quota import BY_HAND, STANDING

_TRACED = (Cause.DRIFT, Cause.CONFLICT)
_ASKING = 8


class Sightings(BaseModel):
    """What the rounds of a loop saw: the last that saw everything, and of what was not in order then, since when."""

    last: Moment | None = None
    traces: dict[str, Trace] = {}

    def trace(self, address: Address | str, record: Record | None) -> Trace:
        """Since when it can be that this is not in order, given that it is not. record: what was last applied, and thereby in order."""
        applied = None if record is None else Moment(what="run", number=record.run, at=record.at)
        known = self.traces.get(str(address))
        if known is None:
            return Trace(in_order=_later(applied, self.last))
        if applied is not None and known.seen is not None and known.seen.at <= applied.at:
            return Trace(in_order=applied)  # what the loop had seen was corrected since
        return Trace(in_order=_later(applied, known.in_order), seen=known.seen)

    def after(self, plan: Plan, moment: Moment) -> "Sightings":
        """With what the plan of one more round saw; its traces were made from these sightings."""
        told = chain(
            ((found.address, found.trace) for found in plan.findings),
            ((str(change.address), change.trace) for change in plan.changes),
        )
        traces = {address: Trace(in_order=trace.in_order, seen=trace.seen or moment) for address, trace in told if address and trace}
        for change in plan.changes:
            # What cannot be seen now was last in order when it was last seen so.
            if change.action is Action.NONE and change.cause is None and change.observed is None:
                address = str(change.address)
                traces[address] = self.traces.get(address, Trace(in_order=self.last))
        return Sightings(last=moment, traces=traces)


def _later(one: Moment | None, other: Moment | None) -> Moment | None:
    return max((moment for moment in (one, other) if moment is not None), key=lambda moment: moment.at, default=None)


def traced(
    registry: Registry, plan: Plan, observations: Mapping[str, Observation], records: Mapping[Address, Record], sightings: Sightings
) -> Plan:
    """The plan with the traces of its drift, and of what takes more than a quota allows. Asks servers of these alone."""
    asked = dict(chain(_excesses(plan, sightings), _drift(plan, records, sightings)))
    if not asked:
        return plan
    handles = {there.address: there.handle for seen in observations.values() for there in seen.objects}

    def answer(address: Address) -> Trace:
        question = asked[address]
        handle = handles[address] if address in handles else records[address].handle if address in records else {}
        try:
            activity = registry[address.kind].activity(handle, question.seen, question.since) if question.seen else ()
        except ProviderError:
            activity = ()  # only if the server can say: no plan fails for it
        return question.trace.model_copy(update={"activity": tuple(activity)})

    with ThreadPoolExecutor(_ASKING, thread_name_prefix="trace") as pool:
        traces = {str(address): trace for address, trace in zip(asked, pool.map(answer, asked), strict=True)}
    changes = [change.model_copy(update={"trace": traces.get(str(change.address))}) for change in plan.changes]
    findings = [
        found.model_copy(update={"trace": traces.get(found.address or "")}) if found.code in STANDING else found for found in plan.findings
    ]
    return plan.model_copy(update={"changes": tuple(changes), "findings": tuple(findings)})


class _Question(NamedTuple):
    """What is known of the trace, and what is to be explained by activity since when; nothing if `seen` is empty."""

    trace: Trace
    seen: Mapping[str, JsonValue]
    since: datetime | None


def _drift(plan: Plan, records: Mapping[Address, Record], sightings: Sightings) -> Iterator[tuple[Address, _Question]]:
    for change in plan.changes:
        seen: dict[str, JsonValue] = {found.field: found.before for found in (*change.diffs, *change.withheld) if found.cause in _TRACED}
        if change.cause is Cause.DRIFT and change.observed is None:
            seen = {EXISTS: False}
        if seen:
            record = records.get(change.address) or (records.get(change.was) if change.was else None)
            trace = sightings.trace(change.address, record)
            yield change.address, _Question(trace, seen, trace.in_order.at if trace.in_order else None)


def _excesses(plan: Plan, sightings: Sightings) -> Iterator[tuple[Address, _Question]]:
    """Of what no change is about: made by hand, or larger in what the inventory does not manage."""
    changing = {change.address for change in plan.changes}
    for found in plan.findings:
        address = Address.parse(found.address) if found.code in STANDING and found.address else None
        if address is None or address in changing:
            continue
        trace = sightings.trace(address, None)
        if found.code == BY_HAND:
            yield address, _Question(trace, {EXISTS: True}, None)
        else:
            since = trace.in_order.at if trace.in_order else None
            yield address, _Question(trace, dict.fromkeys(MEASURES) if since else {}, since)
