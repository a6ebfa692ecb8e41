"""Changes: what a plan would do to one resource, field by field, and why."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.reason import Reason
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

    new: never created; pending: the inventory changed; drift: reality changed; conflict: both changed; orphan: left the inventory;
    unknown: the journal does not know what was last applied.
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
        return label(self.field, self.entry)

    @property
    def removes(self) -> bool:
        """True when an entry of an authoritative list goes."""
        return self.entry is not None and self.after is None


def label(field: str, entry: str | None = None) -> str:
    """The name of a field, or of one entry of a list: `members[adler-1]`."""
    return field if entry is None else f"{field}[{entry}]"


class Blocked(BaseModel):
    """A difference that cannot be acted on, and why: it is shown, and nothing is done about it."""

    model_config = ConfigDict(frozen=True)

    diff: FieldDiff
    reason: Reason


class Restart(BaseModel):
    """A restart that is part of a change: the fields it brings into force, and the hours in which it may happen (None: at any time)."""

    model_config = ConfigDict(frozen=True)

    fields: tuple[str, ...]
    window: str | None = None


class Harm(BaseModel):
    """What somebody loses by a change: a code (`access-lost`, `machine-stopped`, `deleted` …), and who or what is concerned."""

    model_config = ConfigDict(frozen=True)

    code: str
    subject: str


class Change(BaseModel):
    """What happens to one resource.

    desired, observed: the values wanted and seen (None: not wanted any more; not there). handle: the server's identity of what was seen.
    blocked: differences that cannot be acted on. waiting: label -> what a change made earlier still waits for. reason: why the object is
    as it is, or why the change is withheld. depends_on: what must exist first; follows: what only comes first.
    """

    model_config = ConfigDict(frozen=True)

    address: Address
    action: Action
    cause: Cause | None = None
    team: str | None = None
    diffs: tuple[FieldDiff, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    waiting: dict[str, Reason] = {}
    reason: Reason | None = None
    desired: dict[str, JsonValue] | None = None
    observed: dict[str, JsonValue] | None = None
    handle: dict[str, JsonValue] = {}
    depends_on: tuple[Address, ...] = ()
    follows: tuple[Address, ...] = ()
    first: tuple[FieldDiff, ...] = ()
    """What goes before all else of the change: what is narrowed, and the interim name by which a circle of names is opened."""
    last: tuple[FieldDiff, ...] = ()
    """What is reached when all is done in the object."""
    opens: tuple[FieldDiff, ...] = ()
    """What is taken back first, since nothing in the object can be changed until then."""
    takes: tuple[Address, ...] = ()
    """Whose name the object takes: they give it up first."""
    restart: Restart | None = None
    was: Address | None = None
    """The address that the object had before it was renamed: its record ends with the change."""
    created: bool = False
    """Whether eiginfra created the object, as its marker or the journal says."""
    marked: bool | None = None
    """Whether the observed object has eiginfra's marker. False: another or none (an adoption then writes it). None: no markers."""
    protect: bool = False
    """Whether the object is never decommissioned."""
    step: str | None = None
    """Of a decommission: the step that is taken, or comes next."""
    release: bool = False
    """Whether only the record ends: other cohorts of the site want the object."""
    harm: tuple[Harm, ...] = ()
    trace: Trace | None = None
    """Of drift: since when, and by whom; it is shown, and is no part of what is done."""

    @property
    def acts(self) -> bool:
        """Whether carrying it out asks anything of a server; an adoption without differences only enters the journal."""
        if self.action is Action.ADOPT:
            return bool(self.diffs) or self.marked is False or self.restart is not None
        return self.action is not Action.NONE

    @property
    def withheld(self) -> tuple[FieldDiff, ...]:
        """The differences that are shown and not acted on."""
        return tuple(item.diff for item in self.blocked)

    @property
    def noteworthy(self) -> bool:
        """Whether a plan shows it."""
        return self.acts or bool(self.waiting or self.reason or self.blocked)
