from datetime import date
from typing import Any

from support.proxmox_case import KEY_FIELD, LIVE, UNCOMPARED, Case, Hand, Row
from support.proxmox_people import user, userid


def account(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"/access/users/{userid(world)}", **params)


CASE = Case(
    lambda world: [user(world)],
    (
        Row("user", "id", lambda world: userid(world, 9), KEY_FIELD),
        Row("user", "account", userid, UNCOMPARED),
        Row("user", "name", "Léa Durand", LIVE, "User.Modify", account(firstname="L", lastname="M")),
        Row("user", "email", "lea.durand@example.org", LIVE, "User.Modify", account(email="other@example.org")),
        Row("user", "until", date(2030, 7, 31), LIVE, "User.Modify", account(expire=0)),
        Row("user", "enabled", False, LIVE, "User.Modify", account(enable=1)),
    ),
    making="User.Modify",
    ends=("will be disabled", "will be disabled"),
)  # fmt: skip
