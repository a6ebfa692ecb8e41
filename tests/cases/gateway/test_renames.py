"""A machine that is renamed keeps what the gateway has of it."""

from dataclasses import replace
from datetime import date

from support.gateway_rows.features import CONTAINER
from support.gateway_wire import KEY
from support.gateway_world import WEB, GatewayWorld, of

from eiginfra.core.address import Address
from eiginfra.providers.gateway.kinds.account import GatewayAccountSpec
from eiginfra.providers.gateway.kinds.features import GatewayFeaturesSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

SITE = Address("proxmox.container", "eig3/adler/site")


def account(machine: Address) -> GatewayAccountSpec:
    return GatewayAccountSpec(user="adler-1", keys=(KEY,), machines=(str(machine),), until=date(2030, 6, 30), enabled=True)


def test_a_renamed_machine_keeps_its_features_and_its_peoples_way_in(world: GatewayWorld) -> None:
    pool = PoolSpec(id="eig3-adler")
    world.apply(pool, CONTAINER, GatewayFeaturesSpec(machine=str(WEB), keyctl=True), account(WEB), history=[])
    before = world.control()["files"]
    renamed = replace(world.resource(CONTAINER.model_copy(update={"mark": SITE.key, "name": "adler-site"})), was=WEB)
    wanted = (pool, renamed, GatewayFeaturesSpec(machine=str(SITE), keyctl=True), account(SITE))
    plan = world.apply(*wanted, history=world.journal.history("eig3"))
    assert [change.diffs for change in (*of(plan, "gateway.features"), *of(plan, "gateway.account"))] == [()]
    assert world.control()["files"] == before
    assert world.plan(*wanted, history=world.journal.history("eig3")).changes == ()
