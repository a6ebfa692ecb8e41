"""What an empty plan asks of the gateway and of the machines behind it."""

from typing import Any

import pytest

from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace


@pytest.fixture
def services() -> tuple[str, ...]:
    return ("gitlab", "proxmox", "gateway")


@pytest.fixture
def applied(place: Any) -> Any:
    assert place.call("apply", "--yes").code == 0
    return place


def test_an_empty_plan_is_one_connection_to_the_gateway_and_one_to_each_machine(applied: Any) -> None:
    with Workspace.load(Paths(settings=applied.folder / "eiginfra.yml")) as project:
        plan = project.plan()
        assert plan.empty
        asked = project.requests()
        entered = [resource for resource in project.compiled.resources if resource.address.kind == "machine.access"]
    assert entered
    assert asked["gateway"] == {"connection": 1, "command": 1, "channel": 1 + len(entered), "observe": 1}
    assert asked["machine"] == dict.fromkeys(("connection", "command", "channel"), len(entered))
