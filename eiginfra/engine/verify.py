"""A saved plan, judged as if it were made now: what it holds of a fresh plan is carried out, anything else is refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.spec import rules
from eiginfra.engine.diff import diff
from eiginfra.engine.order import ordered


@dataclass(frozen=True)
class Stale:
    """A change that would be refused, and why."""

    change: Change
    reason: Reason


@dataclass(frozen=True)
class Judgement:
    """plan: what is carried out, as it would be planned now, and what is refused. done: of what nothing is left to do."""

    plan: Plan
    stale: tuple[Stale, ...] = ()
    done: tuple[Change, ...] = ()

    @property
    def refused(self) -> Mapping[Address, Reason]:
        """Why, by address."""
        return {item.change.address: item.reason for item in self.stale}


def judge(registry: Registry, saved: Plan, fresh: Plan, wanted: Collection[Address]) -> Judgement:
    """fresh: the plan for what the saved one was asked, made now. wanted: the addresses of all that the inventory asks for."""
    now = {change.address: change for change in fresh.changes}
    kept: list[Change] = []
    stale: list[Stale] = []
    done: list[Change] = []
    for change in saved.changes:
        found = now.get(change.address)
        if found is not None and found.acts == change.acts and _essence(found) == _essence(change):
            kept.append(found)
        elif not change.acts:
            continue
        elif _settled(change, found, wanted):
            done.append(change)
            if found is not None and found.action is Action.ADOPT:
                kept.append(found)  # the journal learns of it
        else:
            alone = {"depends_on": (), "follows": (), "takes": (), "first": (), "last": (), "opens": ()}
            kept.append(change.model_copy(update=alone))
            stale.append(Stale(change, _reason(registry, change, found)))
    return Judgement(fresh.model_copy(update={"changes": ordered(_linked(kept))}), tuple(stale), tuple(done))


def _essence(change: Change) -> Mapping[str, JsonValue]:
    """What is done to which object; without why it is done and what is said of it."""
    diffs = [(found.field, found.entry, found.before, found.after) for found in change.diffs]
    restarted = change.restart.fields if change.restart is not None else ()
    kept = change.model_dump(mode="json", include={"action", "desired", "handle", "was", "step", "release"})
    return {**kept, "diffs": repr(diffs), "restart": list(restarted)}


def _settled(change: Change, found: Change | None, wanted: Collection[Address]) -> bool:
    """Whether nothing is left to do: the plan was carried out already, as far as that, by a run that was killed, or by others."""
    if change.action is Action.DELETE or change.step is not None:
        return found is None and change.address not in wanted
    return change.address in wanted and (found is None or not (found.acts or found.blocked or found.reason))


def _reason(registry: Registry, change: Change, now: Change | None) -> Reason:
    if now is None:
        return reason("not-asked-for")
    if change.action is Action.CREATE and now.action is not Action.CREATE:
        return reason("appeared")
    if change.action is not Action.CREATE and now.action is Action.CREATE:
        return reason("disappeared")
    spec = registry[change.address.kind].spec
    try:
        before = {name: value for name, value in (change.observed or {}).items() if name in rules(spec)}
        fields = [found.label for found in diff(spec, before, now.observed or before, None)]
    except (LookupError, TypeError, ValueError, AttributeError):  # what is no plan of eiginfra's may say anything
        fields = []
    return reason("changed-since", fields=[*fields]) if fields else reason("planned-otherwise")


def _linked(changes: Collection[Change]) -> list[Change]:
    """The changes with those of their links that lead to one of them."""
    there = {change.address for change in changes}
    names = ("depends_on", "follows", "takes")
    return [
        change.model_copy(update={name: tuple(other for other in getattr(change, name) if other in there) for name in names})
        for change in changes
    ]
