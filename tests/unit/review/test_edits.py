"""What a request edits: nothing is missed, and everything is told at its line."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort
from eiginfra.review.edits import PLAIN_FILE, FileChange, FileVersion, edits
from eiginfra.review.entries import NAMES
from eiginfra.review.model import Author, Edit, Edited
from eiginfra.review.policy import needs

ROOT: Final = Path(__file__).parents[3]
BASE: Final = Path(__file__).parent / "base/inventories"
TEAM: Final = "inventories/eig3/teams/adler.yml"
ADLER: Final = (BASE / "eig3/teams/adler.yml").read_text(encoding="utf-8")
COHORTS: Final = {name: load_cohort(BASE / name) for name in ("eig2", "eig3")}
EXAMPLE: Final[dict[str, Any]] = parse_document((ROOT / "inventories/eig3/teams/adler.yml").read_bytes()).data


def version(contents: str | bytes, mode: str = PLAIN_FILE) -> FileVersion:
    data = contents.encode() if isinstance(contents, str) else contents
    return FileVersion(mode, sha256(data).hexdigest(), lambda: data)


def edited(before: str | bytes, after: str | bytes, path: str = TEAM) -> tuple[Edit, ...]:
    return edits([FileChange(path, version(before), version(after))], "inventories")


# Values of a team's file, sound or not, few enough that two files often share them.
NAME = st.sampled_from(["a", "b", "A", "web"])
SMALL = (
    st.none() | st.booleans() | st.integers(0, 2) | st.floats(0, 2) | NAME | st.sampled_from(["", "tcp", "1", "machines[].memory", "é\n"])
)
ANYTHING = st.recursive(SMALL, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAME, inner, max_size=2), max_leaves=6)


def mapping(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping with some of these keys, perhaps another one, or something else altogether."""
    known = st.fixed_dictionaries({}, optional={name: value | SMALL for name, value in keys.items()})
    return st.builds(lambda entry, more: {**more, **entry}, known, st.dictionaries(NAME, SMALL, max_size=1)) | SMALL


