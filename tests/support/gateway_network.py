"""The network of the gateway's tests, as on one rented server: a public bridge and a private one, on the gateway.

office (the tests themselves) ─┐
outside, two addresses ────────┴ vmbr0 [gateway] vmbr1 ┬ one machine a team
                                                       ┴
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from support.gateway_units import Units
from support.namespaces import SECONDS, Host, mount_trees

PUBLIC, PUBLIC6 = "203.0.113.1", "2001:db8::1"
OFFICE = "203.0.113.20"
OUTSIDE, ELSEWHERE = "203.0.113.10", "203.0.113.11"
INNER = "192.168.0.254"
HOST = "eig.example.org"
HOST_KEY = "etc/ssh/ssh_host_ed25519_key"
# What EIG Link has on the server by hand: nothing of eiginfra's. Machines reach the Internet by the public address.
NFTABLES = """#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input { type filter hook input priority filter; policy accept; }
    chain forward { type filter hook forward priority filter; policy accept; }
}
table ip lan {
    chain out { type nat hook postrouting priority srcnat; ip saddr 192.168.0.0/24 oifname "vmbr0" masquerade; }
}
"""


@dataclass
class Network:
    """The hosts. `machines` by their address."""

    outside: Host
    gateway: Host
    machines: Mapping[str, Host]

    def boot_gateway(self) -> None:
        """Start the gateway, connect all others to it, and do what its own start does: addresses, routing, nftables, sshd."""
        gateway = self.gateway
        gateway.boot()
        for number in (0, 1):
            gateway.run("ip", "link", "add", f"vmbr{number}", "type", "bridge")
            gateway.run("ip", "link", "set", f"vmbr{number}", "up")
        gateway.run("ip", "address", "add", f"{PUBLIC}/24", "dev", "vmbr0")
        gateway.run("ip", "address", "add", f"{PUBLIC6}/64", "dev", "vmbr0", "nodad")
        gateway.run("ip", "address", "add", f"{INNER}/24", "dev", "vmbr1")
        gateway.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.bridges_pass_rules(yes=False)
        _plug(None, gateway, "office", "vmbr0", f"{OFFICE}/24")
        _plug(self.outside, gateway, "outside", "vmbr0", f"{OUTSIDE}/24", f"{ELSEWHERE}/24", "2001:db8::10/64")
        for place, (address, machine) in enumerate(self.machines.items()):
            _plug(machine, gateway, f"guest{place}", "vmbr1", f"{address}/24")
            machine.run("ip", "route", "replace", "default", "via", INNER)
        Units(gateway).start()
        start_sshd(gateway)
        gateway.run("nginx")

    def bridges_pass_rules(self, *, yes: bool) -> None:
        """Whether what crosses a bridge meets the rules for IP, too: with pve-firewall it does. Where the kernel cannot, it never does."""
        self.gateway.run("sh", "-c", f"cd /proc/sys/net/bridge 2>/dev/null || exit 0; echo {int(yes)} > bridge-nf-call-iptables")

    def reboot_gateway(self) -> None:
        """All its processes, its connections, rules and file systems in memory are gone; its files stay."""
        for own in (list, *(host.command for host in (self.outside, *self.machines.values()))):
            subprocess.run(own(["ip", "link", "delete", "eth0"]), check=True, timeout=SECONDS)
        self.gateway.halt()
        self.boot_gateway()


@contextmanager
def running_network(addresses: tuple[str, ...]) -> Iterator[Network]:
    """All hosts, started; they end with it."""
    network = _make_network(addresses)
    try:
        yield network
    finally:
        for host in (network.outside, network.gateway, *network.machines.values()):
            host.halt()


def _make_network(addresses: tuple[str, ...]) -> Network:
    mount_trees()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=SECONDS)
    machines = {address: Host(f"machine-{address.rpartition('.')[2]}") for address in addresses}
    network = Network(Host("outside"), Host("gateway"), machines)
    network.gateway.write("/etc/nftables.conf", NFTABLES, 0o755)
    for host in (network.outside, *machines.values()):
        host.boot()
    for host in (network.gateway, *machines.values()):
        host.write(
            "/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nSubsystem sftp /usr/lib/openssh/sftp-server\n"
        )
        for file in host.root.glob("etc/ssh/ssh_host_*"):
            file.unlink()
    network.boot_gateway()
    for machine in machines.values():
        start_sshd(machine)
    names = network.outside.write("/etc/hosts", f"127.0.0.1 localhost\n{PUBLIC} {HOST}\n")
    subprocess.run(["mount", "--bind", str(names), "/etc/hosts"], check=True, timeout=SECONDS)  # for the tests themselves, too
    return network


def start_sshd(host: Host) -> None:
    """Debian's server, with host keys of its own; it is there when this ends."""
    if not host.root.joinpath(HOST_KEY).exists():
        host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"/{HOST_KEY}")
    host.run("/usr/sbin/sshd")


def host_key(host: Host) -> str:
    """Its type and key."""
    return " ".join(host.read(f"{HOST_KEY}.pub").split()[:2])


def _plug(host: Host | None, gateway: Host, name: str, bridge: str, *addresses: str) -> None:
    """A cable from a host, or from the tests themselves, to a bridge of the gateway."""
    made = [
        "ip",
        "link",
        "add",
        name,
        "netns",
        str(gateway.pid),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        str(host.pid if host else 1),
    ]
    subprocess.run(made, check=True, timeout=SECONDS)
    gateway.run("ip", "link", "set", name, "master", bridge, "up")
    own = host.command if host else list
    for address in addresses:
        six = ["nodad"] if ":" in address else []
        subprocess.run(own(["ip", "address", "add", address, "dev", "eth0", *six]), check=True, timeout=SECONDS)
    subprocess.run(own(["ip", "link", "set", "eth0", "up"]), check=True, timeout=SECONDS)
