import pytest
from pydantic import ValidationError
from support.words import message

from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource, Scope
from eiginfra.core.secret import Secret
from eiginfra.core.spec import rules
from eiginfra.core.usage import Limits, Usage
from eiginfra.engine.checks import check_wanted
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.members.state import entry_of
from eiginfra.providers.gitlab.observed_tree import CohortTree
from eiginfra.providers.gitlab.settings import GitLabSettings

OFFLINE = GitLabSettings("https://gitlab.example.org", None, "eig", keep=("boss",))


@pytest.fixture
def registry():
    return Registry(all_kinds(GitLabApi(GitLabClient(OFFLINE))))


def resources(registry, *specs):
    found = (next(kind for kind in registry if kind.spec is type(spec)) for spec in specs)
    return [Resource(Address(kind.name, kind.key(spec)), spec) for kind, spec in zip(found, specs, strict=True)]


def objections(registry, *specs):
    """The codes of what is wrong with the first, given all."""
    wanted = resources(registry, *specs)
    kind = registry[wanted[0].address.kind]
    return [finding.code for finding in kind.check(specs[0], {resource.address: resource for resource in wanted})]


def test_without_a_token_nothing_is_asked(registry):
    with pytest.raises(UsageError, match="not asked without a token"):
        registry["gitlab.group"].create(GroupSpec(path="eig/eig3"))
    assert "***" not in repr(OFFLINE)


def test_unset_fields_are_no_values():
    assert GroupSpec(path="eig/eig3").values() == {"path": "eig/eig3"}
    assert ProjectSpec(path="eig/a", topics=["b", "a"]).values() == {"path": "eig/a", "topics": ["b", "a"]}


def test_a_member_without_an_end_says_so():
    spec = MembersSpec(group="eig/a", members=[{"username": "ada", "access": "owner"}])
    assert spec.values()["members"] == [{"username": "ada", "access": "owner", "expires": None}]
    assert MembersSpec.model_validate(spec.values()) == spec


def test_rules():
    assert rules(GroupSpec)["path"].immutable
    assert rules(MembersSpec)["members"].entries == "username"
    assert rules(ProjectSpec)["topics"].unordered
    assert not rules(UserSpec)["email"].compared


@pytest.mark.parametrize(
    "members",
    [
        [{"username": "ada", "access": "owner"}, {"username": "Ada", "access": "guest"}],
        [{"username": "ada", "access": "king"}],
        [{"username": "ada"}],
        [{"username": "a da", "access": "guest"}],
        [{"username": "ada", "access": "guest", "until": "2020-01-01"}],
        ["ada"],
    ],
)
def test_members_that_are_refused(members):
    with pytest.raises(ValidationError):
        MembersSpec(group="eig/a", members=members)


def test_keys_and_dependencies(registry):
    members = MembersSpec(group="eig/eig3/adler", members=[{"username": "ada", "access": "owner"}])
    by_spec = {kind.spec: kind for kind in registry}
    assert by_spec[UserSpec].key(UserSpec(username="ada")) == "ada"
    assert list(by_spec[GroupSpec].dependencies(GroupSpec(path="eig/eig3/adler"))) == [Address("gitlab.group", "eig/eig3")]
    kind = by_spec[MembersSpec]
    assert list(kind.dependencies(members)) == [Address("gitlab.group", "eig/eig3/adler")]
    assert kind.entry_needs(members) == {"members[ada]": Address("gitlab.user", "ada")}
    # The lists above go first, as far as the inventory has any.
    assert list(kind.follows(members)) == [Address("gitlab.members", "eig"), Address("gitlab.members", "eig/eig3")]
    assert list(by_spec[ProjectSpec].dependencies(ProjectSpec(path="eig/eig3/adler/api"))) == [Address("gitlab.group", "eig/eig3/adler")]
    assert by_spec[ProjectSpec].usage(ProjectSpec(path="eig/a")) == Usage(projects=1)
    assert by_spec[GroupSpec].usage(GroupSpec(path="eig/a")) == Usage()


