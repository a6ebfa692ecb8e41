"""One project's activity, part by part: what fails in a part keeps back only that.

Sources: GitLab's REST documentation, "Repositories", "Commits", "Releases", "Issues", "Merge requests".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from eiginfra.core.activity import Call, ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.errors import PermanentError, ProviderError, UnreachableError
from eiginfra.core.resource import Observed
from eiginfra.providers.gitlab.activity import answers
from eiginfra.providers.gitlab.client import GitLabClient, Json, encoded
from eiginfra.providers.gitlab.website import parted

MOST_PAGES = 5
"""Of what was merged since the day, and of a root folder: 500 entries."""


class ProjectReading:
    """A project while it is read. `read` asks at most ten requests, two more for each label that calls for help, and further pages."""

    def __init__(self, client: GitLabClient, project: Json, there: Observed, since: datetime) -> None:
        """project: as GitLab lists it. there: as it was observed before."""
        self.address: Address = there.address
        self.path = str(project["path_with_namespace"])
        self.url = f"/projects/{project['id']}"
        self.merged: list[Json] = []
        """The merge requests that were merged since then, as GitLab lists them."""
        self._client = client
        self._project = project
        self._since = since
        self._found = _described(project, there)
        self._unread = set(answers.features(project, "disabled"))

    @property
    def found(self) -> ProjectActivity:
        """What is known so far, but for what was merged."""
        return replace(self._found, unread=frozenset(self._unread))

    def read(self, labels: Sequence[str]) -> None:
        """Ask for all parts. Raises UnreachableError."""
        self._unread |= {name for name, key in answers.COUNTS.items() if answers.number(self._project.get(key)) is None}
        if self._project.get("empty_repo") is not True:
            self._part(self._languages, "languages")
            self._part(self._last_commit, "last_commit")
            self._part(self._files, "files")
            self._part(self._merged, "merged")
        self._part(self._releases, "releases", "released")
        if self._found.open_issues != 0:
            self._part(lambda: self._calls(labels), "calls")

    def _part(self, read: Callable[[], None], *names: str) -> None:
        """names: the fields that `read` fills in."""
        if self._unread & {*names}:
            return
        try:
            read()
        except UnreachableError:
            raise
        except ProviderError:
            self._unread |= {*names}

    def _languages(self) -> None:
        shares = self._client.get(f"{self.url}/languages", f"read the languages of {self.path}")
        if not isinstance(shares, dict):
            raise PermanentError(f"{self.path}: its languages have a form that is not known")
        self._found = replace(self._found, languages=answers.languages(shares))

    def _branch(self) -> str:
        branch = self._project.get("default_branch")
        if not isinstance(branch, str) or not branch:
            raise PermanentError(f"{self.path}: its default branch is not told")
        return branch

    def _last_commit(self) -> None:
        what = f"read the last commit of {self.path}"
        commits = self._client.get(f"{self.url}/repository/commits", what, ref_name=self._branch(), per_page=1)
        last = answers.moment(commits[0]["committed_date"]) if isinstance(commits, list) and commits else None
        if last is None:
            raise PermanentError(f"{self.path}: its last commit has a form that is not known")
        self._found = replace(self._found, last_commit=last)

    def _files(self) -> None:
        what = f"read the root folder of {self.path}"
        entries = self._client.first_pages(f"{self.url}/repository/tree", what, MOST_PAGES, ref=self._branch())
        files = {wanted: self._text(name) for wanted, name in answers.wanted_files(entries).items()}
        self._found = replace(self._found, files=files)

    def _text(self, name: str) -> str:
        """What a file at the root says; empty where it cannot be read."""
        url, what = f"{self.url}/repository/files/{encoded(name)}/raw", f"read a file of {self.path}"
        try:
            return answers.file_text(self._client.ask("get", url, what, query={"ref": self._branch()}).content)
        except UnreachableError:
            raise
        except ProviderError:
            return ""

    def _releases(self) -> None:
        found = self._client.first_pages(f"{self.url}/releases", f"list the releases of {self.path}", 1)
        told = answers.releases(found, self._found.url)
        since = tuple(release for release in told if release.at >= self._since)
        self._found = replace(self._found, released=next(iter(told), None), releases=since)

    def _calls(self, labels: Sequence[str]) -> None:
        """The hundred newest of each label."""
        what, found = f"list the calls for help of {self.path}", dict[str, Call]()
        for label in labels:
            asked: Json = {"state": "opened", "labels": label, "confidential": False}
            items = self._client.first_pages(f"{self.url}/issues", what, 1, **asked)
            found = {call.url: call for call in answers.calls(items, label)} | found
        newest = sorted(found.values(), key=lambda call: (call.at, call.url), reverse=True)
        self._found = replace(self._found, calls=tuple(newest))

    def _merged(self) -> None:
        what = f"list what was merged in {self.path}"
        asked: Json = {"state": "merged", "updated_after": self._since.isoformat(), "order_by": "updated_at", "sort": "desc"}
        found = self._client.first_pages(f"{self.url}/merge_requests", what, MOST_PAGES, **asked)
        since = {item["iid"]: item for item in found if (at := answers.moment(item.get("merged_at"))) and at >= self._since}
        self.merged = list(since.values())


def _described(project: Json, there: Observed) -> ProjectActivity:
    """What the list of projects tells."""
    values: Mapping[str, object] = there.values
    description, website = str(values.get("description") or ""), str(values.get("website") or "")
    if not website:
        description, website = parted(description)
    return ProjectActivity(
        url=answers.address(project.get("web_url")),
        visibility=answers.text(project.get("visibility")),
        description=answers.text(description, answers.LONGEST_DESCRIPTION),
        website=answers.address(website),
        topics=answers.topics(project.get("topics")),
        default_branch=answers.text(project.get("default_branch")),
        created=answers.moment(project.get("created_at")),
        open_issues=answers.number(project.get("open_issues_count")),
        stars=answers.number(project.get("star_count")) or 0,
        forks=answers.number(project.get("forks_count")) or 0,
        members_only=answers.features(project, "private"),
    )
