"""What a server refuses by a known rule is refused by the specs, with the rule's name; what it takes is not."""

# ruff: noqa: E501 - tables

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from eiginfra.core.refusal import refused
from eiginfra.core.server_rule import ServerRule
from eiginfra.core.spec import Spec
from eiginfra.providers.gateway import rules as gateway
from eiginfra.providers.gateway.kinds.account import GatewayAccountSpec
from eiginfra.providers.gitlab import rules as gitlab
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec
from eiginfra.providers.proxmox import rules as proxmox
from eiginfra.providers.proxmox.firewall_rules import FirewallRule
from eiginfra.providers.proxmox.guests.mounts import MountPoint
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec

DOCS = Path(__file__).parents[3] / "docs" / "server-rules.md"


def table() -> Iterator[ServerRule]:
    for module in (gateway, gitlab, proxmox):
        yield from (rule for rule in vars(module).values() if isinstance(rule, ServerRule))


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    *((GatewayAccountSpec, {"user": name}, "unix-account") for name in ("9lives", "a" * 33, "a b", "ends.", "é")),
    (GroupSpec, {"path": "eig/ab", "description": "x" * 501}, "length"),
    (ProjectSpec, {"path": "eig/ab/c", "description": "x" * 2001}, "length"),
    (ProjectSpec, {"path": "eig/ab/c", "topics": ["a, b"]}, "topic"),
    (ProjectSpec, {"path": "eig/ab/c", "topics": ["x" * 256]}, "topic"),
    (ProjectSpec, {"path": "eig/ab/c", "ci_config": "../a.yml"}, "ci-config"),
    (ProjectSpec, {"path": "eig/ab/c", "ci_config": "/a.yml"}, "ci-config"),
    (LabelSpec, {"group": "eig", "name": "a,b", "color": "#123456"}, "label"),
    (LabelSpec, {"group": "eig", "name": "x" * 256, "color": "#123456"}, "label"),
    (VariableSpec, {"group": "eig", "key": "A-B", "value": {"env": "X"}}, "variable-key"),
    (VariableSpec, {"group": "eig", "key": "AB", "value": {"env": "X"}, "scope": "a@b"}, "variable-scope"),
    (VariableSpec, {"group": "eig", "key": "AB", "value": {"env": "X"}, "description": "x" * 256}, "length"),
    *((ProtectedBranchSpec, {"project": "eig/a", "branch": name}, "branch") for name in ("a..b", "a b", "-a", "a.lock", "/a", "a/", "a~1", "a\\b")),
    *((FileSpec, {"project": "eig/a", "branch": name}, "branch") for name in ("*", "HEAD", "@", "0" * 40, "refs/heads/main", "x" * 256)),
    (FileSpec, {"project": "eig/a", "message": "  "}, "commit-message"),
    (UserSpec, {"username": "ada", "name": "x" * 128}, "person-name"),
    (UserSpec, {"username": "ada", "name": f"A {'x' * 128}"}, "person-name"),
    (ProxmoxUserSpec, {"id": f"{'x' * 60}@pve2"}, "account"),
    (ProxmoxUserSpec, {"id": "a b@pve"}, "account"),
    *((AclSpec, {"path": path, "group": "g", "roles": []}, "acl-path") for path in ("/x", "/vms/12", "/pool/a/b/c/d", "/nodes/a/b", "/access/users")),
    *((BackupSpec, {"id": "ab", "storage": "local", "all": True, "schedule": when}, "calendar") for when in ("25:00", "02:60", "somewhen", "", "mon..", "13-01 02:30")),
    (BackupSpec, {"id": "ab", "storage": "l", "all": True, "schedule": "02:30"}, "storage"),
    (BackupSpec, {"id": "a b", "storage": "local", "all": True, "schedule": "02:30"}, "identifier"),
    (BackupSpec, {"id": "ab", "storage": "local", "all": True, "schedule": "02:30", "comment": "x" * 513}, "comment"),
    *((MountPoint, {"path": path, "size": "1GiB"}, "mount-path") for path in ("/", "/proc", "/sys/x", "/dev/", "/etc", "/srv/../a", "/srv//a", "srv", "/a,b", "/srv/.")),
    *((FirewallRule, {"action": "ACCEPT", "source": text}, "firewall-address") for text in ("10.0.0.300", "10.0.0.1,", "10.0.0.1,::1", "10.0.0.1-10.0.0.5,10.0.0.9", "10.0.0.9-10.0.0.1", "10.0.0.5/24", "+a b")),
    *((FirewallRule, {"action": "ACCEPT", "proto": "tcp", "dport": text}, "firewall-ports") for text in ("70000", "80:20", "80,", "80 81", ",".join(map(str, range(1, 17))))),
    (FirewallRule, {"action": "ACCEPT", "iface": "eth0"}, "firewall-device"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "values", "rule"), [pytest.param(*case, id=f"{case[0].__name__}-{number}") for number, case in enumerate(REFUSED)]
)
def test_report_7_a_known_rule_is_a_rule_of_the_spec(model: type[Spec], values: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    found = refused(caught.value.errors()[0])
    assert found is not None
    assert (found[0], found[1]["rule"]) == ("server-rule", rule)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        *((gitlab.FILE_PATH, path) for path in ("", "a/../b", "/a", "a//b", "a/", ".git/x", "a/.GIT/b", "a\\b", "a\x07")),
        *(
            (gitlab.EMAIL, address)
            for address in (
                "a@b",
                "a@example.org;",
                "<a@example.org>",
                f"{'x' * 65}@example.org",
                f"a@{'x' * 64}.org",
                "a@example.123",
                "d'a@example.org",
                "a\u200b@example.org",
            )
        ),
    ],
)
def test_report_8_what_no_server_takes(rule: ServerRule, text: str) -> None:
    assert [(found.code, found.params["rule"], found.field) for found in rule.objections("x", text, "y")] == [
        ("server-rule", rule.name, "y")
    ]


