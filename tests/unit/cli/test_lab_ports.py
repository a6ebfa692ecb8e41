"""Where `eiginfra lab up` listens."""

import pytest

from eiginfra.cli.lab import _ports
from eiginfra.lab.config import PORTS, LabConfig


@pytest.mark.parametrize(("first", "expected"), [(None, list(PORTS.values())), (0, [0] * 5), (9000, [9000, 9001, 9002, 9003, 9004])])
def test_ports_follow_the_first(first: int | None, expected: list[int]) -> None:
    config = LabConfig(**_ports(first))
    assert [getattr(config, name) for name in PORTS] == expected
