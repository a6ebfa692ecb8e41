"""What the server makes of a value compares equal to the value, whatever form it has; a form that people write is no difference."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from eiginfra.core.spec import rules
from eiginfra.core.values import ByteSize
from eiginfra.engine.diff import diff

from .conftest import World

MIB = ByteSize.parse("1MiB")
EXAMPLES = 6  # each is a change and a look

LABELS = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True)
SERVERS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).flatmap(
    lambda server: st.sampled_from([str(server), str(server).upper(), server.exploded])
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "name": st.lists(LABELS, min_size=1, max_size=3).map(".".join),
    "tags": st.lists(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,8}", fullmatch=True), max_size=4).map(tuple),
    "dns": st.lists(SERVERS, max_size=3).map(tuple),
    "cores": st.integers(1, 8),
    "memory": st.integers(64, 4096).map(lambda size: ByteSize(size * MIB)),
    "vlan": st.integers(0, 4094).filter(lambda tag: tag != 1),
    "rate": st.integers(0, 10240),
    "firewall": st.booleans(),
    "onboot": st.booleans(),
    "order": st.integers(0, 999),
}
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "container": {
        **SHARED,
        "swap": st.integers(0, 2048).map(lambda size: ByteSize(size * MIB)),
        "nesting": st.booleans(),
        "mounts": st.sampled_from(["/srv/a", "/srv/b/", "/é"]).map(lambda path: ({"path": path, "size": "1GiB"},)),
    },
    "vm": {
        **SHARED,
        "sockets": st.integers(1, 4),
        "cpu": st.sampled_from(["host", "x86-64-v2-AES", "kvm64"]),
        "balloon": st.integers(0, 64).map(lambda size: ByteSize(size * MIB)),
        "agent": st.booleans(),
    },
}


@pytest.fixture
def stopped(world: World, sort: str) -> tuple[World, Any]:
    """A guest that changes touch at once."""
    spec, _ = world.make(getattr(world, sort)(state="stopped"))
    return world, spec


def differing(world: World, spec: Any) -> list[str]:
    kind = world.kind(spec)
    seen = kind.read(spec, {"vmid": spec.id, "node": "eig"})
    assert seen is not None
    return [found.label for found in diff(kind.spec, spec.values(), seen.values, None)]


@pytest.mark.parametrize(("sort", "field"), [(sort, field) for sort, fields in FIELDS.items() for field in fields])
def test_part_5_what_the_server_makes_of_a_value_compares_equal_to_it(stopped: tuple[World, Any], sort: str, field: str) -> None:
    world, base = stopped
    kind = world.kind(base)

    @settings(max_examples=EXAMPLES)
    @given(FIELDS[sort][field])
    def holds(value: Any) -> None:
        try:
            spec = kind.spec.model_validate({**base.values(), field: value})
        except ValidationError:
            return  # `check` refuses it
        there = kind.read(spec, {"vmid": spec.id, "node": "eig"})
        assert there is not None
        if found := diff(kind.spec, spec.values(), there.values, None):
            kind.update(there, spec, found)
        assert differing(world, spec) == []

    holds()


FORMS = [
    ("container", "dns", ("9.9.9.9", "2001:db8::1"), {"nameserver": "9.9.9.9, 2001:DB8:0:0::1"}),
    ("vm", "dns", ("9.9.9.9", "2001:db8::1"), {"nameserver": "9.9.9.9 2001:0db8::1"}),
    ("container", "tags", ("a", "b"), {"tags": "B,a;A"}),
    ("vm", "tags", ("a", "b"), {"tags": "b a"}),
    ("vm", "memory", ByteSize.parse("512MiB"), {"memory": "current=512"}),
    ("vm", "cpu", "host", {"cpu": "cputype=host"}),
    ("vm", "agent", True, {"agent": "1,fstrim_cloned_disks=1"}),
    ("container", "order", 3, {"startup": "up=5,order=3"}),
    ("vm", "order", 3, {"startup": "3,down=9"}),
    ("container", "onboot", True, {"onboot": "yes"}),
    ("vm", "protection", True, {"protection": "on"}),
    ("container", "nesting", True, {"features": "fuse=0,nesting=1"}),
]


def write(world: World, vmid: int, **options: str) -> None:
    """As a person does who edits the configuration's file."""
    guests = {"guests": {str(vmid): {"config": options}}}
    assert world.session.put(f"{world.settings.url}/_lab/proxmox", json=guests, timeout=20).ok


@pytest.mark.parametrize(("sort", "form"), [(form[0], form) for form in FORMS], ids=[f"{form[0]}-{form[1]}" for form in FORMS])
def test_part_5_another_form_of_a_value_is_no_difference(stopped: tuple[World, Any], form: Any) -> None:
    world, base = stopped
    _, field, value, written = form
    spec = world.kind(base).spec.model_validate({**base.values(), field: value})
    write(world, spec.id, **written)
    assert differing(world, spec) == []


@pytest.mark.parametrize("sort", ["container"])
def test_part_5_the_forms_of_a_network_device_and_of_a_mount_are_no_difference(stopped: tuple[World, Any]) -> None:
    world, base = stopped
    spec = world.kind(base).spec.model_validate({**base.values(), "mounts": ({"path": "/srv/data", "size": "1GiB"},), "vlan": 7})
    world.heal(spec)
    there = world.admin("GET", f"/nodes/eig/lxc/{spec.id}/config")
    turned = ",".join(sorted(str(there["net0"]).split(","), reverse=True))
    write(world, spec.id, net0=turned, mp0=there["mp0"].replace("/srv/data", "//srv//data/"))
    assert differing(world, spec) == []


@pytest.mark.parametrize("sort", list(FIELDS))
def test_part_5_every_field_that_people_change_has_its_property(world: World, sort: str) -> None:
    spec = world.kinds[f"proxmox.{sort}"].spec
    plain = {"mark", "pool", "disk", "bridge", "state", "protection", "unprivileged", "id", "address", "remove_after"}
    assert {name for name, rule in rules(spec).items() if rule.compared} - plain == set(FIELDS[sort])
