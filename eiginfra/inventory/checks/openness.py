"""Exceptions to publication against the projects that are there: each project that is not public has one."""

from collections.abc import Iterator, Sequence
from datetime import date

from eiginfra.core.finding import Finding, notice, warning
from eiginfra.core.suggest import did_you_mean
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.openness import PublicationException


def check_openness(cohort: Cohort, as_of: date) -> Iterator[Finding]:
    """Findings about exceptions, and a notice for each project that is not public without one."""
    for number, exception in enumerate(cohort.file.exceptions):
        owners = [team.id for team in cohort.teams if any(exception.concerns(team.id, project.name) for project in team.projects)]
        at = "team" if exception.team is not None and exception.team not in {team.id for team in cohort.teams} else "project"
        where = cohort.where(None, "exceptions", number, at)
        if not owners and not _broken(cohort, exception):
            yield warning(
                "exception-of-no-project",
                project=exception.project,
                name=exception.team,
                advice=did_you_mean(getattr(exception, at), _names(cohort, exception, at)),
                location=where,
            )
        elif len(owners) > 1:
            yield warning("exception-of-several-projects", project=exception.project, teams=owners, location=where)
        elif exception.over(as_of):
            over = cohort.where(None, "exceptions", number, "until")
            yield notice("exception-over", project=exception.project, until=exception.until, location=over)
    yield from _unexplained(cohort)


def _broken(cohort: Cohort, exception: PublicationException) -> bool:
    """Whether the project may be in a file that cannot be read."""
    return bool(cohort.broken) if exception.team is None else exception.team in cohort.broken


def _names(cohort: Cohort, exception: PublicationException, at: str) -> Sequence[str]:
    """What exists of that sort."""
    if at == "team":
        return [team.id for team in cohort.teams]
    return [project.name for team in cohort.teams if exception.team in (None, team.id) for project in team.projects]


def _unexplained(cohort: Cohort) -> Iterator[Finding]:
    for team in cohort.teams:
        for index, project in enumerate(team.projects):
            explained = any(exception.concerns(team.id, project.name) for exception in cohort.file.exceptions)
            if project.visibility != "public" and not explained:
                yield notice(
                    "project-not-public",
                    project=project.name,
                    visibility=project.visibility,
                    location=cohort.where(team.id, "projects", index, "visibility"),
                    team=team.id,
                )
