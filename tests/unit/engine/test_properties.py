"""What must hold for whatever inventory and whatever tampering."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.fakes import META, MemoryJournal, Server, registry, thing

from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

NAMES = st.text("abc", min_size=1, max_size=4)
TEXT = st.one_of(st.none(), st.text(max_size=5))
LABELS = st.one_of(st.none(), st.lists(st.sampled_from("xyz"), unique=True))
PEOPLE = st.one_of(
    st.none(),
    st.lists(
        st.fixed_dictionaries({"username": st.sampled_from(["u", "v", "w"]), "access": st.sampled_from(["developer", "owner"])}),
        unique_by=lambda person: person["username"],
    ),
)
FIELDS = st.fixed_dictionaries({"text": TEXT, "labels": LABELS, "people": PEOPLE})


def _wanted(tree: dict[str, dict[str, Any]]) -> list[Resource]:
    """Things whose parent is the longest proper prefix of their name that is wanted as well."""

    def parent(name: str) -> str | None:
        return next((name[:end] for end in range(len(name) - 1, 0, -1) if name[:end] in tree), None)

    return [
        thing(name, **{key: value for key, value in {"parent": parent(name), **fields}.items() if value is not None})
        for name, fields in tree.items()
    ]


def _plan(server: Server, journal: MemoryJournal, wanted: list[Resource], **asked: Any) -> Plan:
    kinds, records = registry(server), journal.records("eig3")
    seen = observe(kinds, wanted, records, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
    situation = Situation(resources=wanted, everything=wanted, observations=seen, records=records, orphans_among=None, **asked)
    return make_plan(kinds, situation, META)


@given(st.dictionaries(NAMES, FIELDS, max_size=6), st.dictionaries(NAMES, FIELDS, max_size=6), st.dictionaries(NAMES, FIELDS, max_size=4))
def test_apply_converges_from_anywhere(before: dict[str, Any], after: dict[str, Any], tampering: dict[str, Any]) -> None:
    server, journal = Server(), MemoryJournal()
    first = _plan(server, journal, _wanted(before))
    assert not Executor(registry(server), journal, workers={}).run(first, 1).failed

    for name, fields in tampering.items():
        if name in server.objects:
            server.objects[name] |= fields
    wanted = _wanted(after)
    plan = _plan(server, journal, wanted, prune=True)
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.to_json() == _plan(server, journal, wanted[::-1], prune=True).to_json()

    assert not Executor(registry(server), journal, workers={}).run(plan, 2).failed
    assert set(server.objects) == set(after)
    assert _plan(server, journal, wanted, prune=True).changes == ()


@given(st.dictionaries(NAMES, FIELDS, max_size=6))
def test_dependencies_come_first(tree: dict[str, Any]) -> None:
    plan = _plan(Server(), MemoryJournal(), _wanted(tree))
    places = {change.address: place for place, change in enumerate(plan.changes)}
    assert all(places[other] < places[change.address] for change in plan.changes for other in change.depends_on)
