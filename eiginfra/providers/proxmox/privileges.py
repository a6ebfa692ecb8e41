"""What the token must be allowed to do: the one table for the doctor, for docs/prepare-proxmox.md, and for the test that proves it.

Found by trial on Proxmox VE 9.1. An entry on a deeper path replaces what comes from above, so
each path names all that is needed there.
"""

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eiginfra.providers.proxmox.settings import ProxmoxSettings


class Purpose(StrEnum):
    """What an administrator may allow or leave out; without CORE nothing works."""

    CORE = "core"
    MACHINES = "virtual machines"
    SNAPSHOTS = "snapshots"
    ACCOUNTS = "accounts"
    FIREWALL = "firewall"
    BACKUP_JOB = "backup job"


SPACE, SEE = "Datastore.AllocateSpace", "Datastore.Audit"
"""Who may take space of a storage may see it too."""


@dataclass(frozen=True)
class Need:
    """One role on one path. path: may hold names of a site in braces, see `paths_of`; privileges: each with what it is for."""

    purpose: Purpose
    role: str
    path: str
    privileges: Mapping[str, str]
    propagate: bool = True


NEEDS = (
    Need(
        Purpose.CORE,
        "EiginfraGuests",
        "/pool",
        {
            "Pool.Allocate": "make pools, put guests into them",
            "Pool.Audit": "see pools, and which guest is in which",
            "VM.Allocate": "make and remove guests, switch nesting on",
            "VM.Backup": "the last backup of a guest that left the inventory",
            "VM.Config.CPU": "cores",
            "VM.Config.Disk": "root disks, mount points, growing them",
            "VM.Config.Memory": "memory and swap",
            "VM.Config.Network": "host names, addresses, firewall rules; the values given to cloud-init",
            "VM.Config.Options": "description (the marker), tags, start at boot, protection",
            "VM.PowerMgmt": "start, stop, restart",
        },
    ),
    Need(Purpose.CORE, "EiginfraSee", "/vms", {"VM.Audit": "see all guests, others' too: their numbers are taken, and they use capacity"}),
    Need(Purpose.CORE, "EiginfraNode", "/nodes/{node}", {"Sys.Audit": "memory and cores of the node; tasks that others began"}),
    Need(Purpose.CORE, "EiginfraDisks", "/storage/{disks}", {SPACE: "disks of guests; see the space that is left"}),
    Need(Purpose.CORE, "EiginfraTemplates", "/storage/{templates}", {SEE: "see and use container templates"}),
    Need(Purpose.CORE, "EiginfraBackups", "/storage/{backups}", {SPACE: "last backups; see which guests have backups"}),
    Need(Purpose.CORE, "EiginfraNetwork", "/sdn/zones/localnetwork/{bridge}", {"SDN.Use": "connect guests to the bridge"}),
    Need(
        Purpose.MACHINES,
        "EiginfraClone",
        "/vms/{template}",
        {"VM.Audit": "see the template", "VM.Clone": "clone it"},
    ),
    Need(Purpose.SNAPSHOTS, "EiginfraSnapshots", "/pool", {"VM.Snapshot": "a snapshot before a risky change, if the team asks for it"}),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraRoles",
        "/access",
        {"Sys.Audit": "see what a team was given elsewhere by hand", "Sys.Modify": "make and keep the teams' role"},
    ),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraGroups",
        "/access/groups",
        {"Group.Allocate": "make groups", "User.Modify": "make and disable accounts, put them into groups"},
    ),
    Need(Purpose.ACCOUNTS, "EiginfraRealm", "/access/realm/{realm}", {"Realm.AllocateUser": "make accounts in the site's realm"}),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraTeams",
        "/pool",
        {"VM.Audit": "give it to a team: only what one has oneself can be given", "VM.Console": "the same"},
    ),
    Need(Purpose.FIREWALL, "EiginfraFirewall", "/", {"Sys.Audit": "see whether the datacenter's firewall is on"}, propagate=False),
    Need(
        Purpose.BACKUP_JOB,
        "EiginfraJob",
        "/",
        {"Sys.Audit": "see backup jobs", "Sys.Modify": "make and change the cohort's"},
        propagate=False,
    ),
)


def paths_of(need: Need, site: ProxmoxSettings, templates: Collection[int]) -> list[str]:
    """The paths of a need on a site; templates: the numbers of its VM templates."""
    values = {"disks": site.disks, "templates": site.templates, "backups": site.backups, "bridge": site.bridge, "realm": site.realm}
    names: Collection[object] = site.nodes if "{node}" in need.path else sorted(templates) if "{template}" in need.path else ("",)
    return [need.path.format(**values, node=name, template=name) for name in names]


def commands(site: ProxmoxSettings, templates: Collection[int], purposes: Collection[Purpose] = tuple(Purpose)) -> Iterator[str]:
    """What root types on a node to prepare the site's user and token; the token's secret is printed once, by the second line.

    The token is kept apart from its user (privsep): it may do what both may, so both are given the roles.
    """
    user, _, token = site.token_id.partition("!")
    yield f"pveum user add {user}"
    yield f"pveum user token add {user} {token} --privsep 1"
    for need in NEEDS:
        if need.purpose in purposes:
            yield f"pveum role add {need.role} --privs {','.join(need.privileges)}"
            for path in paths_of(need, site, templates):
                yield grant(site, path, need.role, propagate=need.propagate)


def grant(site: ProxmoxSettings, path: str, role: str, *, propagate: bool = True) -> str:
    """The command that gives a role to the site's user and token."""
    user, ending = site.token_id.partition("!")[0], "" if propagate else " --propagate 0"
    return f"pveum acl modify {path} --users {user} --tokens {shlex.quote(site.token_id)} --roles {role}{ending}"
