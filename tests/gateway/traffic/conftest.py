"""A gateway with real sshd, nginx and nftables between an outside host and two teams' machines, and what goes through it.

All of it is in namespaces that `make test-gateway` makes. One network serves all tests: what a test changes it sets back.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import trustme
from support.gateway_door import Door, make_door
from support.gateway_network import Network, running_network
from support.gateway_office import ADDRESSES, DOMAIN, Office
from support.gateway_people import Member, make_member
from support.gateway_prepare import prepare
from support.machine_services import services
from support.namespaces import Host
from support.visitor import Visitor

TOOLS = {
    "unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2", "nft": "nftables", "iptables": "iptables", "nginx": "nginx",
    "sshd": "openssh-server", "ssh": "openssh-client", "sudo": "sudo", "pkill": "procps", "systemd-analyze": "systemd",
}  # fmt: skip
PEOPLE = ("adler-1", "both-1", "karfur-1", "plume-1")


def pytest_configure() -> None:
    """Say what is missing: nothing here is skipped."""
    if os.getppid() != 1 or os.geteuid() != 0:
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
def office(door: Door, network: Network, people: dict[str, Member]) -> Iterator[Office]:
    """All that the teams ask for is there, and their machines have a page."""
    made = Office(door, network, people)
    with ExitStack() as running:
        for address, machine in network.machines.items():
            running.enter_context(services(machine, address))
        made.apply()
        yield made


@pytest.fixture(scope="session")
def visitor(network: Network, authority: trustme.CA) -> Visitor:
    return Visitor(network.outside, authority.cert_pem.bytes().decode())
