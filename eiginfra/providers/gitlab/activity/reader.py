"""Reading the activity of projects: one list of all, a dozen requests for each, and who is a member once for each group.

A GitLab that cannot be reached fails all.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from eiginfra.core.activity import Contribution, ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.look import Look
from eiginfra.core.resource import Observed
from eiginfra.providers.gitlab.activity.outsiders import Outsiders
from eiginfra.providers.gitlab.activity.project import ProjectReading
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import PROJECT
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import parent
from eiginfra.providers.gitlab.observed_tree import identity


def read_activity(api: GitLabApi, objects: Iterable[Observed], since: datetime, labels: Collection[str]) -> dict[Address, ProjectActivity]:
    """Of those of the objects that are projects, and still there.

    Raises the errors of core.errors where the list of projects cannot be read.
    """
    wanted = {known: there for there in objects if there.address.kind == PROJECT and (known := identity(there.handle)) is not None}
    if not wanted:
        return {}
    asked = tuple(dict.fromkeys(label for label in labels if label and "," not in label))  # no label of GitLab's has a comma

    def read(project: Json) -> ProjectReading:
        reading = ProjectReading(api.client, project, wanted[project["id"]], since)
        reading.read(asked)
        return reading

    listed = api.projects(_around([str(there.values["path"]) for there in wanted.values()]), Look())
    readings = api.client.each(read, [project for project in listed if project["id"] in wanted])
    outsiders = Outsiders(api.client)
    outsiders.learn_groups({parent(reading.path) for reading in readings if reading.merged})
    return dict(api.client.each(lambda reading: (reading.address, _whole(reading, outsiders)), readings))


def _whole(reading: ProjectReading, outsiders: Outsiders) -> ProjectActivity:
    merged = outsiders.told(reading.url, parent(reading.path), reading.merged)
    return replace(reading.found, merged=tuple(sorted(merged, key=_newest, reverse=True)))


def _newest(merged: Contribution) -> tuple[datetime, str]:
    return merged.at, merged.url


def _around(paths: Iterable[str]) -> str:
    """The innermost group that holds all of some projects."""
    groups = [path.split("/")[:-1] for path in paths]
    shared: list[str] = []
    for parts in zip(*groups, strict=False):
        if len(set(map(str.lower, parts))) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)
