"""Tokens with exactly the privileges of the table, or with one fewer."""

from collections.abc import Iterable

from eiginfra.providers.proxmox.privileges import NEEDS, Need, Purpose, paths_of

from .conftest import VM_TEMPLATE, World


def rights(world: World, purposes: Iterable[Purpose], without: tuple[str, str] = ("", "")) -> dict[str, str]:
    """Privileges by path, in the notation of `World.with_rights`; without: a path and a privilege that are left out."""
    found: dict[str, set[str]] = {}
    for need in NEEDS:
        if need.purpose in purposes:
            for path in paths_of(need, world.settings, [VM_TEMPLATE]):
                found.setdefault(path, set()).update(name for name in need.privileges if (path, name) != without)
    return {path: ",".join(sorted(names)) for path, names in found.items() if names}


def one_fewer(world: World, need: Need, privilege: str) -> World:
    """The same world as seen by a token for the need's purpose that lacks this privilege."""
    (path,) = paths_of(need, world.settings, [VM_TEMPLATE])
    return world.with_rights(rights(world, {Purpose.CORE, need.purpose}, (path, privilege)))
