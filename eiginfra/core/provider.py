"""What a provider is: one service, its kinds, and what the site file says of it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from pydantic import BaseModel

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.filters import Filter
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observed, Record
from eiginfra.core.secret import KeySource, Secret, SecretSource
from eiginfra.core.utilisation import Host, Utilisation

M = TypeVar("M", bound=BaseModel)


class Closable(Protocol):
    """What has an end."""

    def close(self) -> None:
        """End it."""


C = TypeVar("C", bound=Closable)


class SharedObjects:
    """What several providers of a run use together, such as a connection: made by who asks first, closed at the end of the run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Hashable, Closable] = {}

    def get(self, key: Hashable, make: Callable[[], C]) -> C:
        """What was made under a key, else what `make` gives; the same key always names the same sort of thing."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast("C", self._made[key])

    def close(self) -> None:
        """Close all that was made."""
        with self._lock, ExitStack() as stack:
            for made in self._made.values():
                stack.enter_context(closing(made))
            self._made.clear()


@dataclass(frozen=True)
class Context:
    """What a provider learns beside its section. fetch, value, key: how secrets are fetched; None: offline, no request will be made.

    All take where the secret is kept, and the path in the section at which that is written. fetch: a token or an address, fit for a
    header. value: any text of one line, which is sent in a body. key: the whole text of a private key, None where the agent has it; it
    takes the section's key, too, since several providers use the same. images: what machines are made from, by name: for each sort of
    machine, what its provider calls it. sections: all sections of the site file, by key. shared: what providers use together.
    """

    fetch: Callable[[SecretSource, Sequence[str | int]], Secret] | None = None
    value: Callable[[SecretSource, Sequence[str | int]], Secret] | None = None
    key: Callable[[KeySource, str, Sequence[str | int]], Secret | None] | None = None
    images: Mapping[str, Mapping[str, str | int]] = field(default_factory=dict)
    sections: Mapping[str, BaseModel] = field(default_factory=dict)
    shared: SharedObjects = field(default_factory=SharedObjects)

    @property
    def offline(self) -> bool:
        """Whether no secret may be fetched and no request sent."""
        return self.fetch is None

    def secret(self, source: SecretSource, *path: str | int) -> Secret | None:
        """The secret that the section names at `path`; None offline. Raises InputError, at its place, when it is not to be had."""
        return None if self.fetch is None else self.fetch(source, path)

    def private_key(self, source: KeySource, section: str, *path: str | int) -> Secret | None:
        """The private SSH key that a section of the site file names at `path`; None offline, and where the agent has it.

        Raises InputError, at its place, when it is not to be had.
        """
        return None if self.key is None else self.key(source, section, path)


@dataclass(frozen=True)
class Account:
    """An account at a service, for who says whose it is.

    id: what stays when everything else changes. name: what it is called; shown: the person's name there. since: the day on which it was
    made. administrator: whether it has rights over the whole service. proved: whether something but the name says that it is the person's.
    email: the address that the service shows of it, in lower case.
    """

    id: int | str
    name: str
    shown: str = ""
    state: str = ""
    since: str | None = None
    administrator: bool = False
    proved: bool = False
    email: str = ""


class Provider(ABC, Generic[M]):
    """A service that eiginfra works with. An entry point of the group `eiginfra.providers` names the class; it bears the name `name`.

    One is made for each run and closed at its end. Its methods may be called from several threads at once.
    """

    name: ClassVar[str]
    """What the names of the kinds begin with."""
    section_key: ClassVar[str] = ""
    """The section's key in the site file; the name unless set."""
    section: ClassVar[type[BaseModel]]
    """The model of the section (M); unknown keys should be errors."""
    filters: ClassVar[Mapping[str, Filter]] = {}
    """Filters for templates (core.filters), each called after the provider: `gitlab_name`."""
    account_key: ClassVar[str] = ""
    """The key under a person of `people` in cohort.yml for the ID of their account; empty where people have none there."""
    workers: ClassVar[int] = 4
    """How many actions may be under way at once."""
    kinds: Sequence[Kind[Any]]
    """Made by the constructor; there without a section too, so that their specs can be read."""

    @classmethod
    def key(cls) -> str:
        """The section's key in the site file."""
        return cls.section_key or cls.name

    @abstractmethod
    def __init__(self, section: M | None, context: Context) -> None:
        """section: what the site file says, paths resolved; None where it says nothing: then no kind is asked for anything but its spec.

        Sends no request. Raises InputError for what cannot be used: a secret that is not to be had, a file that cannot be read.
        """

    @property
    def url(self) -> str | None:
        """Where the service is, for people to recognise; None without a section."""
        return None

    @property
    def restart_window(self) -> str | None:
        """The hours in which what waits for a restart may have it, as core.window reads them; None: never by itself."""
        return None

    @abstractmethod
    def doctor(self) -> Iterable[Finding]:
        """Whether the service can be worked with, and what to do where it cannot. Never asked offline or without a section."""

    def token_limits(self, *, read_only: bool) -> Iterable[Finding]:  # noqa: ARG002 - for providers that have some
        """What the token can do and needs not, found by attempts that change nothing even where they succeed. Asked when `doctor` is.

        read_only: for a token that must be able to read, and no more. Raises ProviderError where the service cannot be asked.
        """
        return ()

    def limit(self, seconds: float | None) -> None:
        """From now on all requests have to end within so many seconds, or raise UnreachableError; None: each has its own time only."""

    def accounts(self, people: Mapping[str, str]) -> Mapping[str, Account]:  # noqa: ARG002 - for providers that have some
        """The accounts that bear the names of these people, by name. people: their user names in lower case, with their addresses."""
        return {}

    def remembered(self, history: Iterable[Record]) -> Collection[str]:  # noqa: ARG002 - for providers that have some
        """The people whose accounts the journal knows, by user name."""
        return ()

    def activity(
        self,
        objects: Iterable[Observed],  # noqa: ARG002 - for providers that have some
        since: datetime,  # noqa: ARG002
        labels: Collection[str],  # noqa: ARG002
    ) -> Mapping[Address, ProjectActivity]:
        """What was done in those of the objects that are projects, by address; one that cannot be read is left out.

        since: from when releases and merged changes are told. labels: by which open issues ask for help. Raises UnreachableError where the
        service cannot be asked.
        """
        return {}

    def utilisation(self, objects: Iterable[Observed]) -> Mapping[Address, Utilisation]:  # noqa: ARG002 - for providers that have some
        """What those of the objects that are machines used in the last month, by address; one of which nothing is known is left out.

        Raises UnreachableError where the service cannot be asked.
        """
        return {}

    def hosts(self) -> Sequence[Host]:
        """The servers that bear machines, in the order of the site file. Raises UnreachableError where the service cannot be asked."""
        return ()

    def fingerprints(self) -> Sequence[str]:
        """Of the host keys that the service may show, as the site file says, for people to compare; asks nobody."""
        return ()

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far, by method, for metrics and benchmarks."""
        return {}

    def oddities(self) -> Sequence[Finding]:
        """Warnings about what was answered in a form that is not known, and so left out, since this was last asked."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """End threads and connections; called once, nothing is asked afterwards."""
