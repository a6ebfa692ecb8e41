"""The wishes of two revisions of one cohort, compared: no server is asked, so a change here is one of what is wished for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.core.spec import rules
from eiginfra.core.usage import MEASURES, Limits, Usage
from eiginfra.engine.diff import by_key, diff
from eiginfra.engine.harm import harmed
from eiginfra.engine.quota import requested
from eiginfra.engine.rename import renames
from eiginfra.review.model import AccessChange, QuotaUse

ACCESS = "access-lost"
"""The harm of who goes from a list: its entries are people, or named after them."""


@dataclass(frozen=True)
class Wishes:
    """What one revision of a cohort wishes for: its resources, what it may use, and what is wrong with it."""

    resources: Sequence[Resource] = ()
    limits: Limits = field(default_factory=Limits)
    findings: Sequence[Finding] = ()


def changes(registry: Registry, before: Wishes, after: Wishes) -> list[Change]:
    """What differs, in the order of the playbook; what is given up comes last."""
    old = {resource.address: resource for resource in before.resources}
    new = {resource.address for resource in after.resources}
    renamed = renames(registry, after.resources)
    found, known = [], set[Address]()
    for resource in after.resources:
        prior, values, was = old.get(resource.address), dict[str, JsonValue](), None
        if prior is not None:
            values = dict(prior.values)
        elif (former := renamed.former.get(resource.address)) is not None and former.address not in new:
            prior, was = old.get(former.address), former.address
            values = dict(renamed.current(resource.address, prior.values)) if prior is not None else {}
        if prior is not None:
            known.add(prior.address)
        change = _created(resource) if prior is None else _updated(registry, resource, values, was)
        if change is not None:
            found.append(harmed(registry, change))
    kept = new | known
    given_up = (resource for resource in before.resources if resource.address not in kept)
    return [*found, *(harmed(registry, _given_up(resource)) for resource in given_up)]


def access(registry: Registry, found: Sequence[Change]) -> list[AccessChange]:
    """Who gains and who loses access to what, each once for every thing."""
    told = dict.fromkeys(entry for change in found for entry in _access(registry, change))
    return list(told)


def amounts(registry: Registry, before: Wishes, after: Wishes) -> list[QuotaUse]:
    """Quotas and capacity, by team in order, the cohort last: what is asked for or allowed otherwise than before."""
    asked = [requested(registry, wishes.resources) for wishes in (before, after)]
    teams = sorted({*before.limits.teams, *after.limits.teams})
    found = [use for team in teams for use in _uses(team, [usage.get(team, Usage()) for usage in asked], before.limits, after.limits)]
    totals = [Usage.total(usage.values()) for usage in asked]
    return [*found, *_uses(None, totals, before.limits, after.limits)]


def new_findings(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The findings of a head: those that its base has not, and those that it has, wherever they have moved in the file."""
    left = Counter(map(_essence, before))
    new, known = [], []
    for finding in after:
        if left[essence := _essence(finding)]:
            left[essence] -= 1
            known.append(finding)
        else:
            new.append(finding)
    return new, known


def _essence(finding: Finding) -> tuple[object, ...]:
    """What makes it the same finding after lines were added above it."""
    where = finding.location.file if finding.location else None
    told = {name: value for name, value in finding.told.items() if name not in ("line", "column", "lines")}
    return (finding.severity, finding.code, where, finding.address, finding.field, finding.team, repr(sorted(told.items(), key=str)))


def _created(resource: Resource) -> Change:
    return Change(
        address=resource.address,
        action=Action.CREATE,
        cause=Cause.NEW,
        team=resource.team,
        desired=dict(resource.values),
        protect=resource.protect,
    )


def _updated(registry: Registry, resource: Resource, before: Mapping[str, JsonValue], was: Address | None) -> Change | None:
    if was is None and before == resource.values:
        return None
    spec = registry[resource.address.kind].spec
    diffs = diff(spec, resource.values, before, before)
    diffs += [
        FieldDiff(field=name, before=before[name], after=None, cause=Cause.PENDING, sensitive=rule.sensitive)
        for name, rule in rules(spec).items()
        if rule.compared and name in before and name not in resource.values and before[name] is not None
    ]
    if not diffs and was is None:
        return None
    return Change(
        address=resource.address,
        action=Action.UPDATE,
        cause=Cause.PENDING,
        team=resource.team,
        diffs=tuple(diffs),
        desired=dict(resource.values),
        observed=dict(before),
        was=was,
        protect=resource.protect,
    )


def _given_up(resource: Resource) -> Change:
    return Change(
        address=resource.address,
        action=Action.DELETE,
        cause=Cause.ORPHAN,
        team=resource.team,
        observed=dict(resource.values),
        protect=resource.protect,
    )


def _access(registry: Registry, change: Change) -> Iterator[AccessChange]:
    for name, rule in rules(registry[change.address.kind].spec).items():
        if rule.entries is None or rule.harm is None or rule.harm[1] != ACCESS:
            continue
        if change.action is Action.UPDATE:
            entries = (each for each in change.diffs if each.field == name and each.entry is not None)
            gained = {str(each.entry): each.before is None for each in entries if each.before is None or each.removes}
        else:
            values = change.desired if change.action is Action.CREATE else change.observed
            gained = dict.fromkeys(by_key(rule, (values or {}).get(name)), change.action is Action.CREATE)
        for entry, new in gained.items():
            yield AccessChange(person=entry.partition("@")[0], team=change.team, address=str(change.address), gained=new)


def _uses(team: str | None, used: Sequence[Usage], before: Limits, after: Limits) -> Iterator[QuotaUse]:
    limits = [limits.capacity if team is None else limits.teams.get(team) for limits in (before, after)]
    for measure in MEASURES:
        use = QuotaUse(
            team=team,
            measure=measure,
            before=getattr(used[0], measure),
            after=getattr(used[1], measure),
            limit_before=limits[0] and getattr(limits[0], measure),
            limit_after=limits[1] and getattr(limits[1], measure),
        )
        if use.before != use.after or use.limit_before != use.limit_after:
            yield use


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """Those that stop a command."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
