"""The connection to a site's gateway, as its section of the site file describes it."""

from typing import Protocol

from eiginfra.core.provider import Context
from eiginfra.core.secret import KeySource, Secret
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import PinnedKeyLike, host_keys_of
from eiginfra.providers.ssh_target import SshTarget

PROGRAM = "/usr/local/sbin/eiginfra-gateway"
"""Where the program is, by which all that needs root there is done."""
COMMAND = ("sudo", "-n", PROGRAM)


class GatewaySection(Protocol):
    """What a site file says of the gateway."""

    @property
    def host(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def port(self) -> int: ...  # noqa: D102 - the same
    @property
    def user(self) -> str: ...  # noqa: D102 - the same
    @property
    def key(self) -> KeySource: ...  # noqa: D102 - the same
    @property
    def host_key(self) -> PinnedKeyLike: ...  # noqa: D102 - the same


def gateway_connection(section: GatewaySection, key: Secret | None) -> SshConnection:
    """The connection to the site's gateway, not opened yet. key: the text of a private key; None: the agent's.

    Raises InputError for a known_hosts file that cannot be read, or has no key of the gateway.
    """
    host_keys = host_keys_of(section.host_key, section.host, section.port)
    return SshConnection(SshTarget(section.host, section.port, section.user, key, host_keys))


def shared_gateway(section: GatewaySection, context: Context) -> SshConnection | None:
    """The one connection to the gateway that the providers of a run share; None offline.

    Raises InputError for a key, or a file of host keys, that is not to be had.
    """
    if context.offline:
        return None
    key = context.private_key(section.key, "gateway", "key")
    return context.shared.get("ssh-gateway", lambda: gateway_connection(section, key))
