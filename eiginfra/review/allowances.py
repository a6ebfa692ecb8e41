"""What cohort.yml would have to say, so that what a review refuses to a team is allowed: exact lines for EIG Link."""

from collections.abc import Iterable, Iterator

from eiginfra.core.finding import Finding
from eiginfra.inventory.cohort import Cohort
from eiginfra.review.model import Allowance


def allowances(cohort: Cohort, findings: Iterable[Finding]) -> Iterator[Allowance]:
    """For each quota that is exceeded, and for each grant that is missing or over, in the order of the findings; each once.

    cohort: with the cohort.yml that the findings are about.
    """
    told: set[str] = set()
    for found in findings:
        write = found.params.get("write")
        if found.team is None or not isinstance(write, str) or write in told:
            continue
        told.add(write)
        if found.code == "quota-exceeded":
            lines = ("quota:", "  teams:", f"    {write}")
            yield Allowance(team=found.team, lines=lines, location=cohort.where_key(None, *_there(cohort, found.team)))
        elif found.code in ("grant-missing", "grant-over"):
            yield Allowance(team=found.team, lines=("grants:", f"  - {write}"), location=cohort.where_key(None, "grants"))


def _there(cohort: Cohort, team: str) -> tuple[str, ...]:
    """As much of the path to the team's quota as is written."""
    quota = cohort.file.quota
    depth = 3 if team in quota.teams else 2 if quota.teams else 1 if "quota" in cohort.file.model_fields_set else 0
    return ("quota", "teams", team)[:depth]
