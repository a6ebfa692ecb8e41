"""`gateway.account`: an account on the gateway, for jumping to the machines of one's teams only; disabled when its person leaves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.kind import Kind
from eiginfra.core.merge import LATEST, UNION, strongest
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.server_rule import UNIX_ACCOUNT
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gateway import rules
from eiginfra.providers.gateway.answer import GatewayReading, SystemAccount
from eiginfra.providers.gateway.client import GatewayClient, Line, yes
from eiginfra.providers.gateway.jump_keys import NO_KEYS, in_order
from eiginfra.providers.gateway.public_keys import PublicKey, once
from eiginfra.providers.gateway.published import Published

_DAY = timedelta(days=1)
_BEGINNING = date(1970, 1, 1)
_LAST = date(9000, 12, 31)
_NOLOGIN = ("/usr/sbin/nologin", "/sbin/nologin")
_ANY_LOSS = (None, "access-lost")
_KEPT_BACK = ("keys", "opens", "until", "enabled", "settled")
_CLOSED: Mapping[str, JsonValue] = {"keys": [], "opens": [], "until": None, "settled": True}
"""What is left of an account that is disabled; one that was cut may still have sessions."""


class GatewayAccountSpec(Spec):
    """An account for jumping. It has neither a password nor a shell; each of its keys opens port 22 of the machines, and nothing else."""

    user: Annotated[str, AfterValidator(str.lower), CREATE_ONLY, UNIX_ACCOUNT] = Field(description="Its name")
    account: Annotated[int | None, Field(ge=1000, le=2**31), CREATE_ONLY] = Field(
        default=None, description="The UID of an account that existed before, which EIG Link confirmed to be the person's"
    )
    keys: Annotated[tuple[PublicKey, ...] | None, Rules(unordered=True, normalise=once, merge=UNION, harm=_ANY_LOSS)] = Field(
        default=None, description="The person's public keys; comments are left out"
    )
    machines: Annotated[tuple[Annotated[str, rules.OWNER], ...], Rules(create_only=True, merge=UNION)] = Field(
        default=(), description="The machines that it leads to, by their resources' addresses"
    )
    opens: Annotated[tuple[str, ...], Rules(unordered=True, assigned=True, derived=True, merge=UNION, harm=_ANY_LOSS)] = Field(
        default=(), description="Their IP addresses; assigned"
    )
    until: Annotated[date | None, Field(ge=_BEGINNING + 2 * _DAY, le=_LAST), Rules(merge=LATEST)] = Field(
        default=None, description="The last day on which it can be used"
    )
    enabled: Annotated[bool | None, Rules(harm=(False, "account-blocked"), merge=strongest([True, False]))] = Field(
        default=None, description="Whether it can be used at all"
    )
    settled: Annotated[bool | None, Rules(assigned=True)] = Field(
        default=None, description="Whether it is as the gateway's program makes accounts, and was written to the end; assigned"
    )


@dataclass(frozen=True)
class AccountsSeen:
    """others: who may jump, and is in no journal. whole: whether all resources of the cohort were looked for."""

    others: frozenset[str]
    whole: bool
    published: Published


class GatewayAccountKind(Kind[GatewayAccountSpec]):
    """Found by its name. The group for jumping is its marker: only root and the program put accounts there."""

    name = "gateway.account"
    spec = GatewayAccountSpec
    title = "An account on the gateway, for jumping to machines"
    decommission = Decommission((Step("disable", Trigger.APPLY, {**_CLOSED, "enabled": False}, cap="members"),))
    """Whoever created it: an account that was taken over by a grant is its person's, and lets nobody in once they have left."""

    def __init__(self, client: GatewayClient) -> None:
        self.client = client

    def key(self, spec: GatewayAccountSpec) -> str:
        """The name."""
        return spec.user

    def follows(self, spec: GatewayAccountSpec) -> Iterable[Address]:
        """Its machines, which need not be there."""
        return [Address.parse(machine) for machine in spec.machines]

    def check(self, spec: GatewayAccountSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:  # noqa: ARG002 - judged alone
        """The account that eiginfra itself enters by."""
        if self.client.known and self.key(spec) == self.client.settings.user:
            yield error("gateway-own-account", user=spec.user, address=str(Address(self.name, self.key(spec))), field="user")

    def observe(self, scope: Scope) -> Observation:
        """Out of the one look at the gateway."""
        state = self.client.state(scope.look)
        wanted = {resource.address.key: resource for resource in scope.resources}
        history = [record for record in (*scope.history, *scope.records) if record.address.kind == self.name]
        ours = {(record.address.key, record.handle.get("uid")) for record in history}
        objects, findings = list[Observed](), list[Finding]()
        absent: dict[Address, Absence] = {}
        for name in sorted(wanted.keys() | {record.address.key for record in scope.records}):
            there, resource = state.accounts.get(name), wanted.get(name)
            if there is None:
                continue
            known = there.member or (name, there.uid) in ours
            if resource is not None and (told := _not_theirs(there, resource, known=known)) is not None:
                findings.append(told)
                absent[resource.address] = Absence(reason(told.code), Presence.WAITING)
            elif known or resource is not None:
                objects.append(_observed(there, state, None if resource is None else resource.team))
        others = frozenset(name for name, one in state.accounts.items() if one.member and not one.closed) - {name for name, _ in ours}
        return Observation(objects, findings, absent, facts=AccountsSeen(others, scope.whole, Published(state)))

    def read(self, spec: GatewayAccountSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The account of that name and UID, or None; whose it is was asked before."""
        state = self.client.state()
        there = state.accounts.get(self.key(spec))
        if there is None or handle.get("uid", there.uid) != there.uid:
            return None
        return _observed(there, state, None)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """The addresses of the machines that are known, and that all of it shall be as it was written.

        An account that is disabled or has no key opens nothing. Where a selection left machines out and nobody knows their addresses,
        nothing is closed.
        """
        spec, facts = _spec(resource), world.facts(self.name)
        if spec.enabled is False:
            return {"keys": (), "opens": (), "until": None, "settled": True}
        there = world.observed.get(resource.address)
        seen = {} if there is None else there.values
        if not (_listed(seen.get("keys")) if spec.keys is None else spec.keys):
            return {"opens": (), "settled": True}
        known = [world.address_of(Address.parse(machine)) for machine in spec.machines]
        opens = {address for address in known if address is not None and _reached(facts, address)}
        if None in known and isinstance(facts, AccountsSeen) and not facts.whole:
            opens |= {str(item) for item in _listed(seen.get("opens"))}
        return {"opens": tuple(in_order(opens)), "settled": True}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterator[Finding]:
        """Machines that the gateway leads nobody to, and accounts of the group that nobody asked for."""
        facts = world.facts(self.name)
        if not isinstance(facts, AccountsSeen):
            return
        machines = {machine: resource for resource in reversed(resources) for machine in _spec(resource).machines}
        for machine, resource in sorted(machines.items()):
            address = world.address_of(Address.parse(machine))
            if address is not None and not facts.published.reaches(address):
                told = {"machine": machine, "ip": address, "subnet": facts.published.subnet}
                yield warning("gateway-machine-outside", told, address=str(resource.address), field="machines", team=resource.team)
        asked = {address.key for address in (*world.wanted, *world.claims) if address.kind == self.name}
        if facts.whole and (others := sorted(facts.others - asked)):
            yield notice("gateway-other-accounts", names=[*others], count=len(others))

    def create(self, spec: GatewayAccountSpec) -> None:
        """Make it."""
        self._write(self.key(spec), spec.values(), f"make the account {self.key(spec)}")

    def update(self, observed: Observed, spec: GatewayAccountSpec, diffs: Sequence[FieldDiff]) -> None:
        """What differs; the program takes all of an account at once, so the rest is sent as it is."""
        values = {**observed.values, **{found.field: spec.values().get(found.field) for found in diffs}}
        self._write(self.key(spec), values, f"change the account {self.key(spec)}", observed.handle.get("uid"))

    def _write(self, name: str, values: Mapping[str, JsonValue], what: str, uid: JsonValue = None) -> None:
        enabled, until = values.get("enabled") is not False, values.get("until")
        lines: list[Line] = [("name", name), ("enabled", yes(enabled))]
        lines += [] if uid is None else [("uid", uid)]
        if enabled:
            lines += [] if until is None else [("expires", date.fromisoformat(str(until)) + _DAY)]
            lines += [("open", address) for address in in_order(map(str, _listed(values.get("opens"))))]
            lines += [("key", key) for key in dict.fromkeys(map(str, _listed(values.get("keys"))))]
        self.client.write("account", lines, what)


def _spec(resource: Resource) -> GatewayAccountSpec:
    if not isinstance(resource.spec, GatewayAccountSpec):
        raise TypeError(f"{resource.address} is no account of a gateway")
    return resource.spec


def _reached(facts: object, address: str) -> bool:
    """Whether the gateway's own configuration allows the address."""
    return not isinstance(facts, AccountsSeen) or facts.published.reaches(address)


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _not_theirs(there: SystemAccount, resource: Resource, *, known: bool) -> Finding | None:
    """Why an account is left alone. known: whether it is in the group for jumping, or the journal knows it."""
    if there.privileged:
        code = "gateway-account-privileged"
    elif not known and resource.values.get("account") != there.uid:
        code = "gateway-account-not-confirmed"
    else:
        return None
    return warning(code, user=there.name, uid=there.uid, address=str(resource.address), field="user", team=resource.team)


def _observed(there: SystemAccount, state: GatewayReading, team: str | None) -> Observed:
    file = state.keys.get(there.name, NO_KEYS)
    sound = there.member and there.shell in _NOLOGIN and file.plain
    values: dict[str, JsonValue] = {
        "user": there.name,
        "keys": [*sorted(file.keys)],
        "opens": [*in_order(file.opens)],
        "until": _last_day(there),
        "enabled": not there.closed,
        "settled": sound and state.settled("account", there.name),
    }
    blocked = dict.fromkeys(_KEPT_BACK, reason("gateway-account-powerful")) if there.privileged else {}
    marked = True if there.member else None
    return Observed(Address(GatewayAccountKind.name, there.name), values, {"uid": there.uid}, marked, team, blocked=blocked)


def _last_day(there: SystemAccount) -> str | None:
    """None for no end, and of what is closed altogether."""
    if there.expires is None or there.closed:
        return None
    return (_BEGINNING + timedelta(days=min(there.expires, (_LAST - _BEGINNING).days) - 1)).isoformat()
