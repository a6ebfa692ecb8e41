"""Sub-domains and public ports on real nginx and nft: what is made is seen as it is wanted, and what somebody does by hand is found."""

from typing import Any

import pytest

from eiginfra.core.change import Action, Cause
from eiginfra.core.reason import reason
from eiginfra.core.spec import Spec
from eiginfra.core.trace import EXISTS
from eiginfra.providers.gateway.errors import DataRefusedError

from .conftest import DOMAIN, RealSite, forward, subdomain

FILE = f"/etc/nginx/conf.d/eiginfra-adler.{DOMAIN}.conf"
HAND = "/etc/nginx/conf.d/hand.conf"
FORWARDS = "/etc/eiginfra-gateway/forwards.nft"
BASE: tuple[Spec, ...] = (subdomain(), forward())
FIELDS: tuple[dict[str, Any], ...] = (
    {
        "port": 9000,
        "websocket": False,
        "max_body": "10GiB",
        "timeout": 3600,
        "sources": ["2001:db8::/32", "192.0.2.128/25", "192.0.2.0/25"],
    },
    {"port": 2222, "sources": ["192.0.2.0/25", "192.0.2.128/25", "198.51.100.7/32", "2001:db8::/32"]},
)


def with_fields(spec: Spec, fields: dict[str, Any]) -> Spec:
    return type(spec).model_validate({**spec.model_dump(exclude_unset=True), **fields})


def test_all_fields_are_reached_and_a_second_plan_is_empty(real: RealSite) -> None:
    assert [end for _, end in real.apply(*BASE)] == ["done", "done"]
    assert real.plan(*BASE).changes == ()
    other = [with_fields(spec, fields) for spec, fields in zip(BASE, FIELDS, strict=True)]
    found = {change.address.kind: change for change in real.changes(*other)}
    for spec, fields in zip(BASE, FIELDS, strict=True):
        change = found["gateway.subdomain" if spec is BASE[0] else "gateway.forward"]
        assert (change.action, change.cause, {diff.field for diff in change.diffs}) == (Action.UPDATE, Cause.PENDING, {*fields})
    assert [end for _, end in real.apply(*other)] == ["done", "done"]
    assert real.plan(*other).changes == ()


def test_a_name_as_long_as_they_can_be_is_served(real: RealSite) -> None:
    assert [end for _, end in real.apply(subdomain("a" * 63))] == ["done"]


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ("s/:8080/:81/", "port"),
        ("s/16m/20m/", "max_body"),
        ("s/_timeout 60s/_timeout 5m/", "timeout"),
        ("/deny/d", "further"),
        ("s/proxy_pass/add_header X-Team adler; proxy_pass/", "further"),
        ("s/allow 192.0.2.0/allow 192.0.3.0/", "sources"),
        ("1s/adler/brise/", "machine"),
    ],
)
def test_what_somebody_edits_is_drift_and_healed(real: RealSite, edit: str, field: str) -> None:
    wanted = subdomain(sources=["192.0.2.0/24"])
    real.apply(wanted)
    before = real.root.read(FILE)
    real.root.sh('sed -i "$1" "$2" && nginx -t 2>/dev/null', edit, FILE)
    assert real.root.read(FILE) != before
    [change] = real.changes(wanted)
    assert (change.cause, field in {diff.field for diff in change.diffs}) == (Cause.DRIFT, True)
    assert [end for _, end in real.apply(wanted)] == ["done"]
    assert (real.root.read(FILE), real.changes(wanted)) == (before, [])


@pytest.mark.parametrize(
    "by_hand",
    [
        "nft delete table inet eiginfra",
        "nft flush table inet eiginfra",
        "nft flush chain inet eiginfra postrouting",
        "nft insert rule inet eiginfra prerouting tcp dport 10222 drop",
        "nft add chain inet eiginfra other",
        "nft add rule inet eiginfra prerouting fib daddr type local tcp dport 10222 dnat ip to 192.168.0.102:22",
    ],
)  # fmt: skip
def test_a_table_that_somebody_changes_is_drift_and_loaded_again(real: RealSite, by_hand: str) -> None:
    real.apply(forward())
    before = real.root.sh("nft list table inet eiginfra")
    real.root.sh(f"nft add table ip other; {by_hand}")
    [change] = real.changes(forward())
    assert (change.cause, [diff.field for diff in change.diffs]) == (Cause.DRIFT, ["settled"])
    assert [end for _, end in real.apply(forward())] == ["done"]
    assert real.root.sh("nft list table inet eiginfra") == before
    assert real.root.sh("nft list table ip other") == "table ip other {\n}\n"
    assert real.changes(forward()) == []


def test_a_closed_port_sends_nothing_on(real: RealSite) -> None:
    real.world.registry["gateway.forward"].create(forward(address="192.168.0.101", closed=True))
    assert "10222" not in real.root.sh("nft list table inet eiginfra")
    [change] = real.changes(forward())
    assert [(diff.field, diff.after) for diff in change.diffs] == [("closed", False)]
    assert [end for _, end in real.apply(forward())] == ["done"]
    assert "10222" in real.root.sh("nft list table inet eiginfra")


