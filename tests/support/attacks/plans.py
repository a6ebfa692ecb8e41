"""Saved plans: whatever is changed in one, with digests made again, nothing is done that a plan made now would not do."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from support.attacks import Ground, attack
from support.attacks.project import called
from support.kills import Bench

from eiginfra.core.plan import Plan

Body = dict[str, Any]
Alter = Callable[[Body], object]


def made(bench: Bench, *more: str) -> Body:
    """A plan of the bench as `plan --out` saves it."""
    ended = called(["plan", "--out", str(bench.folder / "plan.json"), *bench.options, *more])
    assert ended.code == 0, ended.printed
    body: Body = json.loads((bench.folder / "plan.json").read_text(encoding="utf-8"))
    return body


def forged(body: Body) -> str:
    """With the digests that belong to it, as far as it is a plan at all."""
    try:
        content = {name: value for name, value in body.items() if name not in ("fingerprint", "digest", "totals", "signature")}
        return Plan.model_validate(content).to_json()
    except (ValueError, TypeError, AttributeError):
        return json.dumps(body)


def change(body: Body, kind: str) -> Body:
    found: Body = next(change for change in body["changes"] if change["address"].startswith(f"{kind}["))
    return found


def _set(kind: str, **values: Any) -> Alter:
    return lambda body: change(body, kind).update(values)


def _desired(kind: str, **values: Any) -> Alter:
    return lambda body: change(body, kind)["desired"].update(values)


def _member(body: Body) -> None:
    members = change(body, "gitlab.members")["desired"]["members"]
    members.append({**members[0], "username": "mallory", "access": "owner"})


def _elsewhere(body: Body) -> None:
    change(body, "gitlab.group")["address"] = "gitlab.group[eig/eig3/mallory]"


def _added(**values: Any) -> Alter:
    def add(body: Body) -> None:
        new = {**copy.deepcopy(change(body, "gitlab.project")), "depends_on": [], "follows": [], **values}
        body["changes"].append(new)

    return add


ALTERED: Mapping[str, Alter] = {
    "visibility": _desired("gitlab.project", visibility="public", description="forged"),
    "title": _desired("gitlab.group", title="Forged"),
    "memory": _desired("proxmox.container", memory="64GiB"),
    "cores": _desired("proxmox.container", cores=64),
    "privileged": _desired("proxmox.container", features=["nesting", "mount=nfs"]),
    "number": _desired("proxmox.container", vmid=9012),
    "member": _member,
    "administrator": _desired("gitlab.user", admin=True, state="active", email="mallory@example.org"),
    "other-address": _elsewhere,
    "as-deletion": _set("gitlab.group", action="delete", step="delete", handle={"id": 1}),
    "as-replacement": _set("proxmox.container", action="replace", handle={"vmid": 9012, "node": "eig"}),
    "as-adoption": _set("proxmox.container", action="adopt", handle={"vmid": 9012, "node": "eig"}, marked=False),
    "as-update-of-another": _set("gitlab.project", action="update", handle={"id": 1}),
    "released": _set("gitlab.group", release=True),
    "renamed": _set("gitlab.group", was="gitlab.group[eig]"),
    "other-handle": _set("gitlab.group", handle={"id": 1}),
    "new-group": _added(address="gitlab.group[eig/eig3/mallory]", desired={"path": "eig/eig3/mallory", "title": "M"}),
    "new-deletion": _added(address="gitlab.project[eig/eig3/other/x]", action="delete", desired=None, handle={"id": 1}),
    "new-user": _added(address="gitlab.user[mallory]", desired={"username": "mallory", "admin": True}),
    "unknown-kind": _added(address="gitlab.server[x]"),
    "unknown-provider": _added(address="shell.command[x]", desired={"run": "id"}),
    "findings-gone": lambda body: body.update(findings=[]),
    "twice": lambda body: body["changes"].append(copy.deepcopy(body["changes"][0])),
    "circle": lambda body: [found.update(depends_on=[other["address"] for other in body["changes"]]) for found in body["changes"]],
    "no-dependencies": lambda body: [found.update(depends_on=[], follows=[]) for found in body["changes"]],
    "other-cohort": lambda body: body["meta"].update(cohort="eig2"),
    "other-site": lambda body: body["meta"].update(site="elsewhere"),
    "other-day": lambda body: body["meta"].update(as_of="2030-01-01"),
    "other-inventory": lambda body: body["meta"].update(inventory="0" * 64),
    "other-version": lambda body: body.update(format_version=1),
    "control-characters": _set("gitlab.group", team="\x1b[2J\u202e"),
    "surrogate": _set("gitlab.group", team="\ud800"),
    "null-desired": _set("gitlab.group", desired=None),
    "list-for-mapping": _set("gitlab.group", desired=[1]),
    "number-for-address": _set("gitlab.group", address=7),
    "no-changes": lambda body: body.pop("changes"),
    "changes-null": lambda body: body.update(changes=None),
    "meta-list": lambda body: body.update(meta=[]),
    "findings-number": lambda body: body.update(findings=7),
    "unknown-key": lambda body: body["meta"].update(root=True),
}


def _state(bench: Bench) -> dict[str, set[str]]:
    """What there is on both servers, by name."""
    get = bench._ask
    return {
        "users": {user["username"] for user in get("gitlab", "GET", "/users?per_page=100")},
        "groups": {group["full_path"] for group in get("gitlab", "GET", "/groups?per_page=100")},
        "projects": {
            f"{project['path_with_namespace']} {project['visibility']} {project['description']}"
            for project in get("gitlab", "GET", "/projects?per_page=100")
        },
        "guests": {f"{guest['name']} {guest['maxmem']}" for guest in get("proxmox", "GET", "/nodes/eig/lxc")},
        "machines": {f"{guest['vmid']} {guest['name']}" for guest in get("proxmox", "GET", "/nodes/eig/qemu")},
    }


_ALLOWED: dict[int, dict[str, set[str]]] = {}


def _allowed(bench: Bench) -> dict[str, set[str]]:
    """What there is after the plan itself; the same for every attack."""
    if id(bench) not in _ALLOWED:
        bench.reset()
        body = made(bench)
        (bench.folder / "plan.json").write_text(json.dumps(body), encoding="utf-8")
        ended = called(["apply", str(bench.folder / "plan.json"), *bench.options])
        assert ended.code == 0, ended.printed
        _ALLOWED[id(bench)] = _state(bench)
        bench.reset()
    return _ALLOWED[id(bench)]


@attack(6, ALTERED)
def an_altered_plan(ground: Ground, alter: Alter) -> None:
    bench = ground.bench
    allowed, before = _allowed(bench), _state(bench)
    body = made(bench)
    alter(body)
    (bench.folder / "plan.json").write_text(forged(body), encoding="utf-8", errors="surrogatepass")
    ended = called(["apply", str(bench.folder / "plan.json"), *bench.options])
    assert ended.code in (0, 1, 64, 65), ended.printed
    assert "bug of eiginfra" not in ended.printed, ended.printed
    beyond = {what: there - allowed[what] - before[what] for what, there in _state(bench).items()}
    assert not any(beyond.values()), beyond
    assert all(before[what] <= there for what, there in _state(bench).items())


GARBAGE: Mapping[str, bytes] = {
    "empty": b"",
    "not-json": b"{",
    "null": b"null",
    "number": b"7",
    "text": b'"x"',
    "list": b"[]",
    "not-utf-8": b"\xff\xfe{}",
    "mark": b"\xef\xbb\xbf{}",
    "deep": b"[" * 200_000,
    "deep-mapping": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "not-a-number": b'{"fingerprint": NaN}',
    "large-number": b'{"fingerprint": ' + b"9" * 10_000 + b"}",
    "nul": b"\0" * 100,
    "large": b" " * (65 * 2**20),
}


@attack(6, GARBAGE)
def what_is_no_plan(ground: Ground, content: bytes) -> None:
    bench = ground.bench
    (bench.folder / "plan.json").write_bytes(content)
    for command in (["apply"], ["plan", "--verify"]):
        ended = called([*command, str(bench.folder / "plan.json"), *bench.options])
        assert ended.code in (64, 65), ended.printed
        assert "bug of eiginfra" not in ended.printed
