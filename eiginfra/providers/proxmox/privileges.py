"""What the token must be allowed to do: the one table for the doctor, for docs/prepare-proxmox.md, and for the test that proves it.

Each right says how it is known. An entry on a deeper path replaces what comes from above, so each path names all that is needed there.
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


class Evidence(StrEnum):
    """How it is known that a request asks for a privilege."""

    DESCRIBED = "API description of 9.1"
    TRIED = "tried on 9.1"
    """Without it the request was refused, or its answer lacked what was asked for; with it, it was done."""
    TRIED_LATER = "tried on 9.2"


@dataclass(frozen=True)
class Use:
    """What a privilege is for. request: one that asks for it; evidence: how that is known."""

    what: str
    request: str
    evidence: Evidence


@dataclass(frozen=True)
class Need:
    """One role on one path. path: may hold names of a site in braces, see `paths_of`; privileges: each with what it is for."""

    purpose: Purpose
    role: str
    path: str
    privileges: Mapping[str, Use]
    propagate: bool = True


DESCRIBED, TRIED, TRIED_LATER = Evidence
_CONFIG = "PUT /nodes/{node}/lxc/{vmid}/config"

NEEDS = (
    Need(
        Purpose.CORE,
        "EiginfraGuests",
        "/pool",
        {
            "Pool.Allocate": Use("make pools, put guests into them", "POST /pools", DESCRIBED),
            "Pool.Audit": Use("see pools, and which guest is in which", "GET /pools", DESCRIBED),
            "VM.Allocate": Use(
                "make and remove guests, switch nesting on, bring one back into its pool", "POST /nodes/{node}/lxc", DESCRIBED
            ),
            "VM.Backup": Use("the last backup of a guest that left the inventory", "POST /nodes/{node}/vzdump", DESCRIBED),
            "VM.Config.CPU": Use("cores", _CONFIG, TRIED),
            "VM.Config.Disk": Use("root disks, mount points, growing them", "PUT /nodes/{node}/lxc/{vmid}/resize", DESCRIBED),
            "VM.Config.Memory": Use("memory and swap", _CONFIG, TRIED),
            "VM.Config.Network": Use("host names, addresses, firewall rules; the values given to cloud-init", _CONFIG, TRIED),
            "VM.Config.Options": Use("description (the marker), tags, start at boot, protection", _CONFIG, TRIED),
            "VM.PowerMgmt": Use("start, stop, restart", "POST /nodes/{node}/lxc/{vmid}/status/start", DESCRIBED),
        },
    ),
    Need(
        Purpose.CORE,
        "EiginfraSee",
        "/vms",
        {"VM.Audit": Use("see all guests, others' too: their numbers are taken, and they use capacity", "GET /cluster/resources", TRIED)},
    ),
    Need(
        Purpose.CORE,
        "EiginfraNode",
        "/nodes/{node}",
        {"Sys.Audit": Use("memory and cores of the node; tasks that others began", "GET /nodes/{node}/tasks", DESCRIBED)},
    ),
    Need(
        Purpose.CORE,
        "EiginfraDisks",
        "/storage/{disks}",
        {SPACE: Use("disks of guests; see the space that is left", "POST /nodes/{node}/lxc", DESCRIBED)},
    ),
    Need(
        Purpose.CORE,
        "EiginfraTemplates",
        "/storage/{templates}",
        {SEE: Use("see and use container templates", "GET /nodes/{node}/storage/{storage}/content", DESCRIBED)},
    ),
    Need(
        Purpose.CORE,
        "EiginfraBackups",
        "/storage/{backups}",
        {SPACE: Use("last backups; see which guests have backups", "POST /nodes/{node}/vzdump", DESCRIBED)},
    ),
    Need(
        Purpose.CORE,
        "EiginfraNetwork",
        "/sdn/zones/localnetwork/{bridge}",
        {"SDN.Use": Use("connect guests to the bridge", "POST /nodes/{node}/lxc", TRIED)},
    ),
    Need(
        Purpose.MACHINES,
        "EiginfraClone",
        "/vms/{template}",
        {
            "VM.Audit": Use("see the template", "GET /nodes/{node}/qemu/{vmid}/config", DESCRIBED),
            "VM.Clone": Use("clone it", "POST /nodes/{node}/qemu/{vmid}/clone", DESCRIBED),
        },
    ),
    Need(
        Purpose.SNAPSHOTS,
        "EiginfraSnapshots",
        "/pool",
        {
            "VM.Snapshot": Use(
                "a snapshot before a risky change, if the team asks for it", "POST /nodes/{node}/lxc/{vmid}/snapshot", DESCRIBED
            )
        },
    ),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraRoles",
        "/access",
        {
            "Sys.Audit": Use("see what others were given by hand", "GET /access/acl", TRIED),
            "Sys.Modify": Use("make and keep the teams' role", "POST /access/roles", DESCRIBED),
        },
    ),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraGroups",
        "/access/groups",
        {
            "Group.Allocate": Use("make groups", "POST /access/groups", DESCRIBED),
            "User.Modify": Use("make and disable accounts, put them into groups", "POST /access/users", DESCRIBED),
        },
    ),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraRealm",
        "/access/realm/{realm}",
        {"Realm.AllocateUser": Use("make accounts in the site's realm", "POST /access/users", DESCRIBED)},
    ),
    Need(
        Purpose.ACCOUNTS,
        "EiginfraTeams",
        "/pool",
        {
            "VM.Audit": Use("give it to a team: only what one has oneself can be given, or taken away", "PUT /access/acl", TRIED_LATER),
            "VM.Console": Use("the same", "PUT /access/acl", TRIED_LATER),
        },
    ),
    Need(
        Purpose.FIREWALL,
        "EiginfraFirewall",
        "/",
        {"Sys.Audit": Use("see whether the datacenter's firewall is on", "GET /cluster/firewall/options", DESCRIBED)},
        propagate=False,
    ),
    Need(
        Purpose.BACKUP_JOB,
        "EiginfraJob",
        "/",
        {
            "Sys.Audit": Use("see backup jobs", "GET /cluster/backup", DESCRIBED),
            "Sys.Modify": Use("make, change and delete the cohort's", "POST /cluster/backup", DESCRIBED),
        },
        propagate=False,
    ),
    Need(
        Purpose.BACKUP_JOB,
        "EiginfraJobStorage",
        "/storage/{backups}",
        {"Datastore.Allocate": Use("make and change a job that writes to this storage", "PUT /cluster/backup/{id}", TRIED_LATER)},
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
