import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.words import told

from eiginfra.core.reason import reason
from eiginfra.providers.gitlab.fields import FullPath, inside, name_problem, parent, slug

PATH = TypeAdapter(FullPath)


@pytest.mark.parametrize("path", ["eig", "eig/eig3/adler", "_a/b.c/d-e_1", "EIG/Adler"])
def test_paths(path):
    assert PATH.validate_python(path) == path


@pytest.mark.parametrize(
    "path", ["", "/eig", "eig/", "eig//a", "-a", ".a", "a.", "a.git", "eig/a.atom", "é", "a b", "../a", "eig/..", "a%2Fb", "a\n"]
)
def test_what_is_no_path(path):
    with pytest.raises(ValidationError, match="gitlab-path"):
        PATH.validate_python(path)


segments = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), min_size=1, max_size=5)


@given(segments)
def test_a_path_is_its_parent_and_its_slug(parts):
    path = "/".join(parts)
    assert [*parent(path).split("/"), slug(path)] == (["", *parts] if len(parts) == 1 else parts)
    assert inside(path, parts[0])
    assert not inside(f"{path}-other", path)


@pytest.mark.parametrize("name", ["ADLER", "Karfu’R", "L’été – 2019", "É (un)", "🚀 a", "_x", "1.0", "Œuvre"])
def test_names_that_gitlab_takes(name):
    assert name_problem(name, "().") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("L'été", "does not allow ' in it; write ’ for the apostrophe"),
        ("a/b & c", "does not allow & / in it"),
        ("-a", "must not begin with '-'"),
        ("", "1 to 255 characters"),
        ("x" * 256, "1 to 255 characters"),
    ],
)
def test_names_that_gitlab_refuses(name, words):
    problem = name_problem(name, "().")
    assert problem is not None
    assert words in told(problem)


def test_parentheses_are_for_groups_and_plus_for_projects():
    assert name_problem("a (b)", "+.") == reason("name-signs", signs="( )")
    assert name_problem("c++", "+.") is None
