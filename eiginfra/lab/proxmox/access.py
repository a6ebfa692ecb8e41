"""Who may do what where: users, groups, tokens, roles, ACLs and pools, as PVE::AccessControl and PVE::RPCEnvironment compute them."""

import re
from collections.abc import Iterable, Mapping

from eiginfra.lab.proxmox.errors import DeniedError, ServerError
from eiginfra.lab.proxmox.privileges import ALL
from eiginfra.lab.proxmox.state import ProxmoxState

ROOT = "root@pam"
_USER = re.compile(r"([^\s:/]+)@([A-Za-z][A-Za-z0-9.\-_]+)")
_PATH = re.compile(
    r"/|/access(/groups(/[^/]+)?|/realm(/[^/]+)?)?|/nodes(/[^/]+)?|/pool(/[^/]+){0,3}|/storage(/[^/]+)?|/vms(/[1-9][0-9]{2,})?"
    r"|/sdn(/(zones|controllers|dns|ipams|fabrics)(/[^/]+){0,3})?|/mapping(/(dir|hwtype|notifications|pci|usb)(/[^/]+)?)?"
)
TOP = ("/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms")


def split_token(auth: str) -> tuple[str, str]:
    """`user@realm!token` as user and token ("" for a user)."""
    user, _, token = auth.partition("!")
    return user, token


def verify_username(userid: str) -> tuple[str, str]:
    """Name and realm; raises the 500 of a malformed user ID."""
    match = _USER.fullmatch(userid)
    if match is None:
        raise ServerError(f"value '{userid}' does not look like a valid user name")
    return match[1], match[2]


def normalize_path(path: str) -> str:
    """The ACL path without doubled and trailing slashes, or "" if it does not begin with one."""
    if not path.startswith("/"):
        return ""
    return "/" + "/".join(filter(None, path.split("/")))


def known_path(path: str) -> bool:
    """Whether an ACL may be set on `path`."""
    return bool(_PATH.fullmatch(path))


