"""Claims: what the other cohorts of a site want of the things that several share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.resource import Resource


@dataclass(frozen=True)
class Claim:
    """That another cohort wants an address, with these values.

    resource: what its files ask for; None where only the journal knows, by what that cohort reached last.
    """

    cohort: str
    address: Address
    values: Mapping[str, JsonValue]
    resource: Resource | None = None


Claims = Mapping[Address, Sequence[Claim]]
