"""Firewalls of guests, nodes, security groups and the datacenter. Facts: recorded on a real server (firewall-guest), and API2/Firewall."""

from eiginfra.lab.proxmox.api.firewall_aliases import FirewallAliases
from eiginfra.lab.proxmox.api.firewall_rules import LOG, FirewallRules
from eiginfra.lab.proxmox.api.firewall_scope import CLUSTER, DIGEST, GROUP, NODE, FirewallScope, check_digest, digest_of, guest_scope
from eiginfra.lab.proxmox.api.ipsets import IpSets
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.firewall import NAME
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.macros import MACROS
from eiginfra.lab.proxmox.routing import ProxmoxCall, Rule, endpoint, index, perm
from eiginfra.lab.proxmox.schema import STRINGS, declare
from eiginfra.lab.proxmox.state import FirewallRecord, Json

_POLICIES = "policy_in: enum:ACCEPT|REJECT|DROP\npolicy_out: enum:ACCEPT|REJECT|DROP"
_EDIT = f"delete: str fmt=pve-configid-list\n{DIGEST}"
_GROUP_NAME = f"group!: str len=2..18 re={NAME}"
_GUEST_OPTIONS = f"""
    dhcp: bool
    enable: bool
    ipfilter: bool
    log_level_in: {LOG}
    log_level_out: {LOG}
    macfilter: bool
    ndp: bool
    policy_in: enum:ACCEPT|REJECT|DROP
    policy_out: enum:ACCEPT|REJECT|DROP
    radv: bool
"""
_NODE_OPTIONS = f"""
    enable: bool
    log_level_forward: {LOG}
    log_level_in: {LOG}
    log_level_out: {LOG}
    log_nf_conntrack: bool
    ndp: bool
    nf_conntrack_allow_invalid: bool
    nf_conntrack_helpers: str fmt=pve-fw-conntrack-helper
    nf_conntrack_max: int 32768..
    nf_conntrack_tcp_timeout_established: int 7875..
    nf_conntrack_tcp_timeout_syn_recv: int 30..60
    nftables: bool
    nosmurfs: bool
    protection_synflood: bool
    protection_synflood_burst: int
    protection_synflood_rate: int
    smurf_log_level: {LOG}
    tcp_flags_log_level: {LOG}
    tcpflags: bool
"""
_CLUSTER_OPTIONS = (
    f"ebtables: bool\nenable: int 0..\nlog_ratelimit: str fmt={{log-ratelimit}}\npolicy_forward: enum:ACCEPT|DROP\n{_POLICIES}"
)
_LOG_LINES = "limit: int 0..\nsince: int 0..\nstart: int 0..\nuntil: int 0.."
STRINGS["log-ratelimit"] = declare("enable!*: bool\nburst: int 0..\nrate: str re=[1-9][0-9]*/(second|minute|hour|day)")


def _options(scope: FirewallScope, params: str) -> None:
    known = declare(params).params

    def read(call: ProxmoxCall) -> Json:
        firewall = scope.get(call)
        return {**firewall.options, "digest": digest_of([firewall.options])}

    def change(call: ProxmoxCall) -> None:
        firewall = scope.edit(call, lambda firewall: [firewall.options])
        for name in split_list(call.text("delete")):
            if name not in known:
                raise ParamError(delete=f"no such option '{name}'")
            firewall.options.pop(name, None)
        firewall.options |= {name: call.p[name] for name in known if name in call.p}
        if scope is CLUSTER and call.number("enable") > 1:
            firewall.options["enable"] = call.lab.now()

    endpoint("GET", f"{scope.base}/options", "", scope.read)(read)
    endpoint("PUT", f"{scope.base}/options", f"{params}\n{_EDIT}", scope.write)(change)


def _refs(scope: FirewallScope) -> None:
    def refs(call: ProxmoxCall) -> list[Json]:
        found = _references(call.lab.firewall("cluster"), "dc")
        if scope is not CLUSTER:
            found += _references(scope.get(call), "guest")
        wanted = call.text("type")
        return [row for row in found if wanted in ("", row["type"])]

    endpoint("GET", f"{scope.base}/refs", "type: enum:alias|ipset", scope.read)(refs)


