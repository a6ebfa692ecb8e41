"""Issues that eiginfra keeps in the inventory's repository: opened by the token's account, with a label, and closed again.

Source: GitLab's REST documentation, "Issues".
"""

from dataclasses import dataclass

from eiginfra.core.errors import NotFoundError
from eiginfra.providers.gitlab.client import GitLabClient, Json, encoded
from eiginfra.providers.gitlab.merge_requests import bounded, without_actions
from eiginfra.providers.gitlab.pushes import GitLabPerson, person


@dataclass(frozen=True)
class RepositoryIssue:
    """An open issue; title and text may hold anything. iid: its number in the repository."""

    iid: int
    title: str
    text: str
    author: GitLabPerson
    web_url: str


class RepositoryIssues:
    """Those of one project with one label. Safe to use from several threads. Every method raises the typed errors of core.errors."""

    def __init__(self, client: GitLabClient, project: str, label: str) -> None:
        """project: a full path, from a file that no merge request changes. label: made by GitLab where it is missing; without commas."""
        self._client = client
        self._project = project
        self._label = label
        self._url = f"/projects/{encoded(project)}/issues"

    def open(self) -> list[RepositoryIssue]:
        """Those that the token's own account opened and nobody closed, the oldest first: anybody can set the label."""
        mine, what = self._client.get("/user", "read the token's account")["id"], f"list the issues of {self._project}"
        found = self._client.pages(self._url, what, by=("iid",), state="opened", labels=self._label, author_id=mine)
        if found is None:
            raise NotFoundError(f"{what}: the project is not there, or hidden from this token, or has no issues")
        return sorted((_issue(one) for one in found if one["author"]["id"] == mine), key=lambda issue: issue.iid)

    def create(self, title: str, text: str) -> RepositoryIssue:
        """Open one; the text is Markdown. Raises PermanentError for a text of more than MOST_CHARACTERS."""
        what = f"open an issue in {self._project}"
        body = {"title": title, "description": without_actions(bounded(text, what)), "labels": [self._label]}
        return _issue(self._client.write("post", self._url, what, within=None, body=body))

    def edit(self, iid: int, text: str) -> RepositoryIssue:
        """Give one another text; raises as `create`."""
        what = f"edit issue #{iid} of {self._project}"
        body = {"description": without_actions(bounded(text, what))}
        return _issue(self._client.write("put", f"{self._url}/{iid}", what, within=None, body=body))

    def close(self, iid: int) -> None:
        """Close one."""
        self._client.write(
            "put", f"{self._url}/{iid}", f"close issue #{iid} of {self._project}", within=None, body={"state_event": "close"}
        )


def _issue(found: Json) -> RepositoryIssue:
    return RepositoryIssue(found["iid"], found["title"], found.get("description") or "", person(found["author"]), found["web_url"])
