"""GitLab as a provider: its section of the site file, its kinds and its doctor, over one client."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.errors import NotFoundError, UsageError
from eiginfra.core.finding import Finding
from eiginfra.core.provider import Account, Context, Provider
from eiginfra.core.resource import Observed, Record
from eiginfra.inventory.site import GitLabSite
from eiginfra.providers.gitlab.activity.reader import read_activity
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.doctor import examine
from eiginfra.providers.gitlab.filters import FILTERS
from eiginfra.providers.gitlab.identities import candidates, recorded
from eiginfra.providers.gitlab.issues import RepositoryIssues
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.merge_requests import MergeRequests
from eiginfra.providers.gitlab.pages_access import PagesAudience, audience
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.gitlab.token_limits import token_limits


class GitLabProvider(Provider[GitLabSite]):
    """A GitLab, below one root group."""

    name = "gitlab"
    section = GitLabSite
    filters = FILTERS
    account_key = "gitlab_id"
    workers = 8

    def __init__(self, section: GitLabSite | None, context: Context) -> None:
        self._section = section
        self._api = None if section is None else GitLabApi(GitLabClient(_settings(section, context)))
        self.kinds = all_kinds(self._api)

    @property
    def url(self) -> str | None:
        """The site file's."""
        return None if self._section is None else self._section.url

    def doctor(self) -> Iterable[Finding]:
        """Reachable, its version, what the token may do, whether the root group is as it must be."""
        return examine(self._known())

    def token_limits(self, *, read_only: bool) -> Iterable[Finding]:
        """Acting as others, administering, changing what lies outside the root group; for reading: writing at all."""
        return token_limits(self._known(), read_only=read_only)

    def _known(self) -> GitLabApi:
        if self._api is None:
            raise UsageError("the site has no gitlab section")
        return self._api

    def limit(self, seconds: float | None) -> None:
        """For the client's requests."""
        if self._api is not None:
            self._api.client.policy.bounds.phase.begin(seconds)

    def accounts(self, people: Mapping[str, str]) -> Mapping[str, Account]:
        """Those of these names; what a token that is no administrator's may not see of a blocked one is left out."""
        return candidates(self._known(), people)

    def remembered(self, history: Iterable[Record]) -> Collection[str]:
        """By the records of accounts."""
        return recorded(history).keys()

    def activity(self, objects: Iterable[Observed], since: datetime, labels: Collection[str]) -> Mapping[Address, ProjectActivity]:
        """Of projects; as the base class says."""
        return read_activity(self._known(), objects, since, labels)

    def merge_requests(self, project: str) -> MergeRequests:
        """Those of the inventory's repository. project: its full path, from a file that no merge request changes."""
        return MergeRequests(self._known().client, project)

    def issues(self, project: str, label: str) -> RepositoryIssues:
        """Those that eiginfra keeps in the inventory's repository, by their label."""
        return RepositoryIssues(self._known().client, project, label)

    def pages_audience(self, project: str) -> PagesAudience | None:
        """Who may see the website of a project, by its full path. Raises NotFoundError where there is none, or it is hidden."""
        found = self._known().project(project)
        if found is None:
            raise NotFoundError(f"read project {project}: there is none, or it is hidden from this token")
        return audience(found)

    def requests(self) -> Mapping[str, int]:
        """The client's."""
        return {} if self._api is None else self._api.client.meter.counts

    def oddities(self) -> Sequence[Finding]:
        """The client's."""
        return self._api.client.odd.take() if self._api is not None else []

    def close(self) -> None:
        """End the client's threads and connections."""
        if self._api is not None:
            self._api.close()


def _settings(section: GitLabSite, context: Context) -> GitLabSettings:
    """How to speak to the site's GitLab. Raises InputError for a token that is not to be had."""
    fetch = context.value
    return GitLabSettings(
        url=section.url,
        token=context.secret(section.token, "token"),
        root_group=section.root_group,
        accounts=section.accounts,
        identity=None if section.identity is None else (section.identity.provider, section.identity.uid),
        ca=None if context.offline else section.ca,
        proxy=section.proxy,
        keep=section.keep,
        secrets=None if fetch is None else lambda source: fetch(source, ()),
    )
