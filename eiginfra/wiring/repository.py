"""The inventory's repository. Only a server of the site is asked for it, wherever cohort.yml says that the repository is."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.inventory.cohort import Cohort
from eiginfra.wiring.providers import Providers


class OpenIssue(Protocol):
    """An issue that eiginfra opened."""

    @property
    def iid(self) -> int:
        """Its number in the repository."""
        ...

    @property
    def text(self) -> str:
        """Its description, Markdown."""
        ...

    @property
    def web_url(self) -> str:
        """Its address."""
        ...


class Issues(Protocol):
    """Those of one label that eiginfra opened in a repository."""

    def open(self) -> Sequence[OpenIssue]:
        """Those that nobody closed, the oldest first."""
        ...

    def create(self, title: str, text: str) -> OpenIssue:
        """Open one."""
        ...

    def edit(self, iid: int, text: str) -> OpenIssue:
        """Give one another text."""
        ...

    def close(self, iid: int) -> None:
        """Close one."""
        ...


@runtime_checkable
class Forge(Protocol):
    """A provider whose server holds repositories, with issues."""

    @property
    def url(self) -> str | None:
        """The server's address."""
        ...

    def issues(self, project: str, label: str) -> Issues:
        """Those of a label in a project, by its full path."""
        ...


def repository_of(cohort: Cohort, providers: Providers) -> tuple[Forge, str]:
    """The site's server that holds it, and the project's full path there. Raises InputError where cohort.yml names none that is there."""
    repository = cohort.file.repository
    if repository is None:
        raise InputError([error("repository-unnamed", location=cohort.where(None))])
    forges = [provider for provider in providers if isinstance(provider, Forge) and provider.url is not None]
    for forge in forges:
        project = repository.project_at(forge.url or "")
        if project is not None:
            return forge, project
    servers = [forge.url for forge in forges]
    raise InputError([error("repository-elsewhere", url=repository.url, servers=servers, location=cohort.where(None, "repository", "url"))])
