# ruff: noqa: E501 - a table

from support.gateway_row import ASSIGNED, KEY_FIELD, LIVE, Case, Hand, Row, Server

from eiginfra.core.values import ByteSize
from eiginfra.providers.gateway.kinds.subdomain import SubdomainSpec

NAME = "adler.eig-apps.example.org"
FILE = f"/etc/nginx/conf.d/eiginfra-{NAME}.conf"


def edited(old: str, new: str) -> Hand:
    def hand(server: Server) -> None:
        text = server.control()["files"][FILE]
        assert old in text
        server.control(files={FILE: text.replace(old, new)})

    return hand


CASE = Case(
    (SubdomainSpec(name=NAME, machine="proxmox.container[eig3/adler/web]", port=8080, sources=("192.0.2.0/24",)),),
    (
        Row("name", "other.eig-apps.example.org", KEY_FIELD),
        Row("machine", "proxmox.container[eig3/adler/db]", LIVE, edited("# eiginfra eig3/adler/db", "# eiginfra eig3/adler/web"), frozenset({"address"})),
        Row("address", None, ASSIGNED, edited("http://192.168.0.101:8080", "http://192.168.0.200:8080")),
        Row("port", 8081, LIVE, edited(":8081", ":8082")),
        Row("websocket", False, LIVE),
        Row("max_body", ByteSize.parse("64MiB"), LIVE, edited("client_max_body_size 64m", "client_max_body_size 1m")),
        Row("timeout", 300, LIVE, edited("300s", "60s")),
        Row("sources", ("198.51.100.0/24",), LIVE, edited("        allow 198.51.100.0/24;\n", "        allow 203.0.113.0/24;\n")),
        Row("further", None, ASSIGNED, edited("    client_max_body_size 16m;\n", "    client_max_body_size 16m;\n    add_header X-Mine yes;\n")),
        Row("https", None, ASSIGNED),
        Row("settled", None, ASSIGNED, lambda server: server.control(pending={f"subdomain:{NAME}": ""})),
    ),
    ends=(None, "delete"),
    bad={
        "name": ["xn--a.eig-apps.example.org", "*.eig-apps.example.org", "a b.example.org", "a;b.example.org", "a\nb.example.org", "adler"],
        "port": [0, 65536, -1],
        "machine": ["web"],
        "max_body": [ByteSize(1), ByteSize.parse("11GiB")],
        "timeout": [0, 3601],
        "sources": [["0.0.0.0/0"], ["192.0.2.1/24"], ["anything"], ["192.0.2.0/24; deny all"]],
    },
)  # fmt: skip
