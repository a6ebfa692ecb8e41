"""`proxmox.firewall`: the firewall of one guest, and the filter that limits the guest to its own address."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Change, FieldDiff
from eiginfra.core.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    TransientError,
    UnreachableError,
)
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Observed, Resource, Scope
from eiginfra.core.spec import Rules, Spec
from eiginfra.core.values import canonical
from eiginfra.core.world import World
from eiginfra.providers.proxmox import firewall_rules as rules
from eiginfra.providers.proxmox.api import ProxmoxApi
from eiginfra.providers.proxmox.codec import Properties, flag
from eiginfra.providers.proxmox.firewall_rules import FirewallRule, Level, Policy
from eiginfra.providers.proxmox.guests.devices import device_number
from eiginfra.providers.proxmox.guests.spec import GuestSpec, Mark
from eiginfra.providers.proxmox.guests.survey import Listed, Reading, Survey
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import right

_IPSET = "ipfilter-net{}"
"""The set that Proxmox itself reads as: this device may use these addresses."""
_SWITCHES = {"enable": False, "macfilter": True, "dhcp": False, "ndp": True, "radv": False}
_WORDS = {"policy_in": "DROP", "policy_out": "ACCEPT", "log_level_in": "nolog", "log_level_out": "nolog"}
_GUESTS = ("proxmox.container", "proxmox.vm")


class FirewallSpec(Spec):
    """The firewall of the guest with the marker."""

    mark: Mark = Field(description="The guest's mark; the key")
    enable: bool = Field(description="Whether the guest's firewall is on")
    policy_in: Policy | None = Field(default=None, description="What is done with what comes in and no rule names; Proxmox: DROP")
    policy_out: Policy | None = Field(default=None, description="What is done with what goes out and no rule names; Proxmox: ACCEPT")
    ipfilter: bool | None = Field(default=None, description="Hold the guest to its own address, the network's plus its number")
    macfilter: bool | None = Field(default=None, description="Hold the guest to its own MAC address; Proxmox: yes")
    dhcp: bool | None = Field(default=None, description="Let the guest speak DHCP; Proxmox: no")
    ndp: bool | None = Field(default=None, description="Let the guest speak IPv6's neighbour discovery; Proxmox: yes")
    radv: bool | None = Field(default=None, description="Let the guest announce itself as an IPv6 router; Proxmox: no")
    log_level_in: Level | None = Field(default=None, description="Log what the incoming policy decides; Proxmox: nolog")
    log_level_out: Level | None = Field(default=None, description="Log what the outgoing policy decides; Proxmox: nolog")
    rules: tuple[FirewallRule, ...] | None = Field(default=None, description="The rules, in order; others are removed. Unset: left alone")
    seen_without: Annotated[bool | None, Rules(create_only=True, assigned=True)] = Field(
        default=None, description="Whether the plan saw the guest without a firewall: one that somebody writes later is not overwritten"
    )

    @property
    def managed(self) -> frozenset[str]:
        """The fields that are set."""
        return frozenset(self.values()) - {"mark", "seen_without"}


@dataclass(frozen=True)
class ObservedFirewall(Observed):
    """A firewall as it was read: what a change starts from.

    device: the number of the guest's managed network device. members: those of its address set, None where there is none.
    """

    guest: Listed | None = None
    device: int = 0
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    members: tuple[str, ...] | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was ever written: the server then has no such file."""
        return not (self.options.keys() - {"digest"} or self.values.get("rules") or self.members is not None)


