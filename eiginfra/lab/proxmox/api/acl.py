"""/access/acl and /access/permissions. Facts: recorded on a real server (access, least-privilege)."""

from eiginfra.lab.proxmox.access import known_path, normalize_path, split_token
from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint
from eiginfra.lab.proxmox.state import Json

_SUBJECTS = {"users": "user", "groups": "group", "tokens": "token"}
_CHANGE = """
    path!: str
    roles!: str fmt=pve-roleid-list
    delete: bool
    groups: str fmt=pve-groupid-list
    propagate: bool
    tokens: str
    users: str
"""


@endpoint("GET", "/access/acl")
def list_acl(call: ProxmoxCall) -> list[Json]:
    """Entries on paths where the caller may set some, or all with Sys.Audit on /access."""
    everything = call.may("/access", "Sys.Audit")
    return [entry for entry in call.lab.state.acl if everything or call.lab.access.may_modify(call.auth, entry["path"])]


def _may(call: ProxmoxCall) -> None:
    path = normalize_path(call.text("path"))
    if path:
        call.lab.access.check_modify(call.auth, path)


@endpoint("PUT", "/access/acl", _CHANGE, _may)
def change_acl(call: ProxmoxCall) -> None:
    """Give or take roles on a path; the same again is fine."""
    if not any(name in call.p for name in _SUBJECTS):
        text = "either 'users', 'groups' or 'tokens' is required."
        raise ParamError(users=text, groups=text, tokens=text)
    path = normalize_path(call.text("path"))
    if not path or (not call.flag("delete") and not known_path(path)):
        raise ParamError(path=f"invalid ACL path '{call.text('path')}'")
    try:
        _apply(call, path)
    except ProxmoxHttpError as error:
        raise ServerError(f"ACL update failed: {error}") from error
    finally:
        call.lab.access.forget()


def _apply(call: ProxmoxCall, path: str) -> None:
    lab, mine = call.lab, call.lab.access.permissions(call.auth, path)
    propagate = int(call.flag("propagate", default=True))
    for role in split_list(call.text("roles")):
        if role not in lab.state.roles:
            raise ServerError(f"role '{role}' does not exist")
        if "Permissions.Modify" not in mine:
            _check_subset(role, lab.state.roles[role], mine, propagate, delete=call.flag("delete"))
        for name, kind in _SUBJECTS.items():
            for ugid in split_list(call.text(name)):
                _check_subject(call, kind, ugid)
                _entry(call, {"path": path, "type": kind, "ugid": ugid, "roleid": role, "propagate": propagate})


def _check_subset(role: str, privileges: list[str], mine: dict[str, int], propagate: int, *, delete: bool) -> None:
    """Who may not modify permissions at large gives only what they have."""
    verb = "remove" if delete else "add"
    if not privileges:
        raise ParamError(role=f"Cannot {verb} role '{role}' - requires 'Permissions.Modify'")
    for name in privileges:
        if name not in mine:
            raise ParamError(role=f"Cannot {verb} role '{role}' - requires 'Permissions.Modify' or superset of privileges.")
        if propagate and not mine[name] and not delete:
            raise ParamError(
                role=f"Cannot {verb} role '{role}' with propagation - requires 'Permissions.Modify' or propagated superset of privileges."
            )


def _check_subject(call: ProxmoxCall, kind: str, ugid: str) -> None:
    state = call.lab.state
    user, token = split_token(ugid)
    if kind == "group" and ugid not in state.groups:
        raise ServerError(f"group '{ugid}' does not exist")
    if kind == "user" and ugid not in state.users:
        raise ServerError(f"user '{ugid}' does not exist")
    if kind == "token" and token not in state.users.get(user, {}).get("tokens", {}):
        raise ServerError(f"no such token '{token}' for user '{user}'")


def _entry(call: ProxmoxCall, entry: Json) -> None:
    keys = ("path", "type", "ugid", "roleid")
    acl = [old for old in call.lab.state.acl if any(old[key] != entry[key] for key in keys)]
    call.lab.state.acl = acl if call.flag("delete") else [*acl, entry]


@endpoint(
    "GET", "/access/permissions", r"path: str" + "\n" + r"userid: str re=[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+(?:![A-Za-z][A-Za-z0-9.\-_]+)?"
)
def read_permissions(call: ProxmoxCall) -> Json:
    """Effective permissions: the caller's, those of the caller's tokens, or with Sys.Audit anybody's."""
    auth = call.text("userid", call.auth)
    if auth != call.auth and split_token(auth)[0] != call.auth:
        call.allow("/access", "Sys.Audit")
    access = call.lab.access
    if path := normalize_path(call.text("path")):
        return {path: access.permissions(auth, path)}
    return dict(access.effective(auth))
