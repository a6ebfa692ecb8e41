"""The program that runs as root on the gateway, in POSIX shell. Its parts are joined into one file, which an administrator copies there.

docs/gateway-program.md is its contract; docs/prepare-gateway.md tells how it is installed.
"""

from collections.abc import Collection

from eiginfra.providers.shell_parts import joined
from eiginfra.providers.ssh_gateway import PROGRAM

PATH = PROGRAM

VERBS = ("observe", "examine", "host-keys", "account", "account-remove", "subdomain", "subdomain-remove", "forward", "forward-remove")
"""What eiginfra may ask for over sudo on every gateway."""
READING = ("observe", "examine", "host-keys")
"""Those of them that change nothing."""
NODE_VERBS = ("features", "restart")
"""What it may ask for, too, where the gateway is a Proxmox VE node."""


def text() -> str:
    """The whole program."""
    return joined(__name__)


def sudoers(account: str, verbs: Collection[str] = (*VERBS, *NODE_VERBS)) -> str:
    """The line of sudoers that lets an account use the program, each verb by name and nothing else."""
    return f"{account} ALL=(root) NOPASSWD: {', '.join(f'{PATH} {verb}' for verb in verbs)}"
