"""What else filters and sends on packets on the gateway: tables that eiginfra did not write, read from what nft and iptables print."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_OWN_TABLE = "inet eiginfra"
_TABLE = re.compile(r"table (\S+ \S+) \{.*")
_CHAIN = re.compile(r"chain (\S+) \{.*")
_FORWARD = re.compile(r"type filter hook forward\b.*\bpolicy drop;.*")
_NFT_DNAT = re.compile(r"(tcp|udp) dport (\{[^}]*\}|\S+) .*\b(?:dnat|redirect)\b.*")
_DNAT = re.compile(r"-A (?:PREROUTING|\S+) .*-j (?:DNAT|REDIRECT)\b.*")
_PROTOCOL = re.compile(r"-p (tcp|udp)\b")
_PORTS = re.compile(r"--(?:dport|dports) (\S+)")


@dataclass(frozen=True)
class Ruleset:
    """dropping: the chains that drop what no rule of theirs lets through. sent_on: what others send on, as (protocol, port)."""

    dropping: tuple[str, ...]
    sent_on: frozenset[tuple[str, int]]


def ruleset(nft: str, iptables: str, ports: tuple[int, int]) -> Ruleset:
    """nft: `nft list ruleset`. iptables: `iptables -S` of both tables. ports: the first and the last of those that are looked for."""
    dropping, sent_on = list[str](), set[tuple[str, int]]()
    table = chain = ""
    for line in map(str.strip, nft.splitlines()):
        if (head := _TABLE.fullmatch(line)) is not None:
            table = head[1]
        elif (head := _CHAIN.fullmatch(line)) is not None:
            chain = head[1]
        elif table == _OWN_TABLE:
            continue
        elif _FORWARD.fullmatch(line) is not None:
            dropping.append(f"{table} {chain}")
        elif (rule := _NFT_DNAT.search(line)) is not None:
            sent_on |= {(rule[1], port) for port in _within(_numbers(rule[2].strip("{} "), ", "), ports)}
    for line in iptables.splitlines():
        if line == "-P FORWARD DROP" and "ip filter FORWARD" not in dropping:
            dropping.append("iptables FORWARD")
        elif _DNAT.fullmatch(line) is not None:
            protocols = _PROTOCOL.findall(line) or ["tcp", "udp"]
            written = ",".join(_PORTS.findall(line))
            sent_on |= {(protocol, port) for protocol in protocols for port in _within(_numbers(written, ","), ports)}
    return Ruleset(tuple(dict.fromkeys(dropping)), frozenset(sent_on))


def _numbers(text: str, between: str) -> Iterator[tuple[int, int]]:
    """Ports and ranges of them: `10222`, `10000-10100` (nft), `10000:10100` (iptables)."""
    for part in text.split(between.strip()):
        match = re.fullmatch(r"(\d{1,5})(?:[-:](\d{1,5}))?", part.strip())
        if match is not None:
            yield int(match[1]), int(match[2] or match[1])


def _within(ranges: Iterable[tuple[int, int]], ports: tuple[int, int]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(max(first, ports[0]), min(last, ports[1]) + 1)
