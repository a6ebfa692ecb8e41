"""The files that the gateway program writes, byte for byte as docs/gateway-program.md has them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eiginfra.lab.gateway.configuration import GatewayLimits

_HAND = "Written by eiginfra-gateway; what is changed here by hand is undone."


def keys_text(keys: Iterable[str], addresses: Sequence[str]) -> str:
    """An account's authorized keys; without an address they open nothing."""
    permitted = "".join(f',permitopen="{address}:22"' for address in addresses)
    options = f"restrict,port-forwarding{permitted}" if addresses else "restrict"
    return "".join(f"{options} {key}\n" for key in keys)


@dataclass(frozen=True, slots=True)
class SubdomainBlock:
    """What a sub-domain's file says."""

    host: str
    owner: str
    address: str
    port: int
    websocket: bool
    max_body: int
    timeout: int
    sources: tuple[str, ...]

    def text(self, limits: GatewayLimits, *, certificate: bool) -> str:
        """The file; `certificate`: whether the sub-domain has one."""
        lines = [f"# eiginfra {self.owner}", f"# {_HAND}"]
        challenge = [
            "    location ^~ /.well-known/acme-challenge/ {",
            f"        root {limits.single['challenge']};",
            "        default_type text/plain;",
            "    }",
        ]
        lines += [*self._server("80", limits), *challenge]
        if certificate:
            folder = limits.folder(self.host)
            lines += ["    location / {", f"        return 301 https://{self.host}$request_uri;", "    }", "}"]
            lines += self._server("443 ssl", limits)
            lines += [f"    ssl_certificate {folder}/fullchain.pem;", f"    ssl_certificate_key {folder}/privkey.pem;"]
            lines += ["    ssl_protocols TLSv1.2 TLSv1.3;", "    add_header Strict-Transport-Security $eiginfra_transport always;"]
        lines += [
            "    add_header X-Content-Type-Options $eiginfra_content_type always;",
            "    add_header X-Frame-Options $eiginfra_frame always;",
            "    add_header Referrer-Policy $eiginfra_referrer always;",
            f"    client_max_body_size {self.max_body}m;",
            "    location / {",
            *(["        return 503;"] if limits.certificate and not certificate else []),
            *self._proxy(),
            "    }",
            "}",
        ]
        return "".join(f"{line}\n" for line in lines)

    def _server(self, port: str, limits: GatewayLimits) -> list[str]:
        ipv6 = [f"    listen [::]:{port};"] if limits.ipv6 else []
        return ["server {", f"    listen {port};", *ipv6, f"    server_name {self.host};", "    server_tokens off;"]

    def _proxy(self) -> list[str]:
        allowed = [*(f"allow {source}" for source in self.sources), "deny all"] if self.sources else []
        upgrade = ["Upgrade $eiginfra_upgrade", "Connection $eiginfra_connection"] if self.websocket else ['Connection ""']
        headers = [
            "Host $host",
            "X-Real-IP $remote_addr",
            "X-Forwarded-For $remote_addr",
            "X-Forwarded-Host $host",
            "X-Forwarded-Port $server_port",
            "X-Forwarded-Proto $scheme",
            'Forwarded ""',
            *upgrade,
        ]
        statements = [
            *allowed,
            f"proxy_pass http://{self.address}:{self.port}",
            "proxy_http_version 1.1",
            "proxy_connect_timeout 10s",
            f"proxy_read_timeout {self.timeout}s",
            f"proxy_send_timeout {self.timeout}s",
            *(f"proxy_set_header {header}" for header in headers),
        ]
        return [f"        {statement};" for statement in statements]


@dataclass(frozen=True, slots=True)
class ForwardLine:
    """A line of the saved forwards."""

    public: int
    protocol: str
    address: str
    port: int
    closed: bool
    owner: str
    sources: tuple[str, ...]

    @classmethod
    def read(cls, line: str) -> "ForwardLine":
        """The inverse of `line`."""
        public, protocol, address, port, closed, owner, sources = line.split(" ")
        return cls(int(public), protocol, address, int(port), closed == "yes", owner, () if sources == "-" else tuple(sources.split(",")))

    @property
    def line(self) -> str:
        """As `observe` tells it."""
        closed = "yes" if self.closed else "no"
        return f"{self.public} {self.protocol} {self.address} {self.port} {closed} {self.owner} {','.join(self.sources) or '-'}"

    @property
    def note(self) -> str:
        """As it is noted while it is under way."""
        return f"forward:{self.public}:{self.protocol}"

    def rule(self, listed: Callable[[Sequence[str]], str]) -> str:
        """Its rule, with the sources as `listed` prints them; "" where nothing is sent on."""
        sources = [source for source in self.sources if ":" not in source]
        if self.closed or (self.sources and not sources):
            return ""
        allowed = f"ip saddr {listed(sources)} " if sources else ""
        return f"fib daddr type local {allowed}{self.protocol} dport {self.public} dnat ip to {self.address}:{self.port}"


def forwards_text(forwards: Sequence[ForwardLine], subnet: str) -> str:
    """The file of all forwards, which nft loads."""
    lines = [f"# Public ports that are sent on to machines. {_HAND}", *(f"#: {forward.line}" for forward in forwards)]
    lines += ["add table inet eiginfra", "delete table inet eiginfra"]
    return "".join(f"{line}\n" for line in lines) + table_text(forwards, subnet)


def _braced(sources: Sequence[str]) -> str:
    return f"{{ {', '.join(sources)} }}"


def table_text(forwards: Iterable[ForwardLine], subnet: str, listed: Callable[[Sequence[str]], str] = _braced) -> str:
    """The table, as the file has it; `listed` prints sources in another way."""
    rules = [rule for forward in forwards if (rule := forward.rule(listed))]
    lines = [
        "table inet eiginfra {",
        "\tchain prerouting {",
        "\t\ttype nat hook prerouting priority dstnat; policy accept;",
        *(f"\t\t{rule}" for rule in rules),
        "\t}",
        "",
        "\tchain postrouting {",
        "\t\ttype nat hook postrouting priority srcnat; policy accept;",
        f"\t\tip saddr {subnet} ip daddr {subnet} ct status dnat masquerade",
        "\t}",
        "}",
    ]
    return "".join(f"{line}\n" for line in lines)


def read_forwards(text: str) -> list[ForwardLine]:
    """What the file says in its lines with `#:`."""
    return [ForwardLine.read(line[3:]) for line in text.splitlines() if line.startswith("#: ")]
