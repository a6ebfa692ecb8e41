"""What several cohorts of one site want of the same thing: one resource, or a clash that names both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.claim import Claim, Claims
from eiginfra.core.finding import Finding, Location, error, warning
from eiginfra.core.journal import Journal
from eiginfra.core.kind import Registry
from eiginfra.core.merge import NotMergeableError
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Record, Resource
from eiginfra.core.spec import Rules, rules
from eiginfra.engine.diff import normal


@dataclass(frozen=True)
class Shared:
    """What one cohort wants and has, as it is on a site of several. elsewhere: what the other cohorts reached last."""

    resources: Sequence[Resource]
    findings: Sequence[Finding]
    claims: Claims
    records: Mapping[Address, Record]
    history: Sequence[Record]
    elsewhere: Mapping[Address, Record]


def shared(
    registry: Registry,
    journal: Journal,
    cohort: str,
    resources: Iterable[Resource],
    *,
    siblings: Mapping[str, Sequence[Claim]],
    today: date,
) -> Shared:
    """With the claims of cohorts that only the journal knows. resources: merged with the siblings' claims, which are given by cohort."""
    unwritten = recorded(registry, journal.others([cohort, *siblings]), today)
    wanted, findings = merged(registry, resources, by_address(unwritten), cohort=cohort)
    history = journal.history(cohort)
    others = elsewhere(history, cohort)
    claims = by_address([*(claim for wishes in siblings.values() for claim in wishes), *unwritten])
    return Shared(wanted, findings, claims, latest(journal.known(cohort), others), history, others)


def by_address(claims: Iterable[Claim]) -> dict[Address, list[Claim]]:
    """The claims by what they are on."""
    found: dict[Address, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.address, []).append(claim)
    return found


def recorded(registry: Registry, records: Iterable[Record], today: date) -> list[Claim]:
    """The claims of cohorts that only the journal knows.

    What was decommissioned is none, nor what is dated and over, nor anything of a cohort whose every date is over.
    """
    known = [(record, _end(registry, record)) for record in records if record.address.kind in registry]
    last: dict[str, str] = {}
    for record, end in known:
        if end is not None:
            last[record.cohort] = max(end, last.get(record.cohort, end))
    day = today.isoformat()
    return [
        Claim(record.cohort, record.address, record.values)
        for record, end in known
        if (end or last.get(record.cohort, day)) >= day and not _decommissioned(registry, record)
    ]


def merged(
    registry: Registry, resources: Iterable[Resource], claims: Claims, *, cohort: str, wrong: frozenset[Location] = frozenset()
) -> tuple[list[Resource], list[Finding]]:
    """The resources with what other cohorts want of them, and what clashes.

    Fields with a rule are merged by it; others must be equal. wrong: places of errors that are told already.
    """
    if not claims:
        return [*resources], []
    found, findings = [], list[Finding]()
    for resource in resources:
        shared = claims.get(resource.address, ())
        if shared:
            resource, told = _merged(registry, resource, shared, cohort)  # noqa: PLW2901 - the same thing, as all want it
            findings += [finding for finding in told if wrong.isdisjoint({finding.location, *finding.also})]
        found.append(resource)
    return found, findings


def elsewhere(history: Iterable[Record], cohort: str) -> dict[Address, Record]:
    """What other cohorts than this one reached last. history: from old to new."""
    return {record.address: record for record in history if record.cohort != cohort}


def latest(records: Mapping[Address, Record], others: Mapping[Address, Record]) -> Mapping[Address, Record]:
    """A cohort's records, of shared objects with the values that any cohort reached last."""
    newer = {
        address: replace(own, values=record.values, run=record.run, at=record.at, by=record.by, commit=record.commit)
        for address, record in others.items()
        if (own := records.get(address)) is not None and record.at > own.at and dict(record.handle) == dict(own.handle)
    }
    return {**records, **newer} if newer else records


def _end(registry: Registry, record: Record) -> str | None:
    """The last day that a record names."""
    fields = rules(registry[record.address.kind].spec)
    days = (day for name, value in record.values.items() if name in fields and (merge := fields[name].merge) for day in merge.ends(value))
    return max(days, default=None)


def _decommissioned(registry: Registry, record: Record) -> bool:
    """Whether its last change was a step of its decommission."""
    steps = registry[record.address.kind].decommission
    return steps is not None and any(
        step.values is not None and all(record.values.get(name) == value for name, value in step.values.items()) for step in steps.steps
    )


def _merged(registry: Registry, resource: Resource, claims: Sequence[Claim], cohort: str) -> tuple[Resource, list[Finding]]:
    fields = rules(registry[resource.address.kind].spec)
    values: dict[str, JsonValue] = {}
    differing: dict[str, Claim] = {}
    for name, value in resource.values.items():
        others = [claim for claim in claims if name in claim.values and not _same(fields[name], claim.values[name], value)]
        if not others:
            continue
        together = _together(fields[name], [value, *(claim.values[name] for claim in others)])
        if together:
            [values[name]] = together
        elif fields[name].compared or others[0].resource is not None:
            differing[name] = others[0]
    findings = [] if not differing else [_clash(resource, differing, cohort)]
    protect = resource.protect or any(claim.resource is not None and claim.resource.protect for claim in claims)
    if not values:
        return replace(resource, protect=protect), findings
    spec = type(resource.spec).model_validate({**{name: getattr(resource.spec, name) for name in resource.values}, **values})
    return replace(resource, spec=spec, protect=protect), findings


def _together(rule: Rules, values: Sequence[JsonValue]) -> list[JsonValue]:
    """The one value, if there is one."""
    try:
        return [] if rule.merge is None else [rule.merge.together(values)]
    except NotMergeableError:
        return []


def _same(rule: Rules, one: JsonValue, other: JsonValue) -> bool:
    return normal(rule, one) == normal(rule, other)


def _clash(resource: Resource, differing: Mapping[str, Claim], cohort: str) -> Finding:
    """Neither cohort is the culprit: both are named. What only the journal knows may be of yesterday, and stops nothing."""
    field, claim = next(iter(differing.items()))
    names, theirs = list(differing), claim.resource
    if theirs is None:
        return warning(
            "claimed-elsewhere",
            names=names,
            cohort=claim.cohort,
            location=resource.locate(field),
            address=str(resource.address),
            field=field,
        )
    place = theirs.locate(field)
    return error(
        "claims-clash",
        names=names,
        one=_whose(cohort, resource),
        other=_whose(claim.cohort, theirs),
        location=resource.locate(field),
        also=() if place is None else (place,),
        address=str(resource.address),
        field=field,
    )


def _whose(cohort: str, resource: Resource) -> Reason:
    return (
        reason("by-other-cohort", cohort=cohort)
        if resource.team is None
        else reason("by-team-of-cohort", team=resource.team, cohort=cohort)
    )
