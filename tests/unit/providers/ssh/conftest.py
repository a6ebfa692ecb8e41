from collections.abc import Iterator

import pytest
from support.sshd import SSHD, Sshd, running_sshd

from eiginfra.providers.ssh_connection import SshConnection


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if not SSHD:
        pytest.skip("OpenSSH's server is not installed")
    with running_sshd(tmp_path_factory.mktemp("sshd"), host=("ed25519", "rsa", "ecdsa")) as server:
        yield server


@pytest.fixture
def connection(sshd: Sshd) -> Iterator[SshConnection]:
    made = SshConnection(sshd.target())
    yield made
    made.close()
