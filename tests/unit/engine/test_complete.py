"""What a kind fills in may come from what it follows, whatever the order of the names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.core.world import World
from eiginfra.engine.complete import completed


class NumberSpec(Spec):
    name: str
    address: str | None = None
    machine: str | None = None


class Machine(Kind[NumberSpec]):
    name = "test.zz"
    spec = NumberSpec

    def key(self, spec: NumberSpec) -> str:
        return spec.name

    def observe(self, scope: Scope) -> Observation:
        return Observation()

    def create(self, spec: NumberSpec) -> Observed | None:
        raise NotImplementedError

    def update(self, observed: Observed, spec: NumberSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        raise NotImplementedError

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        return {"address": "10.0.0.7/24"}


class Jump(Machine):
    name = "test.aa"

    def follows(self, spec: NumberSpec) -> Iterable[Address]:
        return [Address("test.zz", str(spec.machine))]

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        return {"address": world.address_of(Address("test.zz", "web"))}


def test_what_is_followed_is_completed_first() -> None:
    registry = Registry([Machine(), Jump()])
    wanted = [
        Resource(Address("test.aa", "adler-1"), NumberSpec(name="adler-1", machine="web")),
        Resource(Address("test.zz", "web"), NumberSpec(name="web")),
    ]
    world = World({resource.address: resource for resource in wanted}, {}, {}, (), (), date(2019, 10, 1))
    resources, absent = completed(registry, world)
    assert absent == {}
    assert [resource.values["address"] for resource in resources] == ["10.0.0.7", "10.0.0.7/24"]
