"""Sub-domains and public ports through a gateway, over SSH: made, left alone, changed, healed, refused, waiting, removed."""

from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Presence
from eiginfra.core.trace import EXISTS
from eiginfra.providers.gateway.errors import DataRefusedError, ToolMissingError

from .conftest import DOMAIN, MACHINE, NAME, GatewaySide, entrance, forward, subdomain

FILE = f"/etc/nginx/conf.d/eiginfra-{NAME}.conf"
HAND = "/etc/nginx/conf.d/hand.conf"
FORWARDS = "/etc/eiginfra-gateway/forwards.nft"
BOTH = {NAME: "done", "10222/tcp": "done"}
NEW = {
    "gateway.subdomain": {
        "port": 9000,
        "websocket": False,
        "max_body": "1GiB",
        "timeout": 600,
        "sources": ["192.0.2.0/24", "2001:db8::/32"],
    },
    "gateway.forward": {"port": 2222, "sources": ["192.0.2.0/25", "192.0.2.128/25"]},
}


def test_a_page_is_made_and_fetched_and_an_empty_plan_is_one_command_over_one_connection(side: GatewaySide) -> None:
    assert side.apply(subdomain(), forward()) == BOTH
    page = side.fetch(NAME)
    assert (page.status, b"web, port 8080" in page.data) == (200, True)
    before = side.provider.requests()
    assert side.plan(subdomain(), forward()).changes == ()
    after = side.provider.requests()
    assert {name: after[name] - before.get(name, 0) for name in ("command", "connection", "observe")} == {
        "command": 1, "connection": 0, "observe": 1
    }  # fmt: skip
    assert after["connection"] == 1


