"""Write eiginfra/lab/gitlab/contract.json, the names of GitLab's routes and parameters, from GitLab's OpenAPI description.

Use: python tools/gitlab_contract/write.py OPENAPI.json; what the description leaves out is in undescribed.txt.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "eiginfra" / "lab" / "gitlab" / "contract.json"
_PAGES = frozenset({"page", "per_page"})


def main(arguments: list[str]) -> str | None:
    """Write the file; returns what is wrong with the arguments, None if nothing is."""
    if len(arguments) != 1:
        return "use: python tools/gitlab_contract/write.py OPENAPI.json"
    contract = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    known: dict[str, set[str]] = {}
    for path, methods in contract["paths"].items():
        for route in _variants(path.removeprefix("/api/v4")):
            for method, operation in methods.items():
                known.setdefault(f"{method.upper()} {route}", set()).update(_names(contract, operation))
    for line in (HERE / "undescribed.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            route, _, names = line.partition(": ")
            method, path = route.rstrip(":").split(" ")
            pages = _PAGES if method == "GET" else frozenset()
            names_of = known.setdefault(f"{method} {_folded(path)}", set())
            names_of |= {*pages, *(name for name in names.split() if not name.startswith("-"))}
            names_of -= {name.removeprefix("-") for name in names.split() if name.startswith("-")}
    lines = [f"{json.dumps(route)}: {json.dumps(sorted(names))}" for route, names in sorted(known.items())]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return None


def _variants(path: str) -> list[str]:
    """A path with each of its optional parts `(/)` there, and not there."""
    if match := re.search(r"\(([^()]*)\)", path):
        before, after = path[: match.start()], path[match.end() :]
        return [*_variants(before + match[1] + after), *_variants(before + after)]
    return [_folded(path)]


def _folded(path: str) -> str:
    """Every variable is `:id`; a part that may hold slashes too, for clients send them encoded."""
    parts = [":id" if part[:1] in "{*:" else part for part in path.strip("/").split("/") if part]
    return "/" + "/".join(parts)


def _names(contract: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield from _parts(parameter["name"])
            yield from _within(contract, parameter.get("schema", {}), _parts(parameter["name"])[-1])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _properties(contract, content["schema"], "")


def _parts(name: str) -> list[str]:
    """`filter[environment_scope]` as `filter` and `filter.environment_scope`."""
    parts = [part for part in name.replace("]", "").split("[") if part]
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _properties(contract: dict[str, Any], schema: dict[str, Any], prefix: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, described in schema.get("properties", {}).items():
        for part in _parts(name):
            yield f"{prefix}{part}"
        yield from _within(contract, described, f"{prefix}{_parts(name)[-1]}")


def _within(contract: dict[str, Any], schema: dict[str, Any], name: str) -> Iterator[str]:
    """The names within an object, or within the objects of a list."""
    inner = schema.get("items", schema)
    if "properties" in inner or "$ref" in inner:
        yield from _properties(contract, inner, f"{name}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
