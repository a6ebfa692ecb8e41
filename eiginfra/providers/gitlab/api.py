"""What the kinds ask of GitLab: thin typed methods that give plain dicts, and the memory of IDs that saves looking them up twice.

Sources: GitLab's REST documentation, and ../shared/contracts/gitlab-rest-v4.json.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.providers.gitlab.client import GitLabClient, Json, RefusedError, answer, encoded
from eiginfra.providers.gitlab.fields import inside, parent, slug

FEW = 10
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
        self._trees: dict[str, Future[list[Json]]] = {}
        self._listed: set[str] = set()
        self._users: dict[str, Json] = {}

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

    def tree(self, base: str) -> list[Json]:
        """A group and all groups below it; nothing when there is no such group.

        Callers at the same moment share one reading. Raises NotFoundError when even the root group is not there.
        """
        with self._lock:
            running = self._trees.get(base)
            mine: Future[list[Json]] = running or Future()
            self._trees[base] = mine
        if running is None:
            try:
                mine.set_result(self._read_tree(base))
            except BaseException as problem:  # noqa: BLE001 - it is raised in every thread that waits for the reading
                mine.set_exception(problem)
            with self._lock:
                del self._trees[base]
        return mine.result()

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

    def know_tree(self, base: str) -> None:
        """Make sure that the IDs of the groups from `base` down were read once."""
        if base not in self._listed:
            self.tree(base)

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

    def _inside(self, path: str, field: str, make: Callable[[int], Json]) -> Json:
        """Make something in the group around `path`, whose remembered ID may by now be that of a group deleted, moved, or made anew."""
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

    # Members

    def members(self, group: int | str) -> list[Json] | None:
        """The direct members of a group; None when there is no such group."""
        found = self.client.pages(f"/groups/{encoded(group)}/members", f"list the members of group {group}")
        self._meet(found or [])
        return found

    def effective_member(self, group: str, user: int) -> Json | None:
        """An account's membership of a group, inherited or direct, with the highest `access_level`."""
        return self.client.find(f"/groups/{encoded(group)}/members/all/{user}", f"read a membership of group {group}")

    def add_member(self, group: str, username: str, fields: Json) -> Json:
        """Add an account to a group."""
        body = {"user_id": self._user_id(username), **fields}
        what = f"add {username} to group {group}"
        made = self.client.write("post", f"/groups/{encoded(group)}/members", what, within=group, body=body)
        if "access_level" not in made:
            # An instance may queue it for an administrator, or say in a successful answer that it failed.
            raise PermanentError(f"{what}: GitLab answers: {made.get('message') or made}")
        return made

    def change_member(self, group: str, username: str, fields: Json) -> Json:
        """Change a direct membership."""
        url = f"/groups/{encoded(group)}/members/{self._user_id(username)}"
        return self.client.write("put", url, f"change {username} in group {group}", within=group, body=fields)

    def remove_member(self, group: str, username: str) -> None:
        """Remove a membership, and those below the group with it (`skip_subresources` stays false)."""
        url = f"/groups/{encoded(group)}/members/{self._user_id(username)}"
        self.client.write("delete", url, f"remove {username} from group {group}", within=group)

    # Projects

    def projects(self, base: str) -> list[Json]:
        """All projects of a group and the groups below it, archived ones too, shared ones not."""
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

    def update_project(self, path: str, project: int | None, fields: Json) -> Json:
        """Change fields of a project, by its ID where that is known."""
        return self.client.write("put", f"/projects/{encoded(project or path)}", f"change project {path}", within=path, body=fields)

    # Accounts

    def user(self, user: int | str) -> Json | None:
        """An account by ID or username; None when there is none."""
        if isinstance(user, int):
            return self.client.find(f"/users/{user}", f"read account {user}")
        found = self.client.get("/users", f"look for account {user}", username=user)
        self._meet(found)
        return next((item for item in found if item["username"].lower() == user.lower()), None)

    def users(self, usernames: Sequence[str]) -> list[Json]:
        """The accounts of that name, and possibly others: all of the instance where those are fewer pages than names."""
        if len(usernames) > FEW:
            found = self.client.pages("/users", "list the accounts", at_most=len(usernames))
            if found is not None:
                self._meet(found)
                return found
        return [item for item in self.client.each(self.user, usernames) if item is not None]

    def users_by_email(self, email: str) -> list[Json]:
        """The accounts with that e-mail address, as far as the token may see addresses."""
        found = self.client.get("/users", "look for an account by e-mail", search=email)
        return [item for item in found if str(item.get("email", "")).lower() == email.lower()]

    def create_user(self, fields: Json) -> Json:
        """Make an account (administrators only)."""
        made: Json = self.client.write("post", "/users", f"create account {fields['username']}", within=None, body=fields)
        self._meet([made])
        return made

    def _meet(self, users: Iterable[Json]) -> None:
        with self._lock:
            self._users.update({user["username"].lower(): user for user in users})

    def _user_id(self, username: str) -> int:
        found = self._users.get(username.lower()) or self.user(username)
        if found is None:
            raise NotFoundError(f"there is no account {username} on {self.settings.url}; ask them to sign in once")
        return int(found["id"])


def _call(ask: Callable[[], list[Json]]) -> list[Json]:
    return ask()