def _references(firewall: FirewallRecord, scope: str) -> list[Json]:
    rows = [{"type": "ipset", "name": name, "ref": f"+{name}", **_comment(item)} for name, item in firewall.ipsets.items()]
    rows += [{"type": "alias", "name": name, "ref": name, **_comment(item)} for name, item in firewall.aliases.items()]
    return [{**row, "scope": scope} for row in rows]


def _comment(item: Json) -> Json:
    return {"comment": item["comment"]} if item.get("comment") else {}


def _log(base: str, rule: Rule) -> None:
    """The log of dropped packets: no packet ever comes to the lab."""

    def log(call: ProxmoxCall) -> list[Json]:
        call.extra["total"] = 1
        return [{"n": 1, "t": "no content"}][call.number("start") : call.number("start") + call.number("limit", 50)]

    endpoint("GET", f"{base}/log", _LOG_LINES, rule)(log)


for _scope, _params in ((guest_scope("lxc"), _GUEST_OPTIONS), (guest_scope("qemu"), _GUEST_OPTIONS), (CLUSTER, _CLUSTER_OPTIONS)):
    _options(_scope, _params)
    FirewallRules(_scope, f"{_scope.base}/rules")
    IpSets(_scope)
    FirewallAliases(_scope)
    _refs(_scope)
_options(NODE, _NODE_OPTIONS)
FirewallRules(NODE, f"{NODE.base}/rules")
FirewallRules(GROUP, GROUP.base)
_log(NODE.base, perm("/nodes/{node}", "Sys.Syslog"))
for _kind in ("lxc", "qemu"):
    _log(guest_scope(_kind).base, perm("/vms/{vmid}", "VM.Console"))
    index(f"/nodes/{{node}}/{_kind}/{{vmid}}/firewall", "rules", "aliases", "ipset", "refs", "options", key="name")
index("/nodes/{node}/firewall", "rules", "options", "log", key="name")
index("/cluster/firewall", "groups", "rules", "ipset", "aliases", "options", "macros", "refs", key="name")
endpoint("GET", "/cluster/firewall/macros")(lambda _: [{"macro": name, "descr": text} for name, text in MACROS.items()])


@endpoint("GET", "/cluster/firewall/groups")
def list_groups(call: ProxmoxCall) -> list[Json]:
    """Security groups."""
    rows = [{"group": name, **item} for name, item in call.lab.firewall("cluster").groups.items()]
    return [{**row, "digest": digest_of(rows)} for row in rows]


@endpoint("POST", "/cluster/firewall/groups", f"{_GROUP_NAME}\ncomment: str\n{DIGEST}\nrename: str len=2..18 re={NAME}", CLUSTER.write)
def create_group(call: ProxmoxCall) -> None:
    """A new security group; or another name or comment for one, which the rules that name it follow."""
    name, old, firewalls = call.text("group"), call.text("rename"), call.lab.state.firewalls
    groups, comment = call.lab.firewall("cluster").groups, {"comment": call.text("comment")} if "comment" in call.p else {}
    if not old:
        if name in groups:
            raise ParamError(group=f"Security group '{name}' already exists")
        groups[name] = comment
        return
    check_digest(call, [{"group": each, **item} for each, item in groups.items()])
    if old not in groups:
        raise ParamError(group=f"Security group '{old}' does not exist")
    if name in groups and name != old:
        raise ParamError(group=f"Security group '{name}' does already exist")
    groups[name] = groups.pop(old) | comment
    firewalls[f"group/{name}"] = firewalls.pop(f"group/{old}", FirewallRecord())
    for rule in (rule for firewall in firewalls.values() for rule in firewall.rules):
        if (rule["type"], rule["action"]) == ("group", old):
            rule["action"] = name


@endpoint("DELETE", "/cluster/firewall/groups/{group}", _GROUP_NAME, CLUSTER.write)
def delete_group(call: ProxmoxCall) -> None:
    """Delete an empty security group."""
    if GROUP.get(call).rules:
        raise ServerError(f"Security group '{call.text('group')}' is not empty")
    del call.lab.firewall("cluster").groups[call.text("group")]
