"""A firewall's rules as playbooks and the server write them, and the steps from one ordered list to another.

Positions, digests and the place of a new rule: as recorded on a real server.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from eiginfra.core.errors import StaleError
from eiginfra.core.refusal import refusal
from eiginfra.providers.proxmox import firewall_names as names
from eiginfra.providers.proxmox import rules

Row = dict[str, JsonValue]
Policy = Literal["ACCEPT", "REJECT", "DROP"]
Level = Literal["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"]
_POLICIES = ("ACCEPT", "REJECT", "DROP")
_Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(min_length=1)]


class FirewallRule(BaseModel):
    """One rule; what it does not say matches anything. In canonical form it always says `type` and `enable`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["in", "out", "group"] = Field(default="in", description="Direction; or `group`, which applies a security group")
    action: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{1,19}$")] = Field(description="ACCEPT, REJECT, DROP; or the group")
    enable: bool = Field(default=True, description="Whether it counts")
    macro: _Text | None = Field(default=None, max_length=128, description="A service that Proxmox knows by name: SSH, HTTPS, Ping")
    proto: _Text | None = Field(default=None, description="tcp, udp, icmp …")
    source: Annotated[_Text, rules.ADDRESSES] | None = Field(
        default=None, description="Address, network, range, alias or +set it comes from"
    )
    sport: Annotated[_Text, rules.PORTS] | None = Field(default=None, description="Port, range or list it comes from")
    dest: Annotated[_Text, rules.ADDRESSES] | None = Field(default=None, description="Where it goes")
    dport: Annotated[_Text, rules.PORTS] | None = Field(default=None, description="Port, range or list it goes to")
    icmp_type: _Text | None = Field(default=None, description="For icmp")
    iface: Annotated[_Text, rules.FIREWALL_DEVICE] | None = Field(default=None, description="The guest's device, net0")
    log: Level | None = Field(default=None, description="Log what it matches")
    comment: Annotated[_Text, rules.FIREWALL_COMMENT] | None = Field(default=None, description="For people")

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        """Two ways to write a rule are one: what is None is left out, what has a default is filled in."""
        if not isinstance(data, dict):
            return data
        return {"type": "in", "enable": True, **{name: value for name, value in data.items() if value is not None}}

    @model_validator(mode="after")
    def _consistent(self) -> "FirewallRule":
        if self.type != "group" and self.action not in _POLICIES:
            raise refusal("firewall-action", action=self.action, actions=_POLICIES)
        if (self.dport or self.sport) and not self.proto:
            raise refusal("port-without-protocol")
        if (self.sport and self.proto not in rules.WITH_PORTS) or (self.dport and self.proto not in rules.WITH_PORTS | rules.ICMP):
            raise refusal("protocol-without-ports", proto=str(self.proto))
        self._known()
        if self.type == "group" and len(self.action) > rules.LONGEST_GROUP:
            raise refusal("group-name-too-long", name=self.action, longest=rules.LONGEST_GROUP)
        return self

    def _known(self) -> None:
        """Refuses names that the server does not know, and addresses of two versions."""
        if self.macro is not None and self.macro.lower() not in names.MACROS:
            raise refusal("firewall-name", what="macro", name=self.macro)
        if self.proto is not None and not self.proto.isdecimal() and self.proto not in names.PROTOCOLS:
            raise refusal("firewall-name", what="proto", name=self.proto)
        if self.icmp_type is not None:
            if self.proto not in rules.ICMP or self.dport:
                raise refusal("icmp-type-alone")
            if self.icmp_type not in (names.ICMP_TYPES if self.proto in {"icmp", "1"} else names.ICMPV6_TYPES):
                raise refusal("firewall-name", what="icmp_type", name=self.icmp_type)
        versions = {version for text in (self.source, self.dest) if text and (version := rules.version(text))}
        versions |= {4 if self.proto == "icmp" else 6} if self.proto in {"icmp", "icmpv6", "ipv6-icmp"} else set()
        if len(versions) > 1:
            raise refusal("firewall-versions")