def test_every_field_is_changed_and_nothing_else(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    wanted = (subdomain(**NEW["gateway.subdomain"]), forward(**NEW["gateway.forward"]))
    for change in side.changes(*wanted):
        assert (change.action, change.cause) == (Action.UPDATE, Cause.PENDING)
        assert {diff.field for diff in change.diffs} == NEW[change.address.kind].keys()
    assert side.apply(*wanted) == BOTH
    assert side.plan(*wanted).changes == ()
    text = side.file(FILE) or ""
    assert all(part in text for part in (":9000;", "1024m;", "600s;", "allow 192.0.2.0/24;", "allow 2001:db8::/32;", 'Connection ""'))


BY_HAND = {
    "port": (FILE, "101:8080", "101:81"),
    "max_body": (FILE, "16m", "20m"),
    "timeout": (FILE, "60s", "90s"),
    "address": (FILE, "192.168.0.101", "192.168.0.109"),
    "machine": (FILE, "eig3/adler/web", "eig3/brise/web"),
    "further": (FILE, "    client_max", "    gzip on;\n    client_max"),
    "closed": (FORWARDS, "22 no eig3", "22 yes eig3"),
}


@pytest.mark.parametrize("field", BY_HAND)
def test_what_somebody_changes_by_hand_is_drift_and_healed(side: GatewaySide, field: str) -> None:
    side.apply(subdomain(), forward())
    path, before, after = BY_HAND[field]
    text = side.file(path)
    side.edit(path, lambda text: text.replace(before, after))
    [change] = side.changes(subdomain(), forward())
    assert (change.action, change.cause) == (Action.UPDATE, Cause.DRIFT)
    assert field in {diff.field for diff in change.diffs}
    assert {*side.apply(subdomain(), forward()).values()} == {"done"}
    assert (side.file(path), side.changes(subdomain(), forward())) == (text, [])


def test_a_deleted_server_block_is_made_again_and_its_page_is_back(side: GatewaySide) -> None:
    side.apply(subdomain())
    side.by_hand(files={FILE: None})
    [change] = side.changes(subdomain())
    assert (change.action, change.reason) == (Action.CREATE, reason("gone"))
    assert side.apply(subdomain()) == {NAME: "done"}
    assert side.fetch(NAME).status == 200


@pytest.mark.parametrize("loaded", [None, "table inet eiginfra {\n}\n"])
def test_a_table_that_is_not_loaded_as_saved_is_loaded_again(side: GatewaySide, loaded: str | None) -> None:
    side.apply(forward())
    before = side.by_hand()["loaded"]
    side.by_hand(loaded=loaded)
    [change] = side.changes(forward())
    assert (change.cause, [diff.field for diff in change.diffs]) == (Cause.DRIFT, ["settled"])
    assert side.apply(forward()) == {"10222/tcp": "done"}
    assert (side.by_hand()["loaded"], side.changes(forward())) == (before, [])


def test_what_the_journal_does_not_know_is_adopted(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    side.world.journal.kept.clear()
    assert [(change.action, change.diffs) for change in side.changes(subdomain(), forward())] == [(Action.ADOPT, ())] * 2
    assert side.apply(subdomain(port=81), forward()) == BOTH
    assert side.changes(subdomain(port=81), forward()) == []


# Waiting, and kept back.


def test_both_wait_for_their_machine_and_are_made_with_it(side: GatewaySide) -> None:
    side.boxes.there.clear()
    side.boxes.withheld = {"eig3/adler/web": Absence(reason("administrator"), Presence.WAITING)}
    waits = {EXISTS: reason("to-be-made", what=[MACHINE])}
    assert [(change.action, change.waiting) for change in side.changes(subdomain(), forward())] == [(Action.NONE, waits)] * 2
    side.boxes.withheld = {}
    assert side.apply(subdomain(), forward()) == BOTH
    assert "http://192.168.0.199:8080;" in (side.file(FILE) or "")


def test_https_waits_for_the_certificate(side: GatewaySide) -> None:
    folder = side.by_hand()["certificates"]
    side.by_hand(certificates=[])
    assert side.apply(subdomain()) == {NAME: "waiting"}
    assert [[*change.waiting] for change in side.changes(subdomain())] == [["https"]]
    side.by_hand(certificates=folder)
    [change] = side.changes(subdomain())
    assert (change.cause, [(diff.field, diff.after) for diff in change.diffs]) == (Cause.PENDING, [("https", True)])
    assert side.apply(subdomain()) == {NAME: "done"}
    assert (side.fetch(NAME).status, side.changes(subdomain())) == (200, [])


def test_a_hand_written_block_of_the_name_is_never_overwritten(side: GatewaySide) -> None:
    text = f"server {{\n    listen 80;\n    server_name a.example.org {NAME};\n    return 200;\n}}\n"
    side.by_hand(files={HAND: text})
    [change] = side.changes(subdomain())
    assert change.waiting == {EXISTS: reason("gateway-name-taken", place=f"{HAND}:3")}
    assert side.apply(subdomain()) == {}
    with pytest.raises(DataRefusedError):
        side.kind("gateway.subdomain").create(subdomain(address="192.168.0.101"))
    assert (side.file(HAND), side.file(FILE)) == (text, None)


def test_a_port_on_which_the_server_listens_waits(side: GatewaySide) -> None:
    side.by_hand(listening=["tcp 22", "tcp 10222"])
    [change] = side.changes(forward())
    assert change.waiting == {EXISTS: reason("gateway-port-listening")}
    with pytest.raises(DataRefusedError):
        side.kind("gateway.forward").create(forward(address="192.168.0.101"))


def test_a_broken_nginx_withholds_sub_domains_and_nothing_else(side: GatewaySide) -> None:
    side.apply(subdomain())
    side.by_hand(files={HAND: "server {\n    nonsense;\n}\n"})
    found = {change.address.key: change for change in side.changes(subdomain(port=81), subdomain("new"), forward())}
    why = found[f"new.{DOMAIN}"].reason
    assert why is not None
    assert (why.code, f"{HAND}:2" in str(why.params["said"])) == ("gateway-nginx-refuses", True)
    assert [item.reason for item in found[NAME].blocked] == [why]
    assert side.apply(subdomain(port=81), subdomain("new"), forward()) == {"10222/tcp": "done"}
    side.by_hand(files={HAND: None})
    assert side.apply(subdomain(port=81), subdomain("new"), forward()) == {NAME: "done", f"new.{DOMAIN}": "done"}


@pytest.mark.parametrize(("tool", "kind"), [("nginx", "gateway.subdomain"), ("nft", "gateway.forward")])
def test_a_missing_tool_withholds_what_needs_it(side: GatewaySide, tool: str, kind: str) -> None:
    side.by_hand(missing=[tool])
    plan = side.plan(subdomain(), forward())
    assert [found.code for found in plan.findings] == [f"gateway-no-{tool}"]
    assert {change.address.kind: change.action for change in plan.changes if change.address.kind == kind} == {kind: Action.NONE}
    wanted: Any = subdomain if kind == "gateway.subdomain" else forward
    with pytest.raises(ToolMissingError):
        side.kind(kind).create(wanted(address="192.168.0.101"))


def test_a_port_to_ssh_is_closed_while_people_who_left_have_keys(side: GatewaySide) -> None:
    wanted = (forward(access="machine.access[eig3/adler/web]"), entrance())
    side.apply(*wanted)
    side.entrances.left = {"eig3/adler/web": ["adler-1"]}
    [change] = side.changes(*wanted)
    assert [harm.code for harm in change.harm] == ["port-closed"]
    side.apply(*wanted)
    assert "10222" not in str(side.by_hand()["loaded"])
    side.entrances.left = {}
    side.apply(*wanted)
    assert "10222" in str(side.by_hand()["loaded"])


# Refused, and failed.


def test_an_update_reads_first_and_refuses_what_changed_since(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    plan = side.plan(subdomain(port=81), forward(port=23))
    side.edit(FILE, lambda text: text.replace("101:8080", "101:82"))
    side.edit(FORWARDS, lambda text: text.replace("101 22 no", "101 24 no"))
    assert {str(item.outcome) for item in side.world.run(plan).results} == {"refused"}
    assert "101:82;" in (side.file(FILE) or "")


def test_a_full_disk_fails_the_change_and_loses_nothing(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    before = side.by_hand()["files"]
    side.by_hand(disk_full=True)
    assert {*side.apply(subdomain(port=81), forward(port=23)).values()} == {"failed"}
    assert side.by_hand(disk_full=False)["files"] == before
    assert side.apply(subdomain(port=81), forward(port=23)) == BOTH


def test_without_sudo_nothing_is_planned_and_the_missing_line_is_told(side: GatewaySide) -> None:
    side.by_hand(sudo=False)
    with pytest.raises(PermissionDeniedError, match="NOPASSWD"):
        side.plan(subdomain())


def test_an_address_that_the_gateway_does_not_allow_is_kept_back(side: GatewaySide) -> None:
    side.boxes.there["eig3/adler/web"] = "192.168.0.254"
    why = reason("objected", finding="gateway-address-outside")
    assert [(change.action, change.reason) for change in side.changes(subdomain(), forward())] == [(Action.NONE, why)] * 2


# The end.


def test_both_go_only_with_prune(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    assert [change.action for change in side.changes()] == [Action.NONE] * 2
    assert side.apply() == {}
    assert side.apply(prune=True) == BOTH
    assert (side.file(FILE), "10222" in str(side.by_hand()["loaded"])) == (None, False)
    assert side.kind("gateway.subdomain").read(subdomain(), {}) is None
    assert [change.address for change in side.plan().changes] == []


def test_what_is_gone_already_is_removed_without_a_word(side: GatewaySide) -> None:
    side.apply(subdomain(), forward())
    plan = side.plan(prune=True)
    side.by_hand(files={FILE: None})
    assert {str(item.outcome) for item in side.world.run(plan).results if item.change.address == Address("gateway.subdomain", NAME)} == {
        "done"
    }