TAKEN: list[tuple[Any, dict[str, Any]]] = [
    (ProjectSpec, {"path": "eig/ab/c", "description": "é" * 2000, "topics": ["données ouvertes"], "ci_config": "ci/a.yml@eig/b"}),
    (LabelSpec, {"group": "eig", "name": "données personnelles", "color": "#123456"}),
    (VariableSpec, {"group": "eig", "key": "A_1", "value": {"env": "X"}, "scope": "review/*"}),
    (ProtectedBranchSpec, {"project": "eig/a", "branch": "release/*"}),
    (FileSpec, {"project": "eig/a", "branch": "feature/é", "files": {".gitignore": "", ".gitlab-ci.yml": "", "docs/a.b/c": ""}}),
    (UserSpec, {"username": "ada", "name": "Ada Lovelace", "email": "a.b_c+d~e-f@sub.example.org"}),
    (ProxmoxUserSpec, {"id": "ada.l@gitlab"}),
    *((AclSpec, {"path": path, "group": "g", "roles": []}) for path in ("/", "/pool/eig3-adler", "/vms/100", "/sdn/zones/a/b/12", "/mapping/pci/x")),
    *(
        (BackupSpec, {"id": "ab", "storage": "local-lvm", "all": True, "schedule": when})
        for when in ("02:30", "sat 04:00", "mon..fri 22:00", "*/30", "mon,wed 2,4:15/20", "daily", "2026-*-1..7 12:00", "semi-annually", "sun")
    ),
    *((MountPoint, {"path": path, "size": "1GiB"}) for path in ("/srv", "/var/lib/postgresql", "/etc/ssl", "/usr/local", "/srv/a.b", "/processed")),
    *(
        (FirewallRule, {"action": "ACCEPT", "source": text})
        for text in ("10.0.0.1", "10.0.0.0/24,10.1.0.0/16", "10.0.0.1-10.0.0.9", "::/0", "+dc/office", "dc/office", "office")
    ),
    *((FirewallRule, {"action": "ACCEPT", "proto": "tcp", "dport": text}) for text in ("22", "ssh", "8000:8080,443", 80)),
    (FirewallRule, {"action": "ACCEPT", "proto": "icmp", "icmp_type": "echo-request"}),
    (FirewallRule, {"action": "ACCEPT", "macro": "ssh", "source": "10.0.0.1", "dest": "dc/office"}),
    (FirewallRule, {"action": "ACCEPT", "proto": "47"}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "values"), [pytest.param(*case, id=f"{case[0].__name__}-{number}") for number, case in enumerate(TAKEN)])
