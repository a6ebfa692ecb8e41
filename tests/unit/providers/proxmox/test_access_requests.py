"""What the kinds of access send: which requests, with which parameters."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import PermanentError
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observed, Record, Resource, Scope
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.group import GroupAccount, ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec

from .conftest import make_site

LEA, MAX = "lea@pve", "max@pve"
ROLES = [{"roleid": "Administrator", "privs": "Sys.Modify,VM.Audit,VM.Console", "special": 1}, {"roleid": "Eig", "privs": "VM.Audit"}]
USERS = [
    {"userid": LEA, "enable": 1, "expire": 0, "firstname": "Léa", "lastname": "Martin", "groups": "g,theirs", "realm-type": "pve"},
    {"userid": "root@pam", "enable": 1, "expire": 0, "realm-type": "pam", "groups": "", "tokens": None},
]
ENTRIES = [
    {"path": "/", "type": "user", "ugid": "eiginfra@pve", "roleid": "Administrator", "propagate": 1},
    {"path": "/pool/g", "type": "group", "ugid": "g", "roleid": "Eig", "propagate": 1},
    {"path": "/pool/g", "type": "group", "ugid": "g", "roleid": "PVEVMAdmin", "propagate": 0},
    {"path": "/pool/g", "type": "token", "ugid": "eiginfra@pve!ci", "roleid": "Eig", "propagate": 1},
]


class Wire(ProxmoxClient):
    """Answers as a server with one account, one group and one role of ours; remembers what it was asked to change."""

    def __init__(self) -> None:
        super().__init__(make_site())
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.refused: set[str] = set()
        self.kinds: dict[str, Kind[Any]] = {kind.name: kind for kind in all_kinds(self)}

    def _call(self, method: str, path: str, what: str, params: Mapping[str, Any] | None = None) -> Any:
        if method == "GET":
            return {
                "access/roles": ROLES,
                "access/users": USERS,
                "access/acl": ENTRIES,
                "access/groups": [{"groupid": "g", "users": f"{LEA},root@pam"}, {"groupid": "other", "users": "", "comment": "theirs"}],
                "access/domains": [{"realm": "pve", "type": "pve"}, {"realm": "gitlab", "type": "openid"}],
                f"access/users/{LEA}": {**USERS[0], "groups": ["theirs", "g"]},
            }[path]
        self.sent.append((method, path, dict(params or {})))
        if path in self.refused:
            raise PermanentError(what)
        return None


@pytest.fixture
def wire() -> Wire:
    return Wire()


def seen(kind: str, **values: Any) -> Observed:
    return Observed(Address(kind, "x"), values, facts={"lastname": values.pop("lastname", None)})


def entry(field: str, name: str, *, removed: bool) -> FieldDiff:
    return FieldDiff(field=field, entry=name, before={"user": name} if removed else None, after=None if removed else {"user": name})


def observe(wire: Wire, kind: str, *specs: Any, records: tuple[str, ...] = ()) -> dict[str, Mapping[str, Any]]:
    resources = [Resource(Address(kind, wire.kinds[kind].key(spec)), spec) for spec in specs]
    kept = [Record(Address(kind, key), {}, {}, None, created=True, run=1, at=None, by="") for key in records]  # type: ignore[arg-type]  # no day is needed
    return {there.address.key: there.values for there in wire.kinds[kind].observe(Scope("eig3", ["adler"], resources, kept)).objects}


def test_an_account_is_made_with_the_midnight_after_its_last_day(wire: Wire) -> None:
    wire.kinds["proxmox.user"].create(ProxmoxUserSpec(id="max", name="Max", email="max@example.org", until=date(2020, 6, 30), enabled=True))
    assert wire.sent == [
        ("POST", "access/users", {"userid": MAX, "firstname": "Max", "email": "max@example.org", "expire": 1593561600, "enable": 1})
    ]


def test_of_an_account_only_what_differs_is_sent_and_its_name_stays_whole(wire: Wire) -> None:
    spec = ProxmoxUserSpec(id=LEA, name="Léa Durand", email="lea@example.org", enabled=False)
    for field, params in {"name": {"firstname": "Léa Durand", "lastname": ""}, "enabled": {"enable": 0}}.items():
        wire.sent.clear()
        wire.kinds["proxmox.user"].update(seen("proxmox.user", lastname="Martin"), spec, [FieldDiff(field=field)])
        assert wire.sent == [("PUT", f"access/users/{LEA}", params)]


def test_an_account_keeps_the_groups_that_are_not_ours(wire: Wire) -> None:
    group = wire.kinds["proxmox.group"]
    diffs = [entry("members", LEA, removed=True), entry("members", MAX, removed=False)]
    group.update(seen("proxmox.group"), ProxmoxGroupSpec(id="g", members=(GroupAccount(user=MAX),)), diffs)
    assert wire.sent == [
        ("PUT", f"access/users/{MAX}", {"groups": "g", "append": 1}),
        ("PUT", f"access/users/{LEA}", {"groups": "theirs"}),
    ]


def test_an_account_that_cannot_be_moved_does_not_keep_the_others_waiting(wire: Wire) -> None:
    wire.refused = {f"access/users/{LEA}"}
    with pytest.raises(PermanentError, match="put lea@pve into group g"):
        wire.kinds["proxmox.group"].create(ProxmoxGroupSpec(id="g", comment="G", members=(GroupAccount(user=LEA), GroupAccount(user=MAX))))
    assert [path for _, path, _ in wire.sent] == ["access/groups", f"access/users/{LEA}", f"access/users/{MAX}"]


def test_rights_are_given_before_others_are_taken(wire: Wire) -> None:
    spec = AclSpec(path="/pool/g", group="g", roles=("Eig", "PVEAuditor"), propagate=True)
    acl, there = wire.kinds["proxmox.acl"], seen("proxmox.acl", roles=["Eig", "PVEVMAdmin"], propagate=None)
    acl.update(there, spec, [FieldDiff(field="roles")])
    assert wire.sent == [
        ("PUT", "access/acl", {"path": "/pool/g", "roles": "PVEAuditor", "groups": "g", "propagate": 1}),
        ("PUT", "access/acl", {"path": "/pool/g", "roles": "PVEVMAdmin", "groups": "g", "delete": 1}),
    ]
    wire.sent.clear()
    acl.update(there, spec, [FieldDiff(field="propagate")])
    assert wire.sent[0][2]["roles"] == "Eig,PVEAuditor"


def test_what_is_seen_is_what_is_named_and_nobody_elses(wire: Wire) -> None:
    acl = AclSpec(path="/pool/g", group="g", roles=("Eig",))
    assert observe(wire, "proxmox.acl", acl) == {
        "/pool/g:@g": {"path": "/pool/g", "group": "g", "user": None, "roles": ["Eig", "PVEVMAdmin"], "propagate": None}
    }
    assert observe(wire, "proxmox.group", ProxmoxGroupSpec(id="g")) == {"g": {"id": "g", "comment": "", "members": [{"user": LEA}]}}
    assert observe(wire, "proxmox.role", RoleSpec(id="Eig", privileges=())) == {"Eig": {"id": "Eig", "privileges": ["VM.Audit"]}}
    assert observe(wire, "proxmox.user", ProxmoxUserSpec(id="nobody@gitlab")) == {}
    assert observe(wire, "proxmox.user", records=(LEA, "root@pam", "eiginfra@pve")) == {
        LEA: {"id": LEA, "name": "Léa Martin", "email": "", "until": None, "enabled": True}
    }


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        (AclSpec, {"path": "/pool/g", "roles": ["Eig"]}),
        (AclSpec, {"path": "/pool/g", "roles": ["Eig"], "group": "g", "user": LEA}),
        (AclSpec, {"path": "pool/g", "roles": ["Eig"], "group": "g"}),
        (AclSpec, {"path": "/nowhere/g", "roles": ["Eig"], "group": "g"}),
        (ProxmoxGroupSpec, {"id": "a b"}),
        (ProxmoxGroupSpec, {"id": "g", "members": [{"user": "lea"}]}),
        (ProxmoxUserSpec, {"id": "lea@pve!token"}),
        (ProxmoxUserSpec, {"id": f"{'l' * 61}@pve"}),
        (RoleSpec, {"id": "Eig", "privileges": ["VM"]}),
    ],
)
def test_what_proxmox_would_refuse_is_refused_before(spec: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        spec.model_validate(fields)
