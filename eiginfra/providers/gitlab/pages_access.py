"""Who may see the website of a GitLab project.

Source: GitLab's documentation, "GitLab Pages access control", and the attributes `visibility` and `pages_access_level` of a project.
"""

from typing import Final, Literal

from eiginfra.providers.gitlab.client import Json

PagesAudience = Literal["nobody", "members", "signed-in", "everybody"]
_OF_PROJECT: Final[dict[object, PagesAudience]] = {"private": "members", "internal": "signed-in", "public": "everybody"}
_OF_PAGES: Final[dict[object, PagesAudience]] = {"disabled": "nobody", "private": "members", "public": "everybody"}


def audience(project: Json) -> PagesAudience | None:
    """Of a project as GitLab shows it; None where it does not tell. `enabled` lets those see the pages who see the project."""
    level = project.get("pages_access_level")
    return _OF_PROJECT.get(project.get("visibility")) if level == "enabled" else _OF_PAGES.get(level)
