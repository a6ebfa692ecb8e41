"""Utilisation: what machines really use of what they were given, and what the servers that bear them have."""

from dataclasses import dataclass
from datetime import datetime

from eiginfra.core.values import ByteSize


@dataclass(frozen=True)
class Series:
    """One measure over a time: its mean and its highest value."""

    mean: float
    peak: float


@dataclass(frozen=True)
class Utilisation:
    """What a machine used between two moments.

    samples: how many values were seen; running: the share of them in which it ran, between 0 and 1. cpu: a share of its cores, between 0
    and 1. memory, disk: in bytes; None where the server does not measure it. Means and peaks are those of the samples in which it ran.
    """

    since: datetime
    until: datetime
    samples: int
    running: float
    cpu: Series | None = None
    memory: Series | None = None
    disk: Series | None = None
    network: Series | None = None
    """Bytes a second, in and out."""


@dataclass(frozen=True)
class Host:
    """A server that bears machines, as it tells its own size. disk: of the storage that the machines' disks are on; disk_used: of it.

    None where the token may not see it.
    """

    name: str
    cores: int | None = None
    memory: ByteSize | None = None
    disk: ByteSize | None = None
    memory_used: ByteSize | None = None
    disk_used: ByteSize | None = None
    online: bool = True
