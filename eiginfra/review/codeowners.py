"""CODEOWNERS, made from teams and approvals, as GitLab Premium honours it.

Owners are of files, and approvals of keys. So one section asks for a yes of EIG Link for every file, as the policy does where nobody knows
the author, and another one, which asks for nothing, names the members of each team for their file.
"""

from collections.abc import Iterable
from typing import Final

from eiginfra.core.errors import UsageError
from eiginfra.review.people import BasePeople

_HEAD: Final = """\
# Made by `eiginfra codeowners` from cohort.yml (approvals) and the teams' members. Make it again when these change.
"""


def codeowners(people: BasePeople, inventories: str) -> str:
    """The file's text. inventories: the folder of the repository that holds the cohorts' folders; "" for its top.

    Raises UsageError where nobody may approve: a file without owners would need nobody's approval.
    """
    approvers = people.approvers(None)
    if not approvers:
        msg = "nobody may approve in every cohort that has not ended: write user names under approvals.by in cohort.yml"
        raise UsageError(msg)
    start = f"/{inventories}" if inventories else ""
    cohorts = [f"{start}/{name}/ {_names(cohort.file.approvals.by)}" for name, cohort in people.running().items()]
    lines = ["[EIG Link]", f"* {_names(approvers)}", *cohorts, "", "^[Teams]", *_teams(people, start)]
    return _HEAD + "\n".join(lines) + "\n"


def _teams(people: BasePeople, start: str) -> list[str]:
    return [
        f"{start}/{name}/teams/{team.id}.yml {_names(members)}"
        for name, cohort in people.running().items()
        for team in cohort.teams
        if (members := people.members(name, team.id))
    ]


def _names(names: Iterable[str]) -> str:
    return " ".join(f"@{name}" for name in names)