FIELDS = tuple(FirewallRule.model_fields)


def from_server(row: Mapping[str, Any]) -> Row:
    """The canonical form of a rule that the server lists."""
    known = {name: row[key] for name in FIELDS if (key := _key(name)) in row and row[key] not in (None, "")}
    return {name: str(value) for name, value in known.items()} | {"enable": str(row.get("enable", 0)) != "0"}


def brief(rule: Row) -> str:
    """A rule in a few words, as Proxmox's own file has it: `in DROP tcp 22`."""
    parts = ("type", "action", "macro", "proto", "source", "dest", "dport")
    return " ".join(str(rule[name]) for name in parts if name in rule)


def to_server(rule: Mapping[str, JsonValue]) -> dict[str, Any]:
    """A rule's parameters."""
    return {_key(name): int(value) if isinstance(value, bool) else value for name, value in rule.items()}


def _key(name: str) -> str:
    return name.replace("_", "-")


@dataclass(frozen=True)
class Insert:
    """The server puts a new rule before all others."""

    rule: Row

    def applied(self, rules: Sequence[Row]) -> list[Row]:
        """The list afterwards."""
        return [self.rule, *rules]


@dataclass(frozen=True)
class Delete:
    """Later rules move up."""

    pos: int

    def applied(self, rules: Sequence[Row]) -> list[Row]:
        """The list afterwards."""
        return [rule for pos, rule in enumerate(rules) if pos != self.pos]


@dataclass(frozen=True)
class Move:
    """To the position before the rule at `to`."""

    pos: int
    to: int

    def applied(self, rules: Sequence[Row]) -> list[Row]:
        """The list afterwards."""
        others = [(pos, rule) for pos, rule in enumerate(rules) if pos != self.pos]
        before = [rule for pos, rule in others if pos < self.to]
        return [*before, rules[self.pos], *(rule for pos, rule in others if pos >= self.to)]


Step = Insert | Delete | Move


def steps(present: Sequence[Row], wanted: Sequence[Row]) -> Iterator[Step]:
    """From one list to another: what is missing first, then what is too much goes, then the order. Rules that stay are never rewritten."""
    now = list(present)
    missing = list(wanted)
    surplus = []
    for pos, rule in enumerate(now):
        if rule in missing:
            missing.remove(rule)
        else:
            surplus.append(pos)
    for rule in reversed(missing):
        yield (step := Insert(rule))
        now = step.applied(now)
    for pos in reversed(surplus):
        yield (gone := Delete(pos + len(missing)))
        now = gone.applied(now)
    for pos, rule in enumerate(wanted):
        if now[pos] == rule:
            continue
        # The one that is in the way goes down where that is all there is to do, else the right one comes up.
        down = now[pos + 1] == rule
        move = Move(pos, list(wanted).index(now[pos], pos + 1) + 1) if down else Move(now.index(rule, pos + 1), pos)
        yield move
        now = move.applied(now)


def arrange(listed: Callable[[], list[dict[str, Any]]], wanted: list[Row], send: Callable[..., None], what: str) -> None:
    """Step by step, each with the digest of the list that it was worked out for: positions shift with every step.

    Raises StaleError when somebody else changes the list meanwhile.
    """

    def look() -> tuple[list[Row], str | None]:
        rows = listed()
        return [from_server(row) for row in rows], rows[0].get("digest") if rows else None

    present, digest = look()
    for number, step in enumerate(list(steps(present, wanted))):
        if number:
            now, digest = look()
            if now != present:
                raise StaleError(f"proxmox: {what}: the rules are not those just written; somebody else changes them: make a new plan")
        match step:
            case Insert(rule):
                send("POST", "rules", **to_server(rule), digest=digest)
            case Delete(pos):
                send("DELETE", f"rules/{pos}", digest=digest)
            case Move(pos, to):
                send("PUT", f"rules/{pos}", moveto=to, digest=digest)
        present = step.applied(present)
