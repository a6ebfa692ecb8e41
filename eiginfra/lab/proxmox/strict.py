"""No parameter is accepted and then forgotten: what was given must be read by the handler, or is one of those that leave no trace."""

from collections.abc import Iterator
from typing import Any

from eiginfra.lab.proxmox.errors import ProxmoxHttpError
from eiginfra.lab.proxmox.schema import Value

_WITHOUT_TRACE = """
allow-move background_delay bwlimit confirmation-password delay force new-format password purge quiet exclude-path fleecing ionice lockwait
mailnotification mailto notification-mode pbs-change-detection-mode performance pigz remove stdexcludes stopwait zstd ignore-unpack-errors
unique cf digest skiplock timeout forceStop ssh-public-keys tmpfilename destroy-unreferenced-disks pos client-key
"""
WITHOUT_TRACE = frozenset(_WITHOUT_TRACE.split())
"""Parameters that may change nothing which can be read back: secrets, assent, tempo, who is told how."""


class NotModelledError(ProxmoxHttpError):
    """501: the real server knows it, the lab does not."""

    def __init__(self, method: str, route: str, names: list[str]) -> None:
        super().__init__(501, f"{method} {route}: the lab does not model {', '.join(map(repr, names))}")
        self.names = names


class Given(dict[str, Value]):
    """The parameters of a call; it notes which of them were looked at."""

    def __init__(self, values: dict[str, Value]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def unread(self) -> list[str]:
        """Those that nobody looked at, and that would have left a trace."""
        return sorted(set(super().keys()) - self.read - WITHOUT_TRACE)

    def __getitem__(self, name: str) -> Value:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or the default."""
        self.read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.read |= set(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        """All names: whoever asks for them looks at all."""
        self.read |= set(super().keys())
        return super().keys()

    def values(self) -> Any:
        """All values."""
        self.read |= set(super().keys())
        return super().values()

    def items(self) -> Any:
        """All of them."""
        self.read |= set(super().keys())
        return super().items()
