"""What is wanted, was not seen, and is not created either: itself absent or withheld, or dependent on such a resource."""

from collections.abc import Mapping

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.kind import Registry
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Presence, Record, Resource
from eiginfra.core.trace import EXISTS
from eiginfra.engine.situation import Seen, Situation


def absences(registry: Registry, situation: Situation, seen: Seen, withheld: Mapping[Address, Reason]) -> dict[Address, Absence]:
    """What is neither there nor created: absent or withheld itself, or dependent on such a resource."""
    absent = {**{address: Absence(why) for address, why in withheld.items()}, **seen.absent}
    denied = {
        address: Absence(denial.reason, Presence.WAITING) for address, denial in situation.denied.items() if denial.reason is not None
    }
    absent |= {address: absence for address, absence in denied.items() if address not in seen.observed and address not in absent}
    found = dict(absent)
    missing = {
        item.address: list(registry[item.address.kind].dependencies(item.spec))
        for item in situation.resources
        if item.address not in seen.observed and item.address not in absent
    }
    unsure = {address for address, absence in absent.items() if absence.presence is not Presence.WAITING or absence is denied.get(address)}
    ground = unsure - seen.observed.keys()
    while ground:
        more = {
            address: Absence(reason("dependency-unknown", address=str(other)))
            for address, needed in missing.items()
            for other in needed
            if other in ground
        }
        found |= more
        missing = {address: needed for address, needed in missing.items() if address not in more}
        ground = set(more)
    return found


def not_created(resource: Resource, absence: Absence, record: Record | None) -> Change:
    """A wanted object that was not seen and is not created."""
    change = Change(address=resource.address, action=Action.NONE, team=resource.team, desired=dict(resource.values))
    if absence.presence is Presence.WAITING:
        return change.model_copy(update={"waiting": {EXISTS: absence.reason}})
    drift = absence.presence is Presence.DISPLACED and record is not None
    return change.model_copy(update={"reason": absence.reason, "cause": Cause.DRIFT if drift else None})
