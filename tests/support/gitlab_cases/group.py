from typing import Any

from support.gitlab_case import ADLER, COHORT, GROUP, SPACE, Case, Key, Row

from eiginfra.providers.gitlab.branch_protection import PROTECTIONS
from eiginfra.providers.gitlab.kinds.group import GroupSpec

GROUP_NAMES = {
    "project_creation": "project_creation_level",
    "subgroup_creation": "subgroup_creation_level",
    "branch_protection": "default_branch_protection_defaults",
    "shared_runners": "shared_runners_setting",
}
GROUP_VALUES = {
    "branch_protection": PROTECTIONS,
    "shared_runners": {"overridable": "disabled_and_overridable", "disabled": "disabled_and_unoverridable"},
}


def group(world: Any, field: str, value: Any) -> None:
    world.by_hand("PUT", GROUP, **{GROUP_NAMES.get(field, field): GROUP_VALUES.get(field, {}).get(value, value)})


CASES = {
    "group": Case(
        GroupSpec,
        (COHORT,),
        {"path": SPACE, "name": "ADLER", "description": "Lutter", "visibility": "public", "project_creation": "owner"}
        | {"subgroup_creation": "maintainer", "branch_protection": "full", "shared_runners": "enabled"},
        group,
        (
            Row("name", "L’été", "Karfu’R"),
            Row("description", "", "Première ligne\nseconde"),
            Row("visibility", "private", "internal"),
            Row("project_creation", "noone", "developer"),
            Row("project_creation", "maintainer", "administrator"),
            Row("subgroup_creation", "owner"),
            Row("branch_protection", "none", "developers-push"),
            Row("branch_protection", "developers-merge", "developers-initial-push"),
            Row("shared_runners", "overridable", "disabled"),
            Row("shared_runners", "disabled", "overridable"),
        ),
        (Key("path", f"{SPACE}/data", needs=(ADLER,), besides={"name": "Data"}),),
        pruned=lambda world: world.api.group(SPACE) is None,
        lost=lambda world: world.by_hand("DELETE", GROUP),
        gone="scheduled-for-deletion",
    ),
}
