"""A gateway that is not well: what a plan and an apply say, and what of it goes on all the same."""

from contextlib import closing
from typing import Any

import pytest
from support.gateway_rows import CASES
from support.gateway_wire import OTHER_KEY
from support.gateway_world import GatewayWorld, of

from eiginfra.core.errors import HeldError, PermanentError, PermissionDeniedError, TransientError, UnreachableError
from eiginfra.core.provider import Context
from eiginfra.engine.report import ApplyReport, Outcome
from eiginfra.inventory.site_gateway import PinnedKey
from eiginfra.providers.gateway import program
from eiginfra.providers.gateway.provider import GatewayProvider

from .test_accounts import account, codes

SUBDOMAIN, FORWARD = (CASES[kind].base[-1] for kind in ("subdomain", "forward"))


def outcome(report: ApplyReport) -> tuple[str, str]:
    [result] = report.results
    return str(result.outcome), "" if result.reason is None else str(result.reason)


def test_without_its_line_of_sudoers_a_plan_ends_with_77_and_says_the_line(world: GatewayWorld) -> None:
    world.control(sudo=False)
    with pytest.raises(
        PermissionDeniedError, match=r"`visudo` must have: eiginfra ALL=\(root\) NOPASSWD: /usr/local/sbin/eiginfra-gateway"
    ) as caught:
        world.plan(account())
    assert caught.value.exit_code == 77


def test_a_gateway_that_cannot_be_reached_ends_with_69(world: GatewayWorld) -> None:
    section = world.site.file.gateway
    assert section is not None
    # Port 1 of this machine: nothing listens there.
    nowhere = section.model_copy(update={"port": 1, "host_key": PinnedKey(fingerprint=f"SHA256:{'A' * 43}")})
    elsewhere = GatewayProvider(nowhere, Context(fetch=lambda *_: pytest.fail("no token is needed")))
    with closing(elsewhere), pytest.raises(UnreachableError) as caught:
        elsewhere._client.state()
    assert caught.value.exit_code == 69


@pytest.mark.parametrize(
    ("fault", "sort"),
    [
        ({"match": "SSH /gateway/observe", "kind": "cut", "times": 2}, TransientError),
        ({"match": "SSH /gateway/observe", "exit": 64, "stderr": "no such verb\n"}, PermanentError),
        ({"match": "SSH /gateway/observe", "exit": 75, "stderr": "locked\n"}, HeldError),
        ({"match": "SSH /gateway/observe", "exit": 127, "stderr": "sh: 1: sudo: not found\n"}, PermanentError),
    ],
)
def test_an_answer_that_is_none_is_an_error_and_never_half_believed(
    world: GatewayWorld, fault: dict[str, Any], sort: type[Exception]
) -> None:
    world.apply(account())
    world.fault(**fault)
    with pytest.raises(sort):
        world.plan(account())


def test_a_configuration_that_is_wrong_is_said_with_its_line(world: GatewayWorld) -> None:
    world.control(files={"/etc/eiginfra-gateway/configuration": "domain eig-apps.example.org\nanything else\n"})
    with pytest.raises(PermanentError, match="configuration: 2"):
        world.plan(account())


def test_nginx_that_refuses_its_configuration_keeps_back_sub_domains_and_nothing_else(world: GatewayWorld) -> None:
    world.control(files={"/etc/nginx/conf.d/hand.conf": "no_such_directive on;\n"})
    plan = world.apply(account(), SUBDOMAIN, FORWARD)
    assert {change.address.kind for change in plan.acting} == {"gateway.account", "gateway.forward"}
    assert "gateway-nginx-refuses" in codes(plan)
    world.control(files={"/etc/nginx/conf.d/hand.conf": None})
    assert {change.address.kind for change in world.apply(account(), SUBDOMAIN, FORWARD).acting} == {"gateway.subdomain"}


def test_without_nft_public_ports_are_kept_back_and_nothing_else(world: GatewayWorld) -> None:
    world.control(missing=["nft"])
    plan = world.apply(account(), SUBDOMAIN, FORWARD)
    assert {change.address.kind for change in plan.acting} == {"gateway.account", "gateway.subdomain"}
    assert "gateway-no-nft" in codes(plan)


