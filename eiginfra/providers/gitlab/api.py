"""What the kinds ask of GitLab: thin typed methods that give plain dicts, and the memory of IDs that saves looking them up twice.

Source: GitLab's REST documentation and its OpenAPI description, version 4 of the API.
"""

import threading
from collections.abc import Callable, Iterable, Sequence

from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.look import Look
from eiginfra.providers.gitlab.client import GitLabClient, Json, RefusedError, answer, encoded
from eiginfra.providers.gitlab.fields import inside, parent, slug
from eiginfra.providers.gitlab.nested_api import NestedApi

FEW = 2
"""Up to so many accounts are looked up one by one, without asking how many accounts there are."""


class GitLabApi:
    """GitLab as the kinds need it; safe to use from several threads. Every method raises the typed errors of core.errors."""

    def __init__(self, client: GitLabClient) -> None:
        self.client = client
        self.settings = client.settings
        self._lock = threading.Lock()
        self._asking_who = threading.Lock()
        self._me: Json = {}
        self._groups: dict[str, int] = {}
        self.nested = NestedApi(client)
        self._listed: set[str] = set()
        self._made: dict[str, int] = {}
        self._bots: dict[int, bool] = {}

    def close(self) -> None:
        """End threads and connections."""
        self.client.close()

    # The instance and the token

    def version(self) -> tuple[Json, str | None]:
        """`{"version", "revision"}`, and the server's Date header."""
        response = self.client.ask("get", "/version", "read the version")
        return answer(response), response.headers.get("Date")

    def me(self) -> Json:
        """The account behind the token; asked once."""
        with self._asking_who:
            if not self._me:
                self._me = self.client.get("/user", "read the token's account")
            return self._me

    def token(self) -> Json | None:
        """The token itself (`scopes`, `expires_at`); None for tokens that cannot be asked about themselves."""
        return self.client.find("/personal_access_tokens/self", "read the token")

    # Groups

    def group(self, group: int | str) -> Json | None:
        """A group by ID or full path; None when there is none, or it is hidden."""
        found = self.client.find(f"/groups/{encoded(group)}", f"read group {group}", with_projects=False)
        if found is not None:
            self._learn([found])
        return found

    def tree(self, base: str, look: Look) -> list[Json]:
        """A group and all groups below it, read once a look; nothing when there is no such group.

        Raises NotFoundError when even the root group is not there.
        """
        return look.once(self._read_tree, base)

    def _read_tree(self, base: str) -> list[Json]:
        def below() -> list[Json]:
            return self.client.pages(f"/groups/{encoded(base)}/descendant_groups", f"list the groups below {base}", order_by="id") or []

        def top() -> list[Json]:
            found = self.group(base)
            return [] if found is None else [found]

        tops, rest = self.client.each(_call, (top, below))
        root = self.settings.root_group
        if not tops and (base == root or self.group(root) is None):
            raise NotFoundError(
                f"the root group {root} is not on {self.settings.url}, or hidden from this token; "
                "make it by hand and give the token's account its Owner role"
            )
        groups = [*tops, *rest] if tops else []
        with self._lock:
            self._groups = {path: known for path, known in self._groups.items() if not inside(path, base.lower())}
            self._listed.add(base)
        self._learn(groups)
        return groups

    def know_tree(self, base: str, look: Look) -> None:
        """Make sure that the IDs of the groups from `base` down were read once."""
        if base not in self._listed:
            self.tree(base, look)

    def known_group(self, path: str) -> int | None:
        """The ID of a group that was seen under that path."""
        return self._groups.get(path.lower())

    def group_id(self, path: str, *, fresh: bool = False) -> int:
        """The ID of a group, from memory or from GitLab; raises NotFoundError."""
        known = None if fresh else self.known_group(path)
        if known is not None:
            return known
        found = self.group(path)
        if found is None:
            raise NotFoundError(f"the group {path} is not there, or hidden from this token")
        return int(found["id"])

    def _learn(self, groups: Iterable[Json]) -> None:
        with self._lock:
            self._groups.update({group["full_path"].lower(): group["id"] for group in groups})

    def create_group(self, path: str, fields: Json) -> Json:
        """Make a group at a full path."""
        if path == self.settings.root_group:
            raise PermanentError(f"the root group {path} is not there; make it by hand, as visible as what it shall hold")

        def make(holder: int) -> Json:
            body = {"path": slug(path), "parent_id": holder, **fields}
            return self.client.write("post", "/groups", f"create group {path}", within=path, body=body)

        made = self._inside(path, "full_path", make)
        self._learn([made])
        return made

    def update_group(self, path: str, group: int | None, fields: Json) -> Json:
        """Change fields of a group, by its ID where that is known."""
        return self.client.write("put", f"/groups/{encoded(group or path)}", f"change group {path}", within=path, body=fields)

    def delete_group(self, path: str, group: int | None) -> None:
        """Schedule an empty group for deletion. Raises PermanentError when it holds anything."""
        url = f"/groups/{encoded(group or path)}"
        for below, what in (("projects", "projects"), ("subgroups", "groups")):
            if self.client.pages(f"{url}/{below}", f"look whether group {path} is empty"):
                raise PermanentError(f"{path} still holds {what}: a group is deleted only when it is empty; move or delete them by hand")
        self.client.write("delete", url, f"delete group {path}", within=path)

    def _inside(self, path: str, field: str, make: Callable[[int], Json]) -> Json:
        """Create something in the group around `path`, whose remembered ID may be outdated: deleted, moved or created again."""
        holder = parent(path)
        known = self.group_id(holder)
        try:
            made = make(known)
        except (NotFoundError, RefusedError):
            now = self.group_id(holder, fresh=True)
            if now == known:
                raise
            made = make(now)
        if str(made[field]).lower() != path.lower():
            # Its group waits for deletion under another path since it was seen: what was made there goes with it.
            now = self.group_id(holder, fresh=True)
            if now == known:
                raise PermanentError(f"{path} was made as {made[field]}: its group is being moved or deleted; see what is in the way")
            made = make(now)
        return made

    def effective_member(self, group: str, user: int) -> Json | None:
        """An account's membership of a group, inherited or direct, with the highest `access_level`."""
        return self.client.find(f"/groups/{encoded(group)}/members/all/{user}", f"read a membership of group {group}")

    # Projects

    def projects(self, base: str, look: Look) -> list[Json]:
        """All projects of a group and below it, read once a look; archived ones too, shared ones not."""
        return look.once(self._read_projects, base)

    def _read_projects(self, base: str) -> list[Json]:
        query: Json = {"include_subgroups": True, "with_shared": False, "simple": False, "order_by": "id", "sort": "asc"}
        return self.client.pages(f"/groups/{encoded(base)}/projects", f"list the projects of {base}", **query) or []

    def project(self, project: int | str) -> Json | None:
        """A project by ID or full path; None when there is none, or it is hidden."""
        return self.client.find(f"/projects/{encoded(project)}", f"read project {project}")

    def create_project(self, path: str, fields: Json) -> Json:
        """Make an empty project at a full path."""

        def make(holder: int) -> Json:
            body = {"path": slug(path), "namespace_id": holder, "initialize_with_readme": False, **fields}
            return self.client.write("post", "/projects", f"create project {path}", within=path, body=body)

        return self._inside(path, "path_with_namespace", make)

    def archive_project(self, path: str, project: int | None, *, archived: bool) -> Json:
        """Make a project read-only, or take that back."""
        verb = "archive" if archived else "unarchive"
        return self.client.write("post", f"/projects/{encoded(project or path)}/{verb}", f"{verb} project {path}", within=path)

    def update_project(self, path: str, project: int | None, fields: Json) -> Json:
        """Change fields of a project, by its ID where that is known."""
        return self.client.write("put", f"/projects/{encoded(project or path)}", f"change project {path}", within=path, body=fields)

    # Accounts

    def user(self, user: int | str) -> Json | None:
        """An account by ID or username; None when there is none."""
        if isinstance(user, int):
            return self.client.find(f"/users/{user}", f"read account {user}")
        found = self.client.get("/users", f"look for account {user}", username=user)
        return next((item for item in found if item["username"].lower() == user.lower()), None)

    def users(self, usernames: Sequence[str]) -> list[Json]:
        """The accounts of that name, and possibly others: all of the instance where those are fewer pages than names."""
        if len(usernames) > FEW:
            found = self.client.pages("/users", "list the accounts", at_most=len(usernames))
            if found is not None:
                return found
        return [item for item in self.client.each(self.user, usernames) if item is not None]

    def users_by_email(self, email: str) -> list[Json]:
        """The accounts with that e-mail address, as far as the token may see addresses."""
        found = self.client.get("/users", "look for an account by e-mail", search=email)
        return [item for item in found if str(item.get("email", "")).lower() == email.lower()]

    def create_user(self, fields: Json) -> Json:
        """Make an account (administrators only)."""
        made: Json = self.client.write("post", "/users", f"create account {fields['username']}", within=None, body=fields)
        with self._lock:
            self._made[str(made["username"]).lower()] = int(made["id"])
        return made

    def set_blocked(self, username: str, user: int, *, blocked: bool) -> None:
        """Block or unblock an account (administrators only)."""
        verb = "block" if blocked else "unblock"
        self.client.write("post", f"/users/{user}/{verb}", f"{verb} account {username}", within=None)

    def is_bot(self, user: int) -> bool:
        """Whether an account is that of an access token, or a service account; asked once."""
        if user not in self._bots:
            found = self.me() if user == self.me()["id"] else self.user(user)
            self._bots[user] = bool((found or {}).get("bot"))
        return self._bots[user]

    def made(self, username: str) -> int | None:
        """The ID of an account that was made since this began."""
        return self._made.get(username.lower())


def _call(ask: Callable[[], list[Json]]) -> list[Json]:
    return ask()
