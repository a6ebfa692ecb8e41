"""Specs: the desired fields of a kind, with the metadata by which the engine alone compares them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.merge import Merge
from eiginfra.core.values import canonical


@dataclass(frozen=True)
class Closing:
    """The value by which an object takes in nothing more, and the one that a new object has until then.

    to: the kinds that cannot be created in it; none: nothing in it can be changed.
    """

    value: JsonValue
    until: JsonValue
    to: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """How a field is compared and changed.

    immutable: a difference is a finding, never an update. create_only: used when the object is made, never compared.
    normalise: what the server makes of a value (such as its letters' case), so that two forms of one value compare equal.
    write_only: sent, cannot be read back. unordered: a list compared as a set. sensitive: shown as `***`.
    entries: an authoritative list, compared entry by entry under the named field of each entry; what is not in it is removed.
    hidden: fields of an entry that the server does not always show; they are compared where it does.
    assigned: filled in by `Kind.complete`, not by people.
    derived: so it is, from where other objects are, such as a machine's address: while nobody changes what is written, it differs by drift.
    unreadable: the server may keep it to itself: what an object does not show is as it was last applied, as far as anybody can tell.
    unique: what no two wanted resources of the kind may share, from a spec's set values: the field's value and where it counts.
    harm: the value that takes something from somebody, and the code of that harm; of a list of entries, the code for each that goes; of a
    plain list, the code where anything of it goes.
    cap: the removal cap of cohort.yml that entries count under; the field's name unless set.
    merge: how the values of several cohorts become one; None: they must be equal.
    nests: the values from the narrowest on, of a field that what belongs to the object has too, and never wider: what narrows goes from
    the inside out.
    closes: the value that is reached last, after all that is to be done in the object.
    verbatim: the server keeps the text as it was written: where it names what is renamed, it differs until it is written again.
    """

    immutable: bool = False
    create_only: bool = False
    write_only: bool = False
    unordered: bool = False
    sensitive: bool = False
    normalise: Callable[[JsonValue], JsonValue] | None = None
    entries: str | None = None
    hidden: frozenset[str] = frozenset()
    assigned: bool = False
    derived: bool = False
    unreadable: bool = False
    unique: Callable[[Mapping[str, JsonValue]], tuple[str, str]] | None = None
    harm: tuple[JsonValue, str] | None = None
    cap: str = ""
    merge: Merge | None = None
    nests: tuple[JsonValue, ...] = ()
    closes: Closing | None = None
    verbatim: bool = False

    @property
    def compared(self) -> bool:
        """Whether the engine looks for differences in this field at all."""
        return not (self.create_only or self.write_only)


IMMUTABLE = Rules(immutable=True)
CREATE_ONLY = Rules(create_only=True)
UNORDERED = Rules(unordered=True)
_PLAIN = Rules()


class Spec(BaseModel):
    """Base of every kind's spec. A field that was not set is unmanaged: neither sent on update nor compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def values(self) -> dict[str, JsonValue]:
        """The set fields in canonical form; what plans show, journals keep and the engine compares."""
        fields = self.model_fields_set
        return {name: canonical(getattr(self, name)) for name in type(self).model_fields if name in fields}


@cache
def rules(spec: type[Spec]) -> Mapping[str, Rules]:
    """The rules of every field of a spec class, from the `Annotated` metadata."""

    def of(metadata: list[Any]) -> Rules:
        return next((item for item in metadata if isinstance(item, Rules)), _PLAIN)

    return MappingProxyType({name: of(info.metadata) for name, info in spec.model_fields.items()})
