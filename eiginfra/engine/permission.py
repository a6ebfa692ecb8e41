"""What the tokens may not do of what a plan would change; asked of the kinds that can tell, and only of those changes."""

from collections.abc import Mapping

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.look import Look
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Denial


def forbidden(registry: Registry, plan: Plan) -> Mapping[Address, Denial]:
    """The changes that would be refused; empty when nothing is to be done."""
    look = Look()
    by_kind: dict[str, list[Change]] = {}
    for change in plan.acting:
        if type(registry[change.address.kind]).forbidden is not Kind.forbidden:
            by_kind.setdefault(change.address.kind, []).append(change)
    return {
        address: denial for name, changes in by_kind.items() for address, denial in registry[name].forbidden(changes, plan, look).items()
    }
