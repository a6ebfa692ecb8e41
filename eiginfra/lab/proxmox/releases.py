"""The releases of Proxmox VE that the lab speaks, and what differs between them (both recorded on real servers)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """A release by its version, and the newer behaviours that it has."""

    version: str
    release: str
    repoid: str
    quiet_401: bool
    """A refused token or ticket is answered without the reason."""
    bridges_first: bool
    """A new container's bridges are checked before its storages."""
    nesting_for_tokens: bool
    """Tokens may write `nesting=0` too."""
    tags_on_create: bool
    """Who gives a new VM tags needs VM.Config.Options on the VM itself, and the tags are put in order."""
    running_clone: str
    """Why a running container is not copied."""
    ha_groups: bool
    """High availability has groups; later there are only rules."""

    @property
    def shown(self) -> dict[str, str]:
        """What `GET /version` answers."""
        return {"version": self.version, "release": self.release, "repoid": self.repoid}


RELEASES = {
    "9.1": Release(
        "9.1.3", "9.1", "2a3384a4",
        quiet_401=False, bridges_first=False, nesting_for_tokens=False, tags_on_create=False, ha_groups=True,
        running_clone="Cannot do full clones on a running container without snapshots",
    ),
    "9.2": Release(
        "9.2.11", "9.2", "14a22df3",
        quiet_401=True, bridges_first=True, nesting_for_tokens=True, tags_on_create=True, ha_groups=False,
        running_clone="Full clone of a running container is only possible from a snapshot",
    ),
}  # fmt: skip
