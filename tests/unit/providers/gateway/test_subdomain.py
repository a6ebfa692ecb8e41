"""Sub-domains: what is found on the gateway, what becomes of it, and what is left alone."""

# ruff: noqa: E501 - tables

from typing import Any

import pytest
from pydantic import ValidationError
from support.gateway_fake import PATH
from support.gateway_texts import server_block_text
from support.words import told

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.claim import Claim
from eiginfra.core.errors import StaleError
from eiginfra.core.reason import reason
from eiginfra.core.refusal import refused
from eiginfra.core.resource import Absence, Observed, Presence, Resource
from eiginfra.core.trace import EXISTS
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.claims import merged

from .conftest import MACHINE, NAME, Site, of, subdomain

ADDRESS = Address("gateway.subdomain", NAME)
KIND = "gateway.subdomain"
HAND = "/etc/nginx/conf.d/hand.conf"
RED = 'nginx: [emerg] unknown directive "foo" in /etc/nginx/conf.d/hand.conf:3\n'


def codes(site: Site, *specs: Any, **asked: Any) -> list[str]:
    return [found.code for found in site.plan(*specs, **asked).findings]


# Made, and then nothing.


def test_it_is_made_as_wanted_and_a_second_plan_is_one_observation(site: Site) -> None:
    assert site.apply(subdomain(sources=["192.0.2.0/24"])) == [("proxmox.container[eig3/adler/web]", "done"), (str(ADDRESS), "done")]
    assert site.gateway.files[PATH.format(NAME)] == server_block_text(sources=["192.0.2.0/24"])
    site.gateway.calls.clear()
    assert site.plan(subdomain(sources=["192.0.2.0/24"])).changes == ()
    assert site.gateway.calls == ["observe"]


CHANGES: list[dict[str, Any]] = [
    {"port": 9000},
    {"websocket": False},
    {"max_body": "1GiB"},
    {"timeout": 600},
    {"sources": ["192.0.2.0/24", "2001:db8::/32"]},
]


@pytest.mark.parametrize("fields", CHANGES, ids=lambda fields: next(iter(fields)))
def test_every_field_is_changed_and_nothing_else(site: Site, fields: dict[str, Any]) -> None:
    site.apply(subdomain())
    [change] = site.plan(subdomain(**fields)).changes
    assert (change.action, change.cause, [diff.label for diff in change.diffs]) == (Action.UPDATE, Cause.PENDING, [*fields])
    assert site.apply(subdomain(**fields)) == [(str(ADDRESS), "done")]
    assert site.plan(subdomain(**fields)).changes == ()
    [change] = site.plan(subdomain()).changes
    assert [diff.label for diff in change.diffs] == [*fields], "what is not written is as the default says"


BY_HAND = {
    "port": (":8080", ":81"),
    "websocket": (
        "        proxy_set_header Upgrade $eiginfra_upgrade;\n        proxy_set_header Connection $eiginfra_connection;",
        '        proxy_set_header Connection "";',
    ),
    "max_body": ("16m", "20m"),
    "timeout": ("60s", "5m"),
    "sources": ("        proxy_pass", "        allow 192.0.2.0/24;\n        deny all;\n        proxy_pass"),
    "address": ("192.168.0.101", "192.168.0.109"),
    "machine": ("eig3/adler/web", "eig3/brise/web"),
    "further": ("    client_max", "    autoindex on;\n    client_max"),
}


@pytest.mark.parametrize("field", BY_HAND)
def test_what_somebody_changes_by_hand_is_drift_and_healed(site: Site, field: str) -> None:
    site.apply(subdomain())
    before, after = BY_HAND[field]
    path = PATH.format(NAME)
    assert before in site.gateway.files[path]
    site.gateway.files[path] = site.gateway.files[path].replace(before, after)
    [change] = site.plan(subdomain()).changes
    assert (change.action, change.cause, [diff.label for diff in change.diffs]) == (Action.UPDATE, Cause.DRIFT, [field])
    assert site.apply(subdomain()) == [(str(ADDRESS), "done")]
    assert site.gateway.files[path] == server_block_text()


