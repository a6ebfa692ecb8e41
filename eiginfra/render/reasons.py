"""The sentences for reasons and harm: what waits, what is blocked, why something was not done, who loses what."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from eiginfra.core.change import Change
from eiginfra.core.reason import Reason
from eiginfra.core.trace import EXISTS
from eiginfra.render.console import show

_Params = Mapping[str, Any]


def _join(items: Any) -> str:
    return ", ".join(str(item) for item in items)


def _hours(params: _Params) -> str:
    window = params.get("window")
    return f" between {window.replace('-', ' and ')}" if window else ""


_STEPS = {
    "delete": ("deleted", "it is deleted"),
    "archive": ("archived", "it is archived"),
    "empty": ("emptied", "it is emptied"),
    "block": ("blocked", "it is blocked"),
    "disable": ("disabled", "it is disabled"),
    "take-away": ("taken away", "it is taken away"),
    "stop-and-back-up": ("stopped and backed up", "it is stopped and backed up"),
    "delete-with-disks": ("deleted with its disks; its last backup stays", "it is deleted with its disks"),
    "delete-job": ("deleted; the backups it made stay", "it is deleted; the backups it made stay"),
}


def _leaving(params: _Params) -> str:
    since = f": its days of grace ended on {params['until']}" if params.get("until") else ""
    later = f"; removed after {params['removed_after']}" if params.get("removed_after") else ""
    return f"left the inventory: will be {_STEPS[params['step']][0]}{since}{later}"


def _prune(params: _Params) -> str:
    later = f", and removed {params['days']} days later" if params["step"] == "stop-and-back-up" else ""
    since = f": its days of grace ended on {params['until']}" if params.get("until") else ""
    return f"left the inventory: with --prune {_STEPS[params['step']][1]}{later}{since}"


def _waits(params: _Params) -> str:
    return "; ".join(waits(name, Reason.model_validate(what)) for name, what in params["fields"].items())


# By code: the text with its parameters, or a function of them.
_TEXTS: Mapping[str, str | Callable[[_Params], str]] = {
    # What something waits for.
    "restart": "a restart",
    "next-start": "its next start",
    "invitation": "{who} to accept the invitation",
    "own-invitation": "the person to accept the invitation",
    "approval": lambda p: f"an administrator of GitLab to approve {p['who']}" + (f" (asked on {p['since']})" if p.get("since") else ""),
    "account-approval": "the approval of an administrator of GitLab",
    "administrator": "an administrator",
    "account-missing": "the person to sign in once",
    "account-hidden": "an administrator: the account is blocked or deleted, and not shown to this token",
    "email-missing": "an e-mail address in the inventory",
    "account-replaced": "EIG Link to say whose account this is: another has taken the name",
    "account-email-taken": "the address, which belongs to the account {account}",
    "realm-missing": "the realm {realm} to be added to Proxmox",
    "dependency-absent": "{address} is not there",
    "to-be-made": lambda p: f"{_join(p['what'])} to be made",
    "grace": "the end of its days of grace: stopped and backed up; --prune removes it after {until}",
    # Why a difference is not acted on.
    "immutable": "cannot be changed",
    "cannot-shrink": "cannot shrink",
    "inherited": "inherited from {group}",
    "last-owner": "there is no other owner",
    "no-account": "there is no such account",
    "token-account": "it is the account behind eiginfra's token",
    "invitation-taken": "the invitation of {who} seems to have been accepted under another name",
    "account-blocked": "the account is blocked",
    "node-offline": lambda p: f"the node of {_join(p['guests'])} is offline",
    "marker-removed": lambda p: f"the marker of {_join(p['guests'])} was taken out",
    "not-permitted": "the token may not change it: an administrator must",
    # Why something is as it is, or is withheld.
    "gone": "it was created before and is gone",
    "cohort-closed": "not made: the cohort has not begun or is over",
    "restarted": lambda p: f"will be restarted{_hours(p)}, for {_join(p['fields'])}",
    "in-force-after-restart": lambda p: f"in force after a restart{_hours(p)}: {_join(p['fields'])}",
    "dependency-unknown": "unknown, like {address}",
    "scheduled-for-deletion": "it was deleted, and can still be restored",
    "moved-by-hand": "it was moved by hand",
    "guest-offline": "unknown: {certain} {what} {id} on node {node}, which is offline",
    "storage-unusable": "not made: storage {storage} cannot be used on node {node}",
    "objected": "kept back: see the finding {finding}",
    "beyond-capacity": lambda p: f"kept back: more {_join(p['measures'])} than the cohort's capacity has left",
    "storage-down": "storage {storage} cannot be used on node {node}",
    "template-offline": "not made: its template {id} is on node {node}, which is offline",
    "guest-unmarked": "not made: {what} {id} on {node} seems to be it, without its marker",
    "job-unseen": "an administrator must look: backup jobs cannot be seen",
    # Decommission.
    "left-inventory": _leaving,
    "left-inventory-prune": _prune,
    "left-inventory-stays": "left the inventory: eiginfra does not remove a {kind}; remove it by hand if it must go",
    "left-inventory-protected": "left the inventory: it is protected; to let it go, write it again with protect: false and apply",
    "left-inventory-needed": lambda p: f"left the inventory: it stays, for {_join(p['by'])} depends on it",
    "left-inventory-kept": lambda p: f"left the inventory: {told(Reason.model_validate(p['why']))}; remove it by hand if it must go",
    "left-inventory-not-created": lambda p: (
        f"left the inventory: eiginfra did not create it, so it is not {_STEPS[p['step']][0]}; remove it by hand if it must go"
    ),
    "left-to-others": lambda p: f"left this inventory; it stays for {_join(p['cohorts'])}",
    "not-empty": "it is not empty",
    "not-created-by-us": "eiginfra did not create it",
    "protected-on-server": "it is protected",
    # How a change ended.
    "error": "{text}",
    "unexpected": "{type} at {place}, a bug of eiginfra",
    "dependency-failed": "{address} was not done",
    "service-unreachable": "{service} could not be reached",
    "not-verified": lambda p: f"done, but it could not be verified: {told(Reason.model_validate(p['why']))}",
    "still-there": "the server agreed, and it is still there",
    "not-there": "the server agreed, and it is not there",
    "still-waits": lambda p: f"it was restarted, and {_join(p['fields'])} still waits",
    "still-differs": lambda p: (
        "the server agreed, and still shows " + ", ".join(f"{name}: {show(value)}" for name, value in p["fields"].items())
    ),
    "waits": _waits,
    "unfinished": "unfinished: the run was killed here, or goes on",
    # Why a saved plan no longer holds.
    "appeared": "it stands already",
    "disappeared": "it is gone",
    "changed-since": lambda p: f"it changed: {_join(p['fields'])}",
    # Why a loop leaves drift alone.
    "only-watched": "only watched: --mode detect",
    "left-to-people": "left to people: the site's policy for {kind} is alert",
    "not-removed-by-loop": "it left the inventory; this loop removes nothing that did",
    "not-healable": "eiginfra did not create it, or it cannot be changed; see eiginfra plan",
    "history-unknown": "the journal does not know what was last applied; eiginfra apply settles it",
    "inventory-changed-too": "the inventory changed too; eiginfra apply settles both",
    "guard": "{text}",
    "resting": "it failed {times} times in a row; tried again after {until}",
    "dependency-missing": "{address} is not there",
    "heals-used-up": "{limit} heals an hour are used up",
}
CODES = frozenset(_TEXTS)

_HARMS: Mapping[str, tuple[str, str]] = {
    "access-lost": ("1 person loses access", "{} people lose access"),
    "account-blocked": ("1 account is blocked", "{} accounts are blocked"),
    "machine-stopped": ("1 machine is stopped", "{} machines are stopped"),
    "restarted": ("1 machine is restarted", "{} machines are restarted"),
    "archived": ("1 project is archived", "{} projects are archived"),
    "deleted": ("1 thing is deleted", "{} things are deleted"),
}


def told(reason: Reason) -> str:
    """A reason in a sentence; a code that is not in the catalogue (a kind of another package) with its parameters."""
    text = _TEXTS.get(reason.code)
    if text is None:
        return str(reason.params.get("text") or reason)
    return text(reason.params) if callable(text) else text.format(**reason.params)


def waits(label: str, reason: Reason) -> str:
    """`memory waits for a restart`."""
    return f"{'it' if label == EXISTS else label} waits for {told(reason)}"


def renamed(change: Change) -> str | None:
    """What a renamed thing was called."""
    return f"was {change.was.key}" if change.was else None


def harms(counts: Counter[str]) -> str:
    """`2 people lose access, 1 machine is stopped`; empty when nobody loses anything."""
    parts = [(one if counts[code] == 1 else many.format(counts[code])) for code, (one, many) in _HARMS.items() if counts[code]]
    return ", ".join(parts)