def some(entry: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(entry, max_size=3) | ANYTHING


KEY = st.sampled_from(["ssh-ed25519 clé", "ssh-ed25519 AAAA one", "ssh-ed25519 AAAA two", "ssh-ed25519 BBBB", "none"])
PERSON = mapping(username=NAME, email=NAME, role=NAME, until=NAME, ssh_keys=some(KEY))
MACHINE = mapping(
    name=NAME,
    was=NAME,
    memory=SMALL,
    protect=st.booleans(),
    publish=some(mapping(subdomain=NAME, port=SMALL, sources=some(NAME))),
    forward=some(mapping(public=st.integers(1, 2), port=SMALL, protocol=NAME, sources=some(NAME))),
    mounts=some(mapping(path=NAME, size=SMALL)),
)
PROJECT = mapping(name=NAME, was=NAME, visibility=NAME, topics=some(NAME))
FILES = st.fixed_dictionaries(
    {"title": NAME},
    optional={"members": some(PERSON), "mentors": some(PERSON), "projects": some(PROJECT), "machines": some(MACHINE), "b": ANYTHING},
)


def meant(value: Any, field: str = "") -> Any:
    """What a file says: lists of named entries without their order, and where they are empty without themselves."""
    if isinstance(value, dict):
        inner = {key: meant(value[key], f"{field}.{key}".lstrip(".")) for key in value}
        return {key: said for key, said in sorted(inner.items()) if said != "nothing"}
    if isinstance(value, list):
        name = NAMES.get(field)
        names = [name(entry) for entry in value] if name else [None]
        entries = [meant(entry, f"{field}[]") for entry in value]
        if None not in names and len({*names}) == len(names):
            return sorted(entries, key=repr) or "nothing"
        return entries
    return (type(value).__name__, value)


@given(before=FILES, after=FILES)
@example(before={"title": "a", "members": []}, after={"title": "a"})
@example(before={"title": "a", "b": 1}, after={"title": "a", "b": True})
@example(before={"title": "a", "b": None}, after={"title": "a"})
@example(before={"title": "a", "machines": [{"name": "a"}]}, after={"title": "a", "machines": [{"name": "b", "was": "a"}]})
@example(before={"title": "a", "machines": [{"name": "a"}, {"name": "a"}]}, after={"title": "a", "machines": [{"name": "a"}]})
def test_what_differs_is_edited_and_nothing_else(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = edited(json.dumps(before), json.dumps(after))
    if json.dumps(before) == json.dumps(after):
        assert found == ()
    elif meant(before) == meant(after):
        assert [(edit.edited, edit.path) for edit in found] == [(Edited.LAYOUT, "")]
    else:
        assert found
        assert all(edit.path and edit.field and edit.edited is not Edited.LAYOUT for edit in found)
    assert all((edit.cohort, edit.team, edit.file) == ("eig3", "adler", TEAM) for edit in found)
    assert all(edit.location is not None and edit.location.file == TEAM for edit in found)


@given(before=FILES, after=FILES)
def test_nobody_outside_edits_anything_without_a_yes(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = edited(json.dumps(before), json.dumps(after))
    for author in (None, Author(username="outsider-1", id=900), Author(username="dev-1", id=900)):
        needed = needs(found, COHORTS, date(2019, 10, 1), author=author, pushers=())
        assert [edit for edit in found if not any(need.edit is edit for need in needed)] == []
        assert all(need.given is None for need in needed)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all single values."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, found in inner for leaf in leaves(found, (*path, key))]
    return [path]


def changed(data: Any, path: tuple[str | int, ...], change: Callable[[Any, Any], None]) -> Any:
    copy = deepcopy(data)
    inside = copy
    for step in path[:-1]:
        inside = inside[step]
    change(inside, path[-1])
    return copy


@pytest.mark.parametrize("path", leaves(EXAMPLE), ids=lambda path: ".".join(map(str, path)))
def test_each_value_of_a_file_is_looked_at(path: tuple[str | int, ...]) -> None:
    """Each value changed, and each taken away, is an edit at or around its key."""

    def other(inside: Any, last: Any) -> None:
        inside[last] = "other"

    def removed(inside: Any, last: Any) -> None:
        del inside[last]

    for change in (other, removed):
        found = edited(json.dumps(EXAMPLE), json.dumps(changed(EXAMPLE, path, change)))
        assert found
        assert all(edit.path.startswith(str(path[0])) for edit in found)


def test_an_edit_is_told_at_its_line() -> None:
    after = ADLER.replace("memory: 512MiB", "memory: 1GiB").replace("port: 22}", "port: 22}\n      - {public: 10300, port: 80}")
    after = after.replace("  - name: tools\n    visibility: internal\n", "").replace("    role: reporter\n", "")
    lines = {"before": ADLER.splitlines(), "after": after.splitlines()}
    found = {edit.path: edit for edit in edited(ADLER, after)}
    assert {*found} == {"members[rep-1].role", "projects[tools]", "machines[web].memory", "machines[web].forward[10300/tcp]"}
    for path, text, side in (
        ("members[rep-1].role", "role: reporter", "before"),
        ("projects[tools]", "name: tools", "before"),
        ("machines[web].memory", "memory: 1GiB", "after"),
        ("machines[web].forward[10300/tcp]", "public: 10300", "after"),
    ):
        where = found[path].location
        assert where is not None
        assert text in lines[side][where.line - 1]


def test_an_added_entry_is_told_with_the_entries_in_it() -> None:
    machine = "  - {name: new, image: debian-12, size: small, publish: [{subdomain: new, port: 80}], mounts: [{path: /srv, size: 1GiB}]}\n"
    found = edited(ADLER, ADLER.replace("machines:\n", f"machines:\n{machine}"))
    assert [(edit.path, edit.field, edit.names, edit.after) for edit in found] == [
        ("machines[new]", "machines[]", ("new",), {"name": "new", "image": "debian-12", "size": "small"}),
        ("machines[new].publish[new]", "machines[].publish[]", ("new", "new"), {"subdomain": "new", "port": 80}),
        ("machines[new].mounts[/srv]", "machines[].mounts[]", ("new", "/srv"), {"path": "/srv", "size": "1GiB"}),
    ]


def test_a_renamed_machine_is_the_same_entry() -> None:
    found = edited(ADLER, ADLER.replace("name: web", "name: front\n    was: web").replace("cores: 1", "cores: 2"))
    assert [(edit.path, edit.edited, edit.before, edit.after) for edit in found] == [
        ("machines[front].name", Edited.CHANGED, "web", "front"),
        ("machines[front].cores", Edited.CHANGED, 1, 2),
        ("machines[front].was", Edited.ADDED, None, "web"),
    ]


def test_a_name_that_could_be_read_as_a_path_is_quoted() -> None:
    found = edited("title: A\nmachines: []\n", 'title: A\nmachines: [{name: "a].memory", "b.c": 1}]\n')
    assert [edit.path for edit in found] == ['machines["a].memory"]']
    assert [edit.path for edit in edited("title: A\n", 'title: A\n"b.c": 1\n')] == ['"b.c"']


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (TEAM, ("eig3", "adler")),
        ("inventories/eig3/cohort.yml", ("eig3", None)),
        *((path, (None, None)) for path in ("eig3/teams/adler.yml", "x/inventories/eig3/cohort.yml", "inventories/eig3", "inventories")),
    ],
)
def test_whose_file_it_is(path: str, owner: tuple[str | None, str | None]) -> None:
    assert [(edit.cohort, edit.team) for edit in edits([FileChange(path, None, version("a: 1"))], "inventories")] == [owner]


def test_the_cohorts_may_be_at_the_top_of_the_repository() -> None:
    found = edits([FileChange("eig3/teams/adler.yml", None, version("a: 1")), FileChange("README.md", None, version(""))], "")
    assert [(edit.file, edit.cohort) for edit in found] == [("README.md", None), ("eig3/teams/adler.yml", "eig3")]


def test_what_cannot_be_read_is_one_edit_of_the_file() -> None:
    def refuse() -> bytes:
        raise InputError([error("file-too-large")])

    huge = FileVersion(PLAIN_FILE, "1", refuse)
    for before, after in ((huge, version(ADLER)), (version(ADLER), huge)):
        found = edits([FileChange(TEAM, before, after)], "inventories")
        assert [(edit.edited, edit.path, edit.team) for edit in found] == [(Edited.UNREADABLE, "", "adler")]


def test_files_of_nobody_are_never_read() -> None:
    def never() -> bytes:
        raise AssertionError

    secret = FileVersion(PLAIN_FILE, "1", never)
    other = FileVersion(PLAIN_FILE, "2", never)
    found = edits([FileChange(".gitlab-ci.yml", secret, other), FileChange(TEAM, secret, FileVersion("120000", "2", never))], "inventories")
    assert [(edit.file, edit.edited) for edit in found] == [(".gitlab-ci.yml", Edited.CHANGED), (TEAM, Edited.MODE)]


@given(path=st.text(max_size=40) | st.lists(st.sampled_from(["inventories", "eig3", "teams", "..", ".", "adler.yml", ""])).map("/".join))
def test_any_path_that_differs_is_an_edit(path: str) -> None:
    assume(path != TEAM)
    found = edits([FileChange(path, version("a: 1"), version("a: 2"))], "inventories")
    assert len(found) == 1
    assert found[0].team is None
    assert needs(found, COHORTS, date(2019, 10, 1), author=Author(username="lead-1", id=900), pushers=())


def test_numbers_that_are_none_and_keys_that_are_none_are_compared() -> None:
    for before, after in ((".nan", ".inf"), ("1", "1.0"), ("1", "true"), ("clé", "ssh-ed25519 clé")):
        found = edited(
            f"title: A\nmembers: [{{username: a, ssh_keys: [{before}]}}]\n", f"title: A\nmembers: [{{username: a, ssh_keys: [{after}]}}]\n"
        )
        assert found
        assert all(edit.path.startswith("members[a].ssh_keys") for edit in found)
    (edit,) = edited("title: .nan\n", "title: .inf\n")
    assert edit.model_dump_json()
