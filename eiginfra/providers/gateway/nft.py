"""Forwarded ports on the gateway: those that are saved, and the table that is loaded, which must be what is saved.

Texts that the gateway printed are read here; nothing is executed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, ip_network, summarize_address_range

_SAVED = re.compile(r"(\d{1,5}) (tcp|udp) (\S+) (\d{1,5}) (yes|no) (\S+) (\S+)")
_RULE = re.compile(
    r"fib daddr type local (?:ip saddr (?:\{ ([^{}]+) \}|(\S+)) )?(tcp|udp) dport (\d{1,5}) dnat ip to ([0-9.]+):(\d{1,5})",
)
_TABLE = """table inet eiginfra {{
chain prerouting {{
type nat hook prerouting priority dstnat; policy accept;
}}
chain postrouting {{
type nat hook postrouting priority srcnat; policy accept;
ip saddr {subnet} ip daddr {subnet} ct status dnat masquerade
}}
}}"""
"""The table without its rules of ports."""


@dataclass(frozen=True)
class SavedForward:
    """A public port as the gateway keeps it. sources: the networks that may come in; none: all."""

    public: int
    protocol: str
    address: str
    port: int
    closed: bool
    owner: str
    sources: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`10222/tcp`."""
        return f"{self.public}/{self.protocol}"


@dataclass(frozen=True)
class Forwards:
    """All public ports. unread: saved lines of another form. strange: lines of the loaded table that eiginfra did not write.

    unloaded: why the loaded table does not do what is saved of a port, as a code; by key.
    """

    saved: Mapping[str, SavedForward]
    unread: tuple[str, ...]
    strange: tuple[str, ...]
    unloaded: Mapping[str, str]

    def mentions(self, key: str) -> bool:
        """Whether a port that is not among the saved ones may be in a line that cannot be read."""
        public, _, protocol = key.partition("/")
        return any(line.split()[:2] == [public, protocol] for line in self.unread)


def forwards(saved: str, loaded: str | None, subnet: str) -> Forwards:
    """loaded: the listing of the table; None where there is none. subnet: of the machines, as the gateway's configuration has it."""
    kept: dict[str, SavedForward] = {}
    unread: list[str] = []
    for line in saved.splitlines():
        match = _SAVED.fullmatch(line)
        if match is None:
            unread.append(line)
            continue
        public, protocol, address, port, closed, owner, sources = match.groups()
        forward = SavedForward(int(public), protocol, address, int(port), closed == "yes", owner, _listed(sources))
        if forward.key in kept or not all(map(_is_network, forward.sources)):
            unread.append(line)
        else:
            kept[forward.key] = forward
    rules, others = _rules(loaded or "")
    expected = _TABLE.format(subnet=subnet).splitlines()
    whole = None if [line for line in others if line] == expected and rules.keys() <= kept.keys() else "table-differs"
    whole = "table-missing" if loaded is None else whole
    unloaded = {key: why for key, forward in kept.items() if (why := whole or _unloaded(forward, rules.get(key, ()))) is not None}
    strange = [line for line in others if line and line not in expected] + [f"dport {key}" for key in sorted(rules.keys() - kept.keys())]
    return Forwards(kept, tuple(unread), tuple(strange), unloaded)


def _listed(sources: str) -> tuple[str, ...]:
    return () if sources == "-" else tuple(sources.split(","))


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_Rule = tuple[str, int, frozenset[IPv4Network] | None]


def _rules(loaded: str) -> tuple[dict[str, list[_Rule]], list[str]]:
    """The rules by the ports that they are of; and all other lines."""
    found: dict[str, list[_Rule]] = {}
    others: list[str] = []
    for line in map(str.strip, loaded.splitlines()):
        match = _RULE.fullmatch(line)
        if match is None:
            others.append(line)
            continue
        several, one, protocol, public, address, port = match.groups()
        found.setdefault(f"{int(public)}/{protocol}", []).append((address, int(port), _networks(several or one)))
    return found, others


def _networks(text: str | None) -> frozenset[IPv4Network] | None:
    """Networks as nft prints them, which joins those that touch, and writes ranges; None: all."""
    return None if text is None else _joined(network for part in text.split(",") for network in _network(part.strip()))


def _network(text: str) -> Iterator[IPv4Network]:
    try:
        first, _, last = text.partition("-")
        if last:
            yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
        else:
            yield IPv4Network(text, strict=False)
    except ValueError:  # whatever it is, it is no network that was saved
        return


def _joined(networks: Iterable[IPv4Network]) -> frozenset[IPv4Network]:
    return frozenset(collapse_addresses(networks))


def _unloaded(forward: SavedForward, rules: Collection[_Rule]) -> str | None:
    """Why the rules of a port are not what is saved of it; None where they are."""
    expected = _expected(forward)
    if [*rules] == expected:
        return None
    return "rule-missing" if not rules else "rule-differs" if expected else "rule-left"


def _expected(forward: SavedForward) -> list[_Rule]:
    """What is loaded of a saved forward: nothing while it is closed, and nothing for sources of IPv6."""
    sources = _joined(network for text in forward.sources if isinstance(network := ip_network(text, strict=False), IPv4Network))
    if forward.closed or (forward.sources and not sources):
        return []
    return [(forward.address, forward.port, sources if forward.sources else None)]
