"""Changes: what a plan would do to one resource, field by field, and why."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.trace import Trace


class Action(StrEnum):
    """What is done to a resource. ADOPT takes an object that exists already under management (and brings its fields in line)."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    NONE = "none"


class Cause(StrEnum):
    """Why reality and inventory differ.

    new: never made; pending: the inventory moved; drift: reality moved; conflict: both moved; orphan: left the inventory; unknown: the
    journal does not know what was last applied.
    """

    NEW = "new"
    PENDING = "pending"
    DRIFT = "drift"
    CONFLICT = "conflict"
    ORPHAN = "orphan"
    UNKNOWN = "unknown"


class FieldDiff(BaseModel):
    """One difference: `before` is what the server has, `after` what is wanted, both canonical.

    For a field that is an authoritative list, `entry` names the entry; None before means it is added, None after that it is removed.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    entry: str | None = None
    before: JsonValue = None
    after: JsonValue = None
    cause: Cause = Cause.UNKNOWN
    sensitive: bool = False

    @property
    def label(self) -> str:
        """`memory`, or `members[adler-1]`."""
        return self.field if self.entry is None else f"{self.field}[{self.entry}]"

    @property
    def removes(self) -> bool:
        """True when an entry of an authoritative list goes."""
        return self.entry is not None and self.after is None


class Restart(BaseModel):
    """A restart that is part of a change: the fields it brings into force, and the hours in which it may happen (None: at any time)."""

    model_config = ConfigDict(frozen=True)

    fields: tuple[str, ...]
    window: str | None = None


class Change(BaseModel):
    """What happens to one resource.

    desired, observed: the values wanted and seen (None: not wanted any more; not there). handle: the server's identity of what was seen.
    waiting: field -> what a change made earlier still waits for. note: a sentence for the reader of the plan.
    """

    model_config = ConfigDict(frozen=True)

    address: Address
    action: Action
    cause: Cause | None = None
    team: str | None = None
    diffs: tuple[FieldDiff, ...] = ()
    stuck: tuple[FieldDiff, ...] = ()
    """Differences that nothing can make go, such as that of an immutable field: told, and not acted on."""
    desired: dict[str, JsonValue] | None = None
    observed: dict[str, JsonValue] | None = None
    handle: dict[str, JsonValue] = {}
    depends_on: tuple[Address, ...] = ()
    waiting: dict[str, str] = {}
    note: str | None = None
    restart: Restart | None = None
    formerly: Address | None = None
    """The address that the journal knows the object by, when it is renamed: that record ends with the change."""
    made: bool = False
    """Whether eiginfra made the object, as its mark or the journal says."""
    ours: bool | None = None
    """What the mark of the observed object says: True ours, False somebody else's (an adoption then writes our mark), None no marks."""
    trace: Trace | None = None
    """Of drift: since when, and by whom; told, and no part of what is done."""

    @property
    def acts(self) -> bool:
        """Whether carrying it out asks anything of a server; an adoption without differences only enters the journal."""
        if self.action is Action.ADOPT:
            return bool(self.diffs) or self.ours is False or self.restart is not None
        return self.action is not Action.NONE

    @property
    def noteworthy(self) -> bool:
        """Whether a plan has something to tell of it."""
        return self.acts or bool(self.waiting or self.note or self.stuck)
