"""From a request to an endpoint: the table of paths, the call that a handler gets, and the permissions an endpoint asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eiginfra.lab.proxmox.access import split_token, verify_username
from eiginfra.lab.proxmox.errors import DeniedError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.schema import Schema, Values, declare
from eiginfra.lab.proxmox.strict import Given

if TYPE_CHECKING:
    from eiginfra.lab.proxmox.lab import ProxmoxLab
    from eiginfra.lab.proxmox.tasks import RunningTask, Worker


@dataclass
class ProxmoxCall:
    """One verified request: the lab, the caller, the typed parameters (those of the path included)."""

    lab: "ProxmoxLab"
    auth: str
    p: Values
    endpoint: "Endpoint | None" = None
    extra: dict[str, Any] = field(default_factory=dict)
    upload: bytes = b""
    """The file that came with the request."""
    works: bool = False
    """Whether a task goes on with it."""

    def text(self, name: str, default: str = "") -> str:
        """A text parameter."""
        return str(self.p.get(name, default))

    def number(self, name: str, default: int = 0) -> int:
        """A whole number parameter."""
        return int(self.p.get(name, default))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter."""
        return bool(self.p.get(name, default))

    @property
    def node(self) -> str:
        """The node of the path."""
        return str(self.p["node"])

    @property
    def vmid(self) -> int:
        """The guest of the path."""
        return int(self.p["vmid"])

    @property
    def user(self) -> str:
        """The caller's `user@realm`, also if a token calls."""
        return split_token(self.auth)[0]

    @property
    def root(self) -> bool:
        """Whether root@pam calls with a ticket: a token of root@pam is not root@pam."""
        return self.auth == "root@pam"

    def allow(self, path: str, *privileges: str) -> None:
        """Raise 403 unless all the privileges are there."""
        self.lab.access.check(self.auth, path, *privileges)

    def allow_any(self, path: str, *privileges: str) -> None:
        """Raise 403 unless one of the privileges is there."""
        self.lab.access.check_any(self.auth, path, *privileges)

    def may(self, path: str, *privileges: str) -> bool:
        """Whether one of the privileges is there."""
        return self.lab.access.has_any(self.auth, path, *privileges)

    def task(self, type_: str, id_: str | int, worker: "Worker") -> str:
        """Start a task on the path's node; its UPID. It fails if it ends well without a parameter having been looked at."""
        self.works = True

        async def work(task: "RunningTask") -> None:
            await worker(task)
            self.check_read()

        return self.lab.tasks.start(self.node, type_, id_, self.auth, work)

    def check_read(self) -> None:
        """Raise the 501 of a parameter that was accepted and then not looked at."""
        if self.endpoint and isinstance(self.p, Given) and (names := self.p.unread()):
            raise self.lab.not_modelled(self.endpoint.method, self.endpoint.path, names)


Handler = Callable[[ProxmoxCall], Any | Awaitable[Any]]
Rule = Callable[[ProxmoxCall], None]


@dataclass(frozen=True)
class Endpoint:
    """A method on a path; `unmodelled`: parameters of the real server that the lab refuses."""

    method: str
    path: str
    schema: Schema
    rule: Rule | None
    handler: Handler
    public: bool = False
    token: bool = True
    unmodelled: frozenset[str] = frozenset()


class Routes:
    """The table of paths: nested dicts by segment, `{name}` matching any segment and `{name*}` the rest."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self.all: dict[tuple[str, str], Endpoint] = {}

    def add(self, endpoint: Endpoint) -> None:
        """Put an endpoint into the table."""
        node = self._root
        for part in endpoint.path.strip("/").split("/") if endpoint.path != "/" else []:
            node = node.setdefault(part, {})
        node.setdefault("", {})[endpoint.method] = endpoint
        self.all[endpoint.method, endpoint.path] = endpoint

    def find(self, method: str, parts: list[str]) -> tuple[Endpoint, dict[str, str]] | None:
        """The endpoint of a path's segments and the parameters in them."""
        node = self._root
        found: dict[str, str] = {}
        for index, part in enumerate(parts):
            if part in node:
                node = node[part]
                continue
            name = next((key for key in node if key.startswith("{")), "")
            if not name:
                return None
            node = node[name]
            if name.endswith("*}"):
                found[name[1:-2]] = "/".join(parts[index:])
                break
            found[name[1:-1]] = part
        endpoint = node.get("", {}).get(method)
        return (endpoint, found) if endpoint else None


