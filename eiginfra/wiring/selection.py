"""Which of the compiled resources a command is about: --limit, --tags, --skip-tags, --target."""

from collections.abc import Sequence

from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.core.finding import error
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.core.suggest import suggest
from eiginfra.playbook.failure import PatternError
from eiginfra.playbook.patterns import select
from eiginfra.playbook.tags import selected
from eiginfra.render.catalogue import spoken
from eiginfra.wiring.asked import Selection


def teams_of(selection: Selection, names: Sequence[str]) -> list[str]:
    """The teams that --limit names; all without it. Raises UsageError for a pattern that names none."""
    if selection.limit is None:
        return list(names)
    try:
        found = select(selection.limit, names)
    except PatternError as problem:
        found_wrong = error(problem.code, problem.params, advice=problem.advice)
        said = "; ".join(filter(None, (spoken().message(found_wrong), spoken().remedy(found_wrong))))
        msg = f"--limit {selection.limit}: {said}"
        raise UsageError(msg) from problem
    if not found:
        msg = f"--limit {selection.limit} names no team; the teams are {', '.join(names)}"
        raise UsageError(msg)
    return found


def chosen(selection: Selection, resources: Sequence[Resource], registry: Registry, names: Sequence[str]) -> list[Resource]:
    """The chosen resources, in their order: the cohort's own stay with --limit, what a target depends on comes with it."""
    teams = set(teams_of(selection, names))
    kept = [
        resource
        for resource in resources
        if (resource.team is None or resource.team in teams) and selected(resource.tags, selection.tags, selection.skip_tags)
    ]
    if not selection.targets:
        return kept
    by_address = {resource.address: resource for resource in kept}
    missing = [str(target) for target in selection.targets if target not in by_address]
    if missing:
        meant = suggest(missing[0], [str(address) for address in by_address])
        msg = f"--target {missing[0]}: the inventory asks for no such resource{f'; {spoken().told(meant)}' if meant else ''}"
        raise UsageError(msg)
    wanted: set[Address] = set()
    queue = list(selection.targets)
    while queue:
        address = queue.pop()
        if address not in wanted:
            wanted.add(address)
            spec = by_address[address].spec
            queue += [other for other in registry[address.kind].dependencies(spec) if other in by_address]
    return [resource for resource in kept if resource.address in wanted]


def orphans_among(selection: Selection, names: Sequence[str]) -> frozenset[str] | None:
    """The teams in which what left the inventory can be told: none with tags or targets, those of --limit, else everywhere (None)."""
    if selection.tags or selection.skip_tags or selection.targets:
        return frozenset()
    return frozenset(teams_of(selection, names)) if selection.limit else None
