"""Public ports: what is saved, what is loaded, and what is closed while people who left could still come in."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.gateway_texts import table_text
from support.words import message

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.claim import Claim
from eiginfra.core.errors import StaleError
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observed, Presence, Resource
from eiginfra.core.trace import EXISTS
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.claims import merged

from .conftest import MACHINE, Site, entrance, forward, of

KIND = "gateway.forward"
ADDRESS = Address(KIND, "10222/tcp")
SAVED = "10222 tcp 192.168.0.101 22 no eig3/adler/web -"
RULE = "tcp dport 10222 dnat ip to 192.168.0.101:22"
ACCESS = "machine.access[eig3/adler/web]"


def codes(site: Site, *specs: Any, **asked: Any) -> list[str]:
    return [found.code for found in site.plan(*specs, **asked).findings]


# Made, and then nothing.


def test_it_is_saved_and_loaded_and_a_second_plan_is_one_observation(site: Site) -> None:
    assert site.apply(forward())[-1] == (str(ADDRESS), "done")
    assert (site.gateway.saved, site.gateway.loaded) == ({"10222/tcp": SAVED}, table_text(RULE))
    site.gateway.calls.clear()
    assert site.plan(forward()).changes == ()
    assert site.gateway.calls == ["observe"]


def test_tcp_and_udp_are_two_ports(site: Site) -> None:
    site.apply(forward(), forward(protocol="udp", port=51820))
    assert [*site.gateway.saved] == ["10222/tcp", "10222/udp"]
    assert site.plan(forward(), forward(protocol="udp", port=51820)).changes == ()


@pytest.mark.parametrize("fields", [{"port": 2222}, {"sources": ["192.0.2.0/24", "2001:db8::/32"]}], ids=lambda fields: next(iter(fields)))
def test_every_field_is_changed_and_nothing_else(site: Site, fields: dict[str, Any]) -> None:
    site.apply(forward())
    [change] = site.plan(forward(**fields)).changes
    assert (change.action, change.cause, [diff.label for diff in change.diffs]) == (Action.UPDATE, Cause.PENDING, [*fields])
    assert site.apply(forward(**fields)) == [(str(ADDRESS), "done")]
    assert site.plan(forward(**fields)).changes == ()


BY_HAND = {
    "port": SAVED.replace(" 22 ", " 23 "),
    "address": SAVED.replace("101", "102"),
    "machine": SAVED.replace("adler", "brise"),
    "closed": SAVED.replace(" no ", " yes "),
    "sources": SAVED.replace(" -", " 10.0.0.0/8"),
}


@pytest.mark.parametrize("field", BY_HAND)
def test_what_somebody_changes_by_hand_is_drift_and_healed(site: Site, field: str) -> None:
    site.apply(forward())
    site.gateway.saved["10222/tcp"] = BY_HAND[field]
    site.gateway.load()
    [change] = site.plan(forward()).changes
    assert (change.action, change.cause, [diff.label for diff in change.diffs]) == (Action.UPDATE, Cause.DRIFT, [field])
    assert site.apply(forward()) == [(str(ADDRESS), "done")]
    assert (site.gateway.saved["10222/tcp"], site.gateway.loaded) == (SAVED, table_text(RULE))


LOADED = {
    "table-missing": None,
    "rule-missing": table_text(),
    "rule-differs": table_text(RULE.replace("101", "102")),
    "table-differs": table_text(RULE, "tcp dport 10223 drop"),
}


@pytest.mark.parametrize("why", LOADED)
def test_a_table_that_is_not_what_is_saved_is_drift_told_and_loaded_again(site: Site, why: str) -> None:
    site.apply(forward())
    site.gateway.loaded = LOADED[why]
    plan = site.plan(forward())
    [change] = plan.changes
    assert (change.cause, [(diff.label, diff.before, diff.after) for diff in change.diffs]) == (Cause.DRIFT, [("settled", False, True)])
    [found] = [found for found in plan.findings if found.code == "gateway-port-unloaded"]
    assert (found.params["why"], found.address) == (why, str(ADDRESS))
    assert site.apply(forward()) == [(str(ADDRESS), "done")]
    assert site.gateway.loaded == table_text(RULE)
    assert site.plan(forward()).changes == ()


def test_what_was_added_to_the_table_by_hand_is_told(site: Site) -> None:
    site.apply(forward())
    site.gateway.loaded = table_text(RULE, "tcp dport 10223 drop")
    [found] = [found for found in site.plan(forward()).findings if found.code == "gateway-table-by-hand"]
    assert "10223 drop" in message(found)


def test_lines_that_nobody_understands_are_told(site: Site) -> None:
    site.apply(forward())
    site.gateway.saved["x"] = "something else"
    assert codes(site, forward()) == ["gateway-forwards-unread"]


def test_a_port_in_a_line_that_nobody_understands_is_not_given_away(site: Site) -> None:
    site.gateway.saved["x"] = "10222 tcp something else"
    [change] = of(site.plan(forward()), KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("odd-answer"))


def test_what_was_cut_is_written_again(site: Site) -> None:
    site.apply(forward())
    site.gateway.pending = ["forward 10222/tcp"]
    [change] = site.plan(forward()).changes
    assert [diff.label for diff in change.diffs] == ["settled"]
    site.apply(forward())
    assert site.plan(forward()).changes == ()


def test_a_port_that_is_saved_and_that_the_journal_does_not_know_is_adopted(site: Site) -> None:
    site.gateway.saved["10222/tcp"] = SAVED
    site.gateway.load()
    [change] = of(site.plan(forward()), KIND)
    assert (change.action, change.diffs) == (Action.ADOPT, ())


# The machine.


def test_it_waits_while_there_is_no_machine(site: Site) -> None:
    site.boxes.there.clear()
    site.boxes.withheld = {"eig3/adler/web": Absence(reason("administrator"), Presence.WAITING)}
    [change] = of(site.plan(forward()), KIND)
    assert (change.action, change.waiting) == (Action.NONE, {EXISTS: reason("to-be-made", what=[MACHINE])})


def test_an_address_that_the_gateway_does_not_allow_is_kept_back(site: Site) -> None:
    site.boxes.there["eig3/adler/web"] = "10.0.0.5"
    plan = site.plan(forward())
    [change] = of(plan, KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("objected", finding="gateway-address-outside"))


@pytest.mark.parametrize("bounds", [["ports 10000-10200"], ["ports 10000-19999", "reserved-port 10222"], []])
def test_a_port_that_the_gateways_own_configuration_does_not_give_is_kept_back(site: Site, bounds: list[str]) -> None:
    site.gateway.bounds = bounds
    [change] = of(site.plan(forward()), KIND)
    assert (change.action, change.reason) == (Action.NONE, reason("objected", finding="gateway-not-given"))


# Closed while people who left could still come in.


def test_a_port_to_ssh_closes_while_people_who_left_have_keys_and_opens_afterwards(site: Site) -> None:
    wanted = (forward(access=ACCESS), entrance())
    site.apply(*wanted)
    site.entrances.left = {"eig3/adler/web": ["adler-2", "adler-1"]}
    plan = site.plan(*wanted)
    [change] = of(plan, KIND)
    assert [(diff.label, diff.before, diff.after) for diff in change.diffs] == [("closed", False, True)]
    assert [harm.code for harm in change.harm] == ["port-closed"]
    [found] = [found for found in plan.findings if found.code == "gateway-port-closed"]
    assert (found.params["people"], found.address) == (["adler-1", "adler-2"], str(ADDRESS))
    site.apply(*wanted)
    assert site.gateway.loaded == table_text()
    assert of(site.plan(*wanted), KIND) == []
    assert "gateway-port-closed" in codes(site, *wanted), "as long as it is closed, a plan says why"
    site.entrances.left = {}
    [change] = of(site.plan(*wanted), KIND)
    assert (change.cause, [(diff.label, diff.after) for diff in change.diffs]) == (Cause.PENDING, [("closed", False)])
    site.apply(*wanted)
    assert site.gateway.loaded == table_text(RULE)


def test_a_new_port_to_such_a_machine_is_made_closed(site: Site) -> None:
    site.entrances.left = {"eig3/adler/web": ["adler-1"]}
    site.apply(forward(access=ACCESS), entrance())
    assert site.gateway.saved["10222/tcp"] == SAVED.replace(" no ", " yes ")


@pytest.mark.parametrize("fields", [{"port": 8080, "access": ACCESS}, {}])
def test_other_ports_stay_open(site: Site, fields: dict[str, Any]) -> None:
    site.entrances.left = {"eig3/adler/web": ["adler-1"]}
    [change] = of(site.plan(forward(**fields), entrance()), KIND)
    assert (change.desired or {})["closed"] is False


def test_it_stays_closed_while_nobody_looks_at_the_machine(site: Site) -> None:
    site.entrances.left = {"eig3/adler/web": ["adler-1"]}
    site.apply(forward(access=ACCESS), entrance())
    assert of(site.plan(forward(access=ACCESS)), KIND) == []


def test_keys_are_taken_away_before_the_port_is_opened(site: Site) -> None:
    kind = site.world.registry[KIND]
    assert [*kind.follows(forward(access=ACCESS))] == [Address.parse(ACCESS)]
    assert [*kind.follows(forward(access=ACCESS, port=80))] == []


# Ports of others.


def test_a_port_on_which_the_server_itself_listens_waits(site: Site) -> None:
    site.gateway.listening.append("tcp 10222")
    plan = site.plan(forward(), forward(protocol="udp"))
    tcp, udp = sorted(of(plan, KIND), key=lambda change: change.address)
    assert (tcp.action, tcp.waiting, udp.action) == (Action.NONE, {EXISTS: reason("gateway-port-listening")}, Action.CREATE)
    assert [(found.code, found.address) for found in plan.findings] == [("gateway-port-listening", str(ADDRESS))]


def test_a_service_that_begins_to_listen_later_is_told(site: Site) -> None:
    site.apply(forward())
    site.gateway.listening.append("tcp 10222")
    plan = site.plan(forward())
    assert (plan.changes, [found.code for found in plan.findings]) == ((), ["gateway-port-listening"])
    [change] = site.plan(forward(port=23)).changes
    assert (change.action, [item.reason.code for item in change.blocked]) == (Action.NONE, ["gateway-port-listening"])


def test_a_port_is_closed_also_where_a_service_listens(site: Site) -> None:
    wanted = (forward(access=ACCESS), entrance())
    site.apply(*wanted)
    site.gateway.listening.append("tcp 10222")
    site.entrances.left = {"eig3/adler/web": ["adler-1"]}
    site.apply(*wanted)
    assert site.gateway.loaded == table_text()


def test_what_belongs_to_a_cohort_of_another_journal_is_left_alone(site: Site) -> None:
    site.gateway.saved["10222/tcp"] = SAVED.replace("eig3", "eig2")
    site.gateway.load()
    plan = site.plan(forward())
    [change] = of(plan, KIND)
    assert (change.action, change.waiting) == (Action.NONE, {EXISTS: reason("gateway-other-owner", owner="eig2/adler/web")})
    assert [found.code for found in plan.findings] == ["gateway-other-owner"]


def test_two_cohorts_that_want_one_port_clash(site: Site) -> None:
    mine, theirs = forward(), forward(machine="proxmox.container[eig4/adler/web]")
    claim = Claim("eig4", ADDRESS, theirs.values(), Resource(ADDRESS, theirs, "adler"))
    _, found = merged(site.world.registry, [Resource(ADDRESS, mine, "adler")], {ADDRESS: [claim]}, cohort="eig3")
    assert [(clash.code, clash.params["names"]) for clash in found] == [("claims-clash", ["machine"])]


@pytest.mark.parametrize("iptables", [0, 1])
def test_without_nft_nothing_is_sent(site: Site, iptables: int) -> None:
    site.apply(forward())
    site.gateway.tools = ["nginx 1.22.1", *["iptables"] * iptables]
    plan = site.plan(forward(port=23), forward(public=10223))
    why = reason("gateway-no-nft", iptables=iptables)
    there, new = sorted(of(plan, KIND), key=lambda change: change.address)
    assert (there.action, [item.reason for item in there.blocked], new.action, new.reason) == (Action.NONE, [why], Action.NONE, why)
    [found] = plan.findings
    assert ("iptables" in message(found)) is bool(iptables)


# The end.


def test_it_goes_only_with_prune(site: Site) -> None:
    site.apply(forward())
    [change] = site.plan().changes
    assert change.action is Action.NONE
    assert site.apply(prune=True) == [(str(ADDRESS), "done")]
    assert (site.gateway.saved, site.gateway.loaded) == ({}, table_text())


def test_it_is_not_removed_when_somebody_else_has_it_by_now(site: Site) -> None:
    site.gateway.saved["10222/tcp"] = SAVED.replace("eig3", "eig2")
    with pytest.raises(StaleError, match="eig2/adler/web"):
        site.world.registry[KIND].delete(Observed(ADDRESS, {"machine": MACHINE}))
    assert site.gateway.saved


def test_it_is_not_made_over_one_that_appeared_since(site: Site) -> None:
    plan = site.plan(forward())
    site.gateway.saved["10222/tcp"] = SAVED.replace("eig3", "eig2")
    [result] = [item for item in site.world.run(plan).results if item.change.address == ADDRESS]
    assert result.outcome == "refused"


# What is refused offline.


@pytest.mark.parametrize(
    "fields",
    [{"public": 0}, {"public": 65536}, {"protocol": "sctp"}, {"port": 0}, {"sources": ["10.0.0.0/7"]}, {"machine": "web"}],
    ids=str,
)
def test_what_the_gateway_program_would_refuse_is_refused_offline(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        forward(**fields)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"public": 22}, "port-out-of-range", "public"),
        ({"public": 9999}, "port-out-of-range", "public"),
        ({"public": 10001}, "port-never-given", "public"),
        ({"sources": ["2001:db8::/32"]}, "forward-without-ipv4", "sources"),
    ],
)
def test_ports_that_are_not_the_sites_to_give(site: Site, fields: dict[str, Any], code: str, field: str) -> None:
    found = check_wanted(site.world.registry, site.wanted(forward(**fields)), Limits())
    assert [(wrong.code, wrong.field) for wrong in found] == [(code, field)]
