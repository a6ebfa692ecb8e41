"""What eiginfra counts on of a Proxmox VE; makes one pool, one container and one VM, and removes them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from eiginfra.core.change import Action, Cause


def _image(world: Any, sort: str) -> Any:
    images = [getattr(image, sort) for image in world.site.file.images.values()]
    found = next((image for image in images if image is not None), None)
    if found is None:
        pytest.skip(f"the site has no image for a {sort}")
    return found


@pytest.fixture
def pool(world: Any) -> Iterator[str]:
    if world.site.file.proxmox is None:
        pytest.skip("the site has no proxmox")
    name = f"{world.cohort}-one"
    yield name
    pools = world.proxmox("GET", "/pools", poolid=name) if any(p["poolid"] == name for p in world.proxmox("GET", "/pools")) else []
    for member in (member for found in pools for member in found.get("members", [])):
        where = f"/nodes/{member['node']}/{member['type']}/{member['vmid']}"
        # The pool's own word of the state may be some seconds old.
        runs = world.proxmox("GET", f"{where}/status/current")["status"] == "running"
        _end(world, world.proxmox("POST", f"{where}/status/stop") if runs else None)
        _end(world, world.proxmox("DELETE", where, purge=1))
    if pools:
        world.proxmox("DELETE", "/pools", poolid=name)


def _end(world: Any, upid: str | None) -> None:
    """Wait for a task's end."""
    while upid and world.proxmox("GET", f"/nodes/{upid.split(':')[1]}/tasks/{upid}/status")["status"] != "stopped":
        time.sleep(0.2)


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_a_guest_is_made_changed_found_and_healed(world: Any, pool: str, sort: str) -> None:
    image = _image(world, sort)
    disk = {"container": "2GiB", "vm": "8GiB"}[sort]

    def wanted(**fields: Any) -> list[Any]:
        own = {
            "mark": f"{world.cohort}/one/web",
            "name": "one-web",
            "pool": pool,
            "image": image,
            "cores": 1,
            "memory": "512MiB",
            "disk": disk,
        }
        return [world.resource("proxmox.pool", id=pool, comment="contract test"), world.resource(f"proxmox.{sort}", **{**own, **fields})]

    world.settles(wanted())
    world.settles(wanted(name="one-other"))
    change = next(change for change in world.plan(wanted(name="one-third")).acting)
    holder = f"/nodes/{change.handle['node']}/{'lxc' if sort == 'container' else 'qemu'}/{change.handle['vmid']}"
    world.proxmox("PUT", f"{holder}/config", description=f"by hand\n\neiginfra: {world.cohort}/one/web", onboot=1)
    world.proxmox("PUT", "/pools", poolid=pool, comment="by hand")
    (change,) = world.plan(wanted(name="one-other")).acting
    assert (str(change.address), change.action, change.cause) == (f"proxmox.pool[{pool}]", Action.UPDATE, Cause.DRIFT)
    world.settles(wanted(name="one-other"))
