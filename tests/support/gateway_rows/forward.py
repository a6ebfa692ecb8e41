from support.gateway_row import ASSIGNED, KEY_FIELD, LIVE, UNCOMPARED, Case, Hand, Row, Server

from eiginfra.providers.gateway.kinds.forward import ForwardSpec

FILE = "/etc/eiginfra-gateway/forwards.nft"


def edited(old: str, new: str) -> Hand:
    def hand(server: Server) -> None:
        text = server.control()["files"][FILE]
        assert old in text
        server.control(files={FILE: text.replace(old, new)})

    return hand


CASE = Case(
    (ForwardSpec(public=10222, machine="proxmox.container[eig3/adler/web]", port=2222, sources=("192.0.2.0/24",)),),
    (
        Row("public", 10223, KEY_FIELD),
        Row("protocol", "udp", KEY_FIELD),
        Row("machine", "proxmox.container[eig3/adler/db]", LIVE, None, frozenset({"address"})),
        Row("address", None, ASSIGNED),
        Row("port", 2223, LIVE),
        Row("sources", ("198.51.100.0/24",), LIVE),
        Row("access", "machine.access[proxmox.container[eig3/adler/web]]", UNCOMPARED),
        Row("closed", None, ASSIGNED),
        Row("settled", None, ASSIGNED, lambda server: server.control(loaded=None)),
    ),
    ends=(None, "delete"),
    bad={
        "public": [0, 65536],
        "protocol": ["icmp", "tcp; drop"],
        "port": [0, 65536],
        "machine": ["web"],
        "sources": [["0.0.0.0/0"], ["192.0.2.1/24"], ["} drop"]],
    },
)  # fmt: skip
