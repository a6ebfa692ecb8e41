"""What the GitLab kinds share: the tree they observe, and how a refused creation is understood."""

from collections.abc import Callable, Iterator
from typing import ClassVar, TypeVar

from eiginfra.core.address import Address
from eiginfra.core.errors import AlreadyExistsError, PermanentError, UsageError
from eiginfra.core.finding import TASK, Finding, error
from eiginfra.core.kind import Kind
from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json, RefusedError
from eiginfra.providers.gitlab.field_map import FieldMap
from eiginfra.providers.gitlab.fields import inside
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import same_path

S = TypeVar("S", bound=Spec)

GROUP = "gitlab.group"
PROJECT = "gitlab.project"
FILE = "gitlab.file"
USER = "gitlab.user"
MEMBERS = "gitlab.members"


def account(username: str) -> Address:
    """The address of an account: GitLab ignores the case of names, so one person is one resource, however the name is written."""
    return Address(USER, username.lower())


class GitLabKind(Kind[S]):
    """Base of the GitLab kinds; without an API (a site without GitLab) they can be described, but not asked."""

    field_map: ClassVar[FieldMap | None] = None
    """Which request takes which field; None where a kind's requests are not made of its fields."""

    def __init__(self, api: GitLabApi | None = None) -> None:
        self._api = api

    @property
    def api(self) -> GitLabApi:
        """GitLab; raises UsageError when the site has none."""
        if self._api is None:
            raise UsageError("the site has no gitlab section; add one to the site file, or leave GitLab out with --skip-tags gitlab")
        return self._api

    @property
    def root(self) -> str | None:
        """The root group, when the site has a GitLab."""
        return None if self._api is None else self._api.settings.root_group

    def stands(self, holder: Holder) -> bool:
        """Whether a group or project is still at that very path: GitLab also answers for the former path of one that was renamed."""
        found, field = (
            (self.api.group(holder.path), "full_path") if holder.sort == "group" else (self.api.project(holder.path), "path_with_namespace")
        )
        return same_path(found, field, holder.path)

    def fence(self, path: str) -> Iterator[Finding]:
        """An error for a path outside the root group."""
        if self.root is not None and not inside(path, self.root):
            yield error("outside-root-group", path=path, root=self.root, field=TASK)

    def made(self, spec: S, make: Callable[[], Json]) -> Json:
        """What `make` made. A refusal is understood by looking, not by its words, which change between versions and languages.

        Raises AlreadyExistsError when the object is there already.
        """
        try:
            return make()
        except (RefusedError, AlreadyExistsError) as problem:
            if self.read(spec, {}) is not None:
                raise AlreadyExistsError(str(problem)) from problem
            raise PermanentError(str(problem)) from problem
