import base64
from collections.abc import Callable
from typing import Any

from support.gitlab_case import ADLER, API, COHORT, PROJECT, SITE, SPACE, Case, Key, Seed

from eiginfra.providers.gitlab.kinds.file import FileSpec


def content(world: Any, path: str, ref: str = "main") -> str:
    found = world.by_hand("GET", f"{PROJECT}/repository/files/{path.replace('/', '%2F')}?ref={ref}")
    return base64.b64decode(found["content"]).decode()


def commits(world: Any) -> list[str]:
    return [commit["title"] for commit in world.by_hand("GET", f"{PROJECT}/repository/commits")]


def rewrite(path: str, ref: str = "main") -> Callable[[Any], object]:
    fields = {"branch": ref, "commit_message": "ours", "content": "ours"}
    return lambda world: world.by_hand("PUT", f"{PROJECT}/repository/files/{path.replace('/', '%2F')}", **fields)


CASES = {
    "first files": Case(
        FileSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "files": {"README.md": "# API\n"}, "license": "MIT", "holder": "Ministère"}
        | {"branch": "main", "message": "Premiers fichiers"},
        keys=(Key("project", f"{SPACE}/site", needs=(SITE,)),),
        seeds=(
            Seed("files", {"a/b.md": "x"}, lambda world: content(world, "a/b.md") == "x", rewrite("a/b.md")),
            Seed("license", "etalab-2.0", lambda world: "etalab-2.0" in content(world, "LICENSE"), rewrite("LICENSE")),
            Seed("holder", "DINUM", lambda world: "DINUM" in content(world, "LICENSE"), rewrite("LICENSE")),
            Seed("branch", "trunk", lambda world: content(world, "README.md", "trunk") == "# API\n", rewrite("README.md", "trunk")),
            Seed("message", "Début", lambda world: commits(world) == ["Début"], rewrite("README.md")),
        ),
    ),
}
