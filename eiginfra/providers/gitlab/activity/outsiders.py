"""Whose change was merged: a member's of the project, or somebody's from outside; and whether it was their first there."""

from collections.abc import Iterable

from eiginfra.core.activity import Contribution
from eiginfra.core.errors import ProviderError, UnreachableError
from eiginfra.providers.gitlab.activity.answers import address, moment, text
from eiginfra.providers.gitlab.client import GitLabClient, Json, encoded

MOST_OUTSIDERS = 20
"""Authors of a project whose earlier changes are looked for, the latest first; one request each."""
GHOST = "ghost"
"""Whose name GitLab puts in place of deleted accounts: it may have been a member."""


class Outsiders:
    """The members of groups, read once each. Every method raises UnreachableError where GitLab cannot be asked."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._of_group: dict[str, frozenset[int] | None] = {}

    def learn_groups(self, groups: Iterable[str]) -> None:
        """Read who is a member of groups (full paths), inherited ones with them."""
        paths = sorted(groups)
        found = self._client.each(lambda path: self._members(f"/groups/{encoded(path)}", f"group {path}"), paths)
        self._of_group = dict(zip(paths, found, strict=True))

    def _members(self, url: str, name: str) -> frozenset[int] | None:
        """The IDs of all members, None where the list cannot be read."""
        try:
            found = self._client.pages(f"{url}/members/all", f"list the members of {name}")
        except UnreachableError:
            raise
        except ProviderError:
            return None
        return None if found is None else frozenset(member["id"] for member in found)

    def told(self, project: str, group: str, merged: list[Json]) -> list[Contribution]:
        """What was merged in a project, by its path in the API and its group's full path; the project's own list is read only at need."""
        members = self._of_group.get(group)
        if members is not None and any(item["author"]["id"] not in members for item in merged):
            own = self._members(project, project.removeprefix("/"))
            members = None if own is None else members | own
        strangers = {
            item["author"]["id"]: None
            for item in sorted(merged, key=lambda item: str(item["merged_at"]), reverse=True)
            if members is not None and item["author"]["id"] not in members and item["author"]["username"].lower() != GHOST
        }
        first = {number for author in list(strangers)[:MOST_OUTSIDERS] if (number := self._first(project, author)) is not None}
        return [
            Contribution(
                title=text(item["title"]),
                author=text(item["author"]["username"]),
                at=at,
                url=address(item["web_url"]),
                outside=item["author"]["id"] in strangers,
                first=item["iid"] in first,
            )
            for item in merged
            if (at := moment(item["merged_at"])) is not None
        ]

    def _first(self, project: str, author: int) -> int | None:
        """The number of the first merge request of an account that was merged; None where it cannot be told."""
        asked: Json = {"state": "merged", "author_id": author, "order_by": "created_at", "sort": "asc"}
        try:
            found = self._client.first_pages(f"{project}/merge_requests", "look for somebody's first change", 1, **asked)
        except UnreachableError:
            raise
        except ProviderError:
            return None
        ends = {item["iid"]: at for item in found if item["author"]["id"] == author and (at := moment(item.get("merged_at")))}
        return min(ends, key=lambda number: (ends[number], number), default=None)
