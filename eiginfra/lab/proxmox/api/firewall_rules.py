"""The rules of a firewall."""

from typing import Any

from eiginfra.lab.proxmox.api.firewall_scope import FirewallScope, digest_of
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.firewall import NAME, RuleCheck, Surroundings
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint
from eiginfra.lab.proxmox.state import FirewallRecord, Json

LOG = "enum:emerg|alert|crit|err|warning|notice|info|debug|nolog"
_RULE = f"""
    comment: str
    dest: str fmt=pve-fw-addr-spec len=..512
    digest: str len=..64
    dport: str fmt=pve-fw-dport-spec
    enable: int 0..
    icmp-type: str fmt=pve-fw-icmp-type-spec
    iface: str fmt=pve-iface len=2..20
    log: {LOG}
    macro: str len=..128
    pos: int 0..
    proto: str fmt=pve-fw-protocol-spec
    source: str fmt=pve-fw-addr-spec len=..512
    sport: str fmt=pve-fw-sport-spec
"""
_ACTION = f"str len=2..20 re={NAME}"
_NEW_RULE = f"{_RULE}\naction!: {_ACTION}\ntype!: enum:in|out|forward|group"
_CHANGED_RULE = f"{_RULE}\naction: {_ACTION}\ntype: enum:in|out|forward|group\ndelete: str fmt=pve-configid-list\nmoveto: int 0.."
_KEYS = ("type", "action", "comment", "dest", "dport", "enable", "icmp-type", "iface", "log", "macro", "proto", "source", "sport")


class FirewallRules:
    """The rules of a firewall, below a path."""

    def __init__(self, scope: FirewallScope, base: str) -> None:
        self.scope = scope
        endpoint("GET", base, "", scope.read)(self.listing)
        endpoint("POST", base, _NEW_RULE, scope.write)(self.add)
        endpoint("GET", f"{base}/{{pos}}", "", scope.read)(self.read)
        endpoint("PUT", f"{base}/{{pos}}", _CHANGED_RULE.replace("pos: int 0..\n", "", 1), scope.write)(self.change)
        endpoint("DELETE", f"{base}/{{pos}}", "digest: str len=..64", scope.write)(self.remove)

    def _rows(self, call: ProxmoxCall, firewall: FirewallRecord) -> list[Json]:
        """The rules with what has become wrong with them since: a set that they name is gone."""
        return [{**rule, **_errors(dict(rule), self.scope.around(call))} for rule in firewall.rules]

    def listing(self, call: ProxmoxCall) -> list[Json]:
        """All rules, in order."""
        rows = self._rows(call, self.scope.get(call))
        digest = digest_of(rows)
        return [{**row, "pos": pos, "digest": digest} for pos, row in enumerate(rows)]

    def _position(self, call: ProxmoxCall, firewall: FirewallRecord) -> int:
        pos = int(call.text("pos")) if call.text("pos").isdigit() else -1
        if not 0 <= pos < len(firewall.rules):
            raise ServerError(f"no rule at position {call.text('pos')}")
        return pos

    def read(self, call: ProxmoxCall) -> Json:
        """One rule."""
        pos = self._position(call, self.scope.get(call))
        return {**self.listing(call)[pos], "pos": str(pos)}

    def _edit(self, call: ProxmoxCall) -> FirewallRecord:
        return self.scope.edit(call, lambda firewall: self._rows(call, firewall))

    def add(self, call: ProxmoxCall) -> None:
        """A new rule, always the first, whatever `pos` and `digest` say."""
        rule = {key: value for key, value in _given(call).items() if value not in ("", "-")}
        checked = RuleCheck(rule, self.scope.around(call)).verified()
        self.scope.get(call).rules.insert(0, {"enable": 0, **checked})

    def change(self, call: ProxmoxCall) -> None:
        """Change a rule, or move it before another."""
        firewall = self._edit(call)
        pos, target = self._position(call, firewall), call.number("moveto", -1)
        if target not in (-1, pos):
            rule = firewall.rules.pop(pos)
            firewall.rules.insert(target if target <= pos else target - 1, rule)
            return
        given, gone = _given(call), split_list(call.text("delete"))
        for name in gone:
            if name not in (*_KEYS, "pos", "digest"):
                raise ParamError(delete=f"no such property ('{name}')")
            if name in ("type", "action"):
                raise ParamError(delete=f"unable to delete required property '{name}'")
        rule = firewall.rules[pos] | given
        rule = {key: value for key, value in rule.items() if key not in gone and value not in ("", "-")}
        firewall.rules[pos] = RuleCheck(rule, self.scope.around(call)).verified()

    def remove(self, call: ProxmoxCall) -> None:
        """Remove a rule."""
        firewall = self._edit(call)
        del firewall.rules[self._position(call, firewall)]


def _given(call: ProxmoxCall) -> dict[str, Any]:
    return {key: call.p[key] for key in _KEYS if key in call.p}


def _errors(rule: dict[str, Any], around: Surroundings) -> Json:
    try:
        RuleCheck(rule, around).verified()
    except ParamError as error:
        return {"errors": error.errors}
    return {}
