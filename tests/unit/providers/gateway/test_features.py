"""`gateway.features` with the engine: a container that another kind sees, its features on a gateway whose answers are data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import JsonValue
from support.gateway_wire import SETTINGS, Wire
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action
from eiginfra.core.kind import Kind
from eiginfra.core.plan import Plan
from eiginfra.core.reason import NEXT_START, RESTART
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.kinds.features import GatewayFeaturesKind, GatewayFeaturesSpec
from eiginfra.providers.gateway.settings import GatewaySettings
from eiginfra.providers.ssh_target import SshAnswer

WEB = Address("test.box", "eig3/adler/web")
NODE = GatewaySettings(**{**vars(SETTINGS), "via": "eig"})


class BoxSpec(Spec):
    mark: str
    id: int | None = None
    features: tuple[str, ...] = ()


class PlainSpec(Spec):
    mark: str


@dataclass
class Node(Wire):
    """A node with containers: number -> features now and next."""

    guests: dict[int, list[set[str]]] = field(default_factory=dict)
    is_node: bool = True

    def observed(self) -> bytes:
        lines = [f"{number} {' '.join(','.join(f'{name}=1' for name in sorted(names)) or '-' for names in pair)}\n" for number, pair in self.guests.items()]  # fmt: skip  # noqa: E501
        self.further = {"guests": "".join(lines)} if self.is_node else {}
        return super().observed()

    def run(self, words: Any, data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        answer = super().run(words, data, seconds=seconds, writes=writes)
        if words[-1] in {"features", "restart"}:
            values = dict(self.written[-1][1])
            now, after = self.guests[int(values["id"])]
            if words[-1] == "restart":
                self.guests[int(values["id"])] = [after, after]
            else:
                self.guests[int(values["id"])] = [now, (after | {"keyctl"}) if values["keyctl"] == "yes" else after - {"keyctl"}]
        return answer


class Box(Kind[BoxSpec]):
    """Containers as another provider sees them."""

    name = "test.box"
    spec = BoxSpec

    def __init__(self, node: Node) -> None:
        self.node, self.state, self.there = node, "running", dict[str, int]()

    def key(self, spec: BoxSpec) -> str:
        return spec.mark

    def observe(self, scope: Scope) -> Observation:
        return Observation([self._observed(mark, number) for mark, number in self.there.items()])

    def _observed(self, mark: str, number: int) -> Observed:
        values: Mapping[str, JsonValue] = {"mark": mark, "id": number, "features": [], "state": self.state}
        return Observed(Address(self.name, mark), values, {"vmid": number})

    def complete(self, resource: Resource, world: Any) -> Mapping[str, object]:
        return {"id": 101}

    def create(self, spec: BoxSpec) -> None:
        assert spec.id
        self.there[spec.mark] = spec.id
        self.node.guests[spec.id] = [{"nesting"}, {"nesting"}]

    def update(self, observed: Observed, spec: BoxSpec, diffs: Any) -> None:
        raise AssertionError


@dataclass
class Set:
    node: Node
    box: Box
    world: World

    def there(self, number: int = 101, now: str = "nesting", then: str | None = None) -> None:
        self.box.there[WEB.key] = number
        self.node.guests[number] = [set(now.split()), set((now if then is None else then).split())]


@pytest.fixture
def made() -> Set:
    node = Node()
    box = Box(node)
    return Set(node, box, World(box, GatewayFeaturesKind(GatewayClient(NODE, node))))


CONTAINER = Resource(WEB, BoxSpec(mark=WEB.key), "adler")


def features(keyctl: bool = True, machine: Address = WEB) -> Resource:
    spec = GatewayFeaturesSpec(machine=str(machine), keyctl=keyctl)
    return Resource(Address("gateway.features", str(machine)), spec, "adler")


def of(plan: Plan) -> Any:
    return next(change for change in plan.changes if change.address.kind == "gateway.features")


def verbs(made: Set) -> list[str]:
    return [verb for verb, _ in made.node.written]


def test_a_container_of_the_same_apply_has_it_at_once(made: Set) -> None:
    plan = made.world.plan(CONTAINER, features())
    assert [(change.address, change.action) for change in plan.changes] == [
        (WEB, Action.CREATE),
        (features().address, Action.CREATE),
    ]
    assert {str(result.outcome) for result in made.world.run(plan).results} == {"done"}
    assert made.node.guests[101] == [{"nesting", "keyctl"}] * 2
    assert made.node.written[0] == ("features", [("id", "101"), ("keyctl", "yes")])
    assert made.world.plan(CONTAINER, features()).empty


def test_one_that_runs_waits_for_a_restart_that_is_in_the_plan_with_leave(made: Set) -> None:
    made.there()
    change = of(made.world.plan(CONTAINER, features()))
    assert (change.action, change.reason.code, change.restart) == (Action.ADOPT, "in-force-after-restart", None)
    [result] = [result for result in made.world.apply(CONTAINER, features()).results if result.change.address.kind == "gateway.features"]
    assert result.outcome == "waiting"
    assert verbs(made) == ["features"]
    waits = of(made.world.plan(CONTAINER, features()))
    assert (waits.acts, waits.waiting) == (False, {"keyctl": RESTART})
    plan = made.world.plan(CONTAINER, features(), restarting=True)
    assert [item.code for item in of(plan).harm] == ["restarted"]
    made.world.run(plan)
    assert verbs(made) == ["features", "restart"]
    assert made.world.plan(CONTAINER, features()).empty


def test_with_leave_it_is_set_and_restarted_in_one_apply(made: Set) -> None:
    made.there()
    made.world.apply(CONTAINER, features(), restarting=True)
    assert verbs(made) == ["features", "restart"]
    assert made.node.guests[101] == [{"nesting", "keyctl"}] * 2


def test_a_stopped_one_has_it_at_its_next_start(made: Set) -> None:
    made.there(then="nesting keyctl")
    made.box.state = "stopped"
    change = of(made.world.plan(CONTAINER, features(), restarting=True))
    assert (change.waiting, change.restart) == ({"keyctl": NEXT_START}, None)


def test_drift_is_undone(made: Set) -> None:
    made.there(now="nesting keyctl")
    made.world.apply(CONTAINER, features())
    made.node.guests[101] = [{"nesting"}, {"nesting"}]
    assert of(made.world.plan(CONTAINER, features())).cause == "drift"


def test_when_it_left_the_inventory_it_is_switched_off(made: Set) -> None:
    made.there(now="nesting keyctl")
    made.world.apply(CONTAINER, features())
    assert of(made.world.plan(CONTAINER)).step == "disable"
    made.world.apply(CONTAINER)
    assert made.node.guests[101][1] == {"nesting"}


def waits_for(plan: Plan) -> str:
    assert [verb for verb in plan.acting if verb.address.kind == "gateway.features"] == []
    return str(of(plan).waiting["(exists)"].code)


def test_without_the_container_it_waits(made: Set) -> None:
    assert waits_for(made.world.plan(features())) == "gateway-container-missing"


def test_on_another_node_or_without_one_it_waits(made: Set) -> None:
    made.there()
    made.node.guests.clear()
    assert waits_for(made.world.plan(CONTAINER, features())) == "gateway-other-node"
    made.node.is_node = False
    assert waits_for(made.world.plan(CONTAINER, features())) == "gateway-no-node"


def codes(kind: GatewayFeaturesKind, *resources: Resource) -> list[str]:
    return [found.code for found in kind.check(features().spec, {item.address: item for item in resources})]  # type: ignore[arg-type]


def test_what_is_wrong_is_said_offline() -> None:
    kind = GatewayFeaturesKind(GatewayClient(NODE, None))
    assert codes(kind, CONTAINER) == []
    assert codes(kind) == []
    assert codes(kind, Resource(WEB, BoxSpec(mark=WEB.key, features=("keyctl",)))) == ["gateway-features-twice"]
    assert codes(kind, Resource(WEB, PlainSpec(mark=WEB.key))) == ["gateway-features-no-container"]
    assert codes(GatewayFeaturesKind(GatewayClient(SETTINGS, None)), CONTAINER) == ["gateway-features-without-node"]
