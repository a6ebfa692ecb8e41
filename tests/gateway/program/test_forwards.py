"""Public ports: what is saved and loaded, what is refused, and that no other table is touched."""

from collections.abc import Sequence

import pytest
from support.gateway_root import GatewayRoot
from support.gateway_texts import table_text

WEB = "eig3/adler/web"
FORWARDS = "/etc/eiginfra-gateway/forwards.nft"


def _data(
    public: int = 10222, protocol: str = "tcp", *, port: int = 22, closed: str = "no", sources: Sequence[str] = (), owner: str = WEB
) -> str:
    lines = f"public {public}\nprotocol {protocol}\naddress 192.168.0.107\nport {port}\nowner {owner}\nclosed {closed}\n"
    return lines + "".join(f"source {source}\n" for source in sources)


def test_what_is_saved_is_what_is_loaded(gateway: GatewayRoot) -> None:
    assert gateway.sections()["loaded"] == table_text()
    given = [
        _data(10253, "udp", port=53, sources=("198.51.100.0/24", "2001:db8::/32", "10.0.0.0/8")),
        _data(),
        _data(10222, "udp"),
        _data(10300, closed="yes"),
        _data(10301, sources=("2001:db8::/32",)),
        _data(10302, owner="/".join([63 * "a"] * 3)),
    ]
    for data in given:
        done = gateway.verb("forward", data)
        assert (done.code, done.out, done.err) == (0, "", "")
    sections = gateway.sections()
    assert sections["forwards"].splitlines() == [
        "10222 tcp 192.168.0.107 22 no eig3/adler/web -",
        "10222 udp 192.168.0.107 22 no eig3/adler/web -",
        "10253 udp 192.168.0.107 53 no eig3/adler/web 10.0.0.0/8,198.51.100.0/24,2001:db8::/32",
        "10300 tcp 192.168.0.107 22 yes eig3/adler/web -",
        "10301 tcp 192.168.0.107 22 no eig3/adler/web 2001:db8::/32",
        f"10302 tcp 192.168.0.107 22 no {'/'.join([63 * 'a'] * 3)} -",
    ]
    assert sections["loaded"] == table_text(
        "tcp dport 10222 dnat ip to 192.168.0.107:22",
        "udp dport 10222 dnat ip to 192.168.0.107:22",
        "ip saddr { 10.0.0.0/8, 198.51.100.0/24 } udp dport 10253 dnat ip to 192.168.0.107:53",
        "tcp dport 10302 dnat ip to 192.168.0.107:22",
    )
    gateway.sh("nft flush ruleset")
    gateway.boot_table()
    assert gateway.sections()["loaded"] == sections["loaded"]


