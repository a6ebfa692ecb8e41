"""Public ports, by packets, and what else is in the kernel's tables."""

from dataclasses import replace

import pytest
from support.gateway_door import Door
from support.gateway_network import ELSEWHERE, HOST_KEY, OUTSIDE, PUBLIC, Network, host_key
from support.gateway_office import ADDRESSES, Office
from support.machine_services import ask_udp
from support.namespaces import Host
from support.visitor import Visitor

SSH = {"public": 10222, "port": 22}
ADLER, KARFUR = ADDRESSES["adler"], ADDRESSES["karfur"]


def server_key(host: Host, address: str, port: int) -> str:
    """Whose key an SSH server there shows."""
    return " ".join(host.run("ssh-keyscan", "-t", "ed25519", "-p", str(port), address).split()[1:3])


def test_a_public_port_lands_on_the_machines_ssh_server(office: Office, network: Network) -> None:
    assert server_key(network.outside, PUBLIC, 10222) == host_key(network.machines[ADLER])


def test_the_machine_sees_from_where_it_is_asked(office: Office, network: Network) -> None:
    with office.asks("karfur", forward=[{"public": 10053, "port": 8080, "protocol": "udp"}]):
        assert ask_udp(network.outside, PUBLIC, 10053, "hello", 3) == f"{KARFUR}:{OUTSIDE}:hello"
        with pytest.raises((ConnectionError, TimeoutError)):
            Visitor(network.outside, "").connect(10053)
    assert ask_udp(network.outside, PUBLIC, 10053, "hello", 0.2) is None


def test_only_allowed_sources_reach_a_port(office: Office, visitor: Visitor) -> None:
    with office.asks("adler", forward=[SSH | {"sources": [f"{ELSEWHERE}/32"]}]):
        assert replace(visitor, source=ELSEWHERE).line(10222).startswith("SSH-2.0-")
        with pytest.raises((ConnectionError, TimeoutError)):
            visitor.connect(10222, 1)
    assert visitor.line(10222).startswith("SSH-2.0-")


@pytest.mark.parametrize("asking", [ADLER, KARFUR])
def test_machines_reach_the_public_port_from_within(asking: str, office: Office, network: Network) -> None:
    assert server_key(network.machines[asking], PUBLIC, 10222) == host_key(network.machines[ADLER])


def test_what_machines_send_through_the_gateway_to_others_is_left_alone(office: Office, network: Network) -> None:
    """A port of another server has the number of a forward: that traffic is not the gateway's."""
    network.outside.run("sh", "-c", f"/usr/sbin/sshd -p 10222 -h /{HOST_KEY} -o PidFile=/run/other.pid")
    try:
        assert server_key(network.machines[KARFUR], OUTSIDE, 10222) == host_key(network.outside)
    finally:
        network.outside.run("sh", "-c", "kill $(cat /run/other.pid)")


def test_a_port_of_the_server_itself_is_refused(office: Office, door: Door, gateway: Host) -> None:
    gateway.run("sh", "-c", f"/usr/sbin/sshd -p 10300 -h /{HOST_KEY} -o PidFile=/run/other.pid")
    try:
        asked = (("protocol", "tcp"), ("owner", "eig3/adler/web"), ("address", ADLER), ("port", 22), ("closed", "no"))
        refused = door.send("forward", ("public", 10300), *asked)
        assert (refused.returncode, refused.stderr.startswith("refused: public")) == (65, True)
    finally:
        gateway.run("sh", "-c", "kill $(cat /run/other.pid)")


# As pve-firewall (by iptables-nft) and proxmox-firewall leave them: much shortened, the same names, hooks and sorts of rules.
PVE_FIREWALL = """*filter
:PVEFW-FORWARD - [0:0]
:PVEFW-INPUT - [0:0]
:PVEFW-Drop - [0:0]
-A INPUT -j PVEFW-INPUT
-A FORWARD -j PVEFW-FORWARD
-A PVEFW-FORWARD -m conntrack --ctstate INVALID -j DROP
-A PVEFW-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A PVEFW-FORWARD -m comment --comment "PVESIG:WYWLZIlmCIZpqIVrNNLDeBqkqdA"
-A PVEFW-INPUT -m comment --comment "PVESIG:2jmj7l5rSw0yVb/vlWAYkK/YBwk"
-A PVEFW-Drop -p tcp -m tcp --dport 43 -j RETURN
COMMIT
"""
PROXMOX_FIREWALL = """
table inet proxmox-firewall {
    set v4-dc/management { type ipv4_addr; flags interval; auto-merge; elements = { 203.0.113.0/24 } }
    chain input { type filter hook input priority filter; policy accept; ct state established,related accept; jump host-in; }
    chain forward { type filter hook forward priority filter; policy accept; ct state invalid drop; }
    chain host-in { ip saddr @v4-dc/management tcp dport 8006 accept; }
}
table bridge proxmox-firewall-guests {
    map vm-map-in { typeof oifname : verdict; elements = { "guest0" : goto guest-100-in } }
    chain forward { type filter hook forward priority filter; policy accept; oifname vmap @vm-map-in; }
    chain guest-100-in { ip saddr 192.0.2.99 drop; accept; }
}
"""
FOREIGN = ("ip filter", "inet proxmox-firewall", "bridge proxmox-firewall-guests", "inet filter", "ip lan")


def foreign(gateway: Host) -> list[str]:
    return [gateway.run("nft", "--stateless", "--handle", "list", "table", *name.split()) for name in FOREIGN]


def test_the_tables_of_both_proxmox_firewalls_stay_byte_for_byte(office: Office, network: Network, gateway: Host, visitor: Visitor) -> None:
    gateway.run("iptables-nft-restore", "--noflush", data=PVE_FIREWALL)
    gateway.run("nft", "-f", "-", data=PROXMOX_FIREWALL)
    network.bridges_pass_rules(yes=True)
    try:
        before = foreign(gateway)
        with office.asks("karfur", forward=[{"public": 10022, "port": 22}], publish=[{"subdomain": "maps", "port": 8080}]):
            assert foreign(gateway) == before
            assert visitor.line(10022).startswith("SSH-2.0-")
        assert foreign(gateway) == before
    finally:
        network.bridges_pass_rules(yes=False)
        for name in FOREIGN[:3]:
            gateway.run("nft", "delete", "table", *name.split())
