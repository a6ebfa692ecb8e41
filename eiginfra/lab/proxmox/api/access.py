"""/access: log-in, groups, roles, realms. Facts: recorded on a real server (access, auth)."""

import re

from eiginfra.lab.proxmox.access import verify_username
from eiginfra.lab.proxmox.auth import hash_password
from eiginfra.lab.proxmox.errors import DeniedError, ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import FORMATS, split_list
from eiginfra.lab.proxmox.privileges import ALL, ROLES
from eiginfra.lab.proxmox.routing import ProxmoxCall, both, endpoint, index, perm, realm_allocate, user_group
from eiginfra.lab.proxmox.schema import declare
from eiginfra.lab.proxmox.state import Json

_GROUPS = perm("/access/groups", "Group.Allocate")
_ROLES = perm("/access", "Sys.Modify")
_REALMS = perm("/access/realm", "Realm.Allocate")
_CAPABILITIES = {
    "vms": ("/vms", r"VM\.|Permissions\.Modify"),
    "access": ("/access", r"User\.|Group\.|Permissions\.Modify"),
    "storage": ("/storage", r"Datastore\.|Permissions\.Modify"),
    "nodes": ("/nodes", r"Sys\.|Permissions\.Modify"),
    "sdn": ("/sdn", r"SDN\.|Permissions\.Modify"),
    "mapping": ("/mapping", r"Mapping\.|Permissions\.Modify"),
    "dc": ("/", r"Sys\.Audit|Sys\.Modify|SDN\."),
}
_REALM_FIELDS = declare("""
    acr-values: str
    autocreate: bool
    base_dn: str len=..256
    bind_dn: str len=..256
    capath: str
    case-sensitive: bool
    cert: str
    certkey: str
    check-connection: bool
    client-id: str len=..256
    client-key: str len=..256
    comment: str len=..4096
    default: bool
    domain: str len=..256
    filter: str len=..2048
    group_classes: str
    group_dn: str len=..256
    group_filter: str len=..2048
    group_name_attr: str len=..256
    groups-autocreate: bool
    groups-claim: str len=..256 re=[A-Za-z0-9\\.\\-_]+
    groups-overwrite: bool
    issuer-url: str len=..256
    mode: enum:ldap|ldaps|ldap+starttls
    password: str
    port: int 1..65535
    prompt: str
    query-userinfo: bool
    scopes: str
    secure: bool
    server1: str fmt=address len=..256
    server2: str fmt=address len=..256
    sslversion: enum:tlsv1|tlsv1_1|tlsv1_2|tlsv1_3
    sync-defaults-options: str
    sync_attributes: str
    tfa: str len=..128
    user_attr: str len=..256
    user_classes: str
    verify: bool
""")


def _privileges(value: str) -> None:
    for name in split_list(value):
        if name not in ALL:
            raise ValueError(f"invalid privilege '{name}'")


FORMATS["pve-priv-list"] = _privileges
index("/access", "users", "groups", "roles", "acl", "domains", "openid", "tfa", "ticket", "password", "permissions")


@endpoint("GET", "/access/ticket", public=True)
def ticket_page(_call: ProxmoxCall) -> None:
    """A dummy for log-in pages."""


@endpoint(
    "POST",
    "/access/ticket",
    "username!: str len=..64\npassword!: str\nnew-format: bool\npath: str len=..64 needs=privs\nprivs: str len=..64 needs=path\n"
    "realm: str fmt=pve-realm len=..32",
    public=True,
    unmodelled="otp tfa-challenge",
)
def log_in(call: ProxmoxCall) -> Json:
    """A ticket, its CSRF token and what the web interface should offer."""
    user = call.text("username")
    if "realm" in call.p and "@" not in user:
        user = f"{user}@{call.text('realm')}"
    ticket = call.lab.auth.log_in(user, call.text("password"))
    permissions = call.lab.access.permissions
    return {
        "username": user, "ticket": ticket, "CSRFPreventionToken": call.lab.auth.csrf(user),
        "cap": {
            area: {name: 1 for name in permissions(user, path) if re.match(pattern, name)}
            for area, (path, pattern) in _CAPABILITIES.items()
        },
    }  # fmt: skip


