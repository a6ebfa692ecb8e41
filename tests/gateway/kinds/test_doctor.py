"""What doctor makes of a real server: sshd's own words, what nft and iptables list, files and units."""

# ruff: noqa: E501 - a table

import pytest

from eiginfra.providers.gateway.doctor import examine

from .conftest import RealSite
from .test_accounts import account

ALWAYS = {"gateway-unit-unknown"}
"""systemd does not run here."""


@pytest.fixture
def sound(real: RealSite) -> RealSite:
    real.apply(account())
    real.root.sh("echo 1 >/proc/sys/net/ipv4/ip_forward")
    return real


def found(real: RealSite) -> set[str]:
    return {finding.code for finding in examine(real.client)}


def test_a_prepared_gateway_is_as_it_should_be(sound: RealSite) -> None:
    assert found(sound) == ALWAYS


EARLIER = "/etc/ssh/sshd_config.d/00-a.conf"


@pytest.mark.parametrize(
    ("hand", "code"),
    [
        ("echo 0 >/proc/sys/net/ipv4/ip_forward", "gateway-forwarding-off"),
        (f"printf 'Match all\\n PermitTTY yes\\n' >{EARLIER}", "gateway-sshd-block-overruled"),
        (f"printf 'Match Group eiginfra-jump\\n AllowTcpForwarding yes\\n' >{EARLIER}", "gateway-sshd-block-overruled"),
        ("iptables -t nat -A PREROUTING -p tcp --dport 10222 -j DNAT --to-destination 192.168.0.9:22", "gateway-ports-sent-on"),
        ("nft add table ip old; nft add chain ip old pre '{ type nat hook prerouting priority -100; }'; nft add rule ip old pre tcp dport 10222 dnat to 192.168.0.9", "gateway-ports-sent-on"),
        ("iptables -P FORWARD DROP", "gateway-forward-dropped"),
        ("nft add table inet x; nft add chain inet x f '{ type filter hook forward priority 0; policy drop; }'", "gateway-forward-dropped"),
        ("chmod 666 /etc/eiginfra-gateway/configuration", "gateway-unusable"),
        ("chmod g+w /etc/eiginfra-gateway/keys/adler-1", "gateway-file-open"),
        ("sed -i 's/^ports .*/ports 10000-10999/' /etc/eiginfra-gateway/configuration", "gateway-configuration-differs"),
        ("echo 'server { listen 80' >/etc/nginx/conf.d/hand.conf", "gateway-nginx-broken"),
        ("rm /etc/letsencrypt/live/eig-apps.example.org/privkey.pem", "gateway-certificate-missing"),
        ("rm /usr/local/sbin/eiginfra-gateway", "gateway-unusable"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(sound: RealSite, hand: str, code: str) -> None:
    sound.root.sh(hand)
    assert found(sound) - ALWAYS == {code}
