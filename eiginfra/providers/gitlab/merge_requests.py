"""The merge requests of the repository in which an inventory lives: who asks for what, who agreed, and the notes on them.

Sources: GitLab's REST documentation, "Merge requests", "Merge request approvals", "Notes".
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from eiginfra.core.errors import NotFoundError, PermanentError, PermissionDeniedError
from eiginfra.providers.gitlab.client import GitLabClient, Json, encoded
from eiginfra.providers.gitlab.pushes import GitLabPerson, person, pushers

MOST_CHARACTERS = 1_000_000
"""Of a note, and of an issue's description. Source: GitLab's documentation, "Instance limits"."""
_QUICK_ACTION = re.compile(r"^((?:[^\S\n]|>)*)/(?=[a-z_])", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class MergeRequest:
    """An open merge request, as GitLab tells it; the names of branches and people may hold anything.

    iid: its number in the repository; its commits are fetched as `refs/merge-requests/<iid>/head`, which must be `sha`.
    from_fork: whether the source branch lies in another project. pushers: everybody who pushed to the source branch since it was made, the
    author where they did; None where GitLab does not tell all of them to this token. approved_by: who approved it since its last push.
    """

    iid: int
    title: str
    author: GitLabPerson
    source_branch: str
    target_branch: str
    sha: str
    web_url: str
    draft: bool
    from_fork: bool
    pushers: tuple[GitLabPerson, ...] | None
    approved_by: tuple[GitLabPerson, ...]

    @property
    def number(self) -> int:
        """The same as iid."""
        return self.iid

    @property
    def reference(self) -> str:
        """Under which git fetches its commits."""
        return f"refs/merge-requests/{self.iid}/head"


@dataclass(frozen=True)
class MergeRequestNote:
    """A note on a merge request; the text is Markdown, and may hold anything."""

    id: int
    author: GitLabPerson
    text: str


class MergeRequests:
    """Those of one project. Safe to use from several threads. Every method raises the typed errors of core.errors."""

    def __init__(self, client: GitLabClient, project: str) -> None:
        """project: the full path of the inventory's repository, from a file that no merge request changes."""
        self._client = client
        self._project = project
        self._url = f"/projects/{encoded(project)}"

    def link(self, commit: str, file: str, line: int | None) -> str:
        """The address of the page with a file of a commit, at a line; the whole path is escaped."""
        page = f"{self._client.settings.url.rstrip('/')}/{quote(self._project)}/-/blob/{quote(commit, safe='')}/{quote(file)}"
        return page if line is None else f"{page}#L{line}"

    def me(self) -> GitLabPerson:
        """The account of the token."""
        return person(self._client.get("/user", "read the token's account"))

    def open(self) -> list[MergeRequest]:
        """All open ones, by number; those without a commit to look at are left out.

        Raises NotFoundError when the project is not there, or hidden from the token.
        """
        what = f"list the open merge requests of {self._project}"
        found = self._client.pages(f"{self._url}/merge_requests", what, by=("iid",), state="opened", order_by="created_at", sort="asc")
        if found is None:
            raise NotFoundError(f"{what}: the project is not there, or hidden from this token")
        requests = sorted((one for one in found if one["sha"]), key=lambda one: int(one["iid"]))
        pushed = self._pushers(requests)
        agreed = self._client.each(self._approvals, requests)
        return [
            MergeRequest(
                iid=one["iid"],
                title=one["title"],
                author=person(one["author"]),
                source_branch=one["source_branch"],
                target_branch=one["target_branch"],
                sha=one["sha"],
                web_url=one["web_url"],
                draft=one["draft"],
                from_fork=one["source_project_id"] != one["target_project_id"],
                pushers=pushed.get(one["iid"]),
                approved_by=yes,
            )
            for one, yes in zip(requests, agreed, strict=True)
        ]

    def _pushers(self, requests: Iterable[Json]) -> dict[int, tuple[GitLabPerson, ...]]:
        """By number of the merge request; each source project's pushes are read once."""
        sources: dict[int, dict[str, str]] = defaultdict(dict)
        requests = list(requests)
        for one in requests:
            if one["source_project_id"] is not None:
                sources[one["source_project_id"]][one["source_branch"]] = one["sha"]
        read = self._client.each(lambda source: pushers(self._client, *source), sources.items())
        known = dict(zip(sources, read, strict=True))
        found = {one["iid"]: known.get(one["source_project_id"], {}).get(one["source_branch"]) for one in requests}
        return {number: people for number, people in found.items() if people is not None}

    def _approvals(self, request: Json) -> tuple[GitLabPerson, ...]:
        """Who approved the commit that it is at: a yes from before the last push was to something else.

        GitLab takes none of them back by itself without a licence. A GitLab that does not tell when somebody approved tells of no approval.
        """
        url, what = f"{self._url}/merge_requests/{request['iid']}", f"read who approved merge request !{request['iid']}"
        try:
            given = self._client.get(f"{url}/approvals", what)["approved_by"]
            if not given:
                return ()
            versions = self._client.pages(f"{url}/versions", what) or []
        except (NotFoundError, PermissionDeniedError):
            return ()
        except PermanentError as problem:  # of this one request: the others' approvals count
            self._client.odd.add(what, f"!{request['iid']}", str(problem))
            return ()
        newest = max(versions, key=lambda version: int(version["id"]), default=None)
        if newest is None or newest["head_commit_sha"] != request["sha"]:
            return ()
        pushed = max(map(_instant, (version["created_at"] for version in versions)))
        yes = [person(one["user"]) for one in given if one.get("approved_at") and _instant(one["approved_at"]) > pushed]
        return tuple(sorted(yes, key=lambda one: one.id))

    def notes(self, iid: int) -> list[MergeRequestNote]:
        """What people and programs wrote on a merge request, the oldest first; not what GitLab itself notes."""
        what = f"list the notes on merge request !{iid}"
        found = self._client.pages(f"{self._url}/merge_requests/{iid}/notes", what, order_by="created_at", sort="asc")
        if found is None:
            raise NotFoundError(f"{what}: it is not there, or hidden from this token")
        shown = [MergeRequestNote(one["id"], person(one["author"]), one["body"]) for one in found if not one["system"]]
        return sorted(shown, key=lambda note: note.id)

    def own_note(self, iid: int, marker: str) -> MergeRequestNote | None:
        """The oldest note that the token's own account wrote and that has the marker as a line; anybody can write the marker alone."""
        mine = self.me().id
        return next((note for note in self.notes(iid) if note.author.id == mine and has_line(note.text, marker)), None)

    def write_note(self, iid: int, text: str) -> MergeRequestNote:
        """Write a note, in Markdown; raises PermanentError for one of more than MOST_CHARACTERS."""
        what = f"write a note on merge request !{iid}"
        body = {"body": without_actions(bounded(text, what))}
        return _note(self._client.write("post", f"{self._url}/merge_requests/{iid}/notes", what, within=None, body=body))

    def edit_note(self, iid: int, note_id: int, text: str) -> MergeRequestNote:
        """Change the text of a note; raises as `write_note`."""
        what = f"edit note {note_id} on merge request !{iid}"
        body = {"body": without_actions(bounded(text, what))}
        return _note(self._client.write("put", f"{self._url}/merge_requests/{iid}/notes/{note_id}", what, within=None, body=body))


def _note(written: Json) -> MergeRequestNote:
    return MergeRequestNote(written["id"], person(written["author"]), written["body"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def has_line(text: str, marker: str) -> bool:
    """Whether one of a text's lines is the marker."""
    return marker in (line.strip() for line in text.splitlines())


def bounded(text: str, what: str) -> str:
    """The text; raises PermanentError when GitLab would refuse it for its length."""
    if len(text) > MOST_CHARACTERS:
        raise PermanentError(f"{what}: it has {len(text)} characters, and GitLab takes {MOST_CHARACTERS}")
    return text


def without_actions(text: str) -> str:
    r"""The text with `\/` for each `/` that begins a line: GitLab would do `/merge` with the token's rights, whoever it was quoted from."""
    return _QUICK_ACTION.sub(r"\1\\/", text)
