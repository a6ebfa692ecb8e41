"""How a team asks for a change: its file, where it is edited, and an example that passes the checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Final
from urllib.parse import quote, urlsplit

from eiginfra.core.errors import UsageError
from eiginfra.core.usage import Limit, Usage
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.editing import with_entry
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site

_LINES: Final = 2
"""Of a difference: unchanged ones before and after."""
_NAMES: Final = ("demo", "demo-2", "demo-3")


@dataclass(frozen=True)
class TeamSource:
    """A team's file: its path in the repository, and its text."""

    path: str
    text: str


def edit_url(cohort: Cohort, site: Site, path: str) -> str:
    """Where a file of the repository is edited in the browser; empty where nobody knows.

    The repository is on the site's GitLab, or on GitHub.
    """
    repository = cohort.file.repository
    if repository is None:
        return ""
    start, where = repository.url.rstrip("/").removesuffix(".git"), f"{quote(repository.branch)}/{quote(path)}"
    if site.file.gitlab is not None and repository.project_at(site.file.gitlab.url) is not None:
        return f"{start}/-/edit/{where}"
    return f"{start}/edit/{where}" if urlsplit(repository.url).hostname == "github.com" else ""


def example_change(cohort: Cohort, site: Site, team: Team, source: TeamSource) -> str:
    """A difference of the team's own file that its quota allows: one more machine, else one more project; empty where neither is.

    As `git apply` takes it.
    """
    for key, value in _examples(cohort, site, team):
        try:
            changed = with_entry(source.text, key, value, source.path)
        except UsageError:
            continue  # written in a way that eiginfra does not change
        lines = unified_diff(source.text.splitlines(), changed.splitlines(), f"a/{source.path}", f"b/{source.path}", n=_LINES, lineterm="")
        return "\n".join(lines)
    return ""


def _examples(cohort: Cohort, site: Site, team: Team) -> Iterator[tuple[str, Mapping[str, Any]]]:
    quota = cohort.quota_of(team.id)
    machine, size = _name(machine.name for machine in team.machines), _smallest(site)
    image = next((machine.image for machine in team.machines if machine.type == "container"), None)
    image = image or next((name for name, image in site.file.images.items() if image.container is not None), None)
    if machine and image and size and _fits(cohort, site, team, quota, size):
        yield "machines", {"name": machine, "image": image, "size": size}
    project = _name(project.name for project in team.projects)
    if project and (quota.projects is None or len(team.projects) < quota.projects):
        yield "projects", {"name": project}


def _fits(cohort: Cohort, site: Site, team: Team, quota: Limit, size: str) -> bool:
    """Whether the team's quota and the cohort's capacity have as much left, by what all files ask for."""
    taken = site.file.sizes[size]
    more = Usage(machines=1, cores=taken.cores, memory=taken.memory, disk=taken.disk)
    asked = Usage.total(site.amounts(machine) for machine in team.machines)
    everybodys = Usage.total(site.amounts(machine) for each in cohort.teams for machine in each.machines)
    return not [*quota.exceeded(asked + more), *(cohort.file.capacity or Limit()).exceeded(everybodys + more)]


def _smallest(site: Site) -> str | None:
    sizes = {name: size for name, size in site.file.sizes.items() if not size.privileged}
    return min(sizes, key=lambda name: (sizes[name].memory, sizes[name].cores, sizes[name].disk, name), default=None)


def _name(taken: Iterator[str]) -> str | None:
    used = {name.casefold() for name in taken}
    return next((name for name in _NAMES if name not in used), None)
