from typing import Any

from support.proxmox_case import KEY_FIELD, LIVE, UNCOMPARED, UNSET, Case, Hand, Row, World
from support.proxmox_people import group, role, userid

from eiginfra.providers.proxmox.kinds.acl import AclSpec


def acl(world: World) -> AclSpec:
    return AclSpec(path=f"/pool/{world.pool}", group=world.pool, roles=(f"Eig-{world.cohort}",), propagate=True, binding=True)


def granted(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", "/access/acl", path=f"/pool/{world.pool}", groups=world.pool, **params)


def propagated(world: World) -> None:
    granted(roles=f"Eig-{world.cohort}", propagate=1)(world)


CASE = Case(
    lambda world: [role(world), group(world), acl(world)],
    (
        Row("acl", "path", "/pool", KEY_FIELD),
        Row("acl", "group", lambda world: f"{world.pool}-2", KEY_FIELD),
        Row("acl", "user", lambda world: userid(world, 9), KEY_FIELD, extra={"group": UNSET}),
        Row("acl", "roles", ("PVEAuditor",), LIVE, "Pool.Allocate", granted(roles="PVEVMAdmin")),
        Row("acl", "propagate", False, LIVE, "Pool.Allocate", propagated),
        Row("acl", "binding", False, UNCOMPARED),
    ),
    making="Pool.Allocate",
    ends=("will be taken away", "will be taken away"),
)  # fmt: skip
