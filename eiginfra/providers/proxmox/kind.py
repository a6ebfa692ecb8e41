"""What the Proxmox kinds share."""

from typing import TypeVar

from eiginfra.core.kind import Kind
from eiginfra.core.spec import Spec
from eiginfra.providers.proxmox.api import ProxmoxApi

S = TypeVar("S", bound=Spec)


class ProxmoxKind(Kind[S]):
    """A kind over what all kinds of a Proxmox VE share."""

    def __init__(self, api: ProxmoxApi) -> None:
        self.api = api
