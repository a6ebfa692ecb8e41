import pytest

from eiginfra.core.errors import AlreadyExistsError, PermanentError
from eiginfra.core.usage import Usage
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec

ADLER = GroupSpec(path="eig/eig3/adler", name="ADLER", visibility="public")
API = {
    "path": "eig/eig3/adler/api",
    "title": "API ADLER",
    "description": "Une interface",
    "visibility": "public",
    "topics": ["eig", "fraude"],
}
CHANGES = [
    ("title", "L’API d’ADLER"),
    ("description", "Autre chose"),
    ("description", ""),
    ("visibility", "internal"),
    ("visibility", "private"),
    ("topics", ["eig"]),
    ("topics", []),
    ("topics", ["données ouvertes", "eig", "fraude"]),
]


@pytest.fixture
def adler(world):
    world.apply(GroupSpec(path="eig/eig3", visibility="public"), ADLER, ProjectSpec(**API))
    return world


def test_created_as_wanted(adler):
    observed = adler.observe(ProjectSpec(**API))
    assert observed.usage == Usage(projects=1)
    assert set(observed.facts) == {"id", "web_url", "ssh_url", "http_url"}
    assert observed.facts["web_url"] == f"{adler.url}/eig/eig3/adler/api"
    assert observed.facts["http_url"].endswith("/eig/eig3/adler/api.git")


def test_created_with_only_a_path(adler):
    spec = ProjectSpec(path="eig/eig3/adler/front")
    adler.apply(spec)
    assert adler.observe(spec).values["title"] == "front"


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_each_field_is_updated_in_one_request(adler, name, value):
    spec = ProjectSpec(**{**API, name: value})
    observed = adler.observe(spec)
    before = adler.api.client.meter.total
    adler.kind(spec).update(observed, spec, adler.diffs_of(spec, observed))
    assert adler.api.client.meter.total - before == 1
    assert adler.diffs(spec) == []


def test_the_order_of_topics_means_nothing(adler):
    assert adler.diffs(ProjectSpec(**{**API, "topics": ["fraude", "eig"]})) == []


def test_an_object_in_the_way_is_said_to_exist_and_can_be_read(adler):
    spec = ProjectSpec(**API)
    with pytest.raises(AlreadyExistsError, match="create project eig/eig3/adler/api"):
        adler.kind(spec).create(spec)
    assert adler.kind(spec).read(spec, {}).values["title"] == "API ADLER"


def test_a_title_taken_by_a_sibling_is_no_existing_object(adler):
    spec = ProjectSpec(path="eig/eig3/adler/other", title="API ADLER")
    with pytest.raises(PermanentError, match="name has already been taken") as problem:
        adler.kind(spec).create(spec)
    assert not isinstance(problem.value, AlreadyExistsError)


def test_more_visible_than_its_group_is_refused_with_gitlabs_words(adler):
    adler.apply(GroupSpec(path="eig/eig3/closed", visibility="private"))
    spec = ProjectSpec(path="eig/eig3/closed/api", visibility="public")
    with pytest.raises(PermanentError, match=r"create project eig/eig3/closed/api: GitLab answers 400: .*visibility"):
        adler.kind(spec).create(spec)


def test_a_missing_group_is_named(adler):
    spec = ProjectSpec(path="eig/eig3/plume/api")
    with pytest.raises(PermanentError, match="the group eig/eig3/plume is not there"):
        adler.kind(spec).create(spec)


def test_archived_projects_are_seen_and_strangers_have_a_team(adler):
    # The wanted one has the team of whoever wants it, here nobody.
    holder = adler.api.group_id("eig/eig3/adler")
    adler.by_hand("POST", "/projects", path="hand", name="Hand", namespace_id=holder)
    adler.by_hand("POST", "/projects/eig%2Feig3%2Fadler%2Fhand/archive")
    seen = {found.address.key: found.team for found in adler.observation(ProjectSpec(**API)).objects}
    assert seen == {"eig/eig3/adler/api": None, "eig/eig3/adler/hand": "adler"}


def test_nothing_is_there_before_the_cohorts_group(world):
    assert world.observation(ProjectSpec(**API)).objects == []


def test_a_project_scheduled_for_deletion_is_offered_for_restoration(adler):
    spec = ProjectSpec(**API)
    number = adler.observe(spec).handle["id"]
    adler.by_hand("DELETE", f"/projects/{number}")
    observation = adler.observation(spec)
    assert observation.objects == []
    (finding,) = observation.findings
    assert (finding.code, finding.address) == ("scheduled-for-deletion", "gitlab.project[eig/eig3/adler/api]")
    assert adler.kind(spec).read(spec, {"id": number}) is None
    adler.by_hand("POST", f"/projects/{number}/restore")
    assert adler.diffs(spec) == []


def test_projects_of_a_group_scheduled_for_deletion_are_out_of_sight(adler):
    adler.by_hand("DELETE", "/groups/eig%2Feig3%2Fadler")
    assert adler.observation(ProjectSpec(**API)).objects == []


def test_a_moved_project_is_not_found_under_its_former_path(adler):
    spec = ProjectSpec(**API)
    adler.by_hand("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", path="interface")
    assert adler.kind(spec).read(spec, {}) is None


def test_many_projects_cost_pages_not_projects(adler):
    holder = adler.api.group_id("eig/eig3/adler")
    for number in range(210):
        adler.by_hand("POST", "/projects", path=f"p{number}", name=f"P {number}", namespace_id=holder)
    before = adler.api.client.meter.total
    assert len(adler.observation(ProjectSpec(**API)).objects) == 211
    assert adler.api.client.meter.total - before == 3
