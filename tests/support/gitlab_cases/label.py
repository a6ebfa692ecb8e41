from typing import Any

from support.gitlab_case import ADLER, COHORT, GROUP, PAGED, PLUME, SPACE, Case, Key, Row, gone

from eiginfra.providers.gitlab.kinds.label import LabelSpec

# GitLab's documentation, "Group labels".
DOCUMENTED = {
    ("get", r"/groups/[^/]+/labels"): (PAGED | {"include_ancestor_groups", "include_descendant_groups", "only_group_labels"}, set()),
    ("post", r"/groups/[^/]+/labels"): (set(), {"name", "color", "description", "archived"}),
    ("put", r"/groups/[^/]+/labels/[^/]+"): (set(), {"new_name", "color", "description", "archived"}),
    ("delete", r"/groups/[^/]+/labels/[^/]+"): (set(), set()),
}


def _url(world: Any) -> str:
    (found,) = world.by_hand("GET", f"{GROUP}/labels")
    return f"{GROUP}/labels/{found['id']}"


def stranger(world: Any, field: str, value: Any) -> None:
    world.by_hand("PUT", _url(world), **{"new_name" if field == "name" else field: value})


CASES = {
    "label": Case(
        LabelSpec,
        (COHORT, ADLER),
        {"group": SPACE, "name": "à voir", "color": "#1F75CB", "description": "x"},
        stranger,
        (
            Row("name", "vu", besides={"was": f"{SPACE}#à voir"}, back={"was": f"{SPACE}#vu"}),
            Row("color", "#ff0000", "#00ff00"),
            Row("description", "", "y"),
        ),
        (Key("group", PLUME.path, needs=(PLUME,)),),
        pruned=gone(f"{GROUP}/labels"),
        lost=lambda world: world.by_hand("DELETE", _url(world)),
    ),
}
