"""Each kind's parameters against those that GitLab takes, request by request."""

import re

import pytest
from support.gitlab_cases import DOCUMENTED
from support.gitlab_contract import PARAMETERS

from eiginfra.core.spec import rules
from eiginfra.providers.gitlab.branch_protection import PROTECTIONS, protection_of
from eiginfra.providers.gitlab.kinds import all_kinds

KINDS = [kind for kind in all_kinds(None) if kind.field_map is not None]
each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def taken(route: str) -> set[str]:
    """What a request takes and is not deprecated: by GitLab's description, or its documentation where that is silent."""
    if route in PARAMETERS:
        return set(PARAMETERS[route]["takes"]) - set(PARAMETERS[route]["deprecated"])
    verb, _, path = route.partition(" ")
    asked = re.sub(r"\{\w+\}", "1", path)
    return next(known[1] for (method, shape), known in DOCUMENTED.items() if method == verb.lower() and re.fullmatch(shape, asked))


@each
def test_f1_a_creation_sends_only_what_a_creation_takes(kind):
    sent = {known.name for known in kind.field_map.parameters.values() if known.created} | kind.field_map.fixed
    for route in kind.field_map.create:
        assert sent <= taken(route), f"{kind.name}: {route} does not take {sent - taken(route)}"


@each
def test_f1_a_change_sends_only_what_a_change_takes(kind):
    sent = {known.renamed or known.name for known in kind.field_map.parameters.values() if known.changed}
    for route in kind.field_map.change:
        assert sent <= taken(route), f"{kind.name}: {route} does not take {sent - taken(route)}"


@each
def test_f1_every_compared_field_is_made_and_changed_somehow(kind):
    """A field is set at once or by a further request; and a change reaches it, or it cannot be changed."""
    known, special = kind.field_map.parameters, {"path", "group", "project", "website", "description", "digest", *kind.field_map.own}
    for name, rule in rules(kind.spec).items():
        if rule.compared and name not in special:
            assert known[name].created or known[name].changed
            assert known[name].changed or rule.immutable, f"{kind.name}.{name} can be changed, and no request does it"


@each
def test_f1_requests_of_their_own_are_known(kind):
    assert all(route in PARAMETERS for routes in kind.field_map.own.values() for route in routes)


def test_f1_what_a_creation_does_not_take_is_told_from_what_it_does():
    group = next(kind.field_map for kind in KINDS if kind.name == "gitlab.group")
    wanted = {"visibility": "public", "shared_runners": "overridable"}
    assert group.creation(wanted) == {"visibility": "public"}
    assert group.later(wanted, {"shared_runners": "enabled"}) == ["shared_runners"]
    assert group.later(wanted, {"shared_runners": "overridable"}) == []


@pytest.mark.parametrize("word", PROTECTIONS)
def test_f2_each_protection_is_read_as_it_is_written(word):
    shown = PROTECTIONS[word]
    assert protection_of(shown) == word
    assert protection_of({**shown, "code_owner_approval_required": False}) == word
    assert protection_of({**shown, "allowed_to_push": shown["allowed_to_push"] * 2}) == word


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"allow_force_push": True}, "push: maintainers, merge: maintainers, force push"),
        ({"allowed_to_push": [{"access_level": 0}]}, "push: nobody, merge: maintainers"),
        ({"allowed_to_merge": [{"access_level": 40}, {"access_level": 30}]}, "push: maintainers, merge: developers and maintainers"),
        ({"allowed_to_push": [{"access_level": 25}]}, "push: level 25, merge: maintainers"),
        ({"allowed_to_push": []}, "push: unsaid, merge: maintainers"),
    ],
)
def test_f2_what_no_word_says_is_told_in_full(change, told):
    assert protection_of({**PROTECTIONS["full"], **change}) == told


@each
def test_f2_no_deprecated_twin_is_read(kind):
    """What is deprecated may be a column of its own, or follow its twin only in part."""
    old = {name for known in PARAMETERS.values() for name in known["deprecated"]}
    assert not old & {name for known in kind.field_map.parameters.values() for name in (known.name, known.renamed)}
    shown = dict.fromkeys((known.name for known in kind.field_map.parameters.values()), "what counts")
    assert kind.field_map.read({**shown, **dict.fromkeys(old, "a twin")}) == kind.field_map.read(shown)