def test_a_file_that_was_deleted_is_made_again(site: Site) -> None:
    site.apply(subdomain())
    del site.gateway.files[PATH.format(NAME)]
    [change] = site.plan(subdomain()).changes
    assert (change.action, change.cause, change.reason) == (Action.CREATE, Cause.DRIFT, reason("gone"))


def test_what_was_cut_is_written_again(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.pending = [f"subdomain {NAME}"]
    [change] = site.plan(subdomain()).changes
    assert [diff.label for diff in change.diffs] == ["settled"]
    assert site.apply(subdomain()) == [(str(ADDRESS), "done")]
    assert site.plan(subdomain()).changes == ()


def test_a_file_of_eiginfras_that_the_journal_does_not_know_is_adopted(site: Site) -> None:
    site.gateway.files[PATH.format(NAME)] = server_block_text(max_body=17)
    [change] = of(site.plan(subdomain()), KIND)
    assert (change.action, [diff.label for diff in change.diffs]) == (Action.ADOPT, ["max_body"])


# The machine.


def test_the_address_is_the_machines_in_the_same_plan_that_makes_it(site: Site) -> None:
    site.boxes.there.clear()
    site.apply(subdomain())
    assert "proxy_pass http://192.168.0.199:8080;" in site.gateway.files[PATH.format(NAME)]


def test_it_follows_its_machine_to_another_address(site: Site) -> None:
    site.apply(subdomain())
    site.boxes.there["eig3/adler/web"] = "192.168.0.102"
    [change] = of(site.plan(subdomain()), KIND)
    assert [(diff.label, diff.before, diff.after) for diff in change.diffs] == [("address", "192.168.0.101", "192.168.0.102")]
    assert change.cause is Cause.DRIFT  # nobody changed the inventory: the loop follows the machine


def test_another_machine_in_the_inventory_is_no_drift(site: Site) -> None:
    site.apply(subdomain())
    site.boxes.there["eig3/adler/web"] = "192.168.0.102"
    [change] = of(site.plan(subdomain(port=8081)), KIND)
    assert {diff.label: diff.cause for diff in change.diffs} == {"address": Cause.PENDING, "port": Cause.PENDING}


@pytest.mark.parametrize("why", ["withheld", "closed"])
def test_it_waits_while_there_is_no_machine(site: Site, why: str) -> None:
    site.boxes.there.clear()
    site.boxes.withheld = {"eig3/adler/web": Absence(reason("administrator"), Presence.WAITING)} if why == "withheld" else {}
    [change] = of(site.plan(subdomain(), creating=why == "withheld"), KIND)
    assert (change.action, change.waiting) == (Action.NONE, {EXISTS: reason("to-be-made", what=["proxmox.container[eig3/adler/web]"])})


def test_one_that_is_there_stays_as_it_is_when_its_machine_is_gone(site: Site) -> None:
    site.apply(subdomain())
    site.boxes.there.clear()
    site.boxes.withheld = {"eig3/adler/web": Absence(reason("administrator"), Presence.WAITING)}
    assert of(site.plan(subdomain()), KIND) == []
    [change] = of(site.plan(subdomain(port=9000)), KIND)
    assert [diff.label for diff in change.diffs] == ["port"]


@pytest.mark.parametrize("address", ["192.168.1.5", "192.168.0.0", "192.168.0.254", "192.168.0.255"])
def test_an_address_that_the_gateway_does_not_allow_is_kept_back(site: Site, address: str) -> None:
    site.boxes.there["eig3/adler/web"] = address
    plan = site.plan(subdomain())
    [change] = of(plan, KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("objected", finding="gateway-address-outside"))
    assert [found.address for found in plan.findings if found.code == "gateway-address-outside"] == [str(ADDRESS)]


def test_a_name_that_the_gateways_own_configuration_reserves_is_kept_back(site: Site) -> None:
    site.gateway.bounds.append("reserved adler")
    plan = site.plan(subdomain())
    [change] = of(plan, KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("objected", finding="gateway-not-given"))


def test_what_neither_inventory_nor_journal_know_is_told(site: Site) -> None:
    for owner, label in (("eig3/adler/old", "old"), ("eig2/adler/web", "theirs")):
        host = f"{label}.eig-apps.example.org"
        site.gateway.files[PATH.format(host)] = server_block_text(host, owner=owner)
    plan = site.plan(subdomain())
    assert [(found.code, found.params["names"]) for found in plan.findings] == [("gateway-left-over", ["old.eig-apps.example.org"])]


# Certificates.


def test_without_a_certificate_it_waits_for_it_and_no_drift_is_told_when_it_comes(site: Site) -> None:
    site.gateway.certificates = []
    assert codes(site, subdomain()) == ["gateway-no-certificate"]
    assert site.apply(subdomain())[-1] == (str(ADDRESS), "waiting")
    [change] = site.plan(subdomain()).changes
    assert (change.action, [*change.waiting]) == (Action.NONE, ["https"])
    site.gateway.certificates = [NAME]
    [change] = site.plan(subdomain()).changes
    assert (change.action, change.cause) == (Action.UPDATE, Cause.PENDING)
    assert [(diff.label, diff.before, diff.after) for diff in change.diffs] == [("https", False, True)]
    assert site.apply(subdomain()) == [(str(ADDRESS), "done")]
    assert site.plan(subdomain()).changes == ()


def test_https_is_never_taken_back_when_a_certificate_is_gone(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.certificates = []
    plan = site.plan(subdomain())
    assert (plan.changes, [found.code for found in plan.findings]) == ((), ["gateway-certificate-gone"])
    [change] = site.plan(subdomain(port=81)).changes
    assert (change.action, [item.reason.code for item in change.blocked]) == (Action.NONE, ["gateway-certificate-gone"])


def test_a_gateway_that_has_no_certificates_at_all_serves_http_and_nothing_waits(site: Site) -> None:
    site.gateway.certificates, site.gateway.certificate = [], ""
    site.apply(subdomain())
    assert site.plan(subdomain()).changes == ()


# Names of others.


@pytest.mark.parametrize(
    "names", [NAME, f"a.example.org {NAME}", f".{NAME}", NAME.upper(), f'"{NAME}"', f"a.example.org\n    # {{\n    {NAME}"]
)
def test_a_name_of_a_hand_written_block_waits_and_is_never_overwritten(site: Site, names: str) -> None:
    site.gateway.files[HAND] = f"server {{\n    server_name {names};\n}}\n"
    plan = site.plan(subdomain())
    [change] = of(plan, KIND)
    place = f"{HAND}:2"
    assert (change.action, change.waiting) == (Action.NONE, {EXISTS: reason("gateway-name-taken", place=place)})
    assert [(found.code, found.params["place"], found.address) for found in plan.findings] == [("gateway-name-taken", place, str(ADDRESS))]
    site.apply(subdomain())
    assert PATH.format(NAME) not in site.gateway.files


@pytest.mark.parametrize("pattern", ["*.eig-apps.example.org", ".eig-apps.example.org", "adler.*", "~^a"])
def test_patterns_keep_nothing_back_and_are_told_once_a_name_is_made(site: Site, pattern: str) -> None:
    site.gateway.files[HAND] = f"server {{ server_name {pattern}; }}\n"
    assert codes(site, subdomain()) == ["gateway-name-pattern"]
    assert site.apply(subdomain())[-1] == (str(ADDRESS), "done")
    assert codes(site, subdomain()) == []


def test_names_that_are_not_its_own_do_not_matter(site: Site) -> None:
    site.gateway.files[HAND] = (
        f"server {{ server_name b.example.org *.example.com x{NAME}; }}\nmail {{ server {{ server_name {NAME}; }} }}\n"
    )
    assert codes(site, subdomain()) == []


def test_a_block_that_somebody_writes_later_blocks_every_change(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.files[HAND] = f"server {{ server_name {NAME}; }}\n"
    [change] = of(site.plan(subdomain(port=1)), KIND)
    assert (change.action, [str(item.reason) for item in change.blocked]) == (Action.NONE, [f"gateway-name-taken (place={HAND}:1)"])


def test_a_file_at_its_place_without_eiginfras_line_is_somebody_elses(site: Site) -> None:
    site.gateway.files[PATH.format(NAME)] = server_block_text().partition("\n")[2]
    [change] = of(site.plan(subdomain()), KIND)
    assert change.waiting == {EXISTS: reason("gateway-name-taken", place=f"{PATH.format(NAME)}:1")}


def test_what_belongs_to_a_cohort_of_another_journal_is_left_alone(site: Site) -> None:
    site.gateway.files[PATH.format(NAME)] = server_block_text(owner="eig2/adler/web")
    plan = site.plan(subdomain())
    [change] = of(plan, KIND)
    assert (change.action, change.waiting) == (Action.NONE, {EXISTS: reason("gateway-other-owner", owner="eig2/adler/web")})
    assert [found.code for found in plan.findings] == ["gateway-other-owner"]


def test_what_a_cohort_took_that_this_journal_does_not_know_is_not_removed_either(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.files[PATH.format(NAME)] = server_block_text(owner="eig2/adler/web")
    assert of(site.plan(prune=True), KIND) == []


def test_two_cohorts_that_want_one_name_clash(site: Site) -> None:
    mine, theirs = subdomain(), subdomain(machine="proxmox.container[eig4/adler/web]")
    claim = Claim("eig4", ADDRESS, theirs.values(), Resource(ADDRESS, theirs, "adler"))
    _, found = merged(site.world.registry, [Resource(ADDRESS, mine, "adler")], {ADDRESS: [claim]}, cohort="eig3")
    assert [(clash.code, clash.params["names"]) for clash in found] == [("claims-clash", ["machine"])]


# When nginx cannot be used.


def test_a_broken_nginx_withholds_all_sub_domains_and_nothing_else(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.error = RED
    other = subdomain(name="b.eig-apps.example.org")
    site.boxes.there.clear()
    plan = site.plan(subdomain(port=1), other)
    why = reason("gateway-nginx-refuses", said='unknown directive "foo" in /etc/nginx/conf.d/hand.conf:3')
    there, new = sorted(of(plan, KIND), key=lambda change: change.address)
    assert (there.action, [item.reason for item in there.blocked]) == (Action.NONE, [why] * len(there.blocked))
    assert (new.action, new.reason) == (Action.NONE, why)
    assert [change.action for change in of(plan, "proxmox.container")] == [Action.CREATE]
    [found] = [found for found in plan.findings if found.code == "gateway-nginx-refuses"]
    assert "hand.conf:3" in told(found)
    assert site.gateway.files[PATH.format(NAME)] == server_block_text()


def test_a_file_of_eiginfras_own_that_somebody_broke_is_written_again(site: Site) -> None:
    site.apply(subdomain(), subdomain(name="b.eig-apps.example.org"))
    path = PATH.format(NAME)
    site.gateway.files[path] += "server {\n"
    site.gateway.error = f'nginx: [emerg] unexpected end of file, expecting "}}" in {path}:99\n'
    plan = site.plan(subdomain(), subdomain(name="b.eig-apps.example.org"))
    assert [(str(change.address), change.action) for change in of(plan, KIND)] == [(str(ADDRESS), Action.UPDATE)]
    site.apply(subdomain(), subdomain(name="b.eig-apps.example.org"))
    assert site.gateway.files[path] == server_block_text()
    assert site.plan(subdomain(), subdomain(name="b.eig-apps.example.org")).changes == ()


def test_without_nginx_nothing_is_sent(site: Site) -> None:
    site.gateway.tools = ["nft v1.0.6"]
    plan = site.plan(subdomain())
    [change] = of(plan, KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("gateway-no-nginx"))
    assert [found.code for found in plan.findings] == ["gateway-no-nginx"]


def test_files_that_nginx_does_not_read_are_told(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.unread = {PATH.format(NAME)}
    assert codes(site, subdomain()) == ["gateway-not-included"]


def test_a_file_in_which_no_names_can_be_read_is_told(site: Site) -> None:
    site.gateway.files[HAND] = "server {\n"
    assert codes(site, subdomain()) == ["gateway-nginx-unread"]


# The end.


def test_it_goes_only_with_prune(site: Site) -> None:
    site.apply(subdomain())
    [change] = site.plan().changes
    assert (change.action, str(change.reason)) == (Action.NONE, str(reason("left-inventory-prune", days=30, step="delete", until=None)))
    [change] = site.plan(prune=True).changes
    assert (change.action, [harm.code for harm in change.harm], change.team) == (Action.DELETE, ["deleted"], "adler")
    assert site.apply(prune=True) == [(str(ADDRESS), "done")]
    assert PATH.format(NAME) not in site.gateway.files


def test_it_is_not_removed_when_somebody_else_has_it_by_now(site: Site) -> None:
    site.apply(subdomain())
    site.gateway.files[PATH.format(NAME)] = server_block_text(owner="eig2/adler/web")
    with pytest.raises(StaleError, match="eig2/adler/web"):
        site.world.registry[KIND].delete(Observed(ADDRESS, {"machine": MACHINE}))
    assert PATH.format(NAME) in site.gateway.files


def test_it_is_not_made_over_one_that_appeared_since(site: Site) -> None:
    plan = site.plan(subdomain())
    site.gateway.files[PATH.format(NAME)] = server_block_text(owner="eig2/adler/web")
    report = site.world.run(plan)
    [result] = [item for item in report.results if item.change.address == ADDRESS]
    assert (result.outcome, "appeared after the plan" in str(result.reason)) == ("refused", True)


def test_an_update_reads_first_and_refuses_what_changed_since(site: Site) -> None:
    site.apply(subdomain())
    plan = site.plan(subdomain(port=9000))
    site.gateway.files[PATH.format(NAME)] = server_block_text(target="192.168.0.101:1")
    report = site.world.run(plan)
    assert [result.outcome for result in report.results] == ["refused"]
    assert ":1;" in site.gateway.files[PATH.format(NAME)]


# What is refused offline.


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        *(({"name": name}, "subdomain") for name in ("adler", "Adler.example.org", "xn--a.example.org", "a_b.example.org", "*.example.org", "-a.example.org", f"{'a' * 64}.example.org", "a..example.org", "a.example.org;", "a.example.org\n", "a b.example.org", "é.example.org")),
        *(({"machine": machine}, "machine") for machine in ("eig3/adler/web", "proxmox.container[web]", "proxmox.container[eig3/adler/web/x]", "proxmox.container[eig3/adler/we b]", "proxmox.container[eig3/adler/Web]")),
        *(({"sources": [source]}, "source") for source in ("192.0.2.1/24", "10.0.0.0/7", "0.0.0.0/0", "::/0", "2000::/15", "::ffff:192.0.2.0/120", "all", "192.0.2.0/24; deny all", "192.0.2.0/33")),
    ],
)  # fmt: skip
def test_what_the_gateway_program_would_refuse_is_refused_offline(fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        subdomain(**fields)
    found = refused(caught.value.errors()[0])
    assert found is not None
    assert (found[0], found[1]["rule"]) == ("server-rule", rule)


@pytest.mark.parametrize(
    "fields",
    [{"port": 0}, {"port": 65536}, {"timeout": 0}, {"timeout": 3601}, {"max_body": "1KiB"}, {"max_body": "10241MiB"}, {"max_body": "0MiB"}, {"max_body": 5}],
    ids=str,
)  # fmt: skip
def test_amounts_that_the_gateway_program_would_refuse(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        subdomain(**fields)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("eig.example.org", "gateway-own-name"),
        ("adler.example.org", "gateway-other-domain"),
        ("a.adler.eig-apps.example.org", "gateway-other-domain"),
        ("www.eig-apps.example.org", "reserved-subdomain"),
    ],
)
def test_names_that_are_not_the_sites_to_give(site: Site, name: str, code: str) -> None:
    found = check_wanted(site.world.registry, site.wanted(subdomain(name=name)), Limits())
    assert [(wrong.code, wrong.field) for wrong in found] == [(code, "name")]


def test_a_machine_that_nobody_asks_for_is_told(site: Site) -> None:
    found = check_wanted(site.world.registry, site.wanted(subdomain(), machine=False), Limits())
    assert [(wrong.code, wrong.field) for wrong in found] == [("gateway-machine-unknown", "machine")]


def test_an_address_alone_is_the_network_of_it() -> None:
    assert subdomain(sources=["192.0.2.1", "2001:DB8::1", "192.0.2.1/32"]).sources == ("192.0.2.1/32", "2001:db8::1/128")
