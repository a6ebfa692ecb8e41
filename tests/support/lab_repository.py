"""The inventory's repository on the lab's GitLab, and people who work in it: with accounts, tokens and clones of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from support.lab_git import GitClone, clone


@dataclass
class LabRepository:
    """A private project in the group `eig`, with a README on its protected default branch.

    url, root: the lab's GitLab and its administrator's token. folder: where clones go. seen: is shown every answer.
    """

    url: str
    root: str
    folder: Path
    project: str = "eig/infra"
    seen: Callable[[requests.Response], None] = lambda answer: None
    people: dict[str, int] = field(default_factory=dict)
    """The ID of each account that was made."""
    _tokens: dict[tuple[str, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        group, _, name = self.project.rpartition("/")
        number = self.api(self.root, "GET", f"/groups/{quote(group, safe='')}")["id"]
        fields = {"name": name, "path": name, "namespace_id": number, "visibility": "private", "initialize_with_readme": True}
        self.api(self.root, "POST", "/projects", **fields)

    @property
    def path(self) -> str:
        """The project in the API."""
        return f"/projects/{quote(self.project, safe='')}"

    def api(self, token: str, method: str, path: str, /, **body: Any) -> Any:
        """What GitLab answers to a token; an AssertionError with its words where it refuses."""
        answer = requests.request(method, f"{self.url}/api/v4{path}", json=body or None, headers={"PRIVATE-TOKEN": token}, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        self.seen(answer)
        return answer.json() if answer.content else None

    def token(self, name: str, *scopes: str, level: int = 30) -> str:
        """A token of somebody, who becomes a member (a developer unless told otherwise; 0: none) when first named."""
        if name not in self.people:
            fields = {"username": name, "name": name, "email": f"{name}@example.org", "reset_password": True, "skip_confirmation": True}
            found = self.api(self.root, "GET", f"/users?username={name}") or [self.api(self.root, "POST", "/users", **fields)]
            self.people[name] = found[0]["id"]
            if level:
                self.api(self.root, "POST", f"{self.path}/members", user_id=self.people[name], access_level=level)
        key = (name, *(scopes or ("api",)))
        if key not in self._tokens:
            made = self.api(self.root, "POST", f"/users/{self.people[name]}/personal_access_tokens", name="t", scopes=list(key[1:]))
            self._tokens[key] = made["token"]
        return self._tokens[key]

    def by(self, name: str, method: str, path: str, /, **body: Any) -> Any:
        """What GitLab answers to somebody."""
        return self.api(self.token(name), method, path, **body)

    def clone(self, name: str) -> GitClone:
        """A new clone of somebody's."""
        return clone(self.folder / name, self.url, self.project, self.token(name), name)

    def ask(self, name: str, branch: str) -> int:
        """Open a merge request into main; its number."""
        body = {"title": f"for {branch}", "source_branch": branch, "target_branch": "main"}
        return int(self.by(name, "POST", f"{self.path}/merge_requests", **body)["iid"])

    def merge(self, number: int, name: str | None = None, **body: Any) -> str:
        """Merge one, by somebody or the administrator; the commit that did it."""
        token = self.root if name is None else self.token(name)
        return str(self.api(token, "PUT", f"{self.path}/merge_requests/{number}/merge", **body)["merge_commit_sha"])

    def notes(self, number: int) -> list[tuple[str, str]]:
        """Who wrote what on a merge request, the oldest first."""
        found = self.api(self.root, "GET", f"{self.path}/merge_requests/{number}/notes?sort=asc&per_page=100")
        return [(note["author"]["username"], note["body"]) for note in found]
