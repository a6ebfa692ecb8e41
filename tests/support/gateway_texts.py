"""What the gateway program writes and prints, by the contract's own page: docs/gateway-program.md."""

import re
from collections.abc import Sequence
from pathlib import Path

CONTRACT = (Path(__file__).parents[2] / "docs" / "gateway-program.md").read_text(encoding="utf-8")
HOST = "adler.eig-apps.example.org"
FOLDER, CHALLENGE, SUBNET = "/etc/letsencrypt/live/eig-apps.example.org", "/var/www/eiginfra-acme", "192.168.0.0/24"
_BLOCK = next(iter(re.findall(r"^```nginx\n(.*?)^```", CONTRACT, re.MULTILINE | re.DOTALL)))


def server_block_text(
    host: str = HOST,
    *,
    owner: str = "eig3/adler/web",
    target: str = "192.168.0.101:8080",
    websocket: bool = True,
    max_body: int = 16,
    timeout: int = 60,
    sources: Sequence[str] = (),
    https: bool = True,
    certificate: str = FOLDER,
    ipv6: bool = True,
) -> str:
    """The file of a sub-domain, as the contract says."""
    text = _BLOCK.replace("COHORT/TEAM/MACHINE", owner).replace("HOST", host).replace("CHALLENGE", CHALLENGE)
    text = text.replace("FOLDER", certificate.replace("{name}", host)).replace("ADDRESS:PORT", target)
    text = text.replace("16m", f"{max_body}m").replace("60s", f"{timeout}s")
    allowed = "".join(f"        allow {source};\n" for source in sources) + ("        deny all;\n" if sources else "")
    text = text.replace("        allow 192.0.2.0/24;\n        deny all;\n", allowed)
    if not websocket:
        text = re.sub(r"( +proxy_set_header) Upgrade .*\n.*\n", r'\1 Connection "";\n', text)
    if not https:
        head, first, second = re.split(r"(?m)^(?=server)", text)
        challenge = re.search(r" +location \^~ .*?\n    }\n", first, re.DOTALL)
        assert challenge is not None
        second = (
            re.sub(r" +(?:ssl_|add_header Strict).*\n", "", second)
            .replace("443 ssl", "443")
            .replace(":443", ":80")
            .replace("listen 443", "listen 80")
        )
        closed = "        return 503;\n" if certificate else ""
        text = head + second.replace("    location / {\n", f"    location / {{\n{closed}").replace(
            "    server_tokens off;\n", f"    server_tokens off;\n{challenge[0]}"
        )
    return text if ipv6 else re.sub(r" +listen \[::\].*\n", "", text)


def table_text(*rules: str, subnet: str = SUBNET) -> str:
    """What `nft list table inet eiginfra` prints with these rules."""
    return "".join(
        f"{line}\n"
        for line in (
            "table inet eiginfra {",
            "\tchain prerouting {",
            "\t\ttype nat hook prerouting priority dstnat; policy accept;",
            *(f"\t\tfib daddr type local {rule}" for rule in rules),
            "\t}",
            "",
            "\tchain postrouting {",
            "\t\ttype nat hook postrouting priority srcnat; policy accept;",
            f"\t\tip saddr {subnet} ip daddr {subnet} ct status dnat masquerade",
            "\t}",
            "}",
        )
    )
