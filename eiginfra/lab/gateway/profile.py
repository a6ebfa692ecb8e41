"""The state that the lab's gateway begins with: a Debian that was prepared as `docs/prepare-gateway.md` says, before any team."""

from eiginfra.lab.gateway.forwards import loaded_text
from eiginfra.lab.gateway.keys import make_key
from eiginfra.lab.gateway.lab import MachinesNetwork
from eiginfra.lab.gateway.nginx import MAIN
from eiginfra.lab.gateway.prepared import SHARED_TEXT, SSHD_TEXT, UNIT_TEXT
from eiginfra.lab.gateway.render import forwards_text
from eiginfra.lab.gateway.state import CONFIGURATION, FORWARDS, SHARED, SSHD, UNIT, AccountRecord, GatewayState
from eiginfra.lab.sitefile import DOMAIN, PORTS, RESERVED

_NGINX = """\
user www-data;
worker_processes auto;
pid /run/nginx.pid;

events {
    worker_connections 768;
}

http {
    sendfile on;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
"""
_SYSTEM = {"root": 0, "daemon": 1, "bin": 2, "sys": 3, "mail": 8, "www-data": 33, "backup": 34, "nobody": 65534, "sshd": 101}


def new_state(network: MachinesNetwork, node: str) -> GatewayState:
    """A new server, with keys of its own."""
    certificate = f"/etc/letsencrypt/live/{DOMAIN}"
    lines = [
        f"domain {DOMAIN}",
        f"subnet {network.subnet}",
        f"ports {PORTS}",
        f"certificate {certificate}",
        "challenge /var/www/eiginfra-acme",
        *(f"reserved {label}" for label in RESERVED),
        f"reserved-address {network.address}",
        f"node {node}",
    ]
    accounts = {name: AccountRecord(uid, "/bin/bash" if name == "root" else "/usr/sbin/nologin") for name, uid in _SYSTEM.items()}
    accounts["eig-link"] = AccountRecord(1000, groups=["sudo"])
    accounts["eiginfra"] = AccountRecord(1001, "/bin/sh")
    files = {
        CONFIGURATION: "".join(f"{line}\n" for line in lines),
        MAIN: _NGINX,
        SHARED: SHARED_TEXT,
        SSHD: SSHD_TEXT,
        UNIT: UNIT_TEXT,
        FORWARDS: forwards_text([], network.subnet),
    }
    return GatewayState(
        host_key=make_key(),
        key=make_key(),
        files=files,
        loaded=loaded_text([], network.subnet),
        accounts=accounts,
        listening=["tcp 22", "tcp 80", "tcp 443", "tcp 8006"],
        certificates=[certificate],
    )
