"""Forwarded ports: what is saved is read, and what is loaded must be what is saved."""

from ipaddress import IPv4Network, collapse_addresses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gateway_texts import CONTRACT, SUBNET, table_text

from eiginfra.providers.gateway.nft import SavedForward, forwards

WEB = "10222 tcp 192.168.0.107 22 no eig3/adler/web -"
DNS = "10253 udp 192.168.0.108 53 no eig3/adler/dns 10.0.0.0/8,2001:db8::/32"
OFF = "10322 tcp 192.168.0.109 22 yes eig3/brise/web -"
SAVED = f"{WEB}\n{DNS}\n{OFF}\n"
RULES = ("tcp dport 10222 dnat ip to 192.168.0.107:22", "ip saddr 10.0.0.0/8 udp dport 10253 dnat ip to 192.168.0.108:53")


def test_what_the_contract_shows_is_read() -> None:
    shown = "\n".join(line.removeprefix("    #: ") for line in CONTRACT.splitlines() if line.startswith("    #: "))
    table = CONTRACT.partition("    delete table inet eiginfra\n")[2]
    found = forwards(shown, table, SUBNET)
    assert shown == SAVED.strip()
    assert (found.unread, found.strange, found.unloaded) == ((), (), {})
    assert found.saved["10253/udp"] == SavedForward(
        10253, "udp", "192.168.0.108", 53, False, "eig3/adler/dns", ("10.0.0.0/8", "2001:db8::/32")
    )


def test_no_table_is_needed_for_no_forwards() -> None:
    assert forwards("", None, SUBNET).unloaded == {}


LOADED = {
    "no table": (None, {"10222/tcp": "table-missing", "10253/udp": "table-missing", "10322/tcp": "table-missing"}),
    "a rule is missing": (table_text(RULES[1]), {"10222/tcp": "rule-missing"}),
    "another target": (table_text(RULES[0].replace("107", "108"), RULES[1]), {"10222/tcp": "rule-differs"}),
    "twice": (table_text(RULES[0], *RULES), {"10222/tcp": "rule-differs"}),
    "open to all": (table_text(RULES[0], RULES[1].replace("ip saddr 10.0.0.0/8 ", "")), {"10253/udp": "rule-differs"}),
    "closed, and still there": (table_text(*RULES, "tcp dport 10322 dnat ip to 192.168.0.109:22"), {"10322/tcp": "rule-left"}),
    "a rule of nobody": (table_text(*RULES, "tcp dport 10999 dnat ip to 192.168.0.109:22"), "all"),
    "a rule by hand": (table_text(*RULES).replace("accept;\n", "accept;\n\t\ttcp dport 10222 drop\n", 1), "all"),
    "the way back is missing": (table_text(*RULES).replace("masquerade", "accept"), "all"),
    "nothing in it": ("table inet eiginfra {\n}\n", "all"),
}


@pytest.mark.parametrize("what", LOADED)
def test_what_is_loaded_must_be_what_is_saved(what: str) -> None:
    loaded, unloaded = LOADED[what]
    expected = dict.fromkeys(("10222/tcp", "10253/udp", "10322/tcp"), "table-differs") if unloaded == "all" else unloaded
    assert forwards(SAVED, loaded, SUBNET).unloaded == expected


def test_rules_that_eiginfra_did_not_write_are_told() -> None:
    strange = forwards(SAVED, table_text(*RULES, "tcp dport 10999 dnat ip to 192.168.0.109:22", "counter"), SUBNET).strange
    assert strange == ("fib daddr type local counter", "dport 10999/tcp")


@pytest.mark.parametrize(
    "line", ["10222 tcp", "10222 sctp 192.168.0.1 22 no a/b/c -", "10222 tcp 192.168.0.1 22 no a/b/c 10.0.0.0/99", WEB]
)
def test_saved_lines_of_another_form_are_told(line: str) -> None:
    assert forwards(f"{WEB}\n{line}", table_text(RULES[0]), SUBNET).unread == (line,)


@given(st.lists(st.tuples(st.integers(0, 2**24 - 1), st.integers(8, 32)), min_size=1, max_size=8))
def test_networks_are_the_same_however_nft_joins_them(drawn: list[tuple[int, int]]) -> None:
    networks = [IPv4Network((number << 8, length), strict=False) for number, length in drawn]
    saved = f"10222 tcp 192.168.0.107 22 no eig3/adler/web {','.join(map(str, networks))}"
    joined = [*collapse_addresses(networks)]
    ranges = ", ".join(f"{network[0]}-{network[-1]}" for network in joined)
    for listed in (ranges, ", ".join(map(str, joined))):
        assert forwards(saved, table_text(f"ip saddr {{ {listed} }} {RULES[0]}"), SUBNET).unloaded == {}


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_the_gateway_prints_it_is_read_or_told(saved: str, loaded: str) -> None:
    found = forwards(f"{WEB}\n{saved}", table_text(RULES[0]) + loaded, SUBNET)
    assert "10222/tcp" in found.saved
    assert set(found.unloaded.values()) <= {"table-differs", "rule-differs", "rule-missing", "rule-left"}
