"""The machines as a provider: how they are entered, over the connection to the gateway that the providers of a run share."""

from collections.abc import Iterable, Mapping

from eiginfra.core.finding import Finding, warning
from eiginfra.core.provider import Context, Provider
from eiginfra.inventory.site_gateway import GatewaySite, MachinesSite
from eiginfra.providers.machine.client import MachineClient, MachineSettings
from eiginfra.providers.machine.kinds import all_kinds
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_gateway import shared_gateway

_GATEWAY = "gateway"


class MachineProvider(Provider[MachinesSite]):
    """What is done inside machines."""

    name = "machine"
    section_key = "machines"
    section = MachinesSite
    workers = 16

    def __init__(self, section: MachinesSite | None, context: Context) -> None:
        gateway = context.sections.get(_GATEWAY)
        self._gateway = shared_gateway(gateway, context) if section is not None and isinstance(gateway, GatewaySite) else None
        self._client = MachineClient(
            None if section is None or self._gateway is None else _settings(section, self._gateway, gateway, context),
            "" if section is None else section.public,
        )
        self._section = section
        self.kinds = all_kinds(self._client)

    def doctor(self) -> Iterable[Finding]:
        """Whether the site says how machines are reached; that each of them answers is seen by a plan."""
        if self._section is not None and self._gateway is None:
            yield warning("machines-without-gateway")

    def limit(self, seconds: float | None) -> None:
        """For all that goes over the connection."""
        if self._gateway is not None:
            self._gateway.limit(seconds)

    def requests(self) -> Mapping[str, int]:
        """What was done over the connections to machines."""
        return self._client.meter.counts

    def close(self) -> None:
        """Nothing: the connection is shared, and closed with the run."""


def _settings(section: MachinesSite, connection: SshConnection, gateway: object, context: Context) -> MachineSettings:
    return MachineSettings(
        gateway=connection,
        key=context.private_key(section.key, MachineProvider.section_key, "key"),
        public=section.public,
        first_use=section.host_keys == "first-use",
        node=isinstance(gateway, GatewaySite) and gateway.via is not None,
    )