def test_on_a_full_disk_nothing_is_half_written_and_the_next_apply_does_it(world: GatewayWorld) -> None:
    world.apply(account())
    before = world.control()["files"]
    world.control(disk_full=True)
    happened, why = outcome(world.run(world.plan(account(keys=(OTHER_KEY,)))))
    assert happened == Outcome.FAILED
    assert "is its disk full?" in why
    assert world.control()["files"] == before
    world.control(disk_full=False)
    world.apply(account(keys=(OTHER_KEY,)))
    assert world.plan(account(keys=(OTHER_KEY,))).changes == ()


def test_while_another_run_has_the_lock_a_change_waits(world: GatewayWorld) -> None:
    plan = world.plan(account())
    world.fault(match="SSH /gateway/account", exit=75, stderr="locked\n")
    assert outcome(world.run(plan))[0] == Outcome.WAITING
    world.apply(account())
    assert world.plan(account()).changes == ()


@pytest.mark.parametrize("kind", ["drop_after", "cut", "drop"])
def test_an_answer_that_was_lost_is_followed_by_a_look(world: GatewayWorld, kind: str) -> None:
    plan = world.plan(account())
    world.fault(match="SSH /gateway/account", kind=kind)
    assert outcome(world.run(plan)) == (Outcome.DONE, "")
    assert world.plan(account()).changes == ()


def test_what_was_cut_before_its_end_is_written_again(world: GatewayWorld) -> None:
    world.apply(account())
    world.control(pending={"account:adler-1": ""})
    plan = world.apply(account())
    assert [diff.field for change in of(plan, "gateway.account") for diff in change.diffs] == ["settled"]
    assert world.plan(account()).changes == ()


def test_one_that_the_program_refuses_fails_with_its_words_and_the_others_are_done(world: GatewayWorld) -> None:
    plan = world.plan(account(), account("adler-2"))
    world.control(accounts={"adler-1": {"uid": 1005, "groups": ["sudo"]}})
    report = world.run(plan)
    assert {result.change.address.key: str(result.outcome) for result in report.results} == {"adler-1": "failed", "adler-2": "done"}
    [failed] = report.of(Outcome.FAILED)
    assert "refused: name: a privileged account" in str(failed.reason)


# doctor.


def found(world: GatewayWorld) -> list[str]:
    [gateway] = [provider for provider in world.providers if provider.name == "gateway"]
    entered, *codes = [finding.code for finding in gateway.doctor()]
    assert entered == "ssh-entered"
    return codes


def test_doctor_finds_nothing_on_a_gateway_that_was_prepared(world: GatewayWorld) -> None:
    assert found(world) == ["gateway-fine"]
    world.apply(account())
    assert found(world) == ["gateway-fine"]


def test_on_a_prepared_gateway_eiginfra_may_nothing_but_the_verbs(world: GatewayWorld) -> None:
    [gateway] = [provider for provider in world.providers if provider.name == "gateway"]
    before = world.control()
    [end] = gateway.token_limits(read_only=False)
    assert (end.code, end.params["result"]) == ("token-limits-tried", "gateway 1/1")
    *told, end = gateway.token_limits(read_only=True)
    assert {finding.params["verb"] for finding in told} == {*program.VERBS, *program.NODE_VERBS} - {*program.READING}
    world.control(sudo=False)
    [end] = gateway.token_limits(read_only=True)
    assert end.params["result"] == f"gateway {len(told) + 1}/{len(told) + 1}"
    assert world.control(sudo=True) == before


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"sudo": False}, "gateway-unusable"),
        ({"missing": ["nginx"]}, "gateway-nginx-missing"),
        ({"missing": ["nft"]}, "gateway-only-iptables"),
        ({"missing": ["nft", "iptables"]}, "gateway-nft-missing"),
        ({"ip_forward": False}, "gateway-forwarding-off"),
        ({"certificates": []}, "gateway-certificate-missing"),
        ({"disk_full": True}, "gateway-disk-full"),
        ({"files": {"/etc/nginx/conf.d/hand.conf": "no_such_directive on;\n"}}, "gateway-nginx-broken"),
        ({"files": {"/etc/ssh/sshd_config.d/00-eiginfra.conf": None}}, "gateway-sshd-block-missing"),
        ({"iptables": "-P FORWARD DROP\n"}, "gateway-forward-dropped"),
        ({"iptables": "-A PREROUTING -p tcp -m tcp --dport 10222 -j DNAT --to-destination 192.168.0.9:22\n"}, "gateway-ports-sent-on"),
    ],
)
def test_doctor_says_what_is_wrong(world: GatewayWorld, wanted: dict[str, Any], code: str) -> None:
    world.control(**wanted)
    assert set(found(world)) == {code}
