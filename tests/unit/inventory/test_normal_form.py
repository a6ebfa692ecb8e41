"""The normal form of what people write: layout only; twice is once; no value and no comment changes."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from eiginfra.core.errors import InputError
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.normal_form import comments, normal_form

ROOT = Path(__file__).parents[3]
FILES = sorted(
    [*ROOT.glob("inventories/**/*.yml"), *ROOT.glob("infra/*.yml"), ROOT / "eiginfra.yml", *ROOT.glob("eiginfra/playbook/packaged/*.yml")]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_files_that_come_with_eiginfra_are_in_normal_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert normal_form(text, path.name) == text


@pytest.mark.parametrize(
    ("written", "formed"),
    [
        ("a:   1\n", "a: 1\n"),
        ("\n\na: 1\n\n\n\nb: 2   \n\n\n", "a: 1\n\nb: 2\n"),
        ("a:\n- b\n-    c:  1\n     d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a: {  b: 1,c: 2 }\n", "a: {b: 1, c: 2}\n"),
        ("a: [ 1,2 ]   # two\n", "a: [1, 2]    # two\n"),  # in its column
        ("a:\r\n    b: 1\r\n", "a:\n  b: 1\n"),
        ("# of it\na:   # of a\n      # of b\n      b: 1\n", "# of it\na:   # of a\n      # of b\n  b: 1\n"),
        ("a: 'it''s'\nb: \"2024\"\nc: 0x1F\nd: 1_000\ne: ~\nf: True\ng:\n", None),
        ("a: |\n    one\n\n\n    two  \nb: >-\n  x\n  y\n", "a: |\n  one\n\n\n  two  \nb: >-\n  x\n  y\n"),
        ("-   name: a\n    tasks:\n    -   b\n", "- name: a\n  tasks:\n    - b\n"),
        (
            "# all\n---\n# one\n- a:   1   # one\n  b: # two\n  - c\n# end\n",
            "# all\n---\n# one\n- a: 1     # one\n  b: # two\n    - c\n# end\n",
        ),
        ("day: 2019-09-02\nat: 10:30\nno: no\n", None),
    ],
)
def test_it_is_layout_only(written: str, formed: str | None) -> None:
    assert normal_form(written, "x.yml") == (written if formed is None else formed)


def test_a_comment_that_would_be_lost_is_not() -> None:
    with pytest.raises(InputError, match="no-normal-form"):
        normal_form("a: [x, # one\n  y]\n", "x.yml")


@pytest.mark.parametrize("text", ["a: [\n", "a: 1\na: 2\n", "<<<<<<< HEAD\na: 1\n"])
def test_what_is_not_sound_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        normal_form(text, "x.yml")


NAMES = st.text("abcdeé_-", min_size=1, max_size=6).filter(lambda name: name[0] not in "-_")
TEXTS = st.one_of(
    st.text("abc é:#-{}[],'\"&*!|>%@`0123456789.~", max_size=12),
    st.sampled_from(["yes", "null", "2019-09-02", "10:30", "0x1F", "1e3", "- a", "a: b", "a #b", "on", "~", "ligne\nligne\n", "a\n\n\nb"]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-9, 99999), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=10,
)
COMMENTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), st.sampled_from(["# one", "# é: {", "#two", "", ""])), max_size=6)


def commented(text: str, more: list[tuple[int, int, str]]) -> str:
    """With comments and empty lines between its lines, where that says the same."""
    data = parse_document(text.encode()).data
    for at, indentation, comment in more:
        lines = text.split("\n")
        lines.insert(at % len(lines), " " * indentation + comment if comment else "")
        longer = "\n".join(lines)
        try:
            if parse_document(longer.encode()).data == data:
                text = longer
        except InputError:
            continue
    return text


@given(
    data=st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
    more=COMMENTS,
    flow=st.sampled_from([None, False, True]),
    indent=st.integers(2, 6),
    quotes=st.sampled_from([None, "'", '"']),
)
@example(data={"a": ["b"], "c": {"d": "e"}}, more=[(1, 0, "# one"), (3, 4, "# é: {")], flow=False, indent=4, quotes=None)
def test_no_value_and_no_comment_changes_and_twice_is_once(
    data: dict[str, object], more: list[tuple[int, int, str]], flow: bool | None, indent: int, quotes: str | None
) -> None:
    written = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow, indent=indent, default_style=quotes)
    try:
        text = commented(written, more)
        formed = normal_form(text, "x.yml")
    except InputError:
        return  # tags that the dumper writes, or a comment in a place where the library loses it: refused, and nothing is changed
    assert parse_document(formed.encode()).data == parse_document(text.encode()).data
    assert [*comments(formed)] == [*comments(text)]
    assert normal_form(formed, "x.yml") == formed
