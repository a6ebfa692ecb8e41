"""`/_lab/gateway`: what somebody does on the server by hand. No authentication: the lab binds to loopback only."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.state import AccountRecord

CONTROL = "/_lab/gateway"
_SECRET = ("host_key", "key")


def control(lab: GatewayLab, method: str, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """GET tells the state, PUT changes what is named; raises nothing, says 400 with what is wrong.

    Keys: `files` ({path: text}, null deletes it), `accounts` ({name: what changes of uid, shell,
    expires, groups}, null deletes it), `loaded` (the text of nft's table, null removes it), `pending`, `listening`,
    `certificates`, `missing` (programs), `disk_full`, `sudo`, `ip_forward`, `foreign_tables`, `iptables` (what they list).
    """
    with lab.lock:
        if method == "PUT":
            try:
                for key, value in wanted.items():
                    _SETTERS[key](lab, value)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                return 400, {"message": f"PUT {CONTROL}: {error!r}; see the keys that GET answers"}
        return 200, {key: value for key, value in lab.state.dump().items() if key not in _SECRET}


def _files(lab: GatewayLab, value: dict[str, str | None]) -> None:
    lab.state.files |= {path: text for path, text in value.items() if text is not None}
    for path in (path for path, text in value.items() if text is None):
        del lab.state.files[path]


def _accounts(lab: GatewayLab, value: dict[str, dict[str, Any] | None]) -> None:
    for name, change in value.items():
        if change is None:
            del lab.state.accounts[name]
        else:
            old = asdict(lab.state.accounts[name]) if name in lab.state.accounts else {}
            lab.state.accounts[name] = AccountRecord(**old | change)


def _plain(key: str, kind: type | tuple[type, ...]) -> Callable[[GatewayLab, Any], None]:
    def put(lab: GatewayLab, value: Any) -> None:
        if not isinstance(value, kind):
            raise TypeError(f"{key}: {value!r}")
        setattr(lab.state, key, value)

    return put


_SETTERS: dict[str, Callable[[GatewayLab, Any], None]] = {
    "files": _files,
    "accounts": _accounts,
    "loaded": _plain("loaded", (str, type(None))),
    **{key: _plain(key, str) for key in ("foreign_tables", "iptables")},
    "pending": _plain("pending", dict),
    **{key: _plain(key, list) for key in ("listening", "certificates", "missing")},
    **{key: _plain(key, bool) for key in ("disk_full", "sudo", "ip_forward")},
}
