"""Pools, over real HTTPS."""

import pytest

from eiginfra.core.errors import AlreadyExistsError
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

from .conftest import World, differences


def test_a_pool_is_made_seen_changed_and_left_alone(world: World) -> None:
    kind, spec = world.kinds["proxmox.pool"], PoolSpec(id=world.pool, comment="Karfu’R")
    assert world.see(spec) is None
    made = kind.create(spec)
    assert made is not None
    assert differences(spec, made) == []
    seen = world.see(spec)
    assert seen is not None
    assert (seen.team, differences(spec, seen)) == ("adler", [])
    spec = PoolSpec(id=world.pool, comment="ADLER")
    assert differences(spec, world.heal(spec)) == []


def test_pools_of_others_are_not_looked_at(world: World) -> None:
    world.admin("POST", "/pools", poolid=f"x{world.cohort}-adler")
    world.admin("POST", "/pools", poolid=f"{world.cohort}-byhand")
    assert [seen.address.key for seen in world.observe("proxmox.pool").objects] == [f"{world.cohort}-byhand"]


def test_a_second_pool_of_the_same_name_is_refused(world: World) -> None:
    kind, spec = world.kinds["proxmox.pool"], PoolSpec(id=world.pool)
    kind.create(spec)
    with pytest.raises(AlreadyExistsError, match=f"pool '{world.pool}' already exists"):
        kind.create(spec)
