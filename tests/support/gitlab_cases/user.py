from collections.abc import Callable
from typing import Any

from support.gitlab_case import Case, Key, Row, Seed

from eiginfra.providers.gitlab.kinds.user import UserSpec


def _account(name: str, value: Any) -> Callable[[Any], bool]:
    return lambda world: world.by_hand("GET", "/users?username=ada")[0][name] == value


def user(world: Any, field: str, value: Any) -> None:
    number = world.account_id("ada")
    if field == "state":
        world.by_hand("POST", f"/users/{number}/{'block' if value == 'blocked' else 'unblock'}")
    else:
        world.by_hand("PUT", f"/users/{number}", **{field: value, "skip_reconfirmation": True})


CASES = {
    "account": Case(
        UserSpec,
        (),
        {"username": "ada", "name": "Ada", "email": "ada@example.org", "state": "active"},
        user,
        (Row("state", "blocked"),),
        (Key("username", "bob", besides={"email": "bob@example.org"}),),
        (
            Seed("name", "Ada L.", _account("name", "Ada L."), lambda world: user(world, "name", "Countess")),
            Seed("email", "a@example.org", _account("email", "a@example.org"), lambda world: user(world, "email", "c@example.org")),
        ),
        lost=lambda world: world.by_hand("DELETE", f"/users/{world.account_id('ada')}"),
        others=True,
    ),
}
