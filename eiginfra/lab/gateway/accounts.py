"""The verbs `account` and `account-remove`."""

import re
from datetime import date

from eiginfra.lab.gateway.call import EndedError, ProgramCall
from eiginfra.lab.gateway.data import RefusedByProgramError
from eiginfra.lab.gateway.render import keys_text
from eiginfra.lab.gateway.state import GROUP, KEYS, AccountRecord

_NOLOGIN = "/usr/sbin/nologin"
_STRONG = {"root", "sudo", "wheel", "adm", "docker", "lxd", "disk"}


def is_privileged(name: str, account: AccountRecord) -> bool:
    """Whether it is never touched."""
    return not 1000 <= account.uid <= 59_999 or bool(_STRONG & set(account.groups)) or name == "eiginfra"


def write_account(call: ProgramCall) -> None:
    """Makes, takes over or changes an account; ends its sessions where something is taken away."""
    given, name = call.given, call.given["name"]
    if name == "eiginfra":
        raise RefusedByProgramError("name", "eiginfra is the account of eiginfra itself")
    call.need("ps", "useradd")
    account = call.state.accounts.get(name)
    if account:
        _check(name, given.get("uid"), account)
    path, enabled = f"{KEYS}/{name}", given["enabled"] == "yes"
    old, new = call.text(path), keys_text(given.all("key"), given.all("open")) if enabled else ""
    expires = _days(given.get("expires")) if enabled else "1"
    ends = (account is not None and not account.member) or call.lab.is_over(expires)
    call.begin(f"account:{name}")
    ends = ends or call.waiting or bool(_options_and_keys(old) - _options_and_keys(new))
    try:
        _change(call, name, path, new, expires)
    except EndedError as error:
        if account and not enabled:
            call.lab.end_sessions(name)
        raise call.give_up(error) from None
    if ends:
        call.lab.end_sessions(name)
    call.finish()


def _check(name: str, uid: str, account: AccountRecord) -> None:
    if is_privileged(name, account):
        raise RefusedByProgramError("name", "a privileged account")
    if uid and int(uid) != account.uid:
        raise RefusedByProgramError("uid", f"that of {name} is another")
    if not account.member and not uid:
        raise RefusedByProgramError("name", f"there is such an account, which is not in {GROUP}")


def _change(call: ProgramCall, name: str, path: str, keys: str, expires: str) -> None:
    accounts = call.state.accounts
    if call.given["enabled"] == "no":
        call.drop(path)
    elif keys != call.text(path):
        call.write(path, keys)
    if call.state.disk_full:
        raise EndedError(73, f"cannot change {name}")
    account = accounts.setdefault(name, AccountRecord(_next_uid(call)))
    account.shell, account.groups, account.expires = _NOLOGIN, [GROUP], expires


def _options_and_keys(text: str) -> set[str]:
    """Each option and key of an authorized keys file."""
    return set(re.split(r"[, \n]", text)) - {""}


def _next_uid(call: ProgramCall) -> int:
    return max((account.uid for account in call.state.accounts.values() if 1000 <= account.uid <= 59_999), default=999) + 1


def _days(text: str) -> str:
    return str((date.fromisoformat(text) - date(1970, 1, 1)).days) if text else ""


def remove_account(call: ProgramCall) -> None:
    """Deletes an account of the group, with its keys and sessions."""
    name = call.given["name"]
    call.need("ps", "userdel")
    account, note = call.state.accounts.get(name), f"account:{name}"
    if account is None and note not in call.state.pending and f"{KEYS}/{name}" not in call.state.files:
        return
    if account and is_privileged(name, account):
        raise RefusedByProgramError("name", "a privileged account")
    if account and not account.member:
        raise RefusedByProgramError("name", f"not in {GROUP}")
    call.begin(note)
    call.drop(f"{KEYS}/{name}")
    if account:
        call.lab.end_sessions(name)
        if call.state.disk_full:
            raise EndedError(73, f"cannot delete {name}")
        del call.state.accounts[name]
    call.finish()
