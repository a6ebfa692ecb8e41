"""Team titles are free text: GitLab gets the nearest name that it takes (users' report B1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eiginfra.core.filters import Adapted
from eiginfra.inventory.fields import Title
from eiginfra.providers.gitlab.fields import name_problem
from eiginfra.providers.gitlab.filters import name as gitlab_name
from eiginfra.providers.gitlab.kinds.group import GroupKind
from eiginfra.providers.gitlab.kinds.project import ProjectKind

SIGNS = {False: GroupKind.signs, True: ProjectKind.signs}
TITLE: TypeAdapter[str] = TypeAdapter(Title)


def accepted(text: str) -> bool:
    try:
        TITLE.validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("title", "group", "project"),
    [
        ("b@liseNAV", "baliseNAV", "baliseNAV"),
        ("Estim'Action", "Estim’Action", "Estim’Action"),
        ("R&D", "R et D", "R+D"),
        ("Agents & citoyens", "Agents et citoyens", "Agents + citoyens"),
        ("C++", "C plus plus", "C++"),
        ("API (v2)", "API (v2)", "API v2"),
        ("Santé / travail !", "Santé - travail", "Santé - travail"),
        ("Titre : suite", "Titre - suite", "Titre - suite"),
        ("#1 🚀 Étape", "1 🚀 Étape", "1 🚀 Étape"),
        ("(essai)", "essai)", "essai"),
        ("***", "_", "_"),
        ("Karfu’R – 2.0", "Karfu’R – 2.0", "Karfu’R – 2.0"),
    ],
)
def test_b1_the_nearest_name(title: str, group: str, project: str) -> None:
    assert (gitlab_name(title), gitlab_name(title, project=True)) == (group, project)


@given(st.text(min_size=1, max_size=255) | st.text("ab'@&+(). -_é🚀#:\u00a0\u2019", min_size=1, max_size=255), st.booleans())
def test_b1_every_title_becomes_a_name_that_gitlab_takes(title: str, project: bool) -> None:
    signs = SIGNS[project]
    name = gitlab_name(title, project=project)
    assert name
    if accepted(title):
        assert name_problem(name, signs) is None
    if name_problem(title, signs) is None:
        assert name == title
    assert isinstance(name, Adapted) is (name != title)


def test_no_title_is_no_name() -> None:
    assert gitlab_name(None) is None
