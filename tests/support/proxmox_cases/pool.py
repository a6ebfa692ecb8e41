from support.proxmox_case import KEY_FIELD, LIVE, Case, Row, World

from eiginfra.providers.proxmox.kinds.pool import PoolSpec


def pool(world: World) -> PoolSpec:
    return PoolSpec(id=world.pool, comment="ADLER")


CASE = Case(
    lambda world: [pool(world)],
    (
        Row("pool", "id", lambda world: f"{world.pool}-2", KEY_FIELD),
        Row("pool", "comment", "Karfu’R", LIVE, "Pool.Allocate",
            lambda world: world.admin("PUT", "/pools", poolid=world.pool, comment="theirs")),
    ),
    making="Pool.Allocate",
)  # fmt: skip
