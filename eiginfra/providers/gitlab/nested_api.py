"""What belongs to a group or a project: its members, invitations, lists (labels, milestones), variables, branch rules, first files.

Sources: GitLab's REST documentation of members, invitations, labels, milestones, group- and project-level variables, protected branches,
commits.
"""

from dataclasses import dataclass
from typing import Any, Literal

from eiginfra.core.errors import PermanentError
from eiginfra.providers.gitlab.client import GitLabClient, Json, encoded

VARIABLE_ID = ("key", "environment_scope")


@dataclass(frozen=True)
class Holder:
    """A group or a project; by its ID where that is known, else by its path."""

    sort: Literal["group", "project"]
    path: str
    id: int | None = None

    @property
    def url(self) -> str:
        """Its path in the API."""
        return f"/{self.sort}s/{encoded(self.id or self.path)}"

    def __str__(self) -> str:
        return f"{self.sort} {self.path}"


class NestedApi:
    """Safe to use from several threads. A list is None without such a group or project. Raises the errors of core.errors."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def _write(self, verb: str, holder: Holder, below: str, what: str, body: Json | None = None) -> Json:
        return self._client.write(verb, f"{holder.url}{below}", what, within=holder.path, body=body)

    # Members

    def members(self, holder: Holder) -> list[Json] | None:
        """The direct members."""
        return self._client.pages(f"{holder.url}/members", f"list the members of {holder}")

    def add_member(self, holder: Holder, user: int, name: str, fields: Json) -> Json:
        """Add an account; `queued` says in what GitLab answers whether an administrator must agree first."""
        made = self._write("post", holder, "/members", f"add {name} to {holder}", {"user_id": user, **fields})
        return self._granted(made, name, f"add {name} to {holder}")

    def change_member(self, holder: Holder, user: int, name: str, fields: Json) -> Json:
        """Change a direct membership; answers as `add_member`."""
        changed = self._write("put", holder, f"/members/{user}", f"change {name} in {holder}", fields)
        return self._granted(changed, name, f"change {name} in {holder}")

    @staticmethod
    def _granted(said: Json, name: str, what: str) -> Json:
        """A membership, or `{"queued": True}`: where an administrator approves promotions, GitLab tells in a success who has to wait."""
        if "access_level" in said:
            return said
        waiting = said.get("queued_users") or said.get("message")
        if isinstance(waiting, dict) and any(str(who).lower() == name.lower() for who in waiting) and said.get("status") != "error":
            return {"queued": True}
        raise PermanentError(f"{what}: GitLab answers: {waiting or said}")

    def remove_member(self, holder: Holder, user: int, name: str, *, below: bool) -> None:
        """End a direct membership; with `below` also those in the groups and projects below."""
        skip = "" if below else "?skip_subresources=true"
        self._write("delete", holder, f"/members/{user}{skip}", f"remove {name} from {holder}")

    # Invitations

    def invitations(self, holder: Holder) -> list[Json] | None:
        """The pending ones."""
        return self._client.pages(f"{holder.url}/invitations", f"list the invitations to {holder}", by=("invite_email",))

    def invite(self, holder: Holder, email: str, fields: Json) -> str | None:
        """Invite somebody by e-mail. GitLab answers 201 to failures as well: returns its complaint, None if there is none."""
        said = self._write("post", holder, "/invitations", f"invite {email} to {holder}", {"email": [email], **fields})
        if said.get("status") == "success":
            return None
        complaint = said.get("message") or said
        return "; ".join(map(str, complaint.values())) if isinstance(complaint, dict) else str(complaint)

    def change_invitation(self, holder: Holder, email: str, fields: Json) -> Json:
        """Change a pending invitation."""
        return self._write("put", holder, f"/invitations/{encoded(email)}", f"change the invitation of {email} to {holder}", fields)

    def withdraw(self, holder: Holder, email: str) -> None:
        """Withdraw a pending invitation."""
        self._write("delete", holder, f"/invitations/{encoded(email)}", f"withdraw the invitation of {email} to {holder}")

    # Lists whose items have an ID: `/groups/:id/labels/:label_id`

    def items(self, holder: Holder, listing: str, **query: Any) -> list[Json] | None:
        """All items of a list. listing: its name in the API ("labels")."""
        return self._client.pages(f"{holder.url}/{listing}", f"list the {listing.replace('_', ' ')} of {holder}", **query)

    def add_item(self, holder: Holder, listing: str, what: str, fields: Json) -> Json:
        """Make an item. what: for errors ("label bug")."""
        return self._write("post", holder, f"/{listing}", f"create {what} in {holder}", fields)

    def change_item(self, holder: Holder, listing: str, number: int, what: str, fields: Json) -> Json:
        """Change an item."""
        return self._write("put", holder, f"/{listing}/{number}", f"change {what} in {holder}", fields)

    def remove_item(self, holder: Holder, listing: str, number: int, what: str) -> None:
        """Remove an item."""
        self._write("delete", holder, f"/{listing}/{number}", f"remove {what} from {holder}")

    def remove(self, holder: Holder, below: str, what: str) -> None:
        """Remove what has a path of its own below the group or project. what: for errors, the whole of what is done."""
        self._write("delete", holder, below, what)

    # Variables: the errors name keys, never values

    def variables(self, holder: Holder) -> list[Json] | None:
        """All of it, with their values."""
        return self._client.pages(f"{holder.url}/variables", f"list the variables of {holder}", by=VARIABLE_ID)

    def add_variable(self, holder: Holder, fields: Json) -> Json:
        """Make a variable."""
        return self._write("post", holder, "/variables", f"create variable {fields['key']} in {holder}", fields)

    def change_variable(self, holder: Holder, key: str, scope: str, fields: Json) -> Json:
        """Change a variable; GitLab tells those of the same key by their scope (in groups since 16.9)."""
        chosen = {"filter": {"environment_scope": scope}}
        return self._write("put", holder, f"/variables/{encoded(key)}", f"change variable {key} in {holder}", {**fields, **chosen})

    def remove_variable(self, holder: Holder, key: str, scope: str) -> None:
        """Remove a variable."""
        chosen = f"?filter%5Benvironment_scope%5D={encoded(scope)}"
        self._write("delete", holder, f"/variables/{encoded(key)}{chosen}", f"remove variable {key} from {holder}")

    # Branch rules

    def branch_rules(self, holder: Holder) -> list[Json] | None:
        """The protected branches."""
        return self._client.pages(f"{holder.url}/protected_branches", f"list the protected branches of {holder}")

    def protect(self, holder: Holder, fields: Json) -> Json:
        """Protect a branch, or a pattern of branches."""
        return self._write("post", holder, "/protected_branches", f"protect {fields['name']} of {holder}", fields)

    def change_protection(self, holder: Holder, name: str, fields: Json) -> Json:
        """Change a rule; levels cannot be changed so without a licence."""
        return self._write("patch", holder, f"/protected_branches/{encoded(name)}", f"change the rule of {name} of {holder}", fields)

    def unprotect(self, holder: Holder, name: str) -> None:
        """Take a rule away."""
        self._write("delete", holder, f"/protected_branches/{encoded(name)}", f"take the rule of {name} of {holder} away")

    # First files

    def license_text(self, holder: Holder, key: str, **names: str) -> str | None:
        """GitLab's own text of a licence, filled in with `project` and `fullname`; None when it has none."""
        found = self._client.find(f"{holder.url}/templates/licenses/{encoded(key)}", f"read the text of licence {key}", **names)
        return None if found is None else str(found["content"])

    def commit(self, holder: Holder, branch: str, message: str, files: dict[str, str]) -> Any:
        """Put new files into a repository, in one commit."""
        actions = [{"action": "create", "file_path": path, "content": text} for path, text in sorted(files.items())]
        body = {"branch": branch, "commit_message": message, "actions": actions}
        return self._write("post", holder, "/repository/commits", f"put the first files into {holder}", body)

    def memberships(self, user: int) -> list[Json]:
        """Where an account is a direct member, anywhere on the instance; for administrators only."""
        by = ("source_type", "source_id")
        return self._client.pages(f"/users/{user}/memberships", f"list the memberships of account {user}", by=by) or []
