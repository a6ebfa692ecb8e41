from datetime import date
from typing import Any

from support.gateway_row import ASSIGNED, KEY_FIELD, LIVE, UNCOMPARED, Case, Hand, Row, Server
from support.gateway_wire import KEY, OTHER_KEY, THIRD_KEY, jump_line

from eiginfra.providers.gateway.kinds.account import GatewayAccountSpec

NAME, FILE = "adler-1", "/etc/eiginfra-gateway/keys/adler-1"
MACHINES = ("proxmox.container[eig3/adler/web]",)


def changed(**fields: Any) -> Hand:
    return lambda server: server.control(accounts={NAME: fields})


def added(server: Server) -> None:
    """A further key with the options of the first."""
    text = server.control()["files"][FILE]
    options = text.partition(" ")[0]
    server.control(files={FILE: f"{text}{options} {THIRD_KEY}\n"})


CASE = Case(
    (GatewayAccountSpec(user=NAME, keys=(KEY,), machines=MACHINES, until=date(2030, 6, 30), enabled=True),),
    (
        Row("user", "adler-9", KEY_FIELD),
        Row("account", 1009, UNCOMPARED),
        Row("keys", (OTHER_KEY,), LIVE, added),
        Row("machines", (), UNCOMPARED),
        Row("opens", None, ASSIGNED, lambda server: server.control(files={FILE: jump_line(KEY, "192.168.0.101", "192.168.0.200")})),
        Row("until", date(2030, 7, 31), LIVE, changed(expires="")),
        Row("enabled", False, LIVE, changed(expires="")),
        Row("settled", None, ASSIGNED, changed(shell="/bin/bash")),
    ),
    ends=("disable", "disable"),
    bad={
        "user": ["9lives", "a" * 33, "a b", "ends.", "é", "a:b", "a\nb", "$(id)", "../x", ""],
        "keys": [[f'command="sh" {KEY}'], ["ssh-dss AAAAB3NzaC1kc3MAAAAA"], ["-----BEGIN OPENSSH PRIVATE KEY-----"], [f"{KEY}\n{KEY}"]],
        "machines": [["web"], ["proxmox.container[eig3/adler/web]; id"], ["proxmox.container[eig3/adler]"]],
        "account": [0, 999, -1],
    },
)  # fmt: skip
