"""What others did to the cohort's guests, as a plan tells it and an apply mends it."""

import pytest
from support.words import message

from eiginfra.core.change import Action, Cause
from eiginfra.core.finding import Severity
from eiginfra.core.usage import Limit, Limits
from eiginfra.core.values import ByteSize
from eiginfra.engine.report import Outcome

from .conftest import TEMPLATE, World
from .road import Road, change, codes, kept_back, note

SORTS = ["container", "vm"]
QUOTA = Limits(teams={"adler": Limit(machines=2, memory=ByteSize.parse("1GiB"))})


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def path(sort: str, vmid: int = 100) -> str:
    return f"/nodes/eig/{'lxc' if sort == 'container' else 'qemu'}/{vmid}"


@pytest.mark.parametrize("sort", SORTS)
def test_a_guest_enlarged_by_hand_is_drift_and_over_its_quota(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    road.world.admin("PUT", f"{path(sort)}/config", memory=2048)
    plan = road.plan(spec, limits=QUOTA)
    [diff] = change(plan, "web").diffs
    assert (diff.field, diff.before, diff.after, diff.cause) == ("memory", "2GiB", "512MiB", Cause.DRIFT)
    finding, excess = plan.findings
    assert (finding.code, finding.severity) == ("quota-overrun", Severity.WARNING)
    assert message(finding) == "adler really uses 2GiB of memory, its quota is 1GiB of memory"
    assert (excess.code, excess.address) == ("quota-excess", f"proxmox.{sort}[eig3/adler/web]")
    assert message(excess) == "it takes 1536MiB of memory more than the inventory asks for"
    assert not road.run(plan).failed
    assert codes(road.plan(spec, limits=QUOTA)) == []


def test_a_guest_made_by_hand_in_a_teams_pool_counts_against_its_quota_and_is_left_alone(road: Road) -> None:
    spec = road.world.container("web")
    road.apply(spec)
    road.world.admin(
        "POST", "/nodes/eig/lxc", vmid=160, ostemplate=TEMPLATE, rootfs="local-lvm:4", pool=road.world.pool, memory=1024, cores=1
    )
    plan = road.plan(spec, limits=QUOTA, prune=True)
    assert plan.changes == ()
    # Its swap, 512 MiB where nobody says otherwise, counts as memory.
    assert [(message(finding), finding.address) for finding in plan.findings] == [
        ("adler really uses 2GiB of memory, its quota is 1GiB of memory", None),
        ("it was made by hand, and takes 1536MiB of memory", "proxmox.container[#160]"),
    ]


@pytest.mark.parametrize("sort", SORTS)
def test_a_tag_that_was_removed_is_drift_and_comes_back(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply(spec)
    road.world.admin("PUT", f"{path(sort)}/config", tags="adler")
    plan = road.plan(spec)
    [diff] = change(plan, "web").diffs
    assert (diff.field, diff.cause) == ("tags", Cause.DRIFT)
    assert not road.run(plan).failed
    assert road.plan(spec).changes == ()


@pytest.mark.parametrize("sort", SORTS)
def test_a_number_taken_between_plan_and_apply_is_refused_and_a_new_plan_has_another(road: Road, sort: str) -> None:
    spec = getattr(road.world, sort)("web")
    road.apply()
    plan = road.plan(spec)
    road.world.admin("POST", "/nodes/eig/lxc", vmid=100, ostemplate=TEMPLATE, rootfs="local-lvm:4")
    [refused] = road.run(plan).of(Outcome.REFUSED)
    assert "the number 100 was taken since the plan was made: make a new one" in str(refused.reason)
    again = change(road.plan(spec), "web")
    assert (again.action, (again.desired or {})["id"], (again.desired or {})["address"]) == (Action.CREATE, 101, "192.168.0.101/24")
    road.apply(spec)
    assert road.plan(spec).changes == ()


def test_a_locked_guest_is_told_and_its_change_waits(road: Road) -> None:
    spec = road.world.container("web")
    road.apply(spec)
    road.world.admin("PUT", f"{path('container')}/config", lock="backup")
    plan = road.plan(spec.model_copy(update={"onboot": True}))
    assert [message(finding) for finding in plan.findings] == ["container 100 on eig is locked (backup): changes must wait"]
    assert (plan.empty, [item.diff.label for item in change(plan, "web").blocked]) == (True, ["onboot"])


def test_a_missing_template_is_told_by_the_plan_or_the_task(road: Road) -> None:
    assert [message(f) for f in kept_back(road.plan(road.world.vm(image=9999)))] == ["there is no VM template 9999 that the token sees"]
    [finding] = kept_back(road.plan(road.world.container(image="local:vztmpl/none_1.tar.zst")))
    assert message(finding) == "there is no container template local:vztmpl/none_1.tar.zst on node eig"
    [failed] = road.run(road.plan(road.world.container(image="local-lvm:vztmpl/none_1.tar.zst"))).of(Outcome.FAILED)
    assert "none_1.tar.zst" in str(failed.reason)


def test_a_guest_removed_by_hand_is_made_again_with_a_new_number(road: Road) -> None:
    spec = road.world.container("web", state="stopped")
    road.apply(spec)
    road.world.admin("DELETE", path("container"))
    again = change(road.plan(spec), "web")
    assert (again.action, again.cause, note(again)) == (Action.CREATE, Cause.DRIFT, "it was created before and is gone")
    assert (again.desired or {})["id"] == 101
