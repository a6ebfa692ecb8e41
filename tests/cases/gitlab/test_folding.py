"""What GitLab makes of a value compares equal to the value: no field ever differs from what was taken."""

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support.gitlab_cases import CASES

from eiginfra.core.spec import rules
from eiginfra.engine.diff import diff
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec

SPACE = "eig/eig3/adler"
TEXTS = st.text("aZ9é e\u0301\n\r\t-_.&;<>/'bi\u2019", max_size=24) | st.sampled_from(["x\r\ny", " a ", "&amp;", "<b>a</b>", "E\u0301cole"])
FREE = [
    (name, field)
    for name, case in CASES.items()
    for field in ("name", "title", "description", "website", "topics", "ci_config")
    if field in case.fields and rules(case.spec)[field].compared and name != "account"
]

# What servers and browsers do to a text, each of which a field with a rule for it has to stand.
MADE = {
    "stored": lambda text: text,
    "by a browser": lambda text: text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n"),
    "trimmed": str.strip,
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}


def folded(topic: str) -> str:
    return unicodedata.normalize("NFC", topic.strip()).lower()


@pytest.mark.parametrize(("name", "field"), FREE, ids=lambda value: value)
def test_folding_every_free_text_has_a_rule(name, field):
    assert rules(CASES[name].spec)[field].normalise is not None


@pytest.mark.parametrize(("name", "field"), [pair for pair in FREE if pair[1] != "topics"], ids=lambda value: value)
@given(text=TEXTS, made=st.sampled_from(sorted(MADE)))
def test_folding_what_a_text_becomes_compares_equal(name, field, text, made):
    case = CASES[name]
    try:
        wanted = case.spec(**{**case.fields, field: text}).values()
    except ValidationError:
        assume(False)
    assert diff(case.spec, wanted, {**wanted, field: MADE[made](text)}, None) == []


@given(st.lists(st.text("aA\u00e9E\u0301 b", min_size=1, max_size=5).filter(str.strip), max_size=5, unique_by=folded), st.randoms())
def test_folding_topics_in_any_case_and_order_compare_equal(topics, random):
    wanted = ProjectSpec(path=f"{SPACE}/api", topics=topics).values()
    there = [topic.upper() if random.random() < 0.5 else topic.strip() for topic in topics]
    random.shuffle(there)
    assert diff(ProjectSpec, wanted, {**wanted, "topics": there}, None) == []


@pytest.mark.parametrize("name", ["project", "group", "label", "milestone", "variable of a project"])
def test_folding_what_the_lab_makes_of_a_text_is_no_difference(road, name):
    """Sent by eiginfra, verified by eiginfra, and planned again: for one object, value after value."""
    case = CASES[name]
    road.apply(*case.wanted())
    kind = road.world.kind(case.wanted()[-1])

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.fixed_dictionaries({field: TEXTS for of, field in FREE if of == name and field in {"description", "website", "ci_config"}}))
    def taken(values: dict[str, Any]) -> None:
        try:
            spec = case.spec(**{**case.fields, **values})
        except ValidationError:
            assume(False)
        there = road.world.observe(spec)
        done = kind.update(there, spec, diff(case.spec, spec.values(), there.values, None)) if road.world.diffs(spec) else there
        assert diff(case.spec, spec.values(), done.values, None) in ([], [*road.world.diffs(spec)])
        assert [item for item in road.world.diffs(spec) if item.field != "digest"] == []

    taken()


def test_folding_topics_that_exist_in_other_letters(road):
    cohort = (GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE))
    road.apply(*cohort, ProjectSpec(path=f"{SPACE}/api", topics=["Données", "eig"]))
    road.apply(*cohort, ProjectSpec(path=f"{SPACE}/site", topics=["données", " EIG"]))
    assert road.world.api.project(f"{SPACE}/site")["topics"] == ["Données", "eig"]


def test_folding_a_label_made_by_hand_in_another_form_of_its_letters_is_the_same(road):
    cohort = (GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE))
    label = LabelSpec(group=SPACE, name="pérenne", color="#ff0000")
    road.apply(*cohort)
    road.world.by_hand("POST", "/groups/eig%2Feig3%2Fadler/labels", name=unicodedata.normalize("NFD", "pérenne"), color="#FF0000")
    plan = road.later().plan(*cohort, label)
    assert plan.empty
    road.later().apply(*cohort, label)
    assert len(road.world.by_hand("GET", "/groups/eig%2Feig3%2Fadler/labels")) == 1


@pytest.mark.parametrize("title", ["a <b>c</b>", "1 &lt; 2", "x</i>", "<!-- -->y"])
@pytest.mark.parametrize("name", ["label", "milestone"])
def test_folding_a_title_that_gitlab_would_shorten_is_refused(name, title):
    case = CASES[name]
    with pytest.raises(ValidationError):
        case.spec(**{**case.fields, "name" if name == "label" else "title": title})


@pytest.mark.parametrize("kind", [kind for kind in all_kinds(None) if kind.field_map], ids=lambda kind: kind.name)
def test_folding_is_done_once(kind):
    for name, rule in rules(kind.spec).items():
        if rule.normalise is not None:
            for value in (None, "", " É\r\nx ", ["B", "b ", "a"], "/a//b", 3, True):
                assert rule.normalise(rule.normalise(value)) == rule.normalise(value), name
