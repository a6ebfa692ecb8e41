"""Whatever the inventory asks of nested objects, each step of the plan leaves what a server allows."""

from typing import Annotated, Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Closing, Rules, Spec
from eiginfra.engine.diff import diff
from eiginfra.engine.direction import directed
from eiginfra.engine.order import Part, ordered, parts, topological, waits

WIDTHS = ("private", "internal", "public")


class NestedSpec(Spec):
    path: str
    width: Annotated[Literal["private", "internal", "public"], Rules(nests=WIDTHS)] = "private"
    runners: Annotated[Literal[0, 1, 2], Rules(nests=(0, 1, 2))] = 0
    archived: Annotated[bool, Rules(closes=Closing(value=True, until=False))] = False
    text: str = ""


class NestedThing(Kind[NestedSpec]):
    name = "test.nested"
    spec = NestedSpec

    def key(self, spec: NestedSpec) -> str:
        return spec.path

    def dependencies(self, spec: NestedSpec) -> list[Address]:
        outer = spec.path.rpartition("/")[0]
        return [Address(self.name, outer)] if outer else []

    def observe(self, scope: Scope) -> Observation:
        return Observation()

    def create(self, spec: NestedSpec) -> Observed | None:
        raise NotImplementedError

    def update(self, observed: Observed, spec: NestedSpec, diffs: Any) -> Observed | None:
        raise NotImplementedError


KIND = NestedThing()
PATHS = ("a", "a/b", "a/c", "a/b/d", "a/b/e")
State = dict[str, dict[str, Any]]


def allowed(state: State) -> bool:
    """As servers have it: nothing is wider than what is around it."""
    return all(
        order.index(values[name]) <= order.index(state[outer][name])
        for path, values in state.items()
        if (outer := path.rpartition("/")[0]) in state
        for name, order in (("width", list(WIDTHS)), ("runners", [0, 1, 2]))
    )


def archived_around(state: State, path: str) -> bool:
    outer = path.rpartition("/")[0]
    return outer in state and (state[outer]["archived"] or archived_around(state, outer))


@st.composite
def states(draw: Any, paths: tuple[str, ...], *, archiving: bool) -> State:
    found: State = {}
    for path in paths:
        outer = found.get(path.rpartition("/")[0], {"width": "public", "runners": 2})
        width = draw(st.sampled_from(WIDTHS[: WIDTHS.index(outer["width"]) + 1]))
        runners = draw(st.integers(0, outer["runners"]))
        found[path] = {"path": path, "width": width, "runners": runners, "archived": archiving and draw(st.booleans())}
        found[path]["text"] = draw(st.sampled_from(["", "x"]))
    return found


def carried_out(before: State, after: State) -> list[tuple[Change, State]]:
    """Each part of the plan in an order in which it may be done, with what the server then has."""
    wanted = {Address(KIND.name, path): Resource(Address(KIND.name, path), NestedSpec(**values)) for path, values in after.items()}
    changes = []
    for address, resource in wanted.items():
        there = before.get(address.key)
        diffs = tuple(diff(NestedSpec, resource.values, there, None)) if there is not None else ()
        if there is None or diffs:
            action = Action.CREATE if there is None else Action.UPDATE
            needs = tuple(KIND.dependencies(resource.spec))  # type: ignore[arg-type]
            changes.append(
                Change(address=address, action=action, diffs=diffs, desired=dict(resource.values), observed=there, depends_on=needs)
            )
    acting = {change.address: change for change in ordered(directed(Registry([KIND]), changes, wanted))}
    todo = {Part(address, turn): part for address, change in acting.items() for turn, part in parts(change).items()}
    state, found = {path: dict(values) for path, values in before.items()}, []
    for part in topological(waits(acting)):
        change, path = todo[part], part.address.key
        state.setdefault(path, {})
        state[path] |= dict(change.desired or {}) if change.action is Action.CREATE else {item.field: item.after for item in change.diffs}
        found.append((change, {path: dict(values) for path, values in state.items()}))
    return found


@given(states(PATHS, archiving=False), states(PATHS, archiving=False), st.sets(st.sampled_from(PATHS[2:])))
def test_direction_no_step_leaves_what_is_wider_than_what_is_around_it(before: State, after: State, new: set[str]) -> None:
    before = {path: values for path, values in before.items() if not any(path == name or path.startswith(f"{name}/") for name in new)}
    done = carried_out(before, after)
    assert all(allowed(state) for _, state in done)
    assert not done or done[-1][1] == after


@given(states(PATHS, archiving=False), states(PATHS, archiving=True), st.sets(st.sampled_from(PATHS[2:])))
def test_direction_nothing_is_done_in_what_is_archived_already(before: State, after: State, new: set[str]) -> None:
    before = {path: values for path, values in before.items() if not any(path == name or path.startswith(f"{name}/") for name in new)}
    done = carried_out(before, after)
    assert not [change.address.key for change, state in done if archived_around(state, change.address.key)]
    assert not done or done[-1][1] == after


@given(states(PATHS, archiving=True), states(PATHS, archiving=False))
def test_direction_what_is_archived_is_taken_out_before_anything_in_it_is_changed(before: State, after: State) -> None:
    done = carried_out(before, after)
    assert not [
        change.address.key for change, state in done if change.action is Action.UPDATE and archived_around(state, change.address.key)
    ]
    assert all(allowed(state) for _, state in done)
