"""Firewalls of guests, nodes, security groups and the datacenter. Facts: recorded on a real server (backup-firewall-misc)."""

from eiginfra.lab.proxmox.api.firewall_scope import CLUSTER, DIGEST, GROUP, NAME, NAMED, NODE, RENAME, FirewallScope, digest_of, guest_scope
from eiginfra.lab.proxmox.api.ipsets import IpSets
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.formats import FORMATS, is_address, split_list
from eiginfra.lab.proxmox.macros import MACROS
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, index
from eiginfra.lab.proxmox.schema import Value
from eiginfra.lab.proxmox.state import FirewallRecord, Json

_LOG = "enum:emerg|alert|crit|err|warning|notice|info|debug|nolog"
_POLICIES = "policy_in: enum:ACCEPT|REJECT|DROP\npolicy_out: enum:ACCEPT|REJECT|DROP"
_EDIT = f"delete: str fmt=pve-configid-list\n{DIGEST}"
_GROUP_NAME = f"group!: str len=2..18 {NAME}"
_GUEST_OPTIONS = f"""
    dhcp: bool
    enable: bool
    ipfilter: bool
    log_level_in: {_LOG}
    log_level_out: {_LOG}
    macfilter: bool
    ndp: bool
    policy_in: enum:ACCEPT|REJECT|DROP
    policy_out: enum:ACCEPT|REJECT|DROP
    radv: bool
"""
_NODE_OPTIONS = f"""
    enable: bool
    log_level_forward: {_LOG}
    log_level_in: {_LOG}
    log_level_out: {_LOG}
    log_nf_conntrack: bool
    ndp: bool
    nf_conntrack_allow_invalid: bool
    nf_conntrack_helpers: str
    nf_conntrack_max: int 32768..
    nf_conntrack_tcp_timeout_established: int 7875..
    nf_conntrack_tcp_timeout_syn_recv: int 30..60
    nftables: bool
    nosmurfs: bool
    protection_synflood: bool
    protection_synflood_burst: int
    protection_synflood_rate: int
    smurf_log_level: {_LOG}
    tcp_flags_log_level: {_LOG}
    tcpflags: bool
"""
_CLUSTER_OPTIONS = f"ebtables: bool\nenable: int 0..\nlog_ratelimit: str\npolicy_forward: enum:ACCEPT|DROP\n{_POLICIES}"
_RULE = f"""
    comment: str
    dest: str fmt=pve-fw-address len=..512
    digest: str len=..64
    dport: str fmt=pve-fw-port
    enable: int 0..
    icmp-type: str
    iface: str fmt=pve-iface len=2..20
    log: {_LOG}
    macro: str len=..128
    pos: int 0..
    proto: str
    source: str fmt=pve-fw-address len=..512
    sport: str fmt=pve-fw-port
"""
_ACTION = f"str len=2..20 {NAME}"
_NEW_RULE = f"{_RULE}\naction!: {_ACTION}\ntype!: enum:in|out|forward|group"
_CHANGED_RULE = f"{_RULE}\naction: {_ACTION}\ntype: enum:in|out|forward|group\ndelete: str fmt=pve-configid-list\nmoveto: int 0.."
_KEYS = ("type", "action", "comment", "dest", "dport", "enable", "icmp-type", "iface", "log", "macro", "proto", "source", "sport")
ACTIONS = ("ACCEPT", "DROP", "REJECT")
FORMATS["IPorCIDRorAlias"] = lambda _value: None


def _options(scope: FirewallScope, params: str) -> None:
    def read(call: ProxmoxCall) -> Json:
        firewall = scope.get(call)
        return {**firewall.options, "digest": digest_of([firewall.options])}

    def change(call: ProxmoxCall) -> None:
        firewall = scope.edit(call, lambda firewall: [firewall.options])
        for name in split_list(call.text("delete")):
            firewall.options.pop(name, None)
        firewall.options |= {name: value for name, value in call.p.items() if name not in ("node", "vmid", "delete", "digest")}

    endpoint("GET", f"{scope.base}/options", "", scope.read)(read)
    endpoint("PUT", f"{scope.base}/options", f"{params}\n{_EDIT}", scope.write)(change)


