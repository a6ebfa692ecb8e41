import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.words import ENGLISH

from eiginfra.core.errors import UsageError
from eiginfra.core.secret import SecretSource, keyed_digest
from eiginfra.providers.gitlab.digests import digest, reveal
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.kinds.group import FIELD_MAP as GROUP_WORDS
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import FIELD_MAP as PROJECT_WORDS
from eiginfra.providers.gitlab.kinds.variable import VariableSpec
from eiginfra.providers.gitlab.licenses import ALLOWED, notice_of, template_of
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.gitlab.website import joined, parted
from eiginfra.render.values import show

SITE = "https://adler.example.org"
words = st.text(st.characters(exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")), min_size=1)


@given(st.lists(words).map(" ".join), st.sampled_from(["", SITE, f"{SITE}/a?b#c"]))
def test_a_website_is_found_again(description, website):
    if "http" not in description:
        assert parted(joined(description, website)) == (description, website)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "")),
        (SITE, ("", SITE)),
        (f"Une interface\n{SITE}\n", ("Une interface", SITE)),
        (f"Voir {SITE}", (f"Voir {SITE}", "")),
        (f"{SITE}\n\nUne interface", (f"{SITE}\n\nUne interface", "")),
    ],
)
def test_only_a_line_of_its_own_is_the_website(text, parts):
    assert parted(text) == parts


@pytest.mark.parametrize("words_", [GROUP_WORDS, PROJECT_WORDS])
def test_words_go_there_and_back(words_):
    for field, known in words_.parameters.items():
        for ours in known.values:
            assert words_.read(words_.body({field: ours}, [field])) == {field: ours}
    # What GitLab says and we have no word for is shown as it is.
    assert GROUP_WORDS.read({"shared_runners_setting": "sometimes"}) == {"shared_runners": "sometimes"}


def test_the_groups_around_a_path():
    assert ancestors("eig/eig3/adler") == ["eig", "eig/eig3"]
    assert ancestors("eig") == []


@pytest.mark.parametrize(
    ("name", "key"), [("MIT", "mit"), ("AGPL-3.0-or-later", "agpl-3.0"), ("GPL-3.0-only", "gpl-3.0"), ("EUPL-1.2", "eupl-1.2")]
)
def test_licences_that_may_be_chosen(name, key):
    assert name.lower() in ALLOWED
    assert template_of(name) == key


def test_a_notice_names_the_licence():
    assert notice_of("etalab-2.0", "DINUM").startswith("Copyright (c) DINUM\nSPDX-License-Identifier: etalab-2.0\n")


def test_a_digest_depends_on_key_place_and_value_and_is_shown_nowhere():
    digests = {keyed_digest(key, holder, value) for key in (b"a", b"b") for holder in ("x", "y") for value in ("1", "2")}
    assert len(digests) == 8
    assert {show(digest, ENGLISH) for digest in digests} == {"***"}
    assert keyed_digest(b"a", "ab", "c") != keyed_digest(b"a", "a", "bc")


def test_long_texts_are_shown_by_their_first_line():
    assert show("# API\n\nUne\ninterface\nde plus\n", ENGLISH) == "# API… (5 lines)"
    assert show("Une\ninterface", ENGLISH) == "Une interface"


def test_offline_no_secret_is_fetched():
    offline = GitLabSettings("https://gitlab.example.org", None, "eig")
    with pytest.raises(UsageError, match="works offline"):
        reveal(offline, SecretSource(env="X"))
    assert digest(offline, "a", "b").startswith("hmac-sha256:")


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        (MembersSpec, {"members": []}),
        (MembersSpec, {"group": "eig", "project": "eig/a"}),
        (VariableSpec, {"key": "A", "value": {"env": "A"}}),
        (VariableSpec, {"group": "eig", "project": "eig/a", "key": "A", "value": {"env": "A"}}),
        (VariableSpec, {"group": "eig", "key": "A-B", "value": {"env": "A"}}),
        (VariableSpec, {"group": "eig", "key": "A", "value": "secret"}),
        (VariableSpec, {"group": "eig", "key": "A", "value": {"env": "A", "file": "b"}}),
        (LabelSpec, {"group": "eig", "name": "a,b", "color": "#ffffff"}),
        (LabelSpec, {"group": "eig", "name": "a", "color": "red"}),
    ],
)
def test_what_is_refused_at_once(spec, fields):
    with pytest.raises(ValidationError):
        spec(**fields)


def test_a_spec_survives_a_plan():
    spec = VariableSpec(project="eig/a", key="A", value={"command": ["pass", "show", "a"]}, digest="hmac-sha256:0", masked=True)
    assert VariableSpec.model_validate(spec.values()) == spec