def _own_or_all(call: ProxmoxCall) -> None:
    if call.auth != call.text("userid"):
        both(realm_allocate, user_group("User.Modify"))(call)


@endpoint(
    "PUT",
    "/access/password",
    "userid!: str len=..64\npassword!: str len=8..64\nconfirmation-password: str len=5..64",
    _own_or_all,
    token=False,
)
def set_password(call: ProxmoxCall) -> None:
    """A user's password; a token cannot set one."""
    verify_username(call.text("userid"))
    if call.text("userid") not in call.lab.state.users:
        raise ServerError(f"no such user ('{call.text('userid')}')")
    call.lab.state.users[call.text("userid")]["password"] = hash_password(call.text("password"))


def _group(call: ProxmoxCall) -> Json:
    found: Json | None = call.lab.state.groups.get(call.text("groupid"))
    if found is None:
        raise ServerError(f"group '{call.text('groupid')}' does not exist")
    return found


@endpoint("GET", "/access/groups")
def list_groups(call: ProxmoxCall) -> list[Json]:
    """Groups of which the caller may know."""
    rows = []
    for name, group in sorted(call.lab.state.groups.items()):
        if call.may(f"/access/groups/{name}", "User.Modify", "Sys.Audit", "Group.Allocate"):
            comment = {"comment": group["comment"]} if group["comment"] else {}
            rows.append({"groupid": name, "users": ",".join(group["users"]), **comment})
    return rows


@endpoint("GET", "/access/groups/{groupid}", "", lambda call: call.allow_any("/access/groups", "Sys.Audit", "Group.Allocate"))
def read_group(call: ProxmoxCall) -> Json:
    """One group."""
    group = _group(call)
    return {"members": list(group["users"]), **({"comment": group["comment"]} if group["comment"] else {})}


@endpoint("POST", "/access/groups", "groupid!: str fmt=pve-groupid\ncomment: str", _GROUPS)
def create_group(call: ProxmoxCall) -> None:
    """A new group."""
    if call.text("groupid") in call.lab.state.groups:
        raise ServerError(f"create group failed: group '{call.text('groupid')}' already exists")
    call.lab.state.groups[call.text("groupid")] = {"comment": call.text("comment"), "users": []}
    call.lab.access.forget_accounts()


@endpoint("PUT", "/access/groups/{groupid}", "comment: str", _GROUPS)
def change_group(call: ProxmoxCall) -> None:
    """A group's comment."""
    if call.text("groupid") not in call.lab.state.groups:
        raise ServerError(f"update group failed: group '{call.text('groupid')}' does not exist")
    if "comment" in call.p:
        _group(call)["comment"] = call.text("comment")


@endpoint("DELETE", "/access/groups/{groupid}", "", _GROUPS)
def delete_group(call: ProxmoxCall) -> None:
    """Delete a group and its ACLs."""
    name, state = call.text("groupid"), call.lab.state
    if name not in state.groups:
        raise ServerError(f"delete group failed: group '{name}' does not exist")
    del state.groups[name]
    state.acl = [entry for entry in state.acl if (entry["type"], entry["ugid"]) != ("group", name)]
    call.lab.access.forget()


@endpoint("GET", "/access/roles")
def list_roles(call: ProxmoxCall) -> list[Json]:
    """All roles."""
    return [
        {"roleid": name, "privs": ",".join(privileges), **({"special": 1} if name in ROLES else {})}
        for name, privileges in call.lab.state.roles.items()
    ]


@endpoint("GET", "/access/roles/{roleid}")
def read_role(call: ProxmoxCall) -> Json:
    """A role's privileges."""
    if call.text("roleid") not in call.lab.state.roles:
        raise ServerError(f"role '{call.text('roleid')}' does not exist")
    return dict.fromkeys(call.lab.state.roles[call.text("roleid")], 1)


