"""Whether the gateway can be worked with, and what to do where it cannot."""

from eiginfra.core.errors import ProviderError
from eiginfra.core.finding import Finding, error, notice
from eiginfra.providers.gateway.client import GatewayClient


def examine(client: GatewayClient) -> list[Finding]:
    """Everything worth saying; an error where nothing further can be found out."""
    site = client.settings
    try:
        client.examined()
    except ProviderError as problem:
        return [error("gateway-unreachable", text=str(problem), address=site.url)]
    return [notice("gateway-fine", url=site.url, address=site.url)]
