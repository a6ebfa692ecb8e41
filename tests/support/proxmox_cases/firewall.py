from typing import Any

from support.proxmox_case import KEY_FIELD, LIVE, UNCOMPARED, Case, Hand, Row, World, mark
from support.proxmox_guests import NETWORK, guest

from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

RULES = (
    {"type": "out", "action": "DROP", "proto": "icmp", "icmp_type": "echo-request", "enable": False, "log": "info", "iface": "net0"},
    {"action": "ACCEPT", "macro": "SSH"},
    {
        "action": "ACCEPT",
        "proto": "tcp",
        "source": "10.0.0.0/8",
        "sport": "1024:65535",
        "dest": "192.0.2.1",
        "dport": "80,443",
        "comment": "é",
    },
)


def firewall(world: World) -> FirewallSpec:
    filters = {"ipfilter": True, "macfilter": True, "dhcp": False, "ndp": True, "radv": False}
    levels = {"log_level_in": "nolog", "log_level_out": "nolog", "policy_in": "DROP", "policy_out": "ACCEPT"}
    return FirewallSpec.model_validate(
        {"mark": mark(world), "enable": True, "rules": [{"action": "ACCEPT", "macro": "SSH"}], **filters, **levels}
    )


def options(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"{guest(world)[0]}/firewall/options", **params)


def stray_rule(world: World) -> None:
    world.admin("POST", f"{guest(world)[0]}/firewall/rules", type="in", action="DROP", enable=1)


def stray_address(world: World) -> None:
    path = f"{guest(world)[0]}/firewall"
    if "ipfilter-net0" not in {row["name"] for row in world.admin("GET", f"{path}/ipset")}:
        world.admin("POST", f"{path}/ipset", name="ipfilter-net0")
    world.admin("POST", f"{path}/ipset/ipfilter-net0", cidr="192.168.0.7")


CASE = Case(
    lambda world: [world.container("web"), firewall(world)],
    (
        Row("firewall", "mark", lambda world: mark(world, "www"), KEY_FIELD),
        Row("firewall", "enable", False, LIVE, NETWORK, options(enable=1)),
        Row("firewall", "policy_in", "ACCEPT", LIVE, NETWORK, options(policy_in="REJECT")),
        Row("firewall", "policy_out", "REJECT", LIVE, NETWORK, options(policy_out="DROP")),
        Row("firewall", "ipfilter", False, LIVE, NETWORK, stray_address),
        Row("firewall", "ipfilter", True, LIVE, NETWORK, stray_address, start={"ipfilter": False}),
        Row("firewall", "macfilter", False, LIVE, NETWORK, options(macfilter=1)),
        Row("firewall", "dhcp", True, LIVE, NETWORK, options(delete="dhcp")),
        Row("firewall", "ndp", False, LIVE, NETWORK, options(ndp=1)),
        Row("firewall", "radv", True, LIVE, NETWORK, options(radv=0)),
        Row("firewall", "log_level_in", "info", LIVE, NETWORK, options(log_level_in="debug")),
        Row("firewall", "log_level_out", "debug", LIVE, NETWORK, options(log_level_out="info")),
        Row("firewall", "seen_without", True, UNCOMPARED, creates=False),
        Row("firewall", "rules", RULES, LIVE, NETWORK, stray_rule),
    ),
    making="VM.Config.Network",
    ends=None,
)  # fmt: skip
