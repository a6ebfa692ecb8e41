"""Each state of access, as it was seen, on a person's page and on the team's; nobody is said to get in who does not."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Observed
from eiginfra.handouts.views.access import AccessSort
from eiginfra.inventory.site import Site, SiteFile

from .conftest import GATEWAY, GROUP, WEB, Nowhere, context, spaced, texts

KEYS = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLT{number}uLi4uLi4uLi4uLi4uLi4u" for number in (1, 2)]
TEAM: dict[str, Any] = {
    "id": "adler",
    "title": "ADLER",
    "administration": "Etalab",
    "members": [{"username": "ada", "email": "ada@example.org", "ssh_keys": KEYS}],
    "machines": [{"name": "web", "image": "debian-12", "size": "small"}],
}
SITE = {
    "gitlab": {"url": "https://gitlab.example.org", "token": {"env": "TOKEN"}, "root_group": "eig"},
    "gateway": GATEWAY,
    "machines": {"key": {"env": "KEY"}, "public": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGVpZ2luZnJhLi4uLi4uLi4uLi4uLi4u"},
    "proxmox": {
        "url": "https://proxmox.example.org:8006",
        "token_id": "eiginfra@pve!ci",
        "token": {"env": "TOKEN"},
        "nodes": ["eig"],
        "storage": {"disks": "local-lvm"},
        "network": {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "ids": "100-250"},
    },
}


def account(state: str = "active", *, approval: bool = False) -> Observed:
    waiting = {"username": Reason(code="account-approval")} if approval else {}
    return Observed(Address("gitlab.user", "ada"), {"username": "ada", "state": state}, waiting=waiting, facts={"username": "ada"})


def group(access: str | None = "developer", expires: str | None = None, waiting: str | None = None, blocked: str | None = None) -> Observed:
    entries: list[JsonValue] = [] if access is None else [{"username": "ada", "access": access, "expires": expires}]
    return Observed(
        Address("gitlab.members", "eig/eig3/adler"),
        {"members": entries},
        team="adler",
        waiting={"members[ada]": Reason(code=waiting)} if waiting else {},
        blocked={"members[ada]": Reason(code=blocked)} if blocked else {},
    )


def jump(*, enabled: bool = True, until: str | None = None, keys: tuple[str, ...] = (KEYS[0],), opens: str = "192.168.0.107") -> Observed:
    values: dict[str, JsonValue] = {"user": "ada", "enabled": enabled, "until": until, "keys": [*keys], "opens": [opens]}
    return Observed(Address("gateway.account", "ada"), values)


def inside(*keys: str) -> Observed:
    return Observed(Address("machine.access", "eig3/adler/web"), {"keys": [{"person": "ada", "keys": [*keys]}]}, team="adler")


def console(*, enabled: bool = True, until: str | None = None) -> tuple[Observed, Observed]:
    user = Observed(Address("proxmox.user", "ada@pve"), {"enabled": enabled, "until": until})
    return Observed(Address("proxmox.group", "eig3-adler"), {"members": [{"user": "ada@pve"}]}, team="adler"), user


CASES: list[tuple[AccessSort, str, tuple[Observed, ...]]] = [
    ("gitlab_account", "account_active", (account(), group())),
    ("gitlab_account", "account_blocked", (account("blocked"), group())),
    ("gitlab_account", "account_approval", (account(approval=True), group())),
    ("gitlab_account", "account_unconfirmed", (group(None, blocked="account-unconfirmed"),)),
    ("gitlab_account", "account_unclear", (group(None, blocked="account-replaced"),)),
    ("gitlab_account", "account_none", (group(None),)),
    ("gitlab_role", "role_given", (account(), group())),
    ("gitlab_role", "role_given", (account(), group(expires="2019-10-02"))),
    ("gitlab_role", "role_ended", (account(), group(expires="2019-10-01"))),
    ("gitlab_role", "role_blocked", (account("blocked"), group())),
    ("gitlab_role", "role_invited", (group(waiting="invitation"),)),
    ("gitlab_role", "role_promotion", (account(), group(waiting="approval"))),
    ("gitlab_role", "role_taken", (group(None, blocked="invitation-taken"),)),
    ("gitlab_role", "role_none", (account(), group(None))),
    ("gitlab_role", "role_none", ()),
    ("gateway", "open", (jump(),)),
    ("gateway", "open", (jump(until="2019-10-01"),)),
    ("gateway", "ended", (jump(until="2019-09-30"),)),
    ("gateway", "blocked", (jump(enabled=False),)),
    ("gateway", "keyless", (jump(keys=("ssh-ed25519 AAAAother",)),)),
    ("gateway", "none", ()),
    ("proxmox", "open", console()),
    ("proxmox", "blocked", console(enabled=False)),
    ("proxmox", "ended", console(until="2019-09-30")),
    ("proxmox", "none", ()),
    ("machine", "key_there", (WEB, inside(*KEYS), jump())),
    ("machine", "key_in_part", (WEB, inside(KEYS[0]), jump())),
    ("machine", "key_not_opened", (WEB, inside(*KEYS), jump(opens="192.168.0.9"))),
    ("machine", "key_missing", (WEB, inside(), jump())),
    ("machine", "not_looked", (WEB, jump())),
    ("machine", "not_made", ()),
]


@pytest.mark.parametrize(("sort", "state", "seen"), CASES, ids=[f"{sort}-{state}" for sort, state, _ in CASES])
def test_each_state_is_told(cohort: Callable[..., Any], sort: AccessSort, state: str, seen: tuple[Observed, ...]) -> None:
    for language in ("fr", "en"):
        site = Site("lab", SiteFile.model_validate(SITE), Nowhere())
        made = context(GROUP, *seen, cohort=cohort(TEAM), site=site, language=language)
        [person] = made.views["adler"].people
        [access] = [check for check in person.checks if check.sort == sort]
        assert access.state == state
        said = made.language.words[f"state_{state}"].replace("%s", access.role)
        assert f'<span class="mark {access.tone}">{spaced(said)}</span>' in texts(made)["adler.ada.html"]
        assert access.given is (state in ("account_active", "role_given", "role_promotion", "open", "key_there"))


def test_who_may_not_jump_gets_no_lines_to_copy(cohort: Callable[..., Any]) -> None:
    site = Site("lab", SiteFile.model_validate(SITE), Nowhere())
    for seen, there in ((jump(), True), (jump(enabled=False), False), (jump(until="2019-09-30"), False)):
        made = texts(context(WEB, seen, cohort=cohort(TEAM), site=site, language="en"))
        assert ("Host eig3.gateway" in made["adler.ada.md"]) is there
        assert ("Host eig3.gateway" in made["adler.md"]) is there


def test_a_persons_page_names_nobody_else(pages: Callable[..., dict[str, str]], standing: tuple[Observed, ...]) -> None:
    page = pages(*standing)["adler.adler-1.md"]
    assert "adler-1" in page
    assert "adler-2" not in page
    assert "guest-9" not in page
    mentor = pages(*standing)["adler.adler-mentor.md"]
    assert "192.168.0" not in mentor
