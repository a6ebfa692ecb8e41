"""A kind of nothing but its spec and the members that a simple kind meets goes the whole road."""

from collections.abc import Sequence
from dataclasses import replace

from support.fakes import Server
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, FieldDiff
from eiginfra.core.kind import Kind
from eiginfra.core.reason import reason
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.engine.drift import drifted


class NoteSpec(Spec):
    name: str
    text: str = ""


class Note(Kind[NoteSpec]):
    name = "test.note"
    spec = NoteSpec

    def __init__(self, server: Server) -> None:
        self.server = server

    def key(self, spec: NoteSpec) -> str:
        return spec.name

    def observe(self, scope: Scope) -> Observation:
        return Observation([Observed(Address(self.name, name), values) for name, values in self.server.objects.items()])

    def create(self, spec: NoteSpec) -> None:
        self.server.objects[spec.name] = dict(spec.values())

    def update(self, observed: Observed, spec: NoteSpec, diffs: Sequence[FieldDiff]) -> None:
        self.server.objects[spec.name] |= {diff.field: diff.after for diff in diffs}


def note(name: str, text: str) -> Resource:
    return Resource(Address("test.note", name), NoteSpec(name=name, text=text))


def test_a_kind_of_five_members_is_planned_applied_watched_and_kept() -> None:
    server = Server()
    world = World(Note(server), server=server)
    assert not world.apply(note("a", "one")).failed
    assert world.plan(note("a", "one")).changes == ()
    server.objects["a"]["text"] = "by hand"
    assert [change.cause for change in drifted(world.plan(note("a", "one")))] == [Cause.DRIFT]
    assert not world.apply(note("a", "two")).failed
    assert server.objects["a"]["text"] == "two"
    [left] = world.plan(prune=True).changes
    assert (left.action, left.reason) == (Action.NONE, reason("left-inventory-stays", kind="test.note"))
    assert world.plan(replace(note("a", "two"), protect=True)).empty
