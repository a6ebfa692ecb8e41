"""Options that the server checks together are sent so that they fit, and the plan says which others change with them."""

from typing import Any

import pytest
from support.words import message

from eiginfra.core.values import ByteSize
from eiginfra.engine.report import Outcome

from .conftest import VM_TEMPLATE, World
from .road import Road, change, codes
from .test_decommission import config, status


@pytest.fixture
def road(own_world: World) -> Road:
    return Road(own_world)


def template(road: Road, **options: Any) -> None:
    road.world.admin("PUT", f"/nodes/eig/qemu/{VM_TEMPLATE}/config", **options)


def said(road: Road, *specs: Any) -> list[str]:
    return [message(finding) for finding in road.plan(*specs).findings]


def test_report_2_a_template_with_a_larger_balloon_makes_a_small_vm(road: Road) -> None:
    template(road, memory=4096, balloon=2048)
    spec = road.world.vm()
    assert said(road, spec) == [f"balloon of template {VM_TEMPLATE} is 2048, more than the memory of 512MiB allows; it becomes 512 with it"]
    road.apply(spec)
    assert (config(road, "vm", 100)["memory"], config(road, "vm", 100)["balloon"]) == ("512", 512)
    assert (status(road, "vm", 100), road.plan(spec).changes) == ("running", ())


def test_report_2_memory_is_lowered_under_a_balloon_that_somebody_set(road: Road) -> None:
    spec = road.world.vm(memory=ByteSize.parse("2GiB"))
    road.apply(spec)
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", balloon=1536)
    assert road.plan(spec).changes == ()
    smaller = spec.model_copy(update={"memory": ByteSize.parse("1GiB")})
    assert said(road, smaller) == ["balloon of VM 100 is 1536, more than the memory of 1GiB allows; it becomes 1024 with it"]
    road.apply(smaller, restarting=True)
    assert (config(road, "vm", 100)["memory"], config(road, "vm", 100)["balloon"]) == ("1024", 1024)
    assert (road.plan(smaller).changes, codes(road.plan(smaller))) == ((), [])


def test_report_2_a_clone_that_the_server_refused_to_configure_is_gone_on_with(road: Road) -> None:
    spec = road.world.vm()
    plan = road.plan(spec)
    road.control(guests={str(VM_TEMPLATE): {"config": {"balloon": 2048, "memory": "4096"}}})  # after the plan
    [failed] = road.run(plan).of(Outcome.FAILED)
    assert "balloon value too large" in str(failed.reason)
    assert "guest 100 was left half-made" in str(failed.reason)
    road.apply(spec)
    assert (status(road, "vm", 100), config(road, "vm", 100)["balloon"]) == ("running", 512)
    assert road.plan(spec).empty


@pytest.mark.parametrize("vcpus", [1, 4])
def test_report_2_a_clone_has_the_cores_that_are_asked_for_whatever_its_template_has_plugged_in(road: Road, vcpus: int) -> None:
    template(road, cores=4, vcpus=vcpus)
    spec = road.world.vm(cores=2)
    road.apply(spec)
    assert (config(road, "vm", 100)["cores"], config(road, "vm", 100).get("vcpus")) == (2, None)
    assert (status(road, "vm", 100), road.plan(spec).changes) == ("running", ())


def test_report_2_fewer_cores_than_are_plugged_in_are_not_left_so(road: Road) -> None:
    spec = road.world.vm(cores=4)
    road.apply(spec)
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", vcpus=3)
    assert road.plan(spec).changes == ()
    smaller = spec.model_copy(update={"cores": 2})
    assert said(road, smaller) == ["vcpus of VM 100 is 3, more than 2 cores allow; it goes with them"]
    road.apply(smaller, restarting=True)
    assert (config(road, "vm", 100)["cores"], config(road, "vm", 100).get("vcpus")) == (2, None)
    more = spec.model_copy(update={"cores": 6})
    road.world.admin("PUT", "/nodes/eig/qemu/100/config", vcpus=2)
    road.apply(more, restarting=True)
    assert (config(road, "vm", 100)["vcpus"], change(road.plan(spec), "db").diffs[0].field) == (2, "cores")