@pytest.mark.parametrize(
    ("specs", "codes"),
    [
        ([GroupSpec(path="eig/eig3")], []),
        ([GroupSpec(path="eigs/eig3")], ["outside-root-group"]),
        ([GroupSpec(path="other")], ["outside-root-group"]),
        ([MembersSpec(group="other/eig3")], ["outside-root-group"]),
        ([ProjectSpec(path="other/api")], ["outside-root-group"]),
        ([ProjectSpec(path="eig")], ["project-path"]),
        ([GroupSpec(path="eig/ab", name="L'été")], ["group-name"]),
        ([ProjectSpec(path="eig/a/b", title="L'été")], ["project-title"]),
        ([ProjectSpec(path="eig/a/b", visibility="public"), GroupSpec(path="eig/a", visibility="internal")], ["more-visible"]),
        ([ProjectSpec(path="eig/a/b", visibility="internal"), GroupSpec(path="eig/a", visibility="internal")], []),
        ([ProjectSpec(path="eig/a/b", visibility="public"), GroupSpec(path="eig/a")], []),
        ([ProjectSpec(path="eig/a/b", visibility="public"), GroupSpec(path="eig", visibility="private")], ["more-visible"]),
        ([ProjectSpec(path="eig/a/b"), GroupSpec(path="eig/a", visibility="private")], []),
        ([GroupSpec(path="eig/ab/cd", visibility="public"), GroupSpec(path="eig/ab", visibility="private")], ["more-visible"]),
        ([MembersSpec(group="eig/a", members=[{"username": "Boss", "access": "owner"}])], ["member-kept"]),
        ([UserSpec(username="ada")], []),
    ],
)
def test_what_can_be_said_without_a_server(registry, specs, codes):
    assert objections(registry, *specs) == codes


def test_the_tree_is_the_cohorts_group_unless_more_is_wanted(registry):
    inner = resources(registry, GroupSpec(path="eig/eig3/adler"), GroupSpec(path="eig/eig3"))
    tree = CohortTree("gitlab.group", "eig", Scope("eig3", ("adler", "plume"), inner))
    assert tree.base == "eig/eig3"
    assert [tree.holds(path) for path in ("eig/eig3", "eig/eig3/x/y", "eig/eig30", "eig")] == [True, True, False, False]
    assert tree.key("EIG/eig3/Adler") == "eig/eig3/adler"
    assert [tree.team(path) for path in ("eig/eig3/plume/sub", "eig/eig3/other", "eig/eig3")] == ["plume", None, None]
    outer = CohortTree("gitlab.group", "eig", Scope("eig3", (), resources(registry, GroupSpec(path="eig/shared"))))
    assert (outer.base, outer.holds("eig/shared"), outer.holds("eig/eig4")) == ("eig", True, False)


@pytest.mark.parametrize(
    ("member", "entry"),
    [
        (
            {"username": "ada", "access_level": 40, "expires_at": "2020-06-30"},
            {"username": "ada", "access": "maintainer", "expires": "2020-06-30"},
        ),
        ({"username": "ada", "access_level": 15}, {"username": "ada", "access": "planner", "expires": None}),
        ({"username": "ada", "access_level": 25}, {"username": "ada", "access": "security-manager", "expires": None}),
        ({"username": "ada", "access_level": 33, "expires_at": None}, {"username": "ada", "access": "level 33", "expires": None}),
    ],
)
def test_memberships_become_entries(member, entry):
    assert entry_of(member) == entry


def test_the_token_is_in_no_text_of_the_settings():
    assert "glpat" not in repr(GitLabSettings("https://gitlab.example.org", Secret("glpat-x"), "eig"))


@pytest.mark.parametrize(
    ("specs", "twice"),
    [
        ((ProjectSpec(path="eig/a/x", title="Site"), ProjectSpec(path="eig/a/y", title="Site")), True),
        ((ProjectSpec(path="eig/a/x", title="y"), ProjectSpec(path="eig/a/y")), True),
        ((ProjectSpec(path="eig/a/x", title="Site"), ProjectSpec(path="eig/b/x", title="Site")), False),
        ((GroupSpec(path="eig/a", name="Plume"), GroupSpec(path="eig/b", name="Plume")), True),
        ((GroupSpec(path="eig/a", name="Plume"), GroupSpec(path="eig/a/b", name="Plume")), False),
    ],
)
def test_names_are_unique_in_their_group(registry, specs, twice):
    found = [finding for finding in check_wanted(registry, resources(registry, *specs), Limits()) if finding.code == "asked-for-twice"]
    assert [finding.severity for finding in found] == ["error"] * twice
    assert all(str(spec.path) in message(finding) for finding in found for spec in specs)
