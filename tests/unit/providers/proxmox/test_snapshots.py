"""When a snapshot is taken, how it is called, and which go."""

from datetime import UTC, datetime
from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.errors import PermanentError, StaleError
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.guests.observe import ObservedGuest
from eiginfra.providers.proxmox.guests.snapshots import Snapshots
from eiginfra.providers.proxmox.guests.survey import Reading

from .conftest import Wire, container, make_site

GIB = ByteSize.parse("1GiB")


class Shelf(Wire):
    """A guest with snapshots."""

    able = 1

    def __init__(self, *names: str) -> None:
        super().__init__(make_site())
        self.snapshots_there: list[dict[str, Any]] = [
            {"name": name, "snaptime": time, "description": "eiginfra: before a change of memory"} for time, name in enumerate(names)
        ]

    def _learn(self, path: str, params: dict[str, Any]) -> None:
        """Snapshots leave the configuration as it is."""

    def _read(self, path: str) -> Any:
        if path.endswith("/feature"):
            return {"hasFeature": self.able}
        if path.endswith("/snapshot"):
            return [*self.snapshots_there, {"name": "current", "description": "You are here!"}]
        return super()._read(path)


def observed(wire: Wire) -> ObservedGuest:
    reading = Reading.of(wire.pending("eig", "lxc", 107))
    return ObservedGuest(Address("proxmox.container", "eig3/adler/web"), {}, {"node": "eig", "vmid": 107}, reading=reading)


def taken(wire: Shelf, *fields: str, times: int = 1, **spec: Any) -> list[str]:
    snapshots = Snapshots(wire, lambda: datetime(2019, 11, 21, 23, 30, tzinfo=UTC))
    for _ in range(times):
        assert snapshots.before("lxc", observed(wire), container(**{"snapshot": True, **spec}), fields).vmid == 107
    return [f"{method} {path.rpartition('/')[2]} {params.get('snapname', '')}".strip() for method, path, params in wire.sent]


@pytest.mark.parametrize("field", ["memory", "cores", "swap", "disk", "nesting", "address"])
def test_a_risky_change_is_preceded_by_a_snapshot(field: str) -> None:
    wire = Shelf()
    assert taken(wire, field, "tags") == ["POST snapshot eiginfra-20191121-1"]
    assert wire.sent[0][2]["description"] == f"eiginfra: before a change of {field}"


@pytest.mark.parametrize("fields", [("tags", "name", "onboot", "protection"), ("state",), ("pool", "mark")])
def test_a_harmless_change_is_not(fields: tuple[str, ...]) -> None:
    assert taken(Shelf(), *fields) == []


@pytest.mark.parametrize("asked", [False, None])
def test_nor_one_of_a_guest_whose_team_asked_for_none(asked: object) -> None:
    assert taken(Shelf(), "memory", snapshot=asked) == []


def test_names_count_on_and_the_oldest_of_ours_goes() -> None:
    wire = Shelf("eiginfra-20191120-7", "eiginfra-20191121-1")
    assert taken(wire, "memory") == ["POST snapshot eiginfra-20191121-2", "DELETE eiginfra-20191120-7"]


def test_more_than_two_are_cleared_away() -> None:
    wire = Shelf("eiginfra-20191118-1", "eiginfra-20191119-1", "eiginfra-20191120-1")
    assert taken(wire, "memory")[1:] == ["DELETE eiginfra-20191118-1", "DELETE eiginfra-20191119-1"]


def test_those_of_people_stay_whatever_they_are_called() -> None:
    wire = Shelf("before-holidays", "eiginfra-20191121-4", "eiginfra-old")
    for row in wire.snapshots_there:
        row["description"] = "by hand"
    assert taken(wire, "memory") == ["POST snapshot eiginfra-20191121-5"]


def test_a_change_that_is_tried_again_has_its_snapshot_and_another_change_gets_its_own() -> None:
    assert len(taken(Shelf(), "memory", times=3)) == 1
    wire = Shelf()
    snapshots = Snapshots(wire)
    snapshots.before("lxc", observed(wire), container(snapshot=True), {"memory"})
    snapshots.before("lxc", observed(wire), container(snapshot=True, memory=GIB), {"memory"})
    assert len(wire.sent) == 2


def test_where_the_storage_makes_none_the_change_is_refused() -> None:
    wire = Shelf()
    wire.able = 0
    with pytest.raises(PermanentError, match="asked for a snapshot before a change of cores, memory, and its storage makes none"):
        taken(wire, "memory", "cores")
    assert wire.sent == []


def test_what_somebody_else_changes_meanwhile_is_not_overwritten() -> None:
    wire = Shelf()
    guest = observed(wire)
    wire.config |= {"digest": "d2", "memory": 4096, "parent": "eiginfra-20191121-1"}
    with pytest.raises(StaleError, match="changed by somebody else while its snapshot was taken"):
        Snapshots(wire).before("lxc", guest, container(snapshot=True), {"memory"})


def test_the_guest_is_returned_with_the_digest_it_has_then() -> None:
    wire = Shelf()
    guest = observed(wire)
    wire.config |= {"digest": "d2", "parent": "eiginfra-20191121-1"}
    assert Snapshots(wire).before("lxc", guest, container(snapshot=True), {"memory"}).reading.digest == "d2"
