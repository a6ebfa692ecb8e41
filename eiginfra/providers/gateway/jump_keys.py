"""The file with which an account may jump: keys, and the machines to whose port 22 they open the way."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from eiginfra.core.server_rule import KEY_TYPES

_OPEN = r'permitopen="(\d{1,3}(?:\.\d{1,3}){3}):22"'
_LINE = re.compile(rf"restrict(?:,port-forwarding((?:,{_OPEN})+))? ((?:{KEY_TYPES}) [A-Za-z0-9+/=]+)")
_ANY_OPEN = re.compile(r'permitopen="([^"]{1,255})"', re.IGNORECASE)
_ANY_KEY = re.compile(r"(?:^|[\s,\"])((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) +([A-Za-z0-9+/=]{8,})")


@dataclass(frozen=True)
class JumpKeys:
    """keys: type and Base64. opens: addresses, of all keys together. plain: whether the file is as the program writes it."""

    keys: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()
    plain: bool = True

    @classmethod
    def of(cls, text: str) -> Self:
        """What a file lets in; of a line that somebody changed by hand, all that it may let in."""
        keys, opens, each = set[str](), set[str](), set[frozenset[str]]()
        plain = True
        for line in filter(_says_something, text.splitlines()):
            match = _LINE.fullmatch(line)
            plain = plain and match is not None
            there = frozenset(map(_address, _ANY_OPEN.findall(line)))
            each.add(there)
            opens |= there
            keys |= {f"{kind} {body}" for kind, body in _ANY_KEY.findall(line)} if match is None else {match[3]}
        return cls(frozenset(keys), frozenset(opens), plain and len(each) <= 1)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _address(target: str) -> str:
    """The address of what may be opened; with its port where that is not the one of SSH."""
    return target.removesuffix(":22")


def in_order(addresses: Iterable[str]) -> list[str]:
    """Addresses by their numbers, each once."""
    return sorted(set(addresses), key=lambda address: [part.rjust(3, "0") for part in address.split(".")])


NO_KEYS = JumpKeys()
