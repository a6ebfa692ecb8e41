"""Renames are the engine's: records, dependents and all that names the old key follow, whatever the kind."""

from dataclasses import replace
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes import Server, Thing, ThingSpec, thing
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import PermanentError
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Rules
from eiginfra.engine.drift import drifted
from eiginfra.engine.rename import renames
from eiginfra.engine.verify import judge


class Renamed(Thing):
    """A thing whose name can be changed."""

    def update(self, observed: Any, spec: ThingSpec, diffs: Any) -> Any:
        before = observed.handle["id"]
        if before != spec.name:
            self.server.objects[spec.name] = {**self.server.objects.pop(str(before)), "name": spec.name}
            self.server.moved(str(before), spec.name)
        return super().update(observed, spec, [diff for diff in diffs if diff.field != "name"])

    def read(self, spec: ThingSpec, handle: Any) -> Any:
        name = str(handle.get("id", spec.name))
        there = super().read(spec.model_copy(update={"name": name}), handle)
        return None if there is None else replace(there, address=Address(self.name, spec.name))


class Part(Thing):
    """What stands in a thing: its name is the thing's and its own, and goes with it."""

    name = "test.part"

    def key(self, spec: ThingSpec) -> str:
        return f"{spec.parent}#{spec.name}"

    def dependencies(self, spec: ThingSpec) -> list[Address]:
        return [Address("test.thing", str(spec.parent))]

    def observe(self, scope: Any) -> Any:
        seen = super().observe(scope)
        return replace(seen, objects=[self._placed(there) for there in seen.objects])

    def read(self, spec: ThingSpec, handle: Any) -> Any:
        key = self.key(spec)
        if key not in self.server.objects:
            return None
        return self._placed(super()._observed(key))

    def create(self, spec: ThingSpec) -> Any:
        self.server.call("create", self.key(spec))
        self.server.objects[self.key(spec)] = dict(spec.values())
        return self.read(spec, {})

    def update(self, observed: Any, spec: ThingSpec, diffs: Any) -> Any:
        self.server.call("update", self.key(spec))
        self.server.objects[self.key(spec)].update({diff.field: diff.after for diff in diffs if diff.entry is None})
        return self.read(spec, {})

    @staticmethod
    def _placed(there: Any) -> Any:
        return replace(there, address=Address("test.part", there.address.key), handle={})


class Things(Server):
    """Parts follow what they stand in."""

    parts: Server

    def moved(self, before: str, after: str) -> None:
        for key in [key for key in self.parts.objects if key.startswith(f"{before}#")]:
            values = self.parts.objects.pop(key)
            self.parts.objects[key.replace(before, after)] = {**values, "parent": after}


def world() -> World:
    things, parts = Things(), Server()
    things.parts = parts
    made = World(Renamed(things), Part(parts), server=things)
    made.apply(thing("a", text="t"), part("a", "x"), thing("b"))
    return made


def part(parent: str, name: str, **fields: Any) -> Resource:
    return Resource(Address("test.part", f"{parent}#{name}"), ThingSpec(name=name, parent=parent, **fields))


def renamed(before: str, after: str, **fields: Any) -> Resource:
    return replace(thing(after, **fields), was=Address("test.thing", before))


def test_a_renamed_thing_is_updated_and_what_belongs_to_it_goes_with_it() -> None:
    """D2: the members of a renamed project were emptied beside the rename."""
    here = world()
    plan = here.plan(renamed("a", "c", text="t"), part("c", "x"), thing("b"), prune=True)
    assert {str(change.address): (change.action, change.acts, str(change.was)) for change in plan.changes} == {
        "test.thing[c]": (Action.UPDATE, True, "test.thing[a]"),
        "test.part[c#x]": (Action.ADOPT, False, "test.part[a#x]"),
    }
    assert (plan.changes[0].cause, drifted(plan)) == (Cause.PENDING, ())
    assert not here.run(plan).failed
    assert here.server.objects == {"c": {"name": "c", "text": "t"}, "b": {"name": "b"}}
    assert sorted(map(str, here.journal.kept)) == ["test.part[c#x]", "test.thing[b]", "test.thing[c]"]
    again = here.plan(renamed("a", "c", text="t"), part("c", "x"), thing("b"), prune=True)
    assert again.changes == ()
    assert here.plan(thing("c", text="t"), part("c", "x"), thing("b"), prune=True).changes == ()


def test_a_part_is_changed_in_the_same_apply() -> None:
    here = world()
    report = here.apply(renamed("a", "c", text="t"), part("c", "x", cores=2), part("c", "new"), thing("b"))
    assert not report.failed
    [parts] = [kind for kind in here.registry if kind.name == "test.part"]
    assert set(parts.server.objects) == {"c#x", "c#new"}  # type: ignore[attr-defined]  # the kind of this test
    assert here.plan(renamed("a", "c", text="t"), part("c", "x", cores=2), part("c", "new"), thing("b")).changes == ()


class SignSpec(ThingSpec):
    of: Annotated[str, Rules(verbatim=True)]


class Sign(Part):
    """What names a thing, in a text that stays when the thing is renamed."""

    name = "test.sign"
    spec = SignSpec

    def key(self, spec: ThingSpec) -> str:
        return spec.name

    def dependencies(self, spec: ThingSpec) -> list[Address]:
        return [Address("test.thing", getattr(spec, "of", ""))]

    @staticmethod
    def _placed(there: Any) -> Any:
        return replace(there, address=Address("test.sign", there.address.key), handle={})


def sign(name: str, of: str, **fields: Any) -> Resource:
    return Resource(Address("test.sign", name), SignSpec(name=name, of=of, **fields))


