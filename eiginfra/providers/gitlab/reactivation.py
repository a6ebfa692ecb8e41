"""Accounts that eiginfra blocked itself: their people find them open when they come back."""

from collections.abc import Mapping

from eiginfra.core.address import Address
from eiginfra.core.resource import Record, Resource
from eiginfra.core.world import World


def reactivated(resource: Resource, world: World) -> Mapping[str, object]:
    """`state: active` for an account that eiginfra blocked last, in whichever cohort, and whose person is wanted again.

    A block that the journal does not know as eiginfra's own is an administrator's, and stays; so does a ban, or a directory's block.
    """
    there, record = world.observed.get(resource.address), world.once(_last).get(resource.address)
    if "state" in resource.values or there is None or there.facts.get("state") != "blocked" or record is None:
        return {}
    ours = record.created and record.values.get("state") == "blocked" and record.handle.get("id") == there.handle.get("id")
    return {"state": "active"} if ours else {}


def _last(world: World) -> dict[Address, Record]:
    return {record.address: record for record in world.history}
