"""What a run itself has changed is no change by somebody else, and what went with an object that eiginfra removed is no drift."""

from datetime import date, timedelta
from typing import Any

import pytest
from support.proxmox_cases.acl import acl
from support.proxmox_cases.firewall import firewall
from support.proxmox_people import group, role

from eiginfra.core.change import Action, Cause
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import World
from .road import Road

LEFT, LATER = date(2020, 7, 2), date(2020, 9, 1)


def job(world: World, *names: str) -> BackupSpec:
    guests = [f"{world.cohort}/adler/{name}" for name in names]
    return BackupSpec.model_validate({"id": f"eiginfra-{world.cohort}", "schedule": "02:30", "storage": "local", "guests": guests})


def firewall_of(world: World, name: str) -> FirewallSpec:
    return FirewallSpec(mark=f"{world.cohort}/adler/{name}", enable=True)


@pytest.mark.parametrize("new", ["db", "aaa"])
def test_p4_a_rename_and_a_new_machine_in_one_request(world: World, new: str) -> None:
    road = Road(world)
    road.apply(world.container("web"), world.container("old"), job(world, "web", "old"))
    asked: list[Any] = [road.renamed(world.container("site"), "web"), world.container("old"), world.container(new)]
    assert not road.apply(*asked, job(world, "site", "old", new)).failed
    assert road.plan(world.container("site"), world.container("old"), world.container(new), job(world, "site", "old", new)).changes == ()


def test_p4_a_rename_and_a_machine_that_is_replaced_in_one_request(world: World) -> None:
    road = Road(world)
    road.apply(world.container("web"), world.container("old"), firewall_of(world, "old"), job(world, "web", "old"))
    asked: list[Any] = [
        road.renamed(world.container("site"), "web"),
        world.container("old"),
        firewall_of(world, "old"),
        job(world, "site", "old"),
    ]
    old = road.resource(asked[1]).address
    assert not road.apply(*asked, replacing=frozenset({old})).failed
    assert road.plan(world.container("site"), *asked[1:]).changes == ()


def test_p8_what_went_with_a_pruned_team_is_new_when_the_team_comes_back(world: World) -> None:
    road, specs = Road(world), [world.container("web"), firewall(world), role(world), group(world), acl(world)]
    road.apply(*specs)
    road.apply(prune=True, today=LEFT)
    road.apply(prune=True, today=LATER, grace=timedelta(days=3))
    plan = road.plan(*specs, today=LATER)
    assert {change.address.kind: change.cause for change in plan.acting if change.action is Action.CREATE} == {
        "proxmox.container": Cause.NEW, "proxmox.firewall": Cause.NEW, "proxmox.acl": Cause.NEW, "proxmox.group": Cause.NEW
    }  # fmt: skip
