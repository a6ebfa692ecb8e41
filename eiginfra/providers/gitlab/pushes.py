"""Who pushed to a branch: what GitLab says of it, never what commits say of their authors, for anybody can write any name there.

Source: GitLab's REST documentation, "Events": a push is told with its account, the branch, and the commits before and after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eiginfra.core.errors import NotFoundError, PermissionDeniedError
from eiginfra.providers.gitlab.client import PAGE, GitLabClient, Json

MOST_PAGES_OF_PUSHES = 20
"""2,000 pushes of a project: what began before them is not known."""


@dataclass(frozen=True)
class GitLabPerson:
    """An account: its ID, which stays, and its username, which its owner can change."""

    id: int
    name: str


@dataclass
class _Trace:
    """The pushes to one branch, from its head back to the one that made it."""

    wanted: str | None
    """The commit that the next older push must have led to; None when the first push was seen."""
    people: dict[int, GitLabPerson] = field(default_factory=dict)
    broken: bool = False

    @property
    def ended(self) -> bool:
        return self.broken or self.wanted is None

    def add(self, event: Json) -> None:
        push, author = event["push_data"], event.get("author")
        if push["commit_to"] != self.wanted or author is None:
            self.broken = True
            return
        self.people[author["id"]] = person(author)
        self.wanted = push["commit_from"]


def person(account: Json) -> GitLabPerson:
    """An account as GitLab shows it beside what it did."""
    return GitLabPerson(account["id"], account["username"])


def pushers(client: GitLabClient, project: int, heads: Mapping[str, str]) -> dict[str, tuple[GitLabPerson, ...]]:
    """Who pushed to some branches of a project since each was made, by branch, in the order of their IDs.

    heads: the commit that each branch is at. A branch is left out when the pushes that the token may see do not lead from its head back,
    without a gap, to the push that made it: somebody unseen may have pushed. Of a branch that was deleted and made again only the pushes
    since then count. Raises the errors of core.errors.
    """
    traces = {branch: _Trace(head) for branch, head in heads.items()}
    seen: set[int] = set()
    for page in range(1, MOST_PAGES_OF_PUSHES + 1):
        if all(trace.ended for trace in traces.values()):
            break
        events = _page(client, project, page)
        for event in events:
            trace = traces.get(event["push_data"]["ref"] or "")
            if event["push_data"]["ref_type"] == "branch" and trace and not trace.ended and event["id"] not in seen:
                trace.add(event)
            seen.add(event["id"])
        if len(events) < PAGE:
            break
    known = {branch: trace.people for branch, trace in traces.items() if trace.wanted is None and not trace.broken}
    return {branch: tuple(people[number] for number in sorted(people)) for branch, people in known.items()}


def _page(client: GitLabClient, project: int, page: int) -> list[Json]:
    """The newest pushes first; none where the token may not see them."""
    what = f"list the pushes of project {project}"
    try:
        found = client.get(f"/projects/{project}/events", what, action="pushed", sort="desc", per_page=PAGE, page=page)
    except (NotFoundError, PermissionDeniedError):
        return []
    return found if isinstance(found, list) else []
