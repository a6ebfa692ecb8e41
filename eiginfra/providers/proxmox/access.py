"""Roles, accounts, groups and ACLs of a Proxmox VE: the requests that the kinds of access share.

Facts: recorded on a real server (access, least-privilege). Proxmox keeps membership with the account: a request that changes it
names all the groups that the account is in from then on.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from eiginfra.core.errors import NotFoundError
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.permissions import Permissions

ROOT = "root@pam"
Json = dict[str, Any]


def folded(userid: str) -> str:
    """An account's ID with the name in lower case."""
    name, at, realm = userid.rpartition("@")
    return f"{name.lower()}{at}{realm}"


class Access:
    """Thin methods over /access; safe to share between threads. Lists hold only what the token may know of (Sys.Audit on /access)."""

    def __init__(self, client: ProxmoxClient) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._users: dict[str, threading.Lock] = {}
        self._spelt: dict[str, str] = {}
        self.ours: set[str] = set()
        """Accounts that were made or changed since this began: nobody need be asked whose they are."""

    @property
    def reserved(self) -> frozenset[str]:
        """The accounts that are never touched: root, and the one behind the token."""
        client = self.client
        return frozenset({ROOT, folded(client.settings.token_id.partition("!")[0])} if client.known else {ROOT})

    def userid(self, name: str) -> str:
        """`name@realm`, the name in lower case; a name without a realm is one of the site's."""
        client = self.client
        return folded(name if "@" in name else f"{name}@{client.settings.realm if client.known else 'pve'}")

    def spelt(self, userid: str) -> str:
        """The account as Proxmox spells it: the case of names counts there, and is ignored by people and by GitLab."""
        if userid not in self._spelt and not self._spelt:
            self.users()
        return self._spelt.get(userid, userid)

    def permissions(self) -> Permissions:
        """What the token may do; one request."""
        return Permissions(self.client.get("access/permissions", "read the token's permissions"))

    def roles(self) -> list[Json]:
        """All roles: roleid, privs (`A,B`), special for a built-in one."""
        return list(self.client.get("access/roles", "list roles"))

    def groups(self) -> list[Json]:
        """All groups: groupid, comment, users (`a@pve,b@pve`)."""
        return list(self.client.get("access/groups", "list groups"))

    def users(self) -> list[Json]:
        """All accounts with their groups (`a,b`) and the type of their realm."""
        rows = list(self.client.get("access/users", "list users", full=1))
        found: dict[str, str] = {}
        for name in sorted(str(row["userid"]) for row in rows):
            found[folded(name)] = name  # the one in lower case comes last, and is preferred
        self._spelt = found
        return rows

    def acl(self) -> list[Json]:
        """All entries: path, type (user, group, token), ugid, roleid, propagate."""
        return list(self.client.get("access/acl", "list ACLs"))

    def rights(self) -> dict[str, set[str]]:
        """Where somebody has rights of their own, as far as the token may see it: the paths, by user and by @group; one request."""
        found: dict[str, set[str]] = {}
        for row in self.acl():
            found.setdefault(f"{'@' if row['type'] == 'group' else ''}{row['ugid']}", set()).add(str(row["path"]))
        return found

    def realms(self) -> Mapping[str, str]:
        """The realms, each with its type."""
        return {str(row["realm"]): str(row["type"]) for row in self.client.get("access/domains", "list realms")}

    def user(self, userid: str) -> Json | None:
        """One account with its groups as a list, or None."""
        return self._one(f"access/users/{self.spelt(userid)}", f"read user {userid}")

    def group(self, groupid: str) -> Json | None:
        """One group: comment and members, a list; or None."""
        return self._one(f"access/groups/{groupid}", f"read group {groupid}")

    def role(self, roleid: str) -> Json | None:
        """One role's privileges, as keys; or None."""
        return self._one(f"access/roles/{roleid}", f"read role {roleid}")

    def _one(self, path: str, what: str) -> Json | None:
        try:
            return dict(self.client.get(path, what))
        except NotFoundError:
            return None

    def join(self, userid: str, groupid: str) -> None:
        """Put an account into a group, and leave it in its others."""
        with self._alone(userid):
            self.client.send(
                "PUT", f"access/users/{self.spelt(userid)}", f"put {userid} into group {groupid}", {"groups": groupid, "append": 1}
            )

    def leave(self, userid: str, groupid: str) -> None:
        """Take an account out of a group, and leave it in its others."""
        with self._alone(userid):
            groups = {str(name) for name in (self.user(userid) or {}).get("groups", [])}
            if groupid in groups:
                left = ",".join(sorted(groups - {groupid}))
                self.client.send("PUT", f"access/users/{self.spelt(userid)}", f"take {userid} out of group {groupid}", {"groups": left})

    def _alone(self, userid: str) -> threading.Lock:
        """Held while an account's groups change: who moves leaves one group while another takes them in."""
        with self._lock:
            return self._users.setdefault(userid, threading.Lock())

    def grant(self, path: str, who: Mapping[str, str], roles: Iterable[str], **params: Any) -> None:
        """Give roles on a path, or with delete=1 take them; who: {"groups": …} or {"users": …}. The same again is fine."""
        names = ",".join(sorted(roles))
        verb = "take" if params.get("delete") else "give"
        self.client.send("PUT", "access/acl", f"{verb} {names} on {path}", {"path": path, "roles": names, **who, **params})
