"""The accounts, groups and roles that the cases of access share."""

from datetime import date

from support.proxmox_case import World

from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec


def role(world: World) -> RoleSpec:
    return RoleSpec(id=f"Eig-{world.cohort}", privileges=("VM.Audit", "VM.Console"), binding=True)


def userid(world: World, number: int = 1) -> str:
    return f"{world.cohort}-{number}@pve"


def user(world: World, number: int = 1) -> ProxmoxUserSpec:
    return ProxmoxUserSpec(id=userid(world, number), name="Léa Martin", email="lea@example.org", until=date(2030, 6, 30), enabled=True)


def group(world: World, *numbers: int) -> ProxmoxGroupSpec:
    members = [{"user": userid(world, number)} for number in numbers]
    return ProxmoxGroupSpec.model_validate({"id": world.pool, "comment": "ADLER", "members": members})