def _rows(firewall: FirewallRecord) -> list[Json]:
    rows = _listed(firewall)
    return [{**row, "pos": pos, "digest": digest_of(rows)} for pos, row in enumerate(rows)]


def _listed(firewall: FirewallRecord) -> list[Json]:
    return [_shown(rule) for rule in firewall.rules]


def _shown(rule: dict[str, Value]) -> Json:
    row: Json = dict(rule)
    address = str(rule.get("source") or rule.get("dest") or "").partition("/")[0]
    if is_address(address):
        row["ipversion"] = 4 if is_address(address, 4) else 6
    return row


def _check_rule(rule: dict[str, Value]) -> None:
    if rule["type"] != "group" and rule["action"] not in ACTIONS:
        raise ParamError(action=f"unknown action '{rule['action']}'")
    if "macro" in rule and rule["macro"] not in MACROS:
        raise ParamError(macro=f"unknown macro '{rule['macro']}'")
    for port in ("dport", "sport"):
        if port in rule and "proto" not in rule:
            raise ParamError(proto=f"missing property - '{port}' requires this property")


def _position(call: ProxmoxCall, firewall: FirewallRecord) -> int:
    pos = int(call.text("pos")) if call.text("pos").isdigit() else -1
    if not 0 <= pos < len(firewall.rules):
        raise ServerError(f"no rule at position {call.text('pos')}")
    return pos


def _rules(scope: FirewallScope, base: str) -> None:
    def read(call: ProxmoxCall) -> Json:
        firewall = scope.get(call)
        pos = _position(call, firewall)
        return {**_rows(firewall)[pos], "pos": str(pos)}

    def add(call: ProxmoxCall) -> None:
        firewall = scope.edit(call, _listed)
        rule = {"enable": 0, **{key: call.p[key] for key in _KEYS if key in call.p}}
        _check_rule(rule)
        firewall.rules.insert(0, rule)

    def change(call: ProxmoxCall) -> None:
        firewall = scope.edit(call, _listed)
        pos = _position(call, firewall)
        if "moveto" in call.p:
            target = call.number("moveto")
            rule = firewall.rules.pop(pos)
            firewall.rules.insert(target if target <= pos else target - 1, rule)
            return
        gone = split_list(call.text("delete"))
        rule = {key: value for key, value in firewall.rules[pos].items() if key not in gone}
        rule |= {key: call.p[key] for key in _KEYS if key in call.p}
        _check_rule(rule)
        firewall.rules[pos] = rule

    def delete(call: ProxmoxCall) -> None:
        firewall = scope.edit(call, _listed)
        del firewall.rules[_position(call, firewall)]

    endpoint("GET", base, "", scope.read)(lambda call: _rows(scope.get(call)))
    endpoint("POST", base, _NEW_RULE, scope.write)(add)
    endpoint("GET", f"{base}/{{pos}}", "", scope.read)(read)
    endpoint("PUT", f"{base}/{{pos}}", _CHANGED_RULE.replace("pos: int 0..\n", "", 1), scope.write)(change)
    endpoint("DELETE", f"{base}/{{pos}}", "digest: str len=..64", scope.write)(delete)