class FirewallKind(ProxmoxKind[FirewallSpec]):
    """Firewalls of guests, found by the guests' markers; an empty one counts as missing."""

    name = "proxmox.firewall"
    spec = FirewallSpec
    title = "The firewall of a guest on Proxmox VE"

    def __init__(self, api: ProxmoxApi) -> None:
        super().__init__(api)
        # Of its own: firewalls are read while guests are, whose readers must not wait for one another.
        self._readers = api.client.threads(16, "firewall")

    # What is known without a server.

    def key(self, spec: FirewallSpec) -> str:
        """The guest's marker."""
        return spec.mark

    def dependencies(self, spec: FirewallSpec) -> Iterable[Address]:
        """The guest, whichever sort it is."""
        return tuple(Address(kind, spec.mark) for kind in _GUESTS)

    def check(self, spec: FirewallSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """A firewall of a guest that nobody asks for."""
        if not any(address in wanted for address in self.dependencies(spec)):
            yield error("firewall-without-guest", mark=spec.mark, field="mark")

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """The datacenter's switch, and for each wanted firewall three requests (two where the filter is unmanaged), at once."""
        specs: list[FirewallSpec] = scope.specs()
        if not specs:
            return Observation()
        switch = self._readers.submit(self._datacenter) if any(spec.enable for spec in specs) else None
        self.api.surveys.learn(scope)
        survey = self.api.surveys.shared(scope.cohort, scope.look)
        guests = {**self._adopted(scope, survey), **self.api.surveys.marked(survey)}
        there = [(spec, *guests[spec.mark]) for spec in specs if spec.mark in guests]
        read, unread = self._read_each([self._at(*one) for one in there])
        looks = [look for look in read if look is not None]
        found = [look for look in looks if not look.blank]
        without = frozenset(look.address for look in looks if look.blank)
        flags = [finding for spec, guest, reading in there if spec.enable for finding in self._device(spec, guest, reading)]
        left = {spec.mark for spec in specs if spec.rules is None}
        by_hand = [finding for look in found if look.address.key in left for finding in _rules_by_hand(look)]
        absent = {Address(self.name, spec.mark): Absence(reason("firewall-unreadable")) for spec, _, _ in unread}
        told = [warning("firewall-unreadable", id=guest.vmid, why=why, team=_team(spec)) for spec, guest, why in unread]
        return Observation(tuple(found), (*(switch.result() if switch else ()), *flags, *by_hand, *told), absent, facts=without)

    def _adopted(self, scope: Scope, survey: Survey) -> dict[str, tuple[Listed, Reading]]:
        """The guests that are asked for by their number and have no marker yet, by the marker that they will have."""
        asked = {item.spec.id: item.spec.mark for item in scope.everything.values() if isinstance(item.spec, GuestSpec) and item.spec.id}
        readings = survey.read(asked)
        return {asked[vmid]: (survey.guests[vmid], reading) for vmid, reading in readings.items() if reading.mark is None}

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """Whether the guest exists and has no firewall; a guest that is created later may have one, which is then brought in line."""
        return {"seen_without": True} if resource.address in (world.facts(self.name) or ()) else {}

    def _datacenter(self) -> list[Finding]:
        """Whether the rules of guests have any effect; eiginfra never turns that on: it may lock everybody out."""
        try:
            options = self.api.client.get("cluster/firewall/options", "read the datacenter's firewall")
        except PermissionDeniedError:
            return [notice("datacenter-firewall-unknown")]
        if flag(options.get("enable", 0)):
            return []
        return [notice("datacenter-firewall-off")]

    def _device(self, spec: FirewallSpec, guest: Listed, reading: Reading) -> Iterable[Finding]:
        number = device_number(reading.wanted, self.api.client.settings)
        device = reading.wanted.get(f"net{number}")
        if device and not Properties.parse(str(device), "model").flag("firewall"):
            yield warning(
                "firewall-not-on-device", id=guest.vmid, device=f"net{number}", address=f"{self.name}[{spec.mark}]", team=_team(spec)
            )

    def read(self, spec: FirewallSpec, handle: Mapping[str, JsonValue]) -> ObservedFirewall | None:
        """The firewall of the guest with the marker now; None if there is no such guest, or nothing in its firewall."""
        look = self._look(spec, handle)
        return None if look is None or look.blank else look

    def _look(self, spec: FirewallSpec, handle: Mapping[str, JsonValue]) -> ObservedFirewall | None:
        """None if there is no such guest."""
        found = self.api.surveys.place(spec.mark, handle)
        return None if found is None else self._read_all([self._at(spec, *found)])[0]

    def _at(self, spec: FirewallSpec, guest: Listed, reading: Reading) -> tuple[FirewallSpec, Listed, int]:
        """What to read a firewall by: the guest, and the number of its managed network device."""
        return spec, guest, device_number(reading.wanted, self.api.client.settings)

    def _read_all(self, triples: Sequence[tuple[FirewallSpec, Listed, int]]) -> list[ObservedFirewall | None]:
        """None for a guest that is gone by now. Raises the first error."""
        read, unread = self._read_each(triples)
        if unread:
            raise TransientError(unread[0][2])
        return read

    def _read_each(
        self, triples: Sequence[tuple[FirewallSpec, Listed, int]]
    ) -> tuple[list[ObservedFirewall | None], list[tuple[FirewallSpec, Listed, str]]]:
        """As many as can be read, and the others with why not."""
        parts: list[tuple[str, str | None, Any]] = [
            ("options", None, {}),
            ("rules", None, []),
            (f"ipset/{_IPSET}", "ipfilter", None),
        ]
        asked = [
            [
                self._readers.submit(self._part, guest, path.format(device)) if name is None or name in spec.managed else None
                for path, name, _ in parts
            ]
            for spec, guest, device in triples
        ]
        looks: list[ObservedFirewall | None] = []
        unread: list[tuple[FirewallSpec, Listed, str]] = []
        for (spec, guest, device), futures in zip(triples, asked, strict=True):
            try:
                answers = [None if future is None else future.result() for future in futures]
            except (UnreachableError, PermissionDeniedError):
                raise
            except ProviderError as problem:
                unread.append((spec, guest, str(problem)))
                continue
            options, listed, members = (blank if answer is None else answer for answer, (_, _, blank) in zip(answers, parts, strict=True))
            looks.append(None if answers[0] is None else self._observed(spec, guest, device, (options, listed, members)))
        return looks, unread

    def _part(self, guest: Listed, path: str) -> Any:
        try:
            return self.api.client.get(f"{_base(guest)}/{path}", f"read the firewall of guest {guest.vmid}")
        except NotFoundError:
            return None

    def _observed(
        self, spec: FirewallSpec, guest: Listed, device: int, answers: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], Any]
    ) -> ObservedFirewall:
        options, listed, members = answers
        texts = None if members is None else tuple(("!" if flag(row.get("nomatch", 0)) else "") + str(row["cidr"]) for row in members)
        values: dict[str, JsonValue] = {
            "mark": spec.mark,
            **{name: flag(options.get(name, default)) for name, default in _SWITCHES.items()},
            **{name: str(options.get(name, default)) for name, default in _WORDS.items()},
            "ipfilter": self._filter(guest, on=flag(options.get("ipfilter", 0)), members=texts),
            "rules": [rules.from_server(row) for row in listed],
        }
        handle: dict[str, JsonValue] = {"node": guest.node, "vmid": guest.vmid, "type": guest.type}
        address = Address(self.name, spec.mark)
        return ObservedFirewall(address, values, handle, team=_team(spec), guest=guest, device=device, options=options, members=texts)

    def _filter(self, guest: Listed, *, on: bool, members: tuple[str, ...] | None) -> JsonValue:
        """Yes or no, or what is neither: a filter for other addresses, a set without the switch."""
        own = self._own(guest)
        if not on and members is None:
            return False
        if on and members is not None and [_network(cidr) for cidr in members] == [own]:
            return True
        return f"{'on' if on else 'off'}, for {', '.join(members) if members else 'no address'}"

    def _own(self, guest: Listed) -> str:
        return _network(self.api.client.settings.address(guest.vmid).partition("/")[0])

    def needs(self, change: Change, asking: Asking) -> Needs:
        """One right for all of it, of a guest that is there, or is made in its pool by this plan."""
        guests = self.api.surveys.marked(self.api.surveys.last(change.address.key.split("/")[0]))
        if change.address.key in guests:
            guest = guests[change.address.key][0]
            yield WHOLE, right(f"/vms/{guest.vmid}", "VM.Config.Network", pool=guest.pool)
            return
        making = (other.desired or {} for other in asking.plan.acting if other.address in change.depends_on)
        pool = next((str(desired["pool"]) for desired in making if desired.get("pool")), None)
        yield WHOLE, right(f"/pool/{pool}" if pool else "/pool", "VM.Config.Network")

    # Changing.

    def create(self, spec: FirewallSpec) -> Observed | None:
        """Write it. A guest that was made since may have brought one, as a clone does: that is brought in line.

        Raises NotFoundError without the guest, AlreadyExistsError when somebody wrote one since it was seen without.
        """
        look = self._look(spec, {})
        if look is None:
            raise NotFoundError(f"no guest bears the mark {spec.mark}: it must be made first (proxmox.container or proxmox.vm)")
        if spec.seen_without and not look.blank:
            raise AlreadyExistsError(f"guest {look.handle['vmid']} has a firewall already")
        return self._change(spec, look, spec.managed)

    def update(self, observed: Observed, spec: FirewallSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        """The address set first, then rules, then options: a policy never works without its rules, a filter never without its address."""
        look = observed if isinstance(observed, ObservedFirewall) else self.read(spec, observed.handle)
        if look is None:
            raise StaleError(f"{self.name}[{spec.mark}] is gone since the plan was made: make a new one")
        return self._change(spec, look, frozenset(diff.field for diff in diffs))

    def _change(self, spec: FirewallSpec, look: ObservedFirewall, fields: frozenset[str]) -> Observed | None:
        guest = look.guest
        if guest is None:
            raise StaleError(f"{self.name}[{spec.mark}]: the guest was not looked at; make a new plan")
        base, what, ipset = _base(guest), f"change the firewall of guest {guest.vmid}", _IPSET.format(look.device)

        def send(method: str, path: str, **params: Any) -> None:
            self.api.client.send(method, f"{base}/{path}", what, params)

        if "ipfilter" in fields and spec.ipfilter:
            self._hold(guest, ipset, look.members, send)
        if "rules" in fields and spec.rules is not None:
            rules.arrange(lambda: list(self.api.client.get(f"{base}/rules", what)), [dict(row) for row in _rows(spec)], send, what)
        options = {name: getattr(spec, name) for name in (*_SWITCHES, *_WORDS, "ipfilter") if name in fields}
        if options:
            params = {name: int(value) if isinstance(value, bool) else value for name, value in options.items() if value is not None}
            send("PUT", "options", **params, digest=look.options.get("digest"))
        if "ipfilter" in fields and not spec.ipfilter and look.members is not None:
            send("DELETE", f"ipset/{ipset}", force=1)
        return self._read_all([(spec, guest, look.device)])[0]  # the guest itself was looked at before the first request

    def _hold(self, guest: Listed, ipset: str, members: tuple[str, ...] | None, send: Callable[..., None]) -> None:
        """The guest's own address goes in before others go out."""
        own = self._own(guest)

        def drop(cidr: str) -> None:
            send("DELETE", f"ipset/{ipset}/{quote(cidr.removeprefix('!'), safe='')}")

        others = [cidr for cidr in members or () if _network(cidr) != own]
        barring = [cidr for cidr in others if _network(cidr.removeprefix("!")) == own]
        if members is None:
            send("POST", "ipset", name=ipset, comment="eiginfra: the guest's own address")
        for cidr in barring:
            drop(cidr)
        if own not in map(_network, members or ()):
            send("POST", f"ipset/{ipset}", cidr=own.partition("/")[0])
        for cidr in others:
            if cidr not in barring:
                drop(cidr)


def _rules_by_hand(look: ObservedFirewall) -> Iterator[Finding]:
    """Rules in force that nobody manages: they may open the guest, or close it."""
    rows = look.values.get("rules")
    told = [rules.brief(row) for row in rows if isinstance(row, dict) and row.get("enable")] if isinstance(rows, list) else []
    if told:
        yield warning("firewall-rules-by-hand", id=look.handle["vmid"], rules=told, address=str(look.address), team=look.team)


def _rows(spec: FirewallSpec) -> list[rules.Row]:
    return [row for rule in spec.rules or () if isinstance(row := canonical(rule), dict)]


def _base(guest: Listed) -> str:
    return f"nodes/{guest.node}/{guest.type}/{guest.vmid}/firewall"


def _team(spec: FirewallSpec) -> str:
    return spec.mark.split("/")[1]


def _network(cidr: str) -> str:
    """An address and the network of it alone are one; what is neither (an alias, an exception) stays as it is."""
    try:
        return str(ip_network(cidr))
    except ValueError:
        return cidr
