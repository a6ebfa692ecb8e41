"""What kinds learn of machines and of people from a world."""

from datetime import UTC, date, datetime

from eiginfra.core.address import Address
from eiginfra.core.resource import Observation, Observed, Record, Resource
from eiginfra.core.spec import Spec
from eiginfra.core.world import World

WEB = Address("test.machine", "eig3/adler/web")


class MachineSpec(Spec):
    address: str | None = None


def world(*, spec: MachineSpec | None = None, seen: str | None = None, recorded: str | None = None, absent: bool = False) -> World:
    at = datetime(2019, 10, 1, tzinfo=UTC)
    record = Record(WEB, {"address": recorded}, {}, "adler", created=True, run=1, at=at, by="ci")
    found = World(
        {},
        {} if seen is None else {WEB: Observed(WEB, {}, facts={"address": seen})},
        {"test.access": Observation(remaining={WEB: ("adler-2",)})},
        {WEB} if absent else (),
        () if recorded is None else (record,),
        date(2019, 10, 1),
    )
    if spec is not None:
        found.completed[WEB] = Resource(WEB, spec)
    return found


def test_the_address_of_a_machine_is_what_the_plan_brings_about() -> None:
    assert world(spec=MachineSpec(address="192.168.0.101/24"), seen="192.168.0.102", recorded="192.168.0.103/24").address_of(WEB) == (
        "192.168.0.101"
    )


def test_else_where_it_was_seen_and_else_where_it_was_last() -> None:
    assert world(spec=MachineSpec(), seen="192.168.0.102").address_of(WEB) == "192.168.0.102"
    assert world(recorded="192.168.0.103/24").address_of(WEB) == "192.168.0.103"
    assert world(spec=MachineSpec(address="192.168.0.101/24"), absent=True).address_of(WEB) is None
    assert world(seen="dhcp").address_of(WEB) is None


def test_who_still_has_access_is_asked_of_the_kind() -> None:
    assert world().remaining(Address("test.access", WEB.key)) == ()
    found = World({}, {}, {"test.machine": Observation(remaining={WEB: ("adler-2",)})}, (), (), date(2019, 10, 1))
    assert found.remaining(WEB) == ("adler-2",)