def _aliases(scope: FirewallScope) -> None:
    base = f"{scope.base}/aliases"

    def row(call: ProxmoxCall, name: str, item: Json) -> Json:
        rows = [plain(*pair) for pair in scope.get(call).aliases.items()]
        return {**plain(name, item), "digest": digest_of(rows)}

    def plain(name: str, item: Json) -> Json:
        return {"name": name, **item, "ipversion": 4 if is_address(item["cidr"].partition("/")[0], 4) else 6}

    def find(call: ProxmoxCall) -> Json:
        found: Json | None = scope.get(call).aliases.get(call.text("name"))
        if found is None:
            raise ParamError(name=f"no such alias '{call.text('name')}'")
        return found

    def create(call: ProxmoxCall) -> None:
        if call.text("name") in scope.get(call).aliases:
            raise ParamError(name=f"alias '{call.text('name')}' already exists")
        scope.get(call).aliases[call.text("name")] = {key: call.p[key] for key in ("cidr", "comment") if key in call.p}

    def change(call: ProxmoxCall) -> None:
        find(call).update({key: call.p[key] for key in ("cidr", "comment") if key in call.p})
        if "rename" in call.p:
            aliases = scope.get(call).aliases
            aliases[call.text("rename")] = aliases.pop(call.text("name"))

    def delete(call: ProxmoxCall) -> None:
        find(call)
        del scope.get(call).aliases[call.text("name")]

    fields = "cidr!: str fmt=IPorCIDR\ncomment: str"
    endpoint("GET", base, "", scope.read)(lambda call: [row(call, *pair) for pair in scope.get(call).aliases.items()])
    endpoint("POST", base, f"{fields}\n{NAMED}", scope.write)(create)
    endpoint("GET", f"{base}/{{name}}", NAMED, scope.read)(lambda call: row(call, call.text("name"), find(call)))
    endpoint("PUT", f"{base}/{{name}}", f"{fields}\n{DIGEST}\n{RENAME}\n{NAMED}", scope.write)(change)
    endpoint("DELETE", f"{base}/{{name}}", f"{DIGEST}\n{NAMED}", scope.write)(delete)


def _refs(scope: FirewallScope) -> None:
    def refs(call: ProxmoxCall) -> list[Json]:
        firewall, kind = scope.get(call), "dc" if scope is CLUSTER else "guest"
        rows = [{"type": "alias", "name": name, "ref": name, "scope": kind} for name in firewall.aliases]
        rows += [{"type": "ipset", "name": name, "ref": f"+{name}", "scope": kind} for name in firewall.ipsets]
        return [row for row in rows if call.text("type") in ("", row["type"])]

    endpoint("GET", f"{scope.base}/refs", "type: enum:alias|ipset", scope.read)(refs)


for _scope, _params in ((guest_scope("lxc"), _GUEST_OPTIONS), (guest_scope("qemu"), _GUEST_OPTIONS), (CLUSTER, _CLUSTER_OPTIONS)):
    _options(_scope, _params)
    _rules(_scope, f"{_scope.base}/rules")
    IpSets(_scope)
    _aliases(_scope)
    _refs(_scope)
_options(NODE, _NODE_OPTIONS)
_rules(NODE, f"{NODE.base}/rules")
_rules(GROUP, GROUP.base)
for _kind in ("lxc", "qemu"):
    index(f"/nodes/{{node}}/{_kind}/{{vmid}}/firewall", "rules", "aliases", "ipset", "refs", "options", key="name")
index("/nodes/{node}/firewall", "rules", "options", "log", key="name")
index("/cluster/firewall", "groups", "rules", "ipset", "aliases", "options", "macros", "refs", key="name")
endpoint("GET", "/cluster/firewall/macros")(lambda _: [{"macro": name, "descr": text} for name, text in MACROS.items()])


@endpoint("GET", "/cluster/firewall/groups")
def list_groups(call: ProxmoxCall) -> list[Json]:
    """Security groups."""
    rows = [{"group": name, **item} for name, item in call.lab.firewall("cluster").groups.items()]
    return [{**row, "digest": digest_of(rows)} for row in rows]


@endpoint("POST", "/cluster/firewall/groups", f"{_GROUP_NAME}\ncomment: str\n{DIGEST}\nrename: str len=2..18 {NAME}", CLUSTER.write)
def create_group(call: ProxmoxCall) -> None:
    """A new security group."""
    name, groups = call.text("group"), call.lab.firewall("cluster").groups
    if name in groups and "rename" not in call.p:
        raise ParamError(group=f"Security group '{name}' already exists")
    groups[name] = {"comment": call.text("comment")} if "comment" in call.p else {}


@endpoint("DELETE", "/cluster/firewall/groups/{group}", _GROUP_NAME, CLUSTER.write)
def delete_group(call: ProxmoxCall) -> None:
    """Delete an empty security group."""
    if call.lab.firewall(f"group/{call.text('group')}").rules:
        raise ServerError(f"Security group '{call.text('group')}' is not empty")
    call.lab.firewall("cluster").groups.pop(call.text("group"), None)
