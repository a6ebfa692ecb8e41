"""The fields of `machine.access`."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from eiginfra.core.address import Address
from eiginfra.core.refusal import refusal
from eiginfra.core.server_rule import KEY_TYPES
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec

_PART = r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?"
_ASSIGNED = Rules(create_only=True, assigned=True)
MachineAddress = Annotated[
    str, Field(pattern=rf"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\[{_PART}/{_PART}/{_PART}\]$", examples=["proxmox.container[eig3/adler/web]"])
]
Login = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.-]{0,31}$")]
PlainKey = Annotated[str, Field(max_length=16_100, pattern=rf"^(?:{KEY_TYPES}) AAAA[A-Za-z0-9+/]+={{0,2}}$")]
"""As the program takes it: no options before it, no comment."""
Person = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$")]


class PersonKeys(BaseModel):
    """The keys of one person, each its type and its Base64, without comment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Person
    keys: tuple[PlainKey, ...] = Field(min_length=1)


class MachineAccessSpec(Spec):
    """Who may enter a machine."""

    machine: MachineAddress = Field(description="The machine, such as proxmox.container[eig3/adler/web]; its mark is the key")
    keys: Annotated[tuple[PersonKeys, ...], Rules(entries="person", harm=(None, "access-lost"), cap="members")] = Field(
        default=(), description="Whose keys let them in: entries of person and key, a person as often as they have keys"
    )
    logins: Annotated[tuple[Login, ...], CREATE_ONLY] = Field(
        default=("root",), min_length=1, max_length=4, description="Whose authorized_keys these are: root, and the image's own user"
    )
    authoritative: Annotated[bool, CREATE_ONLY] = Field(default=False, description="Remove keys that nobody knows, too; else they are told")
    isolated_by: Annotated[str | None, CREATE_ONLY] = Field(
        default=None, description="The address of what holds the machine to its own addresses (ipfilter, macfilter); needed for first use"
    )
    address: Annotated[str | None, _ASSIGNED] = Field(default=None, description="The machine's IP address; filled in")
    id: Annotated[int | None, _ASSIGNED] = Field(default=None, description="The machine's number, where it has one; filled in")
    new: Annotated[bool | None, _ASSIGNED] = Field(default=None, description="Whether the machine is made by the same plan; filled in")
    first_use: Annotated[bool | None, _ASSIGNED] = Field(
        default=None, description="Whether the host key that a new machine shows first may be believed; filled in"
    )

    @property
    def mark(self) -> str:
        """The machine's marker: COHORT/TEAM/MACHINE."""
        return self.on.key

    @property
    def on(self) -> Address:
        """The machine's address."""
        return Address.parse(self.machine)

    @property
    def login(self) -> str:
        """As whom eiginfra enters: the image's user where there is one, since such images close root's door."""
        return next((login for login in self.logins if login != "root"), "root")

    @property
    def wanted(self) -> Mapping[str, tuple[str, ...]]:
        """The wanted keys by person."""
        return {entry.person: entry.keys for entry in self.keys}

    @field_validator("isolated_by")
    @classmethod
    def _address(cls, text: str | None) -> str | None:
        if text is not None:
            Address.parse(text)
        return text

    @field_validator("keys", mode="before")
    @classmethod
    def _by_person(cls, entries: Any) -> Any:
        """One entry for each person, sorted, and of each key no comment."""
        if not isinstance(entries, list | tuple):
            return entries
        found: dict[str, list[Any]] = {}
        for entry in entries:
            person, key, several = (_part(entry, name) for name in ("person", "key", "keys"))
            keys = [key] if several is None else several
            further = isinstance(entry, Mapping) and (len(entry) != 2 or "person" not in entry)
            if further or not isinstance(person, str) or not isinstance(keys, list | tuple):
                return entries
            found.setdefault(person, []).extend(keys)
        return [{"person": person, "keys": _plain(found[person])} for person in sorted(found)]

    @field_validator("keys")
    @classmethod
    def _whose(cls, entries: tuple[PersonKeys, ...]) -> tuple[PersonKeys, ...]:
        """A key says who somebody is: it cannot say two names."""
        whose: dict[str, str] = {}
        for entry in entries:
            for key in entry.keys:
                if whose.setdefault(key, entry.person) != entry.person:
                    raise refusal("key-of-two", one=whose[key], other=entry.person)
        return entries


def _part(entry: Any, name: str) -> Any:
    """Of a mapping, or of a thing of the inventory."""
    return entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)


def _plain(keys: list[Any]) -> list[Any]:
    """Without comments, each once, sorted; what is no text is refused later."""
    if not all(isinstance(key, str) for key in keys):
        return keys
    return sorted({" ".join(key.split(" ")[:2]) if key.startswith(("ssh-", "ecdsa-", "sk-")) else key for key in keys})
