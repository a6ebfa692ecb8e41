import pytest
from support.fakes import Server, registry, thing

from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.core.resource import Resource
from eiginfra.wiring.asked import Selection
from eiginfra.wiring.selection import chosen, orphans_among

TEAMS = ["adler", "plume", "open-chronic"]


def _tagged(name: str, team: str | None, *tags: str, **fields: str) -> Resource:
    made = thing(name, team=team, **fields)
    return Resource(made.address, made.spec, team=team, tags=frozenset(tags))


WANTED = [
    _tagged("root", None, "gitlab"),
    _tagged("a", "adler", "gitlab", parent="root"),
    _tagged("b", "plume", "gitlab", parent="root"),
    _tagged("c", "adler", "proxmox", parent="a"),
]


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(), ["root", "a", "b", "c"]),
        (Selection(limit="adler"), ["root", "a", "c"]),
        (Selection(limit="all:!adler"), ["root", "b"]),
        (Selection(tags=("proxmox",)), ["c"]),
        (Selection(skip_tags=("proxmox",)), ["root", "a", "b"]),
        (Selection(targets=(Address("test.thing", "c"),)), ["root", "a", "c"]),
    ],
    ids=str,
)
def test_what_is_chosen(selection: Selection, names: list[str]) -> None:
    assert [resource.address.key for resource in chosen(selection, WANTED, registry(Server()), TEAMS)] == names


@pytest.mark.parametrize(
    ("selection", "among"),
    [
        (Selection(), None),
        (Selection(limit="adler"), frozenset({"adler"})),
        (Selection(tags=("gitlab",)), frozenset()),
        (Selection(limit="adler", skip_tags=("x",)), frozenset()),
        (Selection(targets=(Address("test.thing", "c"),)), frozenset()),
    ],
    ids=str,
)
def test_where_orphans_can_be_told(selection: Selection, among: frozenset[str] | None) -> None:
    assert orphans_among(selection, TEAMS) == among


@pytest.mark.parametrize("selection", [Selection(limit="adlr"), Selection(limit="x-*"), Selection(targets=(Address("test.thing", "z"),))])
def test_a_choice_of_nothing_is_refused(selection: Selection) -> None:
    with pytest.raises(UsageError):
        chosen(selection, WANTED, registry(Server()), TEAMS)


def test_only_everything_is_whole() -> None:
    assert Selection().whole
    assert not Selection(limit="all").whole
    assert str(Selection(limit="adler", tags=("a", "b"))) == "--limit adler --tags a,b"


def test_a_mistyped_target_is_answered_with_what_was_meant() -> None:
    near = Selection(targets=(Address("test.thing", "rot"),))
    with pytest.raises(UsageError, match=r"no such resource; did you mean 'test.thing\[root\]'\?"):
        chosen(near, WANTED, registry(Server()), TEAMS)
