"""/access/users and their tokens. Facts: recorded on a real server (access)."""

from eiginfra.lab.proxmox.access import verify_username
from eiginfra.lab.proxmox.auth import hash_password
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import ProxmoxCall, both, endpoint, realm_allocate, self_or_group, user_group
from eiginfra.lab.proxmox.state import Json

_FIELDS = """
    comment: str len=..2048
    email: str fmt=email-opt len=..254
    enable: bool
    expire: int 0..
    firstname: str len=..1024
    groups: str fmt=pve-groupid-list
    keys: str re=[0-9a-zA-Z!=]{0,4096}
    lastname: str len=..1024
"""
_PLAIN = ("comment", "email", "enable", "expire", "firstname", "keys", "lastname")
_TOKEN = "comment: str\nexpire: int 0..\nprivsep: bool"  # noqa: S105 - a declaration
_TOKEN_ID = "tokenid!: str re=[A-Za-z][A-Za-z0-9.\\-_]+\nuserid!: str fmt=pve-userid len=..64"  # noqa: S105 - the same


def groups_of(lab: ProxmoxLab, userid: str) -> list[str]:
    """The groups a user is in."""
    return sorted(name for name, group in lab.state.groups.items() if userid in group["users"])


def _find(lab: ProxmoxLab, userid: str) -> Json:
    verify_username(userid)
    found: Json | None = lab.state.users.get(userid)
    if found is None:
        raise ServerError(f"no such user ('{userid}')")
    return found


def _row(user: Json) -> Json:
    return {"enable": 1, "expire": 0} | {key: user[key] for key in _PLAIN if user.get(key) not in (None, "")}


def _tokens(user: Json) -> list[Json]:
    return [{"tokenid": name, **_token(info)} for name, info in user["tokens"].items()]


def _token(info: Json) -> Json:
    return {key: info[key] for key in ("privsep", "expire", "comment") if info.get(key) not in (None, "")}


@endpoint("GET", "/access/users", "enabled: bool\nfull: bool")
def list_users(call: ProxmoxCall) -> list[Json]:
    """Users of whom the caller may know, and the caller."""
    lab, rows, full, enabled = call.lab, [], call.flag("full"), call.p.get("enabled")
    everyone = call.may("/access/groups", "User.Modify", "Sys.Audit")
    for userid, user in lab.state.users.items():
        known = any(call.may(f"/access/groups/{name}", "User.Modify", "Sys.Audit") for name in groups_of(lab, userid))
        if not (everyone or known or userid == call.auth):
            continue
        if enabled is not None and bool(user.get("enable", 1)) != bool(enabled):
            continue
        realm = lab.state.realms.get(userid.rpartition("@")[2], {})
        row = {"userid": userid, **_row(user), **({"realm-type": realm["type"]} if realm else {})}
        if full:
            row |= {"groups": ",".join(groups_of(lab, userid)), "tokens": _tokens(user) or None}
        rows.append(row)
    return rows


@endpoint(
    "POST",
    "/access/users",
    f"userid!: str fmt=pve-userid len=..64\npassword: str len=8..64\n{_FIELDS}",
    both(realm_allocate, user_group("User.Modify", groups="create")),
)
def create_user(call: ProxmoxCall) -> None:
    """A new user, of a known realm or not."""
    lab, userid = call.lab, call.text("userid")
    if userid in lab.state.users:
        raise ServerError(f"create user failed: user '{userid}' already exists")
    user: Json = {"enable": 1, "expire": 0, "tokens": {}}
    user |= {key: call.p[key] for key in _PLAIN if key in call.p}
    if "password" in call.p:
        user["password"] = hash_password(call.text("password"))
    _join(call, userid, "create user")
    lab.state.users[userid] = user
    lab.access.forget_accounts()


def _join(call: ProxmoxCall, userid: str, verb: str) -> None:
    append = call.flag("append")
    if "groups" not in call.p:
        return
    wanted, groups = split_list(call.text("groups")), call.lab.state.groups
    for name in wanted:
        if name not in groups:
            raise ServerError(f"{verb} failed: no such group '{name}'")
    for name, group in groups.items():
        if name in wanted and userid not in group["users"]:
            group["users"].append(userid)
        elif name not in wanted and userid in group["users"] and not append:
            group["users"].remove(userid)


