"""What somebody loses by a change: access, an account, a machine that stops, data that is deleted."""

from collections.abc import Iterator

from eiginfra.core.change import Action, Change, FieldDiff, Harm
from eiginfra.core.kind import Registry
from eiginfra.core.spec import rules


def harmed(registry: Registry, change: Change) -> Change:
    """The change with all that it takes from somebody; nothing if it asks nothing of a server."""
    found = tuple(_harms(registry, change)) if change.acts else ()
    return change.model_copy(update={"harm": found}) if found else change


def _harms(registry: Registry, change: Change) -> Iterator[Harm]:
    subject = change.address.key
    if change.action in (Action.DELETE, Action.REPLACE):
        yield Harm(code="deleted", subject=str(change.address))
    if change.restart is not None:
        yield Harm(code="restarted", subject=subject)
    kind_rules = rules(registry[change.address.kind].spec)
    for diff in change.diffs:
        taken = kind_rules[diff.field].harm
        if taken is None:
            continue
        value, code = taken
        if diff.entry is not None and diff.removes:
            yield Harm(code=code, subject=diff.entry.partition("@")[0])
        elif diff.entry is None and diff.before != diff.after and (diff.after == value or _shrinks(diff)):
            yield Harm(code=code, subject=subject)


def _shrinks(diff: FieldDiff) -> bool:
    """Whether a plain list loses something."""
    before, after = diff.before, diff.after
    return isinstance(before, list) and isinstance(after, list) and any(item not in after for item in before)
