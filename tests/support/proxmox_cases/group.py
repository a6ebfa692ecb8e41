from support.proxmox_case import KEY_FIELD, LIVE, Case, Row
from support.proxmox_people import group, user, userid

CASE = Case(
    lambda world: [user(world, 1), user(world, 2), group(world, 1)],
    (
        Row("group", "id", lambda world: f"{world.pool}-2", KEY_FIELD),
        Row("group", "comment", "Karfu’R", LIVE, "Group.Allocate",
            lambda world: world.admin("PUT", f"/access/groups/{world.pool}", comment="theirs")),
        Row("group", "members", lambda world: ({"user": userid(world, 2)},), LIVE, "User.Modify",
            lambda world: world.admin("PUT", f"/access/users/{userid(world, 1)}", groups=world.pool)),
    ),
    making="Group.Allocate",
    ends=("with --prune it is deleted", "will be deleted"),
)  # fmt: skip
