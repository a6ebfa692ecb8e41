"""Whose account it is: accounts that existed before, names in another case, accounts that may do more than a team."""

from datetime import date

import pytest

from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec

from .test_access import Accounts, group, user


@pytest.fixture
def road(world):
    return Accounts(world)


def seen(world, spec):
    return world.observe("proxmox.user", spec)


def there(world, name):
    return next(row for row in world.admin("GET", "/access/users", full=1) if row["userid"] == name)


def upper(world):
    return f"{world.cohort.title()}-1@pve"


def test_report_9_an_account_in_another_case_is_the_persons_and_no_second_one_is_made(road):
    world = road.world
    wanted = user(world)
    world.admin("POST", "/access/users", userid=upper(world), email="LEA@example.org")
    observation = seen(world, wanted)
    (found,) = observation.objects
    assert (found.values["id"], {**observation.absent}, [*observation.findings]) == (wanted.id, {}, [])
    road.apply(user(world), group(world, 1))
    assert world.pool in there(world, upper(world))["groups"]
    assert [entry["user"] for entry in world.see(group(world, 1)).values["members"]] == [wanted.id]
    road.apply(user(world), group(world))
    assert not there(world, upper(world)).get("groups")


def test_report_9_of_two_accounts_that_differ_in_case_the_one_in_lower_case_is_used(road):
    world = road.world
    wanted = user(world)
    for name in (upper(world), wanted.id):
        world.admin("POST", "/access/users", userid=name, email="lea@example.org")
    road.apply(user(world), group(world, 1))
    world.admin("PUT", f"/access/users/{upper(world)}", groups=world.pool)
    assert [entry["user"] for entry in world.see(group(world, 1)).values["members"]] == [upper(world), wanted.id]
    road.apply(user(world), group(world, 1))
    assert (there(world, wanted.id)["groups"], there(world, upper(world)).get("groups")) == (world.pool, "")


def test_attack_4_an_account_that_existed_before_is_not_changed(world):
    wanted = user(world)
    world.admin("POST", "/access/users", userid=wanted.id, email="lea@example.org", firstname="Chief")
    (found,) = seen(world, wanted).objects
    assert set(found.blocked) == {"name", "email", "until", "enabled"}


@pytest.mark.parametrize(
    ("email", "rights", "confirmed", "code"),
    [
        ("", None, False, "account-not-confirmed"),
        ("other@example.org", None, False, "account-not-confirmed"),
        ("lea@example.org", "/vms", False, "account-privileged"),
        ("", "/vms", True, None),
        ("", None, True, None),
    ],
)
def test_attack_4_an_account_is_a_persons_if_its_address_or_eig_link_says_so(world, email, rights, confirmed, code):
    wanted = user(world)
    world.admin("POST", "/access/users", userid=wanted.id, **({"email": email} if email else {}))
    if rights:
        world.admin("PUT", "/access/acl", path=rights, users=wanted.id, roles="PVEVMAdmin")
    if confirmed:
        wanted = ProxmoxUserSpec(**{**wanted.model_dump(), "account": wanted.id.upper().replace("PVE", "pve"), "until": date(2030, 6, 30)})
    observation = seen(world, wanted)
    assert [finding.code for finding in observation.findings] == ([code] if code else [])
    assert [str(why.reason) for why in observation.absent.values()] == ([code] if code else [])
    assert bool(observation.objects) is (code is None)