@endpoint("POST", "/access/roles", "roleid!: str fmt=pve-roleid\nprivs: str fmt=pve-priv-list", _ROLES)
def create_role(call: ProxmoxCall) -> None:
    """A new role."""
    name = call.text("roleid")
    if name.upper().startswith("PVE"):
        raise ParamError(roleid="cannot use role ID starting with the (case-insensitive) 'PVE' namespace")
    if name in call.lab.state.roles:
        raise ServerError(f"create role failed: role '{name}' already exists")
    call.lab.state.roles[name] = sorted(set(split_list(call.text("privs"))))
    call.lab.access.forget_accounts()


@endpoint("PUT", "/access/roles/{roleid}", "append: bool needs=privs\nprivs: str fmt=pve-priv-list", _ROLES)
def change_role(call: ProxmoxCall) -> None:
    """A role's privileges."""
    name, roles = call.text("roleid"), call.lab.state.roles
    if name not in roles:
        raise ServerError(f"update role failed: role '{name}' does not exist")
    if name in ROLES:
        raise ServerError(f"auto-generated role '{name}' cannot be modified")
    roles[name] = sorted({*split_list(call.text("privs")), *(roles[name] if call.flag("append") else ())})
    call.lab.access.forget_accounts()


@endpoint("DELETE", "/access/roles/{roleid}", "", _ROLES)
def delete_role(call: ProxmoxCall) -> None:
    """Delete a role; entries that gave it are gone."""
    name, state = call.text("roleid"), call.lab.state
    if name in ROLES:
        raise ServerError(f"auto-generated role '{name}' cannot be deleted")
    if name not in state.roles:
        raise ServerError(f"delete role failed: role '{name}' does not exist")
    del state.roles[name]
    state.acl = [entry for entry in state.acl if entry["roleid"] != name]
    call.lab.access.forget()


@endpoint("GET", "/access/domains", public=True)
def list_realms(call: ProxmoxCall) -> list[Json]:
    """Realms, for log-in pages."""
    shown = ("type", "comment", "default", "tfa")
    return [{"realm": name, **{key: realm[key] for key in shown if key in realm}} for name, realm in call.lab.state.realms.items()]


def _realm(call: ProxmoxCall) -> Json:
    found: Json | None = call.lab.state.realms.get(call.text("realm"))
    if found is None:
        raise ProxmoxHttpError(500, f"domain '{call.text('realm')}' does not exist")
    return found


@endpoint("GET", "/access/domains/{realm}", "", lambda call: call.allow_any("/access/realm", "Realm.Allocate", "Sys.Audit"))
def read_realm(call: ProxmoxCall) -> Json:
    """One realm's configuration."""
    return {key: value for key, value in _realm(call).items() if key != "client-key"}


@endpoint(
    "POST",
    "/access/domains",
    _REALM_FIELDS | declare("realm!: str fmt=pve-realm len=..32\ntype!: enum:ad|ldap|openid|pam|pve\nusername-claim: str"),
    _REALMS,
)
def create_realm(call: ProxmoxCall) -> None:
    """A new realm."""
    name, realms = call.text("realm"), call.lab.state.realms
    if name in realms:
        raise ServerError(f"add auth server failed: domain '{name}' already exists")
    if call.text("type") in ("pam", "pve"):
        raise ServerError(f"add auth server failed: unable to create builtin type '{call.text('type')}'")
    realms[name] = {key: value for key, value in call.p.items() if key != "realm"}


@endpoint("PUT", "/access/domains/{realm}", _REALM_FIELDS | declare("delete: str len=..4096\ndigest: str len=..64"), _REALMS)
def change_realm(call: ProxmoxCall) -> None:
    """Change a realm."""
    realm = _realm(call)
    for name in split_list(call.text("delete")):
        realm.pop(name, None)
    realm |= {key: value for key, value in call.p.items() if key not in ("realm", "delete", "digest")}


@endpoint("DELETE", "/access/domains/{realm}", "", _REALMS)
def delete_realm(call: ProxmoxCall) -> None:
    """Delete a realm that is not built in."""
    if _realm(call)["type"] in ("pam", "pve"):
        raise DeniedError
    del call.lab.state.realms[call.text("realm")]
