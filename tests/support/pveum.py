"""What `pveum` does on a node, by the same requests: for commands that pages and findings give to an administrator."""

import shlex
from collections.abc import Callable, Iterable
from typing import Any


def pveum(admin: Callable[..., Any], lines: Iterable[str]) -> str:
    """Do what `pveum` would; returns the secret of the token that was made. admin: sends a request as an administrator."""
    secret = ""
    for line in lines:
        program, thing, *words = shlex.split(line)
        assert program == "pveum"
        given = {words[at][2:]: words[at + 1] for at in range(len(words)) if words[at].startswith("--")}
        match thing, words:
            case "user", ["token", "add", user, token, *_]:
                secret = admin("POST", f"/access/users/{user}/token/{token}", **given)["value"]
            case "user", ["add", user]:
                admin("POST", "/access/users", userid=user)
            case "role", ["add", role, *_]:
                admin("POST", "/access/roles", roleid=role, **given)
            case "acl", ["modify", path, *_]:
                admin("PUT", "/access/acl", path=path, **given)
            case _:
                raise AssertionError(line)
    return secret
