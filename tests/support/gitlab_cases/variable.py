from collections.abc import Callable
from typing import Any

from support.gitlab_case import ADLER, API, COHORT, GROUP, PROJECT, SITE, SPACE, Case, Key, Row, gone

from eiginfra.providers.gitlab.kinds.variable import VariableSpec

# GitLab's documentation, "Group-level variables": the filter, since 16.9.
DOCUMENTED = {
    ("put", r"/groups/[^/]+/variables/\w+"): (
        set(),
        {"value", "variable_type", "protected", "masked", "raw", "environment_scope", "description", "filter"},
    ),
    ("delete", r"/groups/[^/]+/variables/\w+"): ({"filter[environment_scope]"}, set()),
}
SECRETS = {
    "fields": {"key": "TOKEN", "value": {"env": "ONE"}, "masked": True, "protected": True, "raw": False, "type": "env_var"}
    | {"scope": "*", "description": ""},
    "rows": (
        Row("value", {"env": "TWO"}, {"env": "THREE"}, told="digest"),
        *(Row(name, other) for name, other in {"masked": False, "protected": False, "raw": True, "type": "file"}.items()),
        Row("description", "x", "y"),
    ),
}


def variable(url: str) -> Callable[[Any, str, Any], None]:
    def change(world: Any, field: str, value: Any) -> None:
        theirs = f"by-hand-{value['env']}" if field == "value" else value
        world.by_hand("PUT", f"{url}/variables/TOKEN", **{{"type": "variable_type"}.get(field, field): theirs})

    return change


CASES = {
    "variable of a group": Case(
        VariableSpec,
        (COHORT, ADLER),
        SECRETS["fields"] | {"group": SPACE},
        variable(GROUP),
        SECRETS["rows"],
        (Key("group", "eig/eig3"), Key("key", "OTHER")),
        pruned=gone(f"{GROUP}/variables"),
        lost=lambda world: world.by_hand("DELETE", f"{GROUP}/variables/TOKEN"),
    ),
    "variable of a project": Case(
        VariableSpec,
        (COHORT, ADLER, API),
        SECRETS["fields"] | {"project": f"{SPACE}/api"},
        variable(PROJECT),
        SECRETS["rows"],
        (Key("project", f"{SPACE}/site", needs=(SITE,)), Key("key", "OTHER"), Key("scope", "production")),
        pruned=gone(f"{PROJECT}/variables"),
        lost=lambda world: world.by_hand("DELETE", f"{PROJECT}/variables/TOKEN"),
    ),
}
