"""What doctor says of a gateway, from what `examine` says."""

# ruff: noqa: E501 - tables

from dataclasses import replace
from typing import Any

import pytest
from support.gateway_wire import SETTINGS, Wire, framed

from eiginfra.core.finding import Severity
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.doctor import examine
from eiginfra.providers.gateway.packet_filters import ruleset
from eiginfra.providers.gateway.settings import GatewaySettings
from eiginfra.providers.ssh_target import SshAnswer

SITE = replace(
    SETTINGS,
    certificate="/etc/letsencrypt/live/eig",
    reserved_names=frozenset({"www"}),
    reserved_ports=frozenset({10001}),
    via="eig",
    route="192.168.0.254",
)
SSHD = """\
allowtcpforwarding local
allowstreamlocalforwarding no
authorizedkeysfile /etc/eiginfra-gateway/keys/%u
forcecommand /usr/sbin/nologin
kbdinteractiveauthentication no
maxsessions 0
passwordauthentication no
permitlisten none
permittty no
permittunnel no
x11forwarding no
"""
FINE = {
    "configuration": (
        "domain eig-apps.example.org\nsubnet 192.168.0.0/24\nports 10000-19999\ncertificate /etc/letsencrypt/live/eig\n"
        "reserved www\nreserved-port 10001\nreserved-address 192.168.0.254\nnode eig\nchallenge /var/www/acme\n"
    ),
    "tools": "nginx 1.26.3\nnft 1.1.3\niptables\nsystemd\n",
    "forwarding": "1\n",
    "addresses": "127.0.0.1\n192.168.0.254\n198.51.100.7\n",
    "ruleset": "table inet eiginfra {\n\tchain prerouting {\n\t\tfib daddr type local tcp dport 10222 dnat ip to 192.168.0.101:22\n\t}\n}\n",
    "iptables": "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P PREROUTING ACCEPT\n",
    "sshd": SSHD,
    "certificate": "/etc/letsencrypt/live/eig/fullchain.pem readable 60\n/etc/letsencrypt/live/eig/privkey.pem readable\n",
    "units": "eiginfra-forwards.service enabled active\n",
    "disk": "20000000\n",
    "files": "/etc/eiginfra-gateway 755 root\n/etc/ssh/sshd_config.d/00-eiginfra.conf 644 root\n",
}


class Examined(Wire):
    def __init__(self, **changed: str | None) -> None:
        super().__init__()
        sections = {**FINE, **{name.replace("_", "-"): text for name, text in changed.items()}}
        self.failing["examine"] = SshAnswer(0, framed({name: text for name, text in sections.items() if text is not None}), b"")


def found(site: GatewaySettings = SITE, **changed: str | None) -> list[tuple[str, Any]]:
    findings = examine(GatewayClient(site, Examined(**changed)))
    assert {finding.address for finding in findings} == {"ssh://eiginfra@eig.example.org"}
    return [(finding.code, {**finding.params}) for finding in findings]


def codes(site: GatewaySettings = SITE, **changed: str | None) -> list[str]:
    return [code for code, _ in found(site, **changed)]


def test_of_a_gateway_that_is_as_it_should_be_one_notice_says_so() -> None:
    assert codes() == ["gateway-fine"]


@pytest.mark.parametrize(
    ("changed", "key", "site", "there"),
    [
        ({"domain eig-apps.example.org": "domain other.org"}, "domain", ["eig-apps.example.org"], ["other.org"]),
        ({"ports 10000-19999": "ports 10000-10999"}, "ports", ["10000-19999"], ["10000-10999"]),
        ({"192.168.0.0/24": "10.0.0.0/24"}, "subnet", ["192.168.0.0/24"], ["10.0.0.0/24"]),
        ({"live/eig\n": "live/x\n"}, "certificate", ["/etc/letsencrypt/live/eig"], ["/etc/letsencrypt/live/x"]),
        ({"reserved www": "reserved www\nreserved mail"}, "reserved", ["www"], ["mail", "www"]),
        ({"reserved-port 10001\n": ""}, "reserved-port", ["10001"], []),
        ({"node eig\n": ""}, "node", ["eig"], []),
    ],
)
def test_what_the_site_and_the_program_say_is_compared_value_by_value(
    changed: dict[str, str], key: str, site: list[str], there: list[str]
) -> None:
    text = FINE["configuration"]
    for old, new in changed.items():
        text = text.replace(old, new)
    assert found(configuration=text) == [("gateway-configuration-differs", {"key": key, "site": site, "there": there})]


def test_what_the_site_does_not_say_is_not_compared() -> None:
    assert codes(replace(SITE, certificate=None, subnet=None, route=None)) == ["gateway-fine"]
    assert codes(replace(SITE, via=None)) == ["gateway-configuration-differs"]


