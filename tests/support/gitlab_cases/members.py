from collections.abc import Callable
from typing import Any

from support.gitlab_case import ADA, ADLER, API, BOB, COHORT, GROUP, PLUME, PROJECT, SITE, SPACE, Case, Key, Row, gone

from eiginfra.providers.gitlab.kinds.members import MembersSpec

LEVELS = {"guest": 10, "planner": 15, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
ONE = [{"username": "ada", "access": "maintainer", "expires": "2030-06-30"}]
BOBS = {"username": "bob", "access": "developer"}
LISTS = (
    Row("members", [{**ONE[0], "access": "reporter"}], [{**ONE[0], "access": "guest"}], covers=("access",)),
    Row("members", [{**ONE[0], "expires": None}], [{**ONE[0], "expires": "2031-01-01"}], covers=("expires",)),
    Row("members", [*ONE, BOBS], [*ONE, {**BOBS, "access": "reporter"}], covers=("username",)),
    Row("members", [BOBS], [{**ONE[0], "access": "reporter"}], covers=("username",)),
    Row("members", [], [{**ONE[0], "access": "reporter"}], covers=("username",)),
)
GUEST = {"username": "ada", "access": "developer", "expires": "2030-06-30", "email": "ada@example.org"}
PENDING = (
    Row("members", [{**GUEST, "access": "reporter"}], [{**GUEST, "access": "guest"}], covers=("access",)),
    Row("members", [{**GUEST, "expires": None}], [{**GUEST, "expires": "2031-01-01"}], covers=("expires",)),
    Row("members", [{**GUEST, "email": "lovelace@example.org"}], [{**GUEST, "access": "guest"}], covers=("email",)),
    Row("members", [], [{**GUEST, "access": "reporter"}], covers=("username",)),
)


def members(url: str) -> Callable[[Any, str, Any], None]:
    def change(world: Any, _field: str, value: Any) -> None:
        wanted = {entry["username"]: entry for entry in value}
        there = {member["username"]: member["id"] for member in world.by_hand("GET", f"{url}/members")}
        for name in ("ada", "bob"):
            if name in wanted:
                verb, path = ("PUT", f"/{there[name]}") if name in there else ("POST", "")
                fields = {} if path else {"user_id": world.account_id(name)}
                world.by_hand(verb, f"{url}/members{path}", **fields, **_granted(wanted[name]))
            elif name in there:
                world.by_hand("DELETE", f"{url}/members/{there[name]}")

    return change


def invitations(world: Any, _field: str, value: Any) -> None:
    for invitation in world.by_hand("GET", f"{GROUP}/invitations"):
        world.by_hand("DELETE", f"{GROUP}/invitations/{invitation['invite_email']}")
    for entry in value:
        world.by_hand("POST", f"{GROUP}/invitations", email=entry["email"], **_granted(entry))


def _granted(entry: dict[str, Any]) -> dict[str, Any]:
    return {"access_level": LEVELS[entry["access"]], "expires_at": entry.get("expires") or ""}


CASES = {
    "members of a group": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER),
        {"group": SPACE, "members": ONE},
        members(GROUP),
        LISTS,
        (Key("group", PLUME.path, needs=(PLUME,)),),
        pruned=lambda world: [member["username"] for member in world.by_hand("GET", f"{GROUP}/members")] == ["eiginfra-bot"],
        lost=lambda world: members(GROUP)(world, "members", []),
        gone="update",
    ),
    "members of a project": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "members": ONE},
        members(PROJECT),
        LISTS,
        (Key("project", f"{SPACE}/site", needs=(SITE,)),),
        pruned=gone(f"{PROJECT}/members"),
        lost=lambda world: members(PROJECT)(world, "members", []),
        gone="update",
    ),
    "people invited to a group": Case(
        MembersSpec,
        (COHORT, ADLER),
        {"group": SPACE, "members": [GUEST]},
        invitations,
        PENDING,
        pruned=gone(f"{GROUP}/invitations"),
        lost=lambda world: invitations(world, "members", []),
        gone="update",
        site={"accounts": "invite"},
    ),
}
