import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.words import failure, message, remedy

from eiginfra.playbook.failure import PatternError
from eiginfra.playbook.patterns import select

NAMES = ["adler", "open-chronic", "open-justice", "plume"]


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("all", NAMES),
        ("*", NAMES),
        ("plume", ["plume"]),
        ("plume:adler", ["adler", "plume"]),
        ("plume, adler", ["adler", "plume"]),
        ("open-*", ["open-chronic", "open-justice"]),
        ("*-chronic", ["open-chronic"]),
        ("?????", ["adler", "plume"]),
        ("[ap]*", ["adler", "plume"]),
        ("x*", []),
        ("!adler", ["open-chronic", "open-justice", "plume"]),
        ("!open-*", ["adler", "plume"]),
        ("all:!adler:!plume", ["open-chronic", "open-justice"]),
        ("!open-justice:open-*", ["open-chronic"]),
        ("open-*:&*-justice", ["open-justice"]),
        ("&open-*", ["open-chronic", "open-justice"]),
        ("~open-(chronic|x)", ["open-chronic"]),
        ("~a.*r$,plume", ["adler", "plume"]),
    ],
)
def test_selects_as_ansible_does(pattern: str, chosen: list[str]) -> None:
    assert select(pattern, NAMES) == chosen


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("adlr", "there is no 'adlr'; did you mean 'adler'?"),
        ("all:!adlr", "did you mean 'adler'?"),
        ("zzz", "choose among adler, open-chronic"),
        ("ALL", "there is no 'ALL'"),
        ("", "is not a pattern"),
        (" ", "is not a pattern"),
        ("adler:", "is not a pattern"),
        ("adler::plume", "is not a pattern"),
        ("!", "without a name"),
        ("~(", "is not a regular expression"),
        ("~[[a]", "is not a regular expression"),
        ("~", "without a name"),
    ],
)
def test_refuses_with_a_remedy(pattern: str, said: str) -> None:
    with pytest.raises(PatternError) as caught:
        select(pattern, NAMES)
    found = failure(caught.value)
    assert said in f"{message(found)}; {remedy(found)}"


def test_a_name_among_many_is_not_listed_in_full() -> None:
    with pytest.raises(PatternError) as caught:
        select("zzzzzz", [f"t{number}" for number in range(200)])
    assert "there are 200, e.g. t0" in (remedy(failure(caught.value)) or "")


@given(st.text(alphabet="ab!&:,*?[]~(-", max_size=12), st.lists(st.sampled_from(["a", "b", "ab", "a-b"]), unique=True))
def test_any_text_gives_names_in_order_or_a_value_error(pattern: str, names: list[str]) -> None:
    try:
        chosen = select(pattern, names)
    except ValueError:
        return
    assert chosen == [name for name in names if name in chosen]
