"""What an administrator does on the gateway once, as docs/prepare-gateway.md says."""

from pathlib import Path

import trustme
from support.gateway_door import USER
from support.gateway_network import OFFICE
from support.gateway_root import CERTIFICATE, CONFIGURATION
from support.gateway_units import FORWARDS
from support.namespaces import Host

from eiginfra.providers.gateway import program

PAGE = Path(__file__).parents[2] / "docs/prepare-gateway.md"


def prepare(gateway: Host, key: str, certificate: trustme.LeafCert) -> None:
    """An account for eiginfra, the program, its configuration, a certificate, and `setup`."""
    gateway.run("useradd", "--create-home", "--shell", "/bin/sh", USER)
    gateway.write(f"/home/{USER}/.ssh/authorized_keys", f'from="{OFFICE}",restrict,port-forwarding {key}\n')
    sudoers = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"{USER} ALL="))
    gateway.write(f"/etc/sudoers.d/{USER}", f"{sudoers}\n", 0o440)
    gateway.write(program.PATH, program.text(), 0o755)
    gateway.write("/etc/eiginfra-gateway/configuration", CONFIGURATION)
    gateway.write(f"{CERTIFICATE}/fullchain.pem", certificate.cert_chain_pems[0].bytes().decode())
    gateway.write(f"{CERTIFICATE}/privkey.pem", certificate.private_key_pem.bytes().decode(), 0o600)
    gateway.root.joinpath("etc/nginx/sites-enabled/default").unlink()
    gateway.run(program.PATH, "setup")
    gateway.run("systemctl", "enable", "--quiet", FORWARDS)  # as setup does where systemd runs
