"""The gateway as a provider: its section of the site file, its kinds and its doctor, over the site's one SSH connection to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from eiginfra.core.finding import Finding, Severity
from eiginfra.core.provider import Account, Context, Provider
from eiginfra.core.resource import Record
from eiginfra.inventory.site_gateway import GatewaySite
from eiginfra.providers.gateway.answer import SystemAccount
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.doctor import examine
from eiginfra.providers.gateway.kinds import all_kinds
from eiginfra.providers.gateway.kinds.account import GatewayAccountKind
from eiginfra.providers.gateway.settings import GatewaySettings
from eiginfra.providers.gateway.token_limits import token_limits
from eiginfra.providers.ssh_doctor import examine_entry
from eiginfra.providers.ssh_gateway import shared_gateway
from eiginfra.providers.ssh_host_keys import host_keys_of


class GatewayProvider(Provider[GatewaySite]):
    """The server that people jump through, and that publishes sub-domains and ports."""

    name = "gateway"
    section = GatewaySite
    account_key = "gateway_id"
    workers = 4

    def __init__(self, section: GatewaySite | None, context: Context) -> None:
        self._section = section
        self._connection = None if section is None else shared_gateway(section, context)
        self._client = GatewayClient(None if section is None else _settings(section, context), self._connection)
        self.kinds = all_kinds(self._client)

    @property
    def url(self) -> str | None:
        """Host and user of SSH."""
        return self._client.settings.url if self._client.known else None

    def doctor(self) -> Iterable[Finding]:
        """Let in by the right server; sudo, the program and its configuration, certificate, nginx, nft, forwarding, sshd, unit, disk."""
        if self._connection is None:
            return examine(self._client)
        entry = examine_entry(self._connection)
        return [entry] if entry.severity is Severity.ERROR else [entry, *examine(self._client)]

    def token_limits(self, *, read_only: bool) -> Iterable[Finding]:
        """What sudo lets eiginfra's account run beside the program's verbs; for reading: those that write."""
        return () if self._connection is None else token_limits(self._connection, self._client.settings, read_only=read_only)

    def accounts(self, people: Mapping[str, str]) -> Mapping[str, Account]:
        """Those of these names that existed before, and may be taken over: the program puts its own into the group for jumping."""
        there = self._client.state().accounts if people else {}
        mine = {name: there[name] for name in people if name in there}
        return {name: _account(one) for name, one in mine.items() if not (one.member or one.privileged)}

    def remembered(self, history: Iterable[Record]) -> Collection[str]:
        """By the records of accounts."""
        return {record.address.key for record in history if record.address.kind == GatewayAccountKind.name}

    def limit(self, seconds: float | None) -> None:
        """For all that goes over the connection."""
        if self._connection is not None:
            self._connection.limit(seconds)

    def fingerprints(self) -> Sequence[str]:
        """Of `host_key` in the section."""
        section = self._section
        return [] if section is None else sorted(host_keys_of(section.host_key, section.host, section.port).pinned)

    def requests(self) -> Mapping[str, int]:
        """The connection's, and the program's runs by verb."""
        return {**({} if self._connection is None else self._connection.requests()), **self._client.meter.counts}

    def oddities(self) -> Sequence[Finding]:
        """The client's."""
        return self._client.odd.take()

    def close(self) -> None:
        """Nothing: the connection is shared, and closed with the run."""


def _account(there: SystemAccount) -> Account:
    return Account(id=there.uid, name=there.name, state="closed" if there.closed else "")


def _settings(section: GatewaySite, context: Context) -> GatewaySettings:
    """What the kinds and the doctor go by. The machines' network is known from whichever section describes one."""
    networks = (getattr(other, "network", None) for other in context.sections.values())
    network = next((network for network in networks if hasattr(network, "subnet")), None)
    return GatewaySettings(
        host=section.host,
        port=section.port,
        user=section.user,
        domain=section.domain,
        ports=(section.ports.first, section.ports.last),
        certificate=section.certificate,
        reserved_names=frozenset(name for name in section.reserved if isinstance(name, str)),
        reserved_ports=frozenset(port for port in section.reserved if isinstance(port, int)),
        via=section.via,
        subnet=None if network is None else str(network.subnet),
        route=None if network is None else str(network.gateway),
    )
