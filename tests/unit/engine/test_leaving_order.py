"""What leaves the inventory goes from the inside out."""

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.engine.order import ordered

OUTER, INNER = Address("test.machine", "web"), Address("test.access", "web")


def changes(*, step: str | None) -> list[Change]:
    outer = Change(address=OUTER, action=Action.UPDATE, step=step and "stop")
    return [outer, Change(address=INNER, action=Action.UPDATE, step=step and "empty", depends_on=(OUTER,))]


def test_a_step_of_what_is_inside_comes_before_that_of_what_is_around_it() -> None:
    assert [change.address for change in ordered(changes(step="yes"))] == [INNER, OUTER]


def test_other_changes_go_from_the_outside_in() -> None:
    assert [change.address for change in ordered(changes(step=None))] == [OUTER, INNER]
