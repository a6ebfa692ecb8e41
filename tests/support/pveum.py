"""What `pveum` does on a node, by the same requests: for commands that pages and findings give to an administrator."""

import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eiginfra.providers.proxmox.privileges import commands


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


def least(body: dict[str, Any], folder: Path, admin: Callable[..., Any]) -> None:
    """Give a lab's site file, whose contents `body` is, a Proxmox token made by the documented commands, and no other right."""
    section = body["proxmox"]
    section["token_id"] = "least@pve!ci"
    places = SimpleNamespace(
        token_id="least@pve!ci", nodes=section["nodes"], bridge=section["network"]["bridge"], realm=section["realm"], **section["storage"]
    )
    images = [image["vm"] for image in body["images"].values()]
    (folder / "least.token").write_text(pveum(admin, commands(places, images)), encoding="utf-8")  # type: ignore[arg-type]  # the names that it needs
    section["token"] = {"file": "least.token"}
