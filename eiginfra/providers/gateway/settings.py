"""What the provider must know of a site."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GatewaySettings:
    """A gateway, and what it may give.

    host, port, user: where its SSH server is. domain: of all sub-domains. ports: the first and the last public port. certificate: the
    folder of certificates there, None where the site does not say. reserved_names, reserved_ports: never given away. via: the node of
    Proxmox VE that it is; None: it is none. network: what the site says of the machines' network, if anything: their subnet and their
    default route.
    """

    host: str
    port: int
    user: str
    domain: str
    ports: tuple[int, int]
    certificate: str | None = None
    reserved_names: frozenset[str] = frozenset()
    reserved_ports: frozenset[int] = frozenset()
    via: str | None = None
    subnet: str | None = None
    route: str | None = None

    @property
    def url(self) -> str:
        """For people to recognise."""
        return f"ssh://{self.user}@{self.host}" + (f":{self.port}" if self.port != 22 else "")