def test_what_the_server_keeps_verbatim_is_written_again_in_the_same_apply() -> None:
    things = Things()
    things.parts = Server()
    here = World(Renamed(things), Sign(Server()), server=things)
    here.apply(thing("a"), sign("s", "a"))
    now = (renamed("a", "c"), sign("s", "c", cores=2))
    change = next(change for change in here.plan(*now).changes if change.address.kind == "test.sign")
    assert (change.action, change.cause, [diff.field for diff in change.diffs]) == (Action.UPDATE, Cause.PENDING, ["cores", "of"])
    assert not here.apply(*now).failed
    assert here.plan(*now).changes == ()


def test_a_saved_plan_with_a_rename_is_not_stale() -> None:
    """D3: it said that what is renamed is gone."""
    here = world()
    plan = here.plan(renamed("a", "c", text="t"), part("c", "x", cores=2), thing("b"))
    again = here.plan(renamed("a", "c", text="t"), part("c", "x", cores=2), thing("b"))
    assert judge(here.registry, plan, again, ()).stale == ()


def test_without_a_journal_a_rename_is_an_adoption_under_the_new_name() -> None:
    here = world()
    here.journal.kept.clear()
    plan = here.plan(renamed("a", "c", text="t"), part("c", "x"), thing("b"), prune=True)
    assert {str(change.address): change.action for change in plan.changes} == {
        "test.thing[c]": Action.ADOPT,
        "test.part[c#x]": Action.ADOPT,
        "test.thing[b]": Action.ADOPT,
    }


def test_a_thing_that_bears_the_new_name_already_is_left_as_it_is() -> None:
    here = world()
    here.apply(thing("a", text="t"), part("a", "x"), thing("b"), thing("c"))
    plan = here.plan(renamed("a", "c"), thing("b"))
    assert {(change.address.key, change.action, change.cause) for change in plan.changes} == {
        ("a", Action.NONE, Cause.ORPHAN),
        ("a#x", Action.NONE, Cause.ORPHAN),
    }


def test_nothing_under_the_former_name_is_a_creation() -> None:
    here = world()
    plan = here.plan(thing("a", text="t"), part("a", "x"), thing("b"), renamed("never", "new"))
    assert [(change.address.key, change.action) for change in plan.changes] == [("new", Action.CREATE)]


def test_a_part_is_renamed_by_the_segment_of_its_key_that_its_spec_names() -> None:
    here = world()
    registry = here.registry
    named = [replace(part("a", "Half time"), was=Address("test.part", "a#Mid term")), thing("a")]
    former = renames(registry, named).former[named[0].address]
    assert (former.address.key, former.spec.values()) == ("a#Mid term", {"name": "Mid term", "parent": "a"})
    elsewhere = [replace(part("a", "x"), was=Address("test.part", "a")), thing("a")]
    assert renames(registry, elsewhere).former == {}


@given(st.lists(st.sampled_from(["a", "b", "web", "web-2", "a.b"]), min_size=1, max_size=4).map("/".join))
def test_whole_segments_alone_are_renamed(path: str) -> None:
    here = World(Renamed(Server()))
    resources = [replace(thing("web/new"), was=Address("test.thing", "web/old")), thing(f"{path}/x", parent="web/new")]
    found = renames(here.registry, resources)
    assert Address("test.thing", f"{path}/x") not in found.former
    inside = thing("web/new/x", parent="web/new")
    assert renames(here.registry, [resources[0], inside]).former[inside.address].address.key == "web/old/x"
    beside = thing("web/new-2/x", parent="web/new")
    assert beside.address not in renames(here.registry, [resources[0], beside]).former


class Died(BaseException):
    """The process ends here."""


def test_a_rename_that_was_killed_is_ours_when_was_is_no_longer_written() -> None:
    made = world()

    def kill(verb: str, name: str) -> None:
        if verb == "update":
            raise Died

    made.server.after = kill
    with pytest.raises(Died):
        made.apply(renamed("a", "z", text="t"), part("z", "x"), thing("b"))
    made.server.after = lambda verb, name: None
    made.apply(renamed("a", "z", text="t"), part("z", "x"), thing("b"))
    assert {str(address) for address in made.journal.kept} == {"test.thing[b]", "test.part[z#x]", "test.thing[z]"}
    assert made.journal.kept[Address("test.thing", "z")].created
    assert made.plan(thing("z", text="t"), part("z", "x"), thing("b")).changes == ()


def test_a_rename_that_the_server_ignored_is_asked_for_again() -> None:
    made = world()

    def ignore(verb: str, name: str) -> None:
        if verb == "update":
            made.server.objects["a"] = {**made.server.objects.pop("z"), "name": "a"}
            made.server.moved("z", "a")
            raise PermanentError("no")

    made.server.after = ignore
    assert made.apply(renamed("a", "z", text="t"), part("z", "x"), thing("b")).failed
    made.server.after = lambda verb, name: None
    assert [(change.action, change.was) for change in made.plan(renamed("a", "z", text="t"), part("z", "x"), thing("b")).acting] == [
        (Action.UPDATE, Address("test.thing", "a"))
    ]


@pytest.mark.parametrize(
    ("now", "hinted"),
    [(["b"], True), (["b", "c"], False), (["a", "b"], False)],
    ids=["one for one", "two for one", "the old one stays"],
)
def test_a_rename_without_was_is_hinted(now: list[str], hinted: bool) -> None:
    """Users' report: nothing was said where a machine's new name made a second machine."""
    world = World()
    world.apply(thing("a", team="adler"))
    plan = world.plan(*(thing(name, team="adler") for name in now))
    assert [(found.address, found.team) for found in plan.findings if found.code == "was-missing"] == [("test.thing[b]", "adler")] * hinted
