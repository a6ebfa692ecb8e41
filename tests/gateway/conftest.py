"""Real tools, as root: whatever is missing is an error here, never a skip."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.gateway_root import GatewayRoot, missing, running


@pytest.fixture(scope="session")
def tools() -> None:
    """All that these tests run."""
    assert os.geteuid() == 0, "these tests make namespaces: run them as root"
    assert missing() == []


@pytest.fixture(scope="session")
def prepared(tools: None) -> Iterator[Path]:
    """What a gateway holds on which `setup` was run, as a layer to put others on."""
    with running(GatewayRoot()) as root:
        root.prepare()
        root.halt()
        yield root.upper


@pytest.fixture
def bare(tools: None) -> Iterator[GatewayRoot]:
    """A server on which nothing was prepared."""
    with running(GatewayRoot()) as root:
        yield root


@pytest.fixture
def gateway(prepared: Path) -> Iterator[GatewayRoot]:
    """A gateway that was set up, with nginx running and the table loaded."""
    with running(GatewayRoot((prepared,))) as root:
        root.boot()
        yield root