def test_what_servers_take_is_taken(model: type[Spec], values: dict[str, Any]) -> None:
    assert model.model_validate(values)


@pytest.mark.parametrize(
    "rule",
    [
        {"proto": "gre", "dport": "22"},
        {"proto": "icmp", "sport": "22"},
        {"proto": "tcp", "icmp_type": "echo-request"},
        {"icmp_type": "echo-request"},
        {"proto": "icmp", "icmp_type": "no-such"},
        {"macro": "Nope"},
        {"proto": "nope"},
        {"source": "10.0.0.1", "dest": "::1"},
        {"proto": "icmpv6", "source": "10.0.0.1"},
        {"type": "group", "action": "a" * 19},
    ],
)
def test_report_7_a_firewall_rule_agrees_with_itself(rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FirewallRule.model_validate({"action": "ACCEPT", **rule})


@pytest.mark.parametrize(
    ("path", "sort", "codes"),
    [
        *(
            (f"eig/ab/{name}", "project", ["path-signs"])
            for name in ("_my", "my_", "my-", "a--b", "a__b", "a.-b", "-a", "a.git", "a.Atom", "")
        ),
        *(
            (f"eig/ab/{name}", "project", ["path-reserved"])
            for name in ("raw", "Raw", "new", "files", "wikis", "tree", "blob", "edit", "refs", "badges")
        ),
        ("eig/environments/folders", "project", ["path-reserved"]),
        ("eig/info/lfs/objects", "group", ["path-reserved"]),
        ("eig/a", "group", ["path-too-short"]),
        ("eig/a", "project", []),
        (f"eig/{'x' * 256}", "project", ["path-too-long"]),
        (f"eig/{'y' * 200}/{'x' * 100}", "project", ["path-too-long"]),
        ("eig/ab/folders", "project", []),
        ("eig/ab/rawdata", "project", []),
        ("eig/ab/a-b.c_d", "project", []),
    ],
)
def test_f4_paths_that_gitlab_refuses(path: str, sort: Any, codes: list[str]) -> None:
    assert [problem.code for problem in gitlab.path_problems(path, sort)] == codes


@pytest.mark.parametrize(
    ("name", "new", "codes"),
    [
        *((name, False, ["path-reserved"]) for name in ("admin", "API", "dashboard", "help", "users")),
        *((name, False, ["path-extension"]) for name in ("ada.json", "ada.PNG", "a.b.html")),
        ("ada_", False, []),
        ("ada_", True, ["path-signs"]),
        ("a", True, ["path-too-short"]),
        ("json", True, []),
        ("ada.lovelace", True, []),
    ],
)
def test_f4_user_names_that_gitlab_refuses(name: str, *, new: bool, codes: list[str]) -> None:
    assert [problem.code for problem in gitlab.user_problems(name, new=new)] == codes


def test_every_rule_has_its_source_in_the_documentation() -> None:
    page = DOCS.read_text(encoding="utf-8")
    rules = {rule.name: rule for rule in table()}
    assert len(rules) > 15
    assert [name for name in rules if f"| `{name}` |" not in page] == []
    assert [rule.source for rule in table() if rule.source.split(";")[0].split(", ")[0] not in page] == []
