"""Utilisation: what machines really use of what they were given, and what the servers that bear them have."""

from dataclasses import dataclass
from datetime import datetime

from eiginfra.core.values import ByteSize


@dataclass(frozen=True)
class Series:
    """One measure over a time: its mean, and the highest of the values that the server keeps.

    Such a value is itself a mean, of a minute on Proxmox VE: what lasted a few seconds is not seen in the peak.
    """

    mean: float
    peak: float


@dataclass(frozen=True)
class Utilisation:
    """What a machine used between two moments, as the server that bears it tells.

    samples: how many values were seen; running: the share of the time they stand for in which it ran, between 0 and 1. last_ran: the
    end of the last value in which it ran; None if there is none. Means and peaks are those of the time in which it ran; None where the
    server does not measure them.
    """

    since: datetime
    until: datetime
    samples: int
    running: float
    last_ran: datetime | None = None
    cores: Series | None = None
    """How many it kept busy, not a share of them: a machine whose cores were changed meanwhile is not misread."""
    memory: Series | None = None
    """In bytes."""
    memory_at_most: bool = False
    """Whether the memory is only the most that it can have used: file caches count, which a machine gives back when it needs memory."""
    disk: Series | None = None
    """In bytes, of the root file system."""
    network: Series | None = None
    """In bytes a second, in and out."""


@dataclass(frozen=True)
class Host:
    """A server that bears machines, as it tells its own size. disk: of the storage that the machines' disks are on; disk_used: of it.

    None where the token may not see it. disk_shared: whether other servers have their disks on the same storage.
    """

    name: str
    cores: int | None = None
    memory: ByteSize | None = None
    disk: ByteSize | None = None
    memory_used: ByteSize | None = None
    disk_used: ByteSize | None = None
    disk_shared: bool = False
    online: bool = True
