"""What is known of a machine's host keys: from the journal, from the machine's host, or by first use where no other machine can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from eiginfra.core.resource import Observed, Resource
from eiginfra.providers.machine.client import Door
from eiginfra.providers.machine.spec import MachineAccessSpec

FORGOTTEN = "forgotten"
"""In the handle of a record: a person has said that the next host key is to be believed."""


@dataclass(frozen=True)
class Trust:
    """What the handle of an access tells: the host keys, the number of the machine that had them, and whose further keys were there."""

    host_keys: tuple[str, ...] = ()
    id: int | None = None
    theirs: Mapping[str, str] = field(default_factory=dict)
    forgotten: bool = False

    @classmethod
    def of(cls, handle: Mapping[str, JsonValue]) -> "Trust":
        """Of the handle of a record, a change or an observed access."""
        keys, number, theirs = handle.get("host_keys"), handle.get("id"), handle.get("theirs")
        return cls(
            tuple(str(key) for key in keys) if isinstance(keys, list) else (),
            number if isinstance(number, int) else None,
            {str(blob): str(person) for blob, person in theirs.items()} if isinstance(theirs, dict) else {},
            bool(handle.get(FORGOTTEN)),
        )

    def door(self, spec: MachineAccessSpec) -> Door:
        """How the machine is entered."""
        return Door(str(spec.address), spec.login, spec.logins, self.host_keys)


def number_of(facts: Mapping[str, Any], values: Mapping[str, Any]) -> int | None:
    """The number of a machine, where it has one: of one that is there, or as it will be."""
    return next((number for number in (facts.get("vmid"), values.get("id")) if isinstance(number, int)), None)


def isolates(thing: Observed | Resource | None) -> bool:
    """Whether something holds a machine to its own addresses: its filters for IP and MAC are on, and it is not switched off itself."""
    if thing is None:
        return False
    values = thing.values
    return values.get("ipfilter") is True and values.get("macfilter", True) is not False and values.get("enable", True) is not False
