"""Rules in one form, and the way from one ordered list to another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from eiginfra.core.values import canonical
from eiginfra.providers.proxmox.firewall_rules import FirewallRule, Insert, Move, from_server, steps, to_server


def row(name: str) -> dict[str, Any]:
    return {"type": "in", "action": "ACCEPT", "enable": True, "comment": name}


lists = st.lists(st.sampled_from("abcdef"), max_size=8)


@given(lists, lists)
def test_the_steps_lead_from_any_list_to_any_other(present: list[str], wanted: list[str]) -> None:
    now = [row(name) for name in present]
    done = 0
    for step in steps(now, [row(name) for name in wanted]):
        now = step.applied(now)
        done += 1
    assert now == [row(name) for name in wanted]
    assert done <= len(present) + 2 * len(wanted)


@given(lists)
def test_a_list_that_is_as_wanted_takes_no_step(present: list[str]) -> None:
    assert list(steps([row(name) for name in present], [row(name) for name in present])) == []


def test_a_new_rule_at_the_end_goes_there_in_one_move() -> None:
    found = list(steps([row("a"), row("b"), row("c")], [row("a"), row("b"), row("c"), row("d")]))
    assert found == [Insert(row("d")), Move(0, 4)]


def test_a_new_firewall_is_written_from_its_last_rule_to_its_first() -> None:
    assert list(steps([], [row("a"), row("b")])) == [Insert(row("b")), Insert(row("a"))]


@pytest.mark.parametrize(
    "written",
    [
        {"action": "ACCEPT", "proto": "tcp", "dport": 22, "source": "10.0.0.0/8", "comment": "ssh é"},
        {"action": "ACCEPT", "proto": "tcp", "dport": "22", "source": "10.0.0.0/8", "comment": "ssh é", "macro": None, "enable": True},
    ],
)
def test_a_rule_reads_back_as_it_was_written(written: dict[str, Any]) -> None:
    listed = {
        "type": "in", "enable": 1, "dport": "22", "ipversion": 4, "source": "10.0.0.0/8", "digest": "ed49922c", "comment": "ssh é",
        "pos": 1, "proto": "tcp", "action": "ACCEPT",
    }  # fmt: skip
    rule = canonical(FirewallRule.model_validate(written))
    assert rule == from_server(listed)
    assert isinstance(rule, dict)
    assert to_server(rule) == {key: listed[key] for key in ("type", "action", "enable", "proto", "dport", "source", "comment")}


def test_a_rule_without_enable_is_off_on_the_server() -> None:
    assert from_server({"pos": 0, "type": "group", "action": "web"})["enable"] is False


def test_the_icmp_type_has_a_hyphen_on_the_server() -> None:
    rule = {"type": "in", "action": "DROP", "enable": True, "proto": "icmp", "icmp_type": "echo-request"}
    assert from_server(to_server(rule)) == rule
    assert to_server(rule)["icmp-type"] == "echo-request"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"action": "ALLOW"}, "firewall-action"),
        ({"action": "ACCEPT", "dport": "22"}, "port-without-protocol"),
        ({"action": "ACCEPT", "port": "22"}, "Extra inputs"),
    ],
)
def test_what_the_server_would_refuse_is_refused_before(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        FirewallRule.model_validate(written)


def test_a_security_group_is_named_by_the_action() -> None:
    assert FirewallRule(type="group", action="web").action == "web"
