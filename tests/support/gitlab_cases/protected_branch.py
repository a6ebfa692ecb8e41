from typing import Any

from support.gitlab_case import ADLER, API, COHORT, PROJECT, SITE, SPACE, Case, Key, Row

from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec

BRANCH_LEVELS = {"nobody": 0, "developers": 30, "maintainers": 40, "administrators": 60}


def branch(world: Any, field: str, value: Any) -> None:
    (rule,) = [rule for rule in world.by_hand("GET", f"{PROJECT}/protected_branches") if rule["name"] == "main"]
    levels = {f"{what}_access_level": rule[f"{what}_access_levels"][0]["access_level"] for what in ("push", "merge")}
    fields = {**levels, "allow_force_push": rule["allow_force_push"]}
    fields |= {"allow_force_push": value} if field == "force_push" else {f"{field}_access_level": BRANCH_LEVELS[value]}
    world.by_hand("DELETE", f"{PROJECT}/protected_branches/main")
    world.by_hand("POST", f"{PROJECT}/protected_branches", name="main", **fields)


CASES = {
    "protected branch": Case(
        ProtectedBranchSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "branch": "main", "push": "maintainers", "merge": "maintainers", "force_push": False},
        branch,
        (
            Row("push", "nobody", "developers"),
            Row("push", "administrators", "nobody"),
            Row("merge", "developers", "nobody"),
            Row("force_push", True),
        ),
        (Key("project", f"{SPACE}/site", needs=(SITE,)), Key("branch", "release/*")),
        lost=lambda world: world.by_hand("DELETE", f"{PROJECT}/protected_branches/main"),
    ),
}