@pytest.mark.parametrize(
    "sources", [("10.0.0.0/8", "10.1.0.0/16"), ("10.0.0.0/9", "10.128.0.0/9"), ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.1/32",)]
)
def test_sources_may_overlap_and_touch(gateway: GatewayRoot, sources: Sequence[str]) -> None:
    assert gateway.verb("forward", _data(sources=sources)).code == 0
    assert gateway.sections()["forwards"].split()[-1] == ",".join(sorted(set(sources)))


def test_a_forward_that_is_written_again_replaces_itself(gateway: GatewayRoot) -> None:
    for data in (_data(), _data(port=2222), _data(port=2222, closed="yes")):
        assert gateway.verb("forward", data).code == 0
    sections = gateway.sections()
    assert sections["forwards"] == "10222 tcp 192.168.0.107 2222 yes eig3/adler/web -\n"
    assert sections["loaded"] == table_text()


def test_removal_takes_it_from_the_file_and_from_the_kernel(gateway: GatewayRoot) -> None:
    before = gateway.files("/etc/eiginfra-gateway")
    gateway.verb("forward", _data())
    gateway.verb("forward", _data(protocol="udp"))
    for protocol in ("tcp", "udp", "udp"):
        assert gateway.verb("forward-remove", f"public 10222\nprotocol {protocol}\n").code == 0
    assert gateway.files("/etc/eiginfra-gateway") == before
    assert gateway.sections()["loaded"] == table_text()


def test_removal_takes_no_port_whose_number_only_begins_alike(gateway: GatewayRoot) -> None:
    gateway.verb("forward", _data(10222))
    for public in ("1022", "102", "22", "10222"):
        assert gateway.verb("forward-remove", f"public {public}\nprotocol udp\n").code == 0
    assert gateway.sections()["forwards"] == "10222 tcp 192.168.0.107 22 no eig3/adler/web -\n"


def test_what_was_changed_by_hand_is_undone(gateway: GatewayRoot) -> None:
    gateway.verb("forward", _data())
    before = gateway.read(FORWARDS)
    gateway.sh("nft delete table inet eiginfra && sed -i 's/:22$/:2/' $1", FORWARDS)
    assert "loaded" not in gateway.sections()
    assert gateway.verb("forward", _data()).code == 0
    assert gateway.read(FORWARDS) == before
    assert gateway.sections()["loaded"] == table_text("tcp dport 10222 dnat ip to 192.168.0.107:22")


FOREIGN = """table inet filter {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
	}
}
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 10222 dnat to 10.9.9.9
	}
}
table inet eiginfra-other {
	chain x {
	}
}
"""


def test_other_tables_are_never_touched(gateway: GatewayRoot) -> None:
    gateway.write("/tmp/foreign.nft", FOREIGN)
    gateway.sh("nft -f /tmp/foreign.nft; iptables-nft -t nat -A PREROUTING -p tcp --dport 10333 -j DNAT --to 10.8.8.8")
    tables = [("inet", "filter"), ("ip", "nat"), ("inet", "eiginfra-other")]
    before = [gateway.sh("nft list table $1 $2", *table) for table in tables]
    gateway.verb("forward", _data())
    gateway.verb("forward-remove", "public 10222\nprotocol tcp\n")
    assert [gateway.sh("nft list table $1 $2", *table) for table in tables] == before
    gateway.run("/usr/local/sbin/eiginfra-gateway", "uninstall")
    assert [gateway.sh("nft list table $1 $2", *table) for table in tables] == before


@pytest.mark.parametrize(("protocol", "address"), [("tcp", "0.0.0.0"), ("udp", "0.0.0.0"), ("tcp", "::"), ("udp", "::")])
def test_a_port_that_the_server_itself_uses_is_refused(gateway: GatewayRoot, protocol: str, address: str) -> None:
    with gateway.listening(protocol, address, 10222):
        before = gateway.files("/etc/eiginfra-gateway")
        assert f"{protocol} 10222\n" in gateway.sections()["listening"]
        done = gateway.verb("forward", _data(protocol=protocol))
        assert (done.code, done.err) == (65, "refused: public: this server itself listens there\n")
        assert gateway.files("/etc/eiginfra-gateway") == before
        assert gateway.verb("forward", _data(protocol="tcp" if protocol == "udp" else "udp")).code == 0
        assert gateway.verb("forward", _data(protocol=protocol, closed="yes")).code == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1"])
def test_a_port_on_a_loopback_address_is_free(gateway: GatewayRoot, address: str) -> None:
    with gateway.listening("tcp", address, 10222):
        assert "10222" not in gateway.sections()["listening"]
        assert gateway.verb("forward", _data()).code == 0


def test_nft_that_is_missing_is_told(gateway: GatewayRoot) -> None:
    gateway.sh("mv /usr/sbin/nft /usr/sbin/gone")
    for verb, data in (("forward", _data()), ("forward-remove", "public 10222\nprotocol tcp\n")):
        done = gateway.verb(verb, data)
        assert (done.code, done.err) == (69, "missing: nft\n")
    sections = gateway.sections()
    assert "loaded" not in sections
    assert "nft" not in sections["tools"]


@pytest.mark.parametrize("when", ["-c", "-f"])
def test_where_nft_refuses_all_is_as_before(gateway: GatewayRoot, when: str) -> None:
    gateway.verb("forward", _data())
    before = gateway.files("/etc/eiginfra-gateway"), gateway.sections()["loaded"]
    gateway.sh("mv /usr/sbin/nft /usr/sbin/nft.real")
    gateway.write("/usr/sbin/nft", f'#!/bin/sh\n[ "$1" != {when} ] || {{ echo "$3: Error: no" >&2; exit 1; }}\nexec nft.real "$@"\n', "755")
    for verb, data in (("forward", _data(10333)), ("forward", _data(port=1)), ("forward-remove", "public 10222\nprotocol tcp\n")):
        done = gateway.verb(verb, data)
        assert done.code == 74
        assert "Error: no" in done.err
    assert (gateway.files("/etc/eiginfra-gateway"), gateway.sections()["loaded"]) == before


@pytest.mark.parametrize("path", [FORWARDS, "/etc/eiginfra-gateway/pending/forward:10222:tcp"])
def test_a_symbolic_link_is_refused(gateway: GatewayRoot, path: str) -> None:
    gateway.sh('mv "$1" /tmp/moved 2>/dev/null || touch /tmp/moved; ln -s /tmp/moved "$1"', path)
    before = gateway.files("/etc/eiginfra-gateway", "/tmp")
    done = gateway.verb("forward", _data())
    assert (done.code, done.err) == (65, f"refused: {path}: a symbolic link\n")
    assert gateway.files("/etc/eiginfra-gateway", "/tmp") == before
