"""The gateway program in a root of its own and the lab beside it: one call goes to both, and both must answer alike."""

import random
import re
from dataclasses import dataclass

from support.gateway_cases import DOMAIN, VALID, Lines, data_of
from support.gateway_root import GatewayRoot, parse
from support.ssh_keys_made import KEYS_MADE

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gateway import GatewayService, build
from eiginfra.lab.gateway.nginx import MAIN
from eiginfra.lab.gateway.program import run
from eiginfra.lab.gateway.state import CONFIGURATION, FORWARDS, SHARED, SITES, SSHD, UNIT
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.providers.gateway.program import PATH

NETWORK = {"subnet": "192.168.0.0/24", "gateway": "192.168.0.254"}
PCT = """#!/bin/sh
printf '%s\\n' "$*" >>/tmp/pct
"""
# What differs because the one is a server and the other is not: the system's own accounts, and what else listens.
APART = {"accounts", "listening", "tools"}


@dataclass
class Both:
    """The program in a root of its own, and the lab."""

    root: GatewayRoot
    service: GatewayService

    def verb(self, verb: str, data: bytes) -> tuple[int, str, str]:
        """Runs it on both; returns how it ended."""
        real = self.root.run(PATH, verb, data=data)
        lab = run(self.service.lab, verb, data)
        assert (lab.code, timeless(lab.err.decode())) == (real.code, timeless(real.err)), (verb, data[:300])
        if verb != "observe":
            assert lab.out.decode() == real.out
        return real.code, real.out, real.err

    def send(self, verb: str, *lines: tuple[str, str]) -> int:
        return self.verb(verb, data_of(lines))[0]

    def write(self, path: str, text: str) -> None:
        self.root.write(path, text)
        self.service.lab.state.files[path] = text

    def remove(self, path: str) -> None:
        self.root.sh('rm "$1"', path)
        del self.service.lab.state.files[path]

    def compare(self) -> None:
        """What both observe, and the files that they keep."""
        real, lab = (parse(text) for text in (self.root.verb("observe").out, run(self.service.lab, "observe", b"end\n").out.decode()))
        names = {name for name in real.keys() | lab.keys() if name not in APART}
        assert {name: timeless(lab.get(name, "-")) for name in names} == {name: timeless(real.get(name, "-")) for name in names}
        assert accounts(lab["accounts"]) == accounts(real["accounts"])
        assert {line.split()[0] for line in lab["tools"].splitlines()} - {"systemd"} == {
            line.split()[0] for line in real["tools"].splitlines()
        }
        kept = (
            FORWARDS,
            SHARED,
            SSHD,
            UNIT,
            *(f"{SITES}/eiginfra-{name.split()[1]}.conf" for name in names if name.startswith("subdomain ")),
        )
        assert {path: self.service.lab.state.files.get(path) for path in kept} == {path: self.root.read(path) for path in kept}


def timeless(text: str) -> str:
    """Without nginx's time and process."""
    return re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+", r"\1", text, flags=re.MULTILINE)


def accounts(text: str) -> dict[str, list[str]]:
    """Of the accounts that are not the system's: all but their UIDs."""
    lines = [line.split(":") for line in text.splitlines()]
    return {name: rest for name, _, *rest in lines if name.startswith(("adler", "brise", "hand"))}


def made(root: GatewayRoot) -> Both:
    """Both, the program in a root that runs."""
    container = GuestRecord(107, "lxc", "eig", {"hostname": "web", "features": "nesting=1"}, running=True)
    guests = {107: container, 9012: GuestRecord(9012, "qemu", "eig")}
    service = build(LabClock(), lambda: guests, "eig", NETWORK)
    state = service.lab.state
    state.files[CONFIGURATION] += "reserved-port 10001\n"
    state.listening = ["tcp 80", "tcp 443"]
    for path in (CONFIGURATION, MAIN):
        root.write(path, state.files[path])
    root.write("/etc/pve/nodes/eig/lxc/107.conf", "hostname: web\nfeatures: nesting=1\n")
    root.write("/usr/sbin/pct", PCT, "755")
    root.sh("useradd eiginfra")
    root.boot()
    return Both(root, service)


HOSTS = (f"adler.{DOMAIN}", f"brise.{DOMAIN}", f"www.{DOMAIN}")
SOURCES = ("10.0.0.0/8", "192.0.2.0/25", "192.0.2.128/25", "192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32")
POOLS: dict[str, tuple[str, ...]] = {
    "name": ("adler-1", "adler-2", "brise", "root", "eiginfra"),
    "enabled": ("yes", "yes", "no"),
    "expires": ("2020-01-31", "2099-12-31"),
    "uid": ("1", "1000"),
    "open": ("192.168.0.107", "192.168.0.9", "192.168.0.10"),
    "key": tuple(key for name, key in KEYS_MADE.items() if name not in {"ssh-rsa-2048", "ssh-dss"}),
    "address": ("192.168.0.107", "192.168.0.108", "192.168.0.254"),
    "port": ("22", "8080"),
    "public": ("10222", "10223", "10001", "19999"),
    "protocol": ("tcp", "udp"),
    "owner": ("eig3/adler/web", "eig3/brise/db"),
    "closed": ("no", "yes"),
    "websocket": ("yes", "no"),
    "max-body": ("16", "1"),
    "timeout": ("60", "3600"),
    "source": SOURCES,
}
VERBS = ("account", "account", "account-remove", "subdomain", "subdomain", "subdomain-remove", "forward", "forward", "forward-remove")
MORE = {"account": (("expires", 1), ("uid", 1), ("open", 2), ("key", 3)), "subdomain": (("source", 3),), "forward": (("source", 4),)}


def drawn(chance: random.Random, verb: str) -> Lines:
    """Data of a verb, valid for the most part."""
    keys = [key for key, _ in VALID[verb] if key not in ("open", "key")]
    keys += [key for key, most in MORE.get(verb, ()) for _ in range(chance.randint(0, most) if chance.random() < 0.5 else 0)]
    chance.shuffle(keys)
    pools = POOLS | ({"name": HOSTS} if verb.startswith("subdomain") else {})
    return tuple((key, chance.choice(pools[key])) for key in keys)
