"""Kinds that look into what others see are observed after them."""

from collections.abc import Sequence

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.engine.observer import observe


class PlainSpec(Spec):
    name: str


class Machines(Kind[PlainSpec]):
    name = "aa.machine"
    spec = PlainSpec

    def key(self, spec: PlainSpec) -> str:
        return spec.name

    def observe(self, scope: Scope) -> Observation:
        assert scope.observed == {}
        return Observation(
            [Observed(Address(self.name, spec.name), {"name": spec.name}, facts={"address": "10.0.0.7"}) for spec in scope.specs()]
        )

    def create(self, spec: PlainSpec) -> Observed | None:
        raise NotImplementedError

    def update(self, observed: Observed, spec: PlainSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        raise NotImplementedError


class Inside(Machines):
    name = "aa.inside"
    looks_into = True

    def observe(self, scope: Scope) -> Observation:
        return Observation(facts=[(str(address), found.facts["address"]) for address, found in scope.observed.items()])


def test_a_kind_that_looks_into_others_sees_what_they_saw() -> None:
    registry = Registry([Inside(), Machines()])
    wanted = [Resource(Address(name, "web"), PlainSpec(name="web")) for name in ("aa.inside", "aa.machine")]
    seen = observe(registry, wanted, {}, cohort="eig3", teams=["adler"], available=frozenset({"aa"}), whole=True)
    assert list(seen) == ["aa.inside", "aa.machine"]
    assert seen["aa.inside"].facts == [("aa.machine[web]", "10.0.0.7")]
