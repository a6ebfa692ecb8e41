"""A gateway with real sshd, nginx and nftables between an outside host and two teams' machines, and what goes through it.

All of it is in namespaces that `make test-gateway` makes. One network serves all tests: what a test changes it sets back.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme
from support.gateway_door import Door, make_door
from support.gateway_network import Network, running_network
from support.gateway_office import ADDRESSES, Office
from support.gateway_people import Member, make_member
from support.gateway_prepare import prepare
from support.gateway_root import DOMAIN
from support.machine_services import services
from support.namespaces import SECONDS, Host
from support.visitor import Visitor

from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import running as lab

TOOLS = {
    "unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2", "nft": "nftables", "iptables": "iptables", "nginx": "nginx",
    "sshd": "openssh-server", "ssh": "openssh-client", "sudo": "sudo", "pkill": "procps", "systemd-analyze": "systemd",
}  # fmt: skip
PEOPLE = ("adler-1", "both-1", "karfur-1", "plume-1")


def pytest_configure() -> None:
    """Say what is missing: nothing here is skipped."""
    first, networks = Path("/proc/1/comm").read_text(encoding="ascii"), [name for _, name in socket.if_nameindex()]
    if os.geteuid() != 0 or first != "sh\n" or networks not in (["lo"], ["lo", "eth0"]):
        raise pytest.UsageError("these tests make hosts of namespaces: run `make test-gateway`, as root")
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool, path=path)})
    if missing:
        raise pytest.UsageError(f"not installed: {' '.join(missing)} (apt-get install {' '.join(missing)})")


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    with running_network(tuple(ADDRESSES.values())) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(network: Network) -> Host:
    return network.gateway


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def door(network: Network, authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Door:
    """The gateway, prepared as docs/prepare-gateway.md says, and the way into it."""
    made = make_door(tmp_path_factory.mktemp("office"), network)
    prepare(network.gateway, made.public_key, authority.issue_cert(f"*.{DOMAIN}"))
    return made


@pytest.fixture(scope="session")
def people(network: Network) -> dict[str, Member]:
    return {name: make_member(network, name) for name in PEOPLE}


@pytest.fixture(scope="session")
def office(door: Door, network: Network, people: dict[str, Member], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """All that the teams ask for is there, made by eiginfra, and their machines have a page."""
    folder = tmp_path_factory.mktemp("office")
    site, key = folder / "site.yml", folder / "machines"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "eiginfra", "-f", str(key)], check=True, timeout=SECONDS)
    made = Office(folder, door, network, people)
    with ExitStack() as running:
        running.enter_context(lab(LabConfig(proxmox_port=0, services=("proxmox",), site_out=site)))
        for address, machine in network.machines.items():
            running.enter_context(services(machine, address))
        made.prepare(site, key)
        made.apply()
        made.hand_out()
        yield made


@pytest.fixture(scope="session")
def visitor(network: Network, authority: trustme.CA) -> Visitor:
    return Visitor(network.outside, authority.cert_pem.bytes().decode())
