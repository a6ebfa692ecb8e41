"""What the gateway shows of sub-domains and public ports, from one answer of its program, in the form that their kinds use."""

from collections.abc import Mapping
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from eiginfra.core.reason import Reason, reason
from eiginfra.providers.gateway.answer import GatewayReading
from eiginfra.providers.gateway.nft import Forwards, forwards
from eiginfra.providers.gateway.nginx import NginxError, NginxPlace, ServerNames, files, refusal_of, server_names, statements
from eiginfra.providers.gateway.server_block import BlockSettings, ServerBlock, server_block

_PATH: Final = "/etc/nginx/conf.d/eiginfra-{}.conf"
_SHARED: Final = "/etc/nginx/conf.d/eiginfra.conf"


class Published:
    """Each part is read when it is first asked for: where nothing is forwarded, no table is read."""

    def __init__(self, reading: GatewayReading) -> None:
        self._reading = reading

    def pending(self, kind: str, name: str) -> bool:
        """Whether something was cut before its end: it has to be written again."""
        return not self._reading.settled(kind, name)

    def reaches(self, address: str) -> bool:
        """Whether the gateway's own configuration allows an address."""
        try:
            network, there = IPv4Network(self.subnet), IPv4Address(address)
        except ValueError:
            return False
        ends = {network.network_address, network.broadcast_address}
        return there in network and there not in ends and address not in self._reading.configuration.get("reserved-address", ())

    def gives_name(self, host: str) -> bool:
        """Whether the gateway's own configuration allows a sub-domain."""
        label, _, domain = host.partition(".")
        return domain == self._reading.unique("domain") and label not in self._reading.configuration.get("reserved", ())

    def gives_port(self, port: str) -> bool:
        """Whether the gateway's own configuration allows a public port."""
        first, _, last = (self._reading.unique("ports") or "").partition("-")
        within = first.isdecimal() and last.isdecimal() and int(first) <= int(port) <= int(last)
        return within and port not in self._reading.configuration.get("reserved-port", ())

    @property
    def subnet(self) -> str:
        """The network of the machines, by the gateway's own configuration."""
        return self._reading.unique("subnet") or ""

    # Sub-domains.

    @cached_property
    def blocks(self) -> Mapping[str, ServerBlock]:
        """The sub-domains that eiginfra wrote, by their names in full."""
        return {host: block for host, block in self._files.items() if block.owner is not None}

    @cached_property
    def _files(self) -> Mapping[str, ServerBlock]:
        texts = self._reading.subdomains
        settings = BlockSettings(
            certificate=self.certificate,
            challenge=self._reading.unique("challenge") or "",
            ipv6=self._reading.unique("ipv6") != "no",
        )
        found = statements([*texts.values()])
        return {host: server_block(host, text, read, settings) for (host, text), read in zip(texts.items(), found, strict=True)}

    def taken(self, host: str) -> NginxPlace | None:
        """Where somebody else wrote a server block of that name."""
        there = self._files.get(host)
        own = NginxPlace(_PATH.format(host), 1) if there is not None and there.owner is None else None
        return own or self.names.exact.get(host)

    @cached_property
    def names(self) -> ServerNames:
        """The names of all server blocks that are not eiginfra's."""
        own = {_SHARED, *(_PATH.format(host) for host in self._reading.subdomains)}
        return server_names(files(self._reading.nginx or ""), without=own)

    @cached_property
    def unread(self) -> frozenset[str]:
        """The sub-domains whose file is there, and which nginx does not read."""
        printed = self._reading.nginx
        read = () if printed is None else files(printed).keys()
        return frozenset(host for host in self._reading.subdomains if printed is not None and _PATH.format(host) not in read)

    @cached_property
    def refusal(self) -> NginxError | None:
        """Why nginx refuses its configuration; None where it does not."""
        said = self._reading.nginx_error
        return None if said is None or self._reading.nginx is not None else refusal_of(said)

    def no_nginx(self, host: str) -> Reason | None:
        """Why a sub-domain cannot be written now; one that nginx refuses for its own file can."""
        if "nginx" not in self._reading.tools:
            return reason("gateway-no-nginx")
        wrong = self.refusal
        if wrong is None or self.breaks(host):
            return None
        return reason("gateway-nginx-refuses", said=wrong.said)

    def unchangeable(self, host: str) -> Reason | None:
        """Why nothing of a sub-domain that is there can be changed now."""
        place = self.taken(host)
        if (why := self.no_nginx(host)) is not None or place is not None:
            return why or reason("gateway-name-taken", place=str(place))
        return reason("gateway-certificate-gone", folder=self.folder(host)) if self.uncertified(host) else None

    def breaks(self, host: str) -> bool:
        """Whether the sub-domain's own file is what nginx refuses."""
        wrong = self.refusal
        return wrong is not None and wrong.place is not None and wrong.place.file == _PATH.format(host)

    def certified(self, host: str) -> bool:
        """Whether the gateway has a certificate for a sub-domain."""
        return not self._reading.certificates.isdisjoint({"*", host})

    def uncertified(self, host: str) -> bool:
        """Whether a sub-domain is served over HTTPS and its certificate is gone: written again, it would be served no more."""
        return bool(self.blocks[host].https) and not self.certified(host)

    def folder(self, host: str) -> str:
        """Where a sub-domain's certificate is, or has to be."""
        return self.certificate.replace("{name}", host)

    @property
    def certificate(self) -> str:
        """The folder of certificates, with `{name}` for the sub-domain; empty where the gateway has none."""
        return self._reading.unique("certificate") or ""

    # Public ports.

    @cached_property
    def forwards(self) -> Forwards:
        """The public ports, saved and loaded."""
        return forwards(self._reading.forwards, self._reading.loaded, self.subnet)

    @property
    def no_nft(self) -> Reason | None:
        """Why no public port can be written now."""
        return None if "nft" in self._reading.tools else reason("gateway-no-nft", iptables=int("iptables" in self._reading.tools))

    @cached_property
    def listening(self) -> frozenset[str]:
        """The ports on which the server itself listens: `22/tcp`."""
        return frozenset(f"{port}/{protocol}" for protocol, port in self._reading.listening)
