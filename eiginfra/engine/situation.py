"""All that a plan depends on, and the observations after renames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from eiginfra.core.address import Address
from eiginfra.core.claim import Claims
from eiginfra.core.finding import Finding
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Absence, Denial, Observation, Observed, Record, Resource
from eiginfra.core.usage import Limits
from eiginfra.engine.guard import Allows
from eiginfra.engine.rename import Renames


def _never(_address: Address, _team: str | None) -> bool:
    return False


def _nobody(_team: str | None, _account: str) -> bool:
    return False


def _anything(_field: str, _removed: int, _total: int) -> str | None:
    return None


@dataclass(frozen=True)
class Situation:
    """All that a plan depends on.

    resources: the selected ones; everything: all that the inventory compiles to. orphans_among: the teams in which what left the
    inventory is looked for: None for everywhere, empty when the selection does not allow to tell.
    switched_off: whether a condition of the playbook may be why a resource of a team is not wanted; it is then unmanaged, no orphan.
    ended: whether the last day of a person in a team, or in all (None), has come, by account: such a removal was decided long ago, and
    counts under no cap.
    denied: changes that the tokens may not make. withheld: what the inventory itself keeps back.
    claims: what other cohorts of the site want; elsewhere: what they reached last.
    restarting: whether what waits for a restart may have it now; window: the site's hours for that, if it is why. grace: the days from a
    machine's stop to its deletion. known_as_new: teams that only look like renamed ones. creating: False outside the cohort's dates.
    allows: the removal caps.
    """

    resources: Sequence[Resource]
    everything: Sequence[Resource]
    observations: Mapping[str, Observation]
    records: Mapping[Address, Record] = field(default_factory=dict)
    history: Sequence[Record] = ()
    limits: Limits = field(default_factory=Limits)
    renames: Renames = field(default_factory=Renames)
    creating: bool = True
    orphans_among: frozenset[str] | None = frozenset()
    switched_off: Callable[[Address, str | None], bool] = _never
    ended: Callable[[str | None, str], bool] = _nobody
    denied: Mapping[Address, Denial] = field(default_factory=dict)
    withheld: Mapping[Address, Reason] = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    elsewhere: Mapping[Address, Record] = field(default_factory=dict)
    prune: bool = False
    known_as_new: frozenset[str] = frozenset()
    restarting: bool = False
    window: str | None = None
    grace: timedelta = timedelta(days=30)
    replacing: frozenset[Address] = frozenset()
    allows: Allows = _anything

    def created(self, there: Observed, record: Record | None) -> bool:
        """Whether eiginfra created an object, in whichever cohort; what only a killed run may have made is another's by another marker."""
        created = bool(there.marked) if record is None else record.created and (record.verified or there.marked is not False)
        return created or _identity(there) in self._ever_created

    def last(self, there: Observed, record: Record | None) -> Record | None:
        """What was last reached of an object: by this cohort, or by another before it."""
        other = None if record is not None else self.elsewhere.get(there.address)
        return record if other is None or _identity(other) != _identity(there) else other

    @cached_property
    def asked(self) -> Mapping[Address, Resource]:
        """The resources as people wrote them, by address."""
        return {resource.address: resource for resource in self.resources}

    @cached_property
    def _ever_created(self) -> frozenset[tuple[Address, str]]:
        return frozenset(_identity(record) for record in self.history if record.created)


def _identity(thing: Observed | Record) -> tuple[Address, str]:
    """What is the same object: an address and the server's own identity of it."""
    return thing.address, repr(sorted(thing.handle.items()))


@dataclass(frozen=True)
class Seen:
    """What was observed, by the addresses that are wanted now. was: by wanted address, the one that a renamed object still bears."""

    observed: Mapping[Address, Observed]
    absent: Mapping[Address, Absence]
    blocked: Mapping[Address, Mapping[str, Reason]]
    findings: Sequence[Finding]
    was: Mapping[Address, Address]


def look(situation: Situation) -> Seen:
    """The observations with renamed objects under their new addresses, each object with the team that asks for it."""
    renames, teams = situation.renames, {resource.address: resource.team for resource in situation.everything}
    asked = {resource.address for resource in situation.everything if resource.was is not None}
    observed = {there.address: there for seen in situation.observations.values() for there in seen.objects}
    absent = {address: absence for seen in situation.observations.values() for address, absence in seen.absent.items()}
    was: dict[Address, Address] = {}
    for address, former in renames.former.items():
        if former.address in teams:
            continue
        if address not in observed and former.address in observed:
            was[address] = former.address
            observed[address] = replace(observed.pop(former.address), address=address)
            absent.pop(address, None)
        elif address in observed and address not in asked:
            observed.pop(former.address, None)  # the same object: a server may answer for the former path of what it belongs to
        elif (absence := absent.pop(former.address, None)) is not None and address not in observed:
            absent.setdefault(address, absence)
    for address in renames.keys.keys() & observed.keys():
        there = observed[address]
        observed[address] = replace(there, values=renames.current(address, there.values))
    for address, there in observed.items():
        team = teams.get(address, there.team)
        if team != there.team:
            observed[address] = replace(there, team=team)
    new = {str(former): str(address) for address, former in was.items()}
    dropped = {str(former.address) for address, former in renames.former.items() if address not in was and former.address not in teams}
    findings = [
        found.model_copy(update={"address": new[found.address]}) if found.address in new else found
        for seen in situation.observations.values()
        for found in seen.findings
        if found.address not in dropped
    ]
    blocked = {address: labels for seen in situation.observations.values() for address, labels in seen.blocked.items()}
    return Seen(observed, absent, blocked, findings, was)


def record_of(situation: Situation, seen: Seen, address: Address) -> Record | None:
    """What the journal knows of a resource, under its address or the one it had before, in the names of now."""
    record = situation.records.get(address)
    if record is None and address in situation.renames.former:
        record = situation.records.get(seen.was.get(address, situation.renames.former[address].address))
    if record is None or address not in situation.renames.keys:
        return record
    return replace(record, values=situation.renames.current(address, record.values))