class PermissionTable:
    """Permission questions about a state; answers are remembered until one of the `forget`s is called after a change."""

    def __init__(self, state: ProxmoxState) -> None:
        self._state = state
        self._privileges: dict[tuple[str, str], dict[str, int]] = {}
        self._tree: dict[str, list[tuple[str, str, str, int]]] | None = None
        self._pools: dict[str, list[str]] | None = None

    def forget(self) -> None:
        """ACLs or pools changed, whatever else did."""
        self.forget_accounts()
        self._tree = self._pools = None

    def forget_accounts(self) -> None:
        """Users, tokens, groups or roles changed, and nothing else."""
        self._privileges.clear()

    def join_pool(self, pool: str, vmid: int) -> None:
        """A new guest becomes a member of a pool."""
        self._state.pools[pool]["vms"].append(vmid)
        self._privileges.clear()
        if self._pools is not None:
            self._pools.setdefault(f"/vms/{vmid}", []).append(pool)

    def permissions(self, auth: str, path: str) -> dict[str, int]:
        """The privileges of a user or token on a path, each with its propagation flag."""
        known = self._privileges.get((auth, path))
        if known is None:
            known = self._privileges[auth, path] = self._compute(auth, path)
        return known

    def _compute(self, auth: str, path: str) -> dict[str, int]:
        user, token = split_token(auth)
        if token:
            info = self._state.users.get(user, {}).get("tokens", {}).get(token)
            if info is None:
                return {}
            owner = self.permissions(user, path)
            if not info.get("privsep"):
                return owner
            mine = self._from_roles(self._all_roles(auth, path))
            return {name: owner[name] and flag for name, flag in mine.items() if name in owner}
        if user == ROOT:
            return dict.fromkeys(ALL, 1)
        return self._from_roles(self._all_roles(auth, path))

    def _from_roles(self, roles: Mapping[str, int]) -> dict[str, int]:
        privileges: dict[str, int] = {}
        for role, flag in roles.items():
            for name in self._state.roles.get(role, ()):
                privileges[name] = privileges.get(name) or flag
        return privileges

    def _all_roles(self, auth: str, path: str) -> dict[str, int]:
        """Roles by ACL and, for guests and storages, by membership of a pool (never propagated)."""
        roles = dict(self._roles(auth, path))
        if "NoAccess" in roles:
            return roles
        pooled = {role for pool in self._pools_of(path) for role in self._roles(auth, f"/pool/{pool}")}
        if "NoAccess" in pooled:
            return {"NoAccess": 0}
        return {**dict.fromkeys(pooled, 0), **roles}

    def _pools_of(self, path: str) -> list[str]:
        """The pools of which the guest or storage of a path is a member."""
        if self._pools is None:
            self._pools = {}
            for pool, content in self._state.pools.items():
                for kind in ("vms", "storage"):
                    for member in content[kind]:
                        self._pools.setdefault(f"/{kind}/{member}", []).append(pool)
        return self._pools.get(path, [])

    def _roles(self, auth: str, path: str) -> dict[str, int]:
        """Roles by ACL: a deeper entry replaces what is propagated from above; a user's entry replaces its groups'."""
        if self._tree is None:
            self._tree = {}
            for entry in self._state.acl:
                row = (entry["type"], entry["ugid"], entry["roleid"], entry["propagate"])
                self._tree.setdefault(entry["path"], []).append(row)
        roles: dict[str, int] = {}
        parts = [part for part in path.split("/") if part]
        for depth in range(len(parts) + 1):
            entries = self._tree.get("/" + "/".join(parts[:depth]), [])
            final = depth == len(parts)
            for kind in ("token", "user", "group"):
                new = {
                    role: flag for type_, ugid, role, flag in entries if type_ == kind and (final or flag) and self._is(auth, kind, ugid)
                }
                if new:
                    roles = new
                    break
        return {"NoAccess": roles["NoAccess"]} if "NoAccess" in roles else roles

    def _is(self, auth: str, kind: str, ugid: str) -> bool:
        return auth in self._state.groups.get(ugid, {}).get("users", ()) if kind == "group" else auth == ugid

    def has(self, auth: str, path: str, *privileges: str) -> bool:
        """Whether all of the privileges are there."""
        mine = self.permissions(auth, path)
        return all(name in mine for name in privileges)

    def has_any(self, auth: str, path: str, *privileges: str) -> bool:
        """Whether one of the privileges is there."""
        mine = self.permissions(auth, path)
        return any(name in mine for name in privileges)

    def check(self, auth: str, path: str, *privileges: str) -> None:
        """Raise the 403 that names the first privilege missing."""
        mine = self.permissions(auth, path)
        for name in privileges:
            if name not in mine:
                raise DeniedError(f"{path}, {name}")

    def check_any(self, auth: str, path: str, *privileges: str) -> None:
        """Raise the 403 that names all, if none is there."""
        if not self.has_any(auth, path, *privileges):
            raise DeniedError(f"{path}, {'|'.join(privileges)}")

    def check_guest(self, auth: str, vmid: int, pool: str, *privileges: str, any_of: bool = False) -> None:
        """A guest's privileges, which the pool that it will join may give."""
        test = self.has_any if any_of else self.has
        if pool and test(auth, f"/pool/{pool}", *privileges):
            return
        (self.check_any if any_of else self.check)(auth, f"/vms/{vmid}", *privileges)

    def check_modify(self, auth: str, path: str) -> None:
        """The right to set ACLs on a path."""
        self.check_any(auth, path, *self._modifiers(path))

    def may_modify(self, auth: str, path: str) -> bool:
        """The same, as a question."""
        return self.has_any(auth, path, *self._modifiers(path))

    @staticmethod
    def _modifiers(path: str) -> Iterable[str]:
        extra = {"storage": "Datastore.Allocate", "vms": "VM.Allocate", "pool": "Pool.Allocate"}
        kind, _, name = path[1:].partition("/")
        return ("Permissions.Modify", extra[kind]) if name and kind in extra else ("Permissions.Modify",)

    def check_pool(self, pool: str) -> None:
        """The 403 that a missing pool is, when a guest is created in it."""
        if pool and pool not in self._state.pools:
            raise DeniedError(f"pool '{pool}' does not exist")

    def pool_of(self, vmid: int) -> str:
        """The pool a guest is in, or ""."""
        return next((name for name, pool in self._state.pools.items() if vmid in pool["vms"]), "")

    def effective(self, auth: str) -> dict[str, dict[str, int]]:
        """Permissions on the usual paths, on those of ACLs, and on pool members (GET /access/permissions)."""
        paths = [*TOP, *(entry["path"] for entry in self._state.acl)]
        for pool in self._state.pools.values():
            paths += [f"/vms/{vmid}" for vmid in pool["vms"]] + [f"/storage/{storage}" for storage in pool["storage"]]
        found = {path: self.permissions(auth, path) for path in paths}
        return {path: mine for path, mine in found.items() if mine}
