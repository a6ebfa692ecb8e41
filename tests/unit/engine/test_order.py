from support.words import raises

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError
from eiginfra.engine.order import topological


def _a(key: str) -> Address:
    return Address("test.thing", key)


def test_dependencies_first_ties_by_name() -> None:
    after = {_a("c"): [], _a("b"): [_a("z")], _a("z"): [], _a("a"): [_a("b")]}
    assert [address.key for address in topological(after)] == ["c", "z", "b", "a"]


def test_what_is_not_in_the_plan_is_no_obstacle() -> None:
    assert topological({_a("a"): [_a("elsewhere")]}) == [_a("a")]


def test_a_circle_is_named() -> None:
    with raises(InputError, match=r"depend on one another: test.thing\[a\], test.thing\[b\]"):
        topological({_a("a"): [_a("b")], _a("b"): [_a("a")]})