DROPPING = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n"
OLD = "-A PREROUTING -i vmbr0 -p tcp -m tcp --dport 10222 -j DNAT --to-destination 192.168.0.101:22\n"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"tools": "nft 1.1.3\n"}, "gateway-nginx-missing"),
        ({"nginx_error": 'nginx: [emerg] unknown directive "x" in /etc/nginx/conf.d/a.conf:3\n'}, "gateway-nginx-broken"),
        ({"tools": "nginx 1.26.3\n"}, "gateway-nft-missing"),
        ({"tools": "nginx 1.26.3\niptables\n"}, "gateway-only-iptables"),
        ({"certificate": "/x/fullchain.pem missing\n"}, "gateway-certificate-missing"),
        ({"certificate": "/x/fullchain.pem readable 20\n"}, "gateway-certificate-ends"),
        ({"certificate": "/x/fullchain.pem readable -1\n"}, "gateway-certificate-ended"),
        ({"forwarding": "0\n"}, "gateway-forwarding-off"),
        ({"addresses": "127.0.0.1\n198.51.100.7\n"}, "gateway-not-the-route"),
        ({"ruleset": DROPPING}, "gateway-forward-dropped"),
        ({"iptables": "-P FORWARD DROP\n"}, "gateway-forward-dropped"),
        ({"iptables": OLD}, "gateway-ports-sent-on"),
        ({"sshd": SSHD.replace("permittty no", "permittty yes")}, "gateway-sshd-block-overruled"),
        ({"sshd": SSHD.replace("permitlisten none\n", "")}, "gateway-sshd-block-overruled"),
        ({"sshd": None, "files": "/etc/eiginfra-gateway 755 root\n"}, "gateway-sshd-block-missing"),
        ({"units": "eiginfra-forwards.service disabled inactive\n"}, "gateway-unit-off"),
        ({"units": "eiginfra-forwards.service enabled failed\n"}, "gateway-unit-off"),
        ({"units": "eiginfra-forwards.service unknown systemd does not run\n"}, "gateway-unit-unknown"),
        ({"disk": "51199\n"}, "gateway-disk-full"),
        ({"files": "/etc/ssh/sshd_config.d/00-eiginfra.conf 664 root\n"}, "gateway-file-open"),
        ({"files": "/usr/local/sbin/eiginfra-gateway 755 eiginfra\n"}, "gateway-file-open"),
    ],
)
def test_each_trouble_is_one_finding(changed: dict[str, str | None], code: str) -> None:
    assert codes(**changed) == [code]


def test_while_the_group_has_nobody_sshd_is_not_asked() -> None:
    assert codes(sshd=None) == ["gateway-fine"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (SshAnswer(1, b"", b"sudo: a password is required"), "as root, `visudo` must have: eiginfra ALL=(root) NOPASSWD:"),
        (SshAnswer(1, b"", b"sudo: /usr/local/sbin/eiginfra-gateway: command not found"), "must be installed"),
        (SshAnswer(127, b"", b"sh: 1: sudo: not found"), "must be installed"),
        (SshAnswer(64, b"", b"no such verb"), "older than this eiginfra"),
        (SshAnswer(78, b"", b"configuration: 3: no such key"), "configuration: 3: no such key"),
        (SshAnswer(0, framed(FINE, 2), b""), "newer than the 1"),
        (SshAnswer(0, b"", b""), "cut before its end"),
    ],
)
def test_where_nothing_further_can_be_found_out_one_error_says_why(answer: SshAnswer, words: str) -> None:
    wire = Wire(failing={"examine": answer})
    [finding] = examine(wire.client)
    assert (finding.code, finding.severity) == ("gateway-unusable", Severity.ERROR)
    assert words in str(finding.params["text"])


RULES = """\
# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "vmbr0" tcp dport 10222 counter packets 3 bytes 180 dnat to 192.168.0.101:22
		udp dport { 10053, 10060-10061 } dnat to 192.168.0.102
		tcp dport 22 dnat to 192.168.0.103
		tcp dport 10500 accept
	}
}
table inet filter {
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain input {
		type filter hook input priority filter; policy drop;
	}
}
"""


def test_what_nft_sends_on_and_drops_is_read() -> None:
    seen = ruleset(RULES, "", (10000, 19999))
    assert seen.dropping == ("inet filter forward",)
    assert seen.sent_on == {("tcp", 10222), ("udp", 10053), ("udp", 10060), ("udp", 10061)}


@pytest.mark.parametrize(
    ("rule", "sent_on"),
    [
        ("-A PREROUTING -p udp -m multiport --dports 10001,10010:10011 -j DNAT --to-destination 192.168.0.9", {("udp", 10001), ("udp", 10010), ("udp", 10011)}),
        ("-A PREROUTING -p tcp -m tcp --dport 9999:10000 -j REDIRECT --to-ports 8080", {("tcp", 10000)}),
        ("-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.168.0.9", set()),
        ("-A INPUT -p tcp -m tcp --dport 10222 -j ACCEPT", set()),
    ],
)  # fmt: skip
def test_what_iptables_sends_on_is_read(rule: str, sent_on: set[tuple[str, int]]) -> None:
    assert ruleset("", rule, (10000, 19999)).sent_on == sent_on
