"""The gateway program: a verb and data in, an exit code and what it prints out; docs/gateway-program.md is its contract."""

from eiginfra.lab.gateway.exits import Exit
from eiginfra.lab.gateway.lab import GatewayLab


def run(lab: GatewayLab, words: list[str], data: bytes) -> Exit:  # noqa: ARG001 - no verb yet
    """One call of the program."""
    return Exit(0, b"eiginfra-gateway 1\nend\n") if words == ["observe"] else Exit(64)