ROUTES = Routes()
_NAMED = {
    "node": "node!: str fmt=pve-node",
    "vmid": "vmid!: int fmt=pve-vmid 100..999999999",
    "storage": "storage!: str fmt=pve-storage-id",
    "snapname": "snapname!: str fmt=pve-configid len=..40",
    "userid": "userid!: str fmt=pve-userid len=..64",
    "realm": "realm!: str fmt=pve-realm len=..32",
    "poolid": "poolid!: str fmt=pve-poolid",
    "groupid": "groupid!: str fmt=pve-groupid",
    "roleid": "roleid!: str fmt=pve-roleid",
    "id": "id!: str len=..50",
    "pos": "pos: int 0..",
}


def endpoint(
    method: str,
    path: str,
    params: str | Schema = "",
    rule: Rule | None = None,
    *,
    public: bool = False,
    token: bool = True,
    unmodelled: str = "",
) -> Callable[[Handler], Handler]:
    """Register a handler; parameters in the path need no declaration. `unmodelled`: names of parameters that are answered 501."""
    schema = params if isinstance(params, Schema) else declare(params)
    names = [part[1:-1].rstrip("*") for part in path.split("/") if part.startswith("{")]
    in_path = declare("\n".join(_NAMED.get(name, f"{name}!: str") for name in names))

    def register(handler: Handler) -> Handler:
        refused = frozenset(unmodelled.split())
        ROUTES.add(Endpoint(method, path, in_path | schema, rule, handler, public, token, refused))
        return handler

    return register


def index(path: str, *names: str, key: str = "subdir", rule: Rule | None = None) -> None:
    """Register a directory of sub-paths."""
    endpoint("GET", path, "", rule)(lambda _: [{key: name} for name in names])


def perm(path: str, *privileges: str) -> Rule:
    """All privileges on a path, `{name}` in it replaced by parameters."""
    return lambda call: call.allow(path.format_map(call.p), *privileges)


def any_perm(path: str, *privileges: str) -> Rule:
    """One of the privileges on a path."""
    return lambda call: call.allow_any(path.format_map(call.p), *privileges)


def realm_allocate(call: ProxmoxCall) -> None:
    """Realm.AllocateUser on the realm of `userid`."""
    _, realm = verify_username(call.text("userid"))
    call.allow(f"/access/realm/{realm}", "Realm.AllocateUser")


def user_group(*privileges: str, groups: str = "") -> Rule:
    """A privilege on all groups, or on those of `userid` (`userid-group`; `groups` is "create" or "update")."""

    def rule(call: ProxmoxCall) -> None:
        userid, state = call.text("userid"), call.lab.state
        if groups != "create" and userid not in state.users:
            verify_username(userid)
            raise ServerError(f"no such user ('{userid}')")
        if call.may("/access/groups", *privileges):
            return
        mine = {name for name in state.groups if call.may(f"/access/groups/{name}", *privileges)}
        named = split_list(call.text("groups"))
        if groups and not named:
            raise DeniedError(f"/access/groups, {', '.join(privileges)}")
        for name in named if groups else ():
            member = userid in state.groups.get(name, {"users": ()})["users"]
            if name not in mine and not member:
                raise DeniedError(f"/access/groups/{name}, {', '.join(privileges)}")
        if groups != "create" and not any(userid in state.groups[name]["users"] for name in mine):
            raise DeniedError

    return rule


def self_or_group(call: ProxmoxCall) -> None:
    """The user's own entry, or User.Modify; a failure of either says only that the check failed."""
    if call.auth == call.text("userid"):
        return
    try:
        user_group("User.Modify")(call)
    except (DeniedError, ServerError) as error:
        raise DeniedError from error


def both(*rules: Rule) -> Rule:
    """All rules, in order."""

    def rule(call: ProxmoxCall) -> None:
        for each in rules:
            each(call)

    return rule
