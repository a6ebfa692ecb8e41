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


class RequestAccount(Protocol):
    """An account that wrote, pushed or approved something."""

    @property
    def id(self) -> int:
        """The server's own number, which stays."""
        ...

    @property
    def name(self) -> str:
        """Its user name, which its owner can change."""
        ...


class OpenRequest(Protocol):
    """An open merge request, as the server tells it; names of branches and people may hold anything.

    number: in the repository. reference: under which its commits are fetched; they must end at `sha`. pushers: everybody who pushed to it;
    None where the server does not tell all. approved_by: who approved it as it is now.
    """

    @property
    def number(self) -> int: ...  # noqa: D102 - the class tells
    @property
    def reference(self) -> str: ...  # noqa: D102
    @property
    def sha(self) -> str: ...  # noqa: D102
    @property
    def target_branch(self) -> str: ...  # noqa: D102
    @property
    def author(self) -> RequestAccount: ...  # noqa: D102
    @property
    def pushers(self) -> Sequence[RequestAccount] | None: ...  # noqa: D102
    @property
    def approved_by(self) -> Sequence[RequestAccount]: ...  # noqa: D102


class RequestNote(Protocol):
    """A note on a request that the token's own account wrote."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


class RequestHost(Protocol):
    """The merge requests of one repository. Every method raises the typed errors of core.errors."""

    def open(self) -> Sequence[OpenRequest]:
        """All open ones, by number."""
        ...

    def own_note(self, number: int, marker: str, /) -> RequestNote | None:
        """The oldest note that the token's own account wrote and that has the marker as a line."""
        ...

    def write_note(self, number: int, text: str, /) -> object:
        """Write a note, in Markdown."""
        ...

    def edit_note(self, number: int, note: int, text: str, /) -> object:
        """Change the text of a note."""
        ...

    def link(self, commit: str, file: str, line: int | None) -> str:
        """The address at which people read a file of a commit, at a line."""
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

    def merge_requests(self, project: str) -> RequestHost:
        """Those of a project, by its full path."""
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