@endpoint("GET", "/access/users/{userid}", "", user_group("User.Modify", "Sys.Audit"))
def read_user(call: ProxmoxCall) -> Json:
    """One user."""
    user = _find(call.lab, call.text("userid"))
    tokens = {name: _token(info) for name, info in user["tokens"].items()}
    return _row(user) | {"groups": groups_of(call.lab, call.text("userid")), "tokens": tokens or None}


@endpoint("PUT", "/access/users/{userid}", f"append: bool needs=groups\n{_FIELDS}", user_group("User.Modify", groups="update"))
def change_user(call: ProxmoxCall) -> None:
    """Change a user."""
    user = _find(call.lab, call.text("userid"))
    _join(call, call.text("userid"), "update user")
    user |= {key: call.p[key] for key in _PLAIN if key in call.p}
    call.lab.access.forget_accounts()


@endpoint("DELETE", "/access/users/{userid}", "", both(realm_allocate, user_group("User.Modify")))
def delete_user(call: ProxmoxCall) -> None:
    """Delete a user with tokens and ACLs; root's deletion is accepted and comes to nothing."""
    lab, userid = call.lab, call.text("userid")
    _find(lab, userid)
    if userid == "root@pam":
        return
    del lab.state.users[userid]
    for group in lab.state.groups.values():
        if userid in group["users"]:
            group["users"].remove(userid)
    lab.state.acl = [e for e in lab.state.acl if e["type"] == "group" or e["ugid"].partition("!")[0] != userid]
    lab.access.forget()


@endpoint("GET", "/access/users/{userid}/token", "", self_or_group)
def list_tokens(call: ProxmoxCall) -> list[Json]:
    """A user's tokens, without their secrets."""
    return _tokens(_find(call.lab, call.text("userid")))


def _find_token(call: ProxmoxCall) -> Json:
    found: Json | None = _find(call.lab, call.text("userid"))["tokens"].get(call.text("tokenid"))
    if found is None:
        raise ServerError(f"no such token '{call.text('tokenid')}' for user '{call.text('userid')}'")
    return found


@endpoint("GET", "/access/users/{userid}/token/{tokenid}", _TOKEN_ID, self_or_group)
def read_token(call: ProxmoxCall) -> Json:
    """One token."""
    return _token(_find_token(call))


@endpoint("POST", "/access/users/{userid}/token/{tokenid}", f"{_TOKEN_ID}\n{_TOKEN}", self_or_group)
def create_token(call: ProxmoxCall) -> Json:
    """A new token; its secret is told once."""
    userid, name = call.text("userid"), call.text("tokenid")
    user = _find(call.lab, userid)
    if name in user["tokens"]:
        raise ParamError(tokenid="Token already exists.")
    info: Json = {"privsep": 1, "expire": 0} | {key: call.p[key] for key in ("privsep", "expire", "comment") if key in call.p}
    user["tokens"][name] = info | {"value": call.lab.uuid()}
    call.lab.access.forget_accounts()
    shown = {key: str(call.p[key]) for key in ("comment", "expire", "privsep") if key in call.p}
    return {"full-tokenid": f"{userid}!{name}", "value": user["tokens"][name]["value"], "info": {"privsep": "1", **shown}}


@endpoint("PUT", "/access/users/{userid}/token/{tokenid}", f"{_TOKEN_ID}\n{_TOKEN}\ndelete: str fmt=pve-configid-list", self_or_group)
def change_token(call: ProxmoxCall) -> Json:
    """Change a token."""
    info = _find_token(call)
    for name in split_list(call.text("delete")):
        info.pop(name, None)
    info |= {key: call.p[key] for key in ("privsep", "expire", "comment") if key in call.p}
    call.lab.access.forget_accounts()
    return _token(info) | {key: str(call.p[key]) for key in ("privsep", "expire") if key in call.p}


@endpoint("DELETE", "/access/users/{userid}/token/{tokenid}", _TOKEN_ID, self_or_group)
def delete_token(call: ProxmoxCall) -> None:
    """Delete a token and its ACLs."""
    _find_token(call)
    lab, userid = call.lab, call.text("userid")
    del lab.state.users[userid]["tokens"][call.text("tokenid")]
    lab.state.acl = [entry for entry in lab.state.acl if entry["ugid"] != f"{userid}!{call.text('tokenid')}"]
    lab.access.forget()