@pytest.mark.parametrize("names", [f"adler.{DOMAIN}", f"a.example.org ADLER.{DOMAIN}", f".adler.{DOMAIN}"])
def test_a_hand_written_block_is_left_byte_for_byte_and_the_program_refuses_too(real: RealSite, names: str) -> None:
    text = f"server {{\n    listen 80;\n    server_name {names};\n    return 200;\n}}\n"
    real.root.write(HAND, text)
    [change] = real.changes(subdomain())
    assert change.waiting == {EXISTS: reason("gateway-name-taken", place=f"{HAND}:3")}
    assert real.apply(subdomain()) == []
    with pytest.raises(DataRefusedError):
        real.world.registry["gateway.subdomain"].create(subdomain(address="192.168.0.101"))
    assert (real.root.read(HAND), real.root.read(FILE)) == (text, None)


@pytest.mark.parametrize("names", [f"*.{DOMAIN}", r"~^adler\."])
def test_patterns_of_others_give_way_to_the_exact_name(real: RealSite, names: str) -> None:
    real.root.write(HAND, f"server {{\n    listen 80;\n    server_name {names};\n    return 200;\n}}\n")
    assert [found.code for found in real.plan(subdomain()).findings] == ["gateway-name-pattern"]
    assert [end for _, end in real.apply(subdomain())] == ["done"]


def test_a_broken_nginx_withholds_and_is_nobody_elses_trouble(real: RealSite) -> None:
    real.apply(subdomain())
    real.root.write(HAND, "server {\n    nonsense;\n}\n")
    plan = real.plan(subdomain(port=81), subdomain("new"), forward())
    why = reason("gateway-nginx-refuses", said=f'unknown directive "nonsense" in {HAND}:2')
    by_key = {change.address.key: change for change in plan.changes}
    assert [item.reason for item in by_key[f"adler.{DOMAIN}"].blocked] == [why]
    assert (by_key[f"new.{DOMAIN}"].action, by_key[f"new.{DOMAIN}"].reason) == (Action.NONE, why)
    assert by_key["10222/tcp"].action is Action.CREATE
    real.root.run("rm", HAND)
    assert {end for _, end in real.apply(subdomain(port=81), subdomain("new"), forward())} == {"done"}


def test_a_file_of_eiginfras_own_that_somebody_broke_is_healed(real: RealSite) -> None:
    real.apply(subdomain())
    before = real.root.read(FILE)
    real.root.sh('echo "server {" >>"$1"', FILE)
    [change] = real.changes(subdomain())
    assert {"settled", "further"} <= {diff.field for diff in change.diffs}
    assert [end for _, end in real.apply(subdomain())] == ["done"]
    assert (real.root.read(FILE), real.changes(subdomain())) == (before, [])


def test_https_comes_with_the_certificate(real: RealSite) -> None:
    folder = f"/etc/letsencrypt/live/adler.{DOMAIN}"
    real.root.sh('sed -i "s|^certificate .*|certificate /etc/letsencrypt/live/{name}|" /etc/eiginfra-gateway/configuration')
    assert real.apply(subdomain())[0][1].startswith("waiting: ")
    assert [[*change.waiting] for change in real.changes(subdomain())] == [["https"]]
    real.root.sh('cp -r "$1" "$2"', f"/etc/letsencrypt/live/{DOMAIN}", folder)
    [change] = real.changes(subdomain())
    assert (change.cause, [(diff.field, diff.after) for diff in change.diffs]) == (Cause.PENDING, [("https", True)])
    assert [end for _, end in real.apply(subdomain())] == ["done"]
    assert real.changes(subdomain()) == []


def test_a_port_on_which_a_service_listens_waits(real: RealSite) -> None:
    real.root.write(HAND, "server {\n    listen 10222;\n}\n")
    real.root.sh("nginx -s reload; while ! ss -ltn | grep -q :10222; do :; done")
    [change] = real.changes(forward())
    assert change.waiting == {EXISTS: reason("gateway-port-listening")}


@pytest.mark.parametrize(("tool", "code"), [("nginx", "gateway-no-nginx"), ("nft", "gateway-no-nft")])
def test_a_missing_tool_withholds_what_needs_it(real: RealSite, tool: str, code: str) -> None:
    real.root.run("rm", f"/usr/sbin/{tool}")
    plan = real.plan(subdomain(), forward())
    assert [found.code for found in plan.findings] == [code]
    withheld = "gateway.subdomain" if tool == "nginx" else "gateway.forward"
    actions = {change.address.kind: change.action for change in plan.changes if change.address.provider == "gateway"}
    assert actions == {"gateway.subdomain": Action.CREATE, "gateway.forward": Action.CREATE, withheld: Action.NONE}


def test_both_go_only_with_prune(real: RealSite) -> None:
    real.apply(subdomain(), forward())
    assert real.apply() == []
    assert {end for _, end in real.apply(prune=True)} == {"done"}
    assert (real.root.read(FILE), "10222" in (real.root.read(FORWARDS) or "")) == (None, False)
