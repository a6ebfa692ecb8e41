from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.words import remedy

from eiginfra.core.errors import AlreadyExistsError, NotFoundError, PermanentError, TransientError
from eiginfra.core.look import Look
from eiginfra.providers.gitlab.kinds.group import GroupSpec

COHORT = GroupSpec(path="eig/eig3", name="Promotion 3", visibility="public")
ADLER = {"path": "eig/eig3/adler", "name": "ADLER", "description": "Lutter", "visibility": "public", "project_creation": "noone"}

CHANGES = [
    ("name", "Karfu’R – l’été"),
    ("description", "Première ligne\nseconde"),
    ("description", ""),
    ("visibility", "internal"),
    ("visibility", "private"),
    ("project_creation", "maintainer"),
    ("subgroup_creation", "owner"),
]


@pytest.fixture
def adler(world):
    world.apply(COHORT, GroupSpec(**ADLER))
    return world


def test_created_as_wanted(world):
    world.apply(COHORT)
    done = world.apply(GroupSpec(**ADLER))
    assert str(done.address) == "gitlab.group[eig/eig3/adler]"
    assert done.facts["web_url"] == f"{world.url}/groups/eig/eig3/adler"
    assert done.facts["id"] == done.handle["id"]


def test_created_with_only_a_path(world):
    world.apply(COHORT, GroupSpec(path="eig/eig3/adler"))
    observed = world.observe(GroupSpec(path="eig/eig3/adler"))
    assert observed.values["name"] == "adler"


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_each_field_is_updated_in_one_request(adler, name, value):
    spec = GroupSpec(**{**ADLER, name: value})
    observed = adler.observe(spec)
    before = adler.api.client.meter.total
    adler.kind(spec).update(observed, spec, adler.diffs_of(spec, observed))
    assert adler.api.client.meter.total - before == 1
    assert adler.diffs(spec) == []


def test_unset_fields_are_left_alone(adler):
    adler.by_hand("PUT", "/groups/eig%2Feig3%2Fadler", description="by hand", visibility="internal")
    assert adler.diffs(GroupSpec(path="eig/eig3/adler", name="ADLER")) == []


def test_an_object_in_the_way_is_said_to_exist_and_can_be_read(adler):
    spec = GroupSpec(**ADLER)
    with pytest.raises(AlreadyExistsError, match="create group eig/eig3/adler"):
        adler.kind(spec).create(spec)
    assert adler.kind(spec).read(spec, {}).values["name"] == "ADLER"


def test_a_name_taken_by_a_sibling_is_no_existing_object(adler):
    spec = GroupSpec(path="eig/eig3/other", name="ADLER", visibility="public")
    with pytest.raises(PermanentError, match="already been taken") as problem:
        adler.kind(spec).create(spec)
    assert not isinstance(problem.value, AlreadyExistsError)


def test_a_path_of_other_letter_case_is_the_same_group(adler):
    observed = adler.observe(GroupSpec(path="eig/eig3/Adler"))
    assert observed.values["path"] == "eig/eig3/adler"


def test_strangers_of_the_cohort_are_seen_with_their_team(adler):
    holder = adler.observe(COHORT).handle["id"]
    adler.by_hand("POST", "/groups", path="stranger", name="S", parent_id=holder)
    adler.by_hand("POST", "/groups", path="sub", name="S", parent_id=adler.observe(GroupSpec(**ADLER)).handle["id"])
    adler.by_hand("POST", "/groups", path="eig4", name="P4", parent_id=adler.api.group_id("eig"))
    seen = {found.address.key: found.team for found in adler.observation(COHORT).objects}
    assert seen == {"eig/eig3": None, "eig/eig3/adler": "adler", "eig/eig3/adler/sub": "adler", "eig/eig3/stranger": None}


def test_a_wanted_path_outside_the_cohort_is_seen(world):
    spec = GroupSpec(path="eig/shared", name="Shared")
    world.apply(spec)
    assert [found.address.key for found in world.observation(spec).objects] == ["eig/shared"]


def test_the_root_group_can_be_described_but_not_made(make_world):
    world = make_world()
    world.apply(GroupSpec(path="eig", description="all cohorts"))
    gone = make_world(root_group="nowhere")
    with pytest.raises(NotFoundError, match="root group nowhere"):
        gone.observe(GroupSpec(path="nowhere/eig3"))
    with pytest.raises(PermanentError, match="make it by hand"):
        gone.kind(COHORT).create(GroupSpec(path="nowhere"))


def test_nothing_is_sent_for_a_path_outside_the_root_group(adler):
    spec: Any = GroupSpec(path="other/eig3")
    observed = adler.observe(GroupSpec(**ADLER))
    before = adler.api.client.meter.counts.get("PUT", 0)
    with pytest.raises(PermanentError, match="outside the root group eig"):
        adler.kind(spec).update(observed, spec, [])
    assert adler.api.client.meter.counts.get("PUT", 0) == before


def test_a_group_scheduled_for_deletion_is_offered_for_restoration(adler):
    spec = GroupSpec(**ADLER)
    number = adler.observe(spec).handle["id"]
    adler.by_hand("DELETE", f"/groups/{number}")
    observation = adler.observation(spec)
    assert "eig/eig3/adler" not in {found.address.key for found in observation.objects}
    (finding,) = observation.findings
    assert (finding.code, finding.severity, finding.address) == ("scheduled-for-deletion", "warning", "gitlab.group[eig/eig3/adler]")
    assert f"/groups/{number}/restore" in remedy(finding)
    assert adler.kind(spec).read(spec, {"id": number}) is None
    adler.by_hand("POST", f"/groups/{number}/restore")
    assert adler.diffs(spec) == []


def test_a_parent_deleted_and_made_anew_meanwhile_is_looked_up_again(adler):
    number = adler.api.group_id("eig/eig3/adler")
    adler.by_hand("DELETE", f"/groups/{number}")
    adler.by_hand("POST", "/groups", path="adler", name="ADLER", visibility="public", parent_id=adler.api.group_id("eig/eig3"))
    spec = GroupSpec(path="eig/eig3/adler/sub", name="Sub")
    made = adler.kind(spec).create(spec)
    assert made.values["path"] == "eig/eig3/adler/sub"


def test_readings_of_one_look_are_one(adler):
    look, before = Look(), adler.api.client.meter.total
    with ThreadPoolExecutor(6) as pool:
        readings = list(pool.map(lambda _: adler.api.tree("eig/eig3", look), range(6)))
    assert {len(reading) for reading in [*readings, adler.api.tree("eig/eig3", look)]} == {2}
    assert adler.api.client.meter.total - before == 2
    adler.api.tree("eig/eig3", Look())
    assert adler.api.client.meter.total - before == 4


def test_a_reading_that_fails_fails_for_all_of_its_look_and_can_be_repeated(adler):
    adler.fault(rules=[{"match": "descendant_groups", "kind": "status", "status": 500, "times": 1}])
    look = Look()
    for _ in range(2):
        with pytest.raises(TransientError, match="list the groups below eig/eig3: GitLab answers 500"):
            adler.api.tree("eig/eig3", look)
    assert len(adler.api.tree("eig/eig3", Look())) == 2


def test_many_groups_cost_pages_not_groups(world):
    world.apply(COHORT)
    holder = world.api.group_id("eig/eig3")
    for number in range(230):
        world.api.create_group(f"eig/eig3/team-{number}", {"name": f"Team {number}"})
    assert holder
    before = world.api.client.meter.total
    observation = world.observation(COHORT)
    assert world.api.client.meter.total - before == 1 + 3
    assert len(observation.objects) == 231
