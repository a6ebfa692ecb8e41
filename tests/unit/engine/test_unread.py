"""What could not be read may exist: nothing new is made then, and all that was seen goes on."""

from support.fakes import META, MemoryJournal, Server, registry, thing

from eiginfra.core.change import Action
from eiginfra.core.finding import warning
from eiginfra.core.plan import Plan
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

ODD = warning("odd-answer", provider="test", what="list", name="?", complaint="id: missing")


def planned(provider: str) -> Plan:
    server = Server({"a": {"name": "a", "text": "old"}})
    kinds, resources = registry(server), [thing("a", text="new"), thing("b", parent="a"), thing("c")]
    seen = observe(
        kinds, resources, {}, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True, oddities=lambda: {provider: [ODD]}
    )
    journal = MemoryJournal()
    return make_plan(kinds, Situation(resources, resources, seen, journal.records("eig3")), META)


def test_attack_8_nothing_is_created_where_something_could_not_be_read() -> None:
    plan = planned("test")
    assert {change.address.key: change.action for change in plan.acting} == {"a": Action.ADOPT}
    assert plan.findings == (ODD,)
    told = {change.address.key: change.reason.code for change in plan.changes if change.reason is not None}
    assert told == {"b": "odd-answer", "c": "odd-answer"}


def test_another_service_is_not_concerned() -> None:
    assert {change.address.key for change in planned("other").acting} == {"a", "b", "c"}
