"""What the token may do, as the server says: `/access/permissions`, read once, before a plan promises what would be refused."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from eiginfra.providers.proxmox.privileges import NEEDS, SEE, SPACE, paths_of
from eiginfra.providers.proxmox.settings import ProxmoxSettings

MODIFY = "Permissions.Modify"
Granted = Mapping[str, Mapping[str, int]]
"""Paths, and on each the privileges, with whether they are passed on below."""


@dataclass(frozen=True)
class Right:
    """One of some privileges on a path.

    pool: of a guest that is in a pool, or joins it: what the token has there will do as well. passed_on: whether it must hold below the
    path too. somewhere: what holds on some path below may do: which, only the server tells.
    """

    path: str
    any_of: tuple[str, ...]
    pool: str | None = None
    passed_on: bool = False
    somewhere: bool = False

    def __str__(self) -> str:
        """As the server names it when it refuses."""
        return f"{self.path}, {'|'.join(self.any_of)}"


def right(path: str, *any_of: str, pool: str | None = None, passed_on: bool = False, somewhere: bool = False) -> Right:
    """A right; pool: the name of the guest's pool."""
    return Right(path, any_of, f"/pool/{pool}" if pool else None, passed_on, somewhere)


class Permissions:
    """The effective permissions of the token."""

    def __init__(self, granted: Granted) -> None:
        self.granted = granted

    def held(self, path: str) -> frozenset[str]:
        """What holds on a path, by the nearest path that the server lists: there all, above it what is passed on."""
        nearest = next((place for place in upwards(path) if place in self.granted), "")
        held = {name for name, passed in self.granted.get(nearest, {}).items() if nearest == path or passed}
        return frozenset(held | {SEE} if SPACE in held else held)

    def passed_on(self, path: str) -> frozenset[str]:
        """What of it holds below the path too."""
        return frozenset(name for name in self.held(path) if self.granted.get(path, {}).get(name, 1))

    def allow(self, wanted: Right) -> bool:
        """Whether the token has a right."""
        held = {MODIFY} & self.held(wanted.path) | self.passed_on(wanted.path) if wanted.passed_on else self.held(wanted.path)
        held |= self.held(wanted.pool) if wanted.pool else set()
        if wanted.somewhere:
            held |= {name for path, names in self.granted.items() if path.startswith(f"{wanted.path}/") for name in names}
        return not held.isdisjoint(wanted.any_of)

    def bridge(self, bridge: str, vlan: object = None) -> Right:
        """The right to connect a guest to a bridge, in the zone in which the token has something of it: mostly that of plain bridges."""
        parts = (path.split("/") for path in self.granted if path.startswith("/sdn/zones/"))
        zone = next((names[3] for names in parts if names[4:5] == [bridge]), "localnetwork")
        return right(f"/sdn/zones/{zone}/{bridge}" + (f"/{vlan}" if vlan else ""), "SDN.Use")

    def remedy(self, site: ProxmoxSettings, wanted: Right) -> tuple[str, Collection[str]]:
        """Where to give a right that is missing, and all that a role there must then have: a deeper entry replaces what is above it."""
        privilege = wanted.any_of[-1]
        places = (path for need in NEEDS if privilege in need.privileges for path in paths_of(need, site, ()))
        place = next((path for path in places if path in upwards(wanted.pool or wanted.path)), wanted.path)
        return place, sorted(self.held(place) | {privilege})


def upwards(path: str) -> Iterator[str]:
    """The path and those above it, `/` last."""
    while path.strip("/"):
        yield path
        path = path.rpartition("/")[0]
    yield "/"
