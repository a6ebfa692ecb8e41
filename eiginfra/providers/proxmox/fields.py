"""Types of fields that several kinds share."""

from typing import Annotated

from eiginfra.providers.proxmox import rules

PoolId = Annotated[str, rules.POOL]
