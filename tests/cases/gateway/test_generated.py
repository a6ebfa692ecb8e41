"""Whatever text is written in a field: it is refused offline, refused by the program, or it is that one value and nothing else.

Through the real verbs: no text becomes a second argument, a second line, another directive or another file.
"""

# ruff: noqa: E501 - tables

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support.gateway_rows import CASES
from support.gateway_wire import KEY, OTHER_KEY
from support.gateway_world import GatewayWorld

from eiginfra.engine.diff import diff
from eiginfra.providers.gateway.errors import DataRefusedError

EVIL = [
    *("\n", "\r", "\0", "\x1b[2J", "\u2028", "\t", " ", "  ", "/", "../", "..", ".", "-", "--", "~", "*", "?", "$(id)", "`id`", "${HOME}", "%u", "%s"),
    *(";", "; id", "&& id", "| id", "#", "'", '"', "\\", "{", "}", "};", "} server {", "{name}", ":", ":22", ",", "@", "=", "<", ">", "!", "é", "xn--"),
    *("\nend\n", "\nkey " + OTHER_KEY, "\nopen 192.168.0.200", ' permitopen="*:*"', "; return 200", "\n    return 200;", " -o ProxyCommand=id"),
]  # fmt: skip
PIECES = st.lists(st.one_of(st.sampled_from(EVIL), st.text(max_size=6)), min_size=1, max_size=3).map("".join)
EXAMPLES = 60  # each that is not refused offline is two or three calls of the program


def spoilt(*good: str) -> st.SearchStrategy[str]:
    """Good text with something in it, before it, behind it, or in its place."""
    return st.one_of(
        PIECES,
        st.builds(lambda text, piece, at: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :], st.sampled_from(good), PIECES, st.integers(0, 200)),
    )  # fmt: skip


MACHINE = "proxmox.container[eig3/adler/web]"
FIELDS: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("account", "user"): spoilt("adler-1", "a"),
    ("account", "keys"): st.lists(spoilt(KEY, f"{KEY} me@home"), min_size=1, max_size=2),
    ("account", "opens"): st.lists(spoilt("192.168.0.101"), min_size=1, max_size=2),
    ("subdomain", "name"): spoilt("adler.eig-apps.example.org", "eig-apps.example.org"),
    ("subdomain", "machine"): spoilt(MACHINE),
    ("subdomain", "address"): spoilt("192.168.0.101"),
    ("subdomain", "sources"): st.lists(spoilt("192.0.2.0/24", "2001:db8::/32"), min_size=1, max_size=2),
    ("forward", "machine"): spoilt(MACHINE),
    ("forward", "address"): spoilt("192.168.0.101"),
    ("forward", "sources"): st.lists(spoilt("192.0.2.0/24"), min_size=1, max_size=2),
}
COMPLETED = {
    "account": {"opens": ("192.168.0.101",), "settled": True},
    "subdomain": {"address": "192.168.0.101", "further": (), "https": True, "settled": True},
    "forward": {"address": "192.168.0.101", "closed": False, "settled": True},
}


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[f"{kind}-{field}" for kind, field in FIELDS])
def test_no_text_becomes_anything_but_its_value(world: GatewayWorld, kind: str, field: str) -> None:
    service, base = world.lab.served["gateway"].service, CASES[kind].base[-1]
    made = next(one for one in world.providers.registry() if one.name == f"gateway.{kind}")
    pristine = json.dumps(service.dump())
    given_values = {name: getattr(base, name) for name in base.model_fields_set} | COMPLETED[kind]

    @settings(max_examples=EXAMPLES)
    @given(FIELDS[kind, field])
    def holds(value: Any) -> None:
        try:
            spec = made.spec.model_validate({**given_values, field: value})
        except ValidationError:
            return  # `check` refuses it
        service.load(json.loads(pristine))
        try:
            made.create(spec)
        except (DataRefusedError, ValueError):  # the program's own refusal, or what would be a second line
            assert service.dump() == json.loads(pristine)
            return
        seen = made.read(spec, {})
        assert seen is not None
        assert diff(made.spec, spec.values(), seen.values, None) == []
        before, after = json.loads(pristine), service.dump()
        assert changed(before["accounts"], after["accounts"]) <= {made.key(spec)}
        assert changed(before["files"], after["files"]) <= files(kind, made.key(spec))

    holds()


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def files(kind: str, key: str) -> set[str]:
    """What a write may touch."""
    return {
        "account": {f"/etc/eiginfra-gateway/keys/{key}"},
        "subdomain": {f"/etc/nginx/conf.d/eiginfra-{key}.conf"},
        "forward": {"/etc/eiginfra-gateway/forwards.nft"},
    }[kind]


NAMES = st.from_regex(r"[a-z_][a-z0-9_.-]{0,30}[a-z0-9_-]", fullmatch=True)
ADDRESSES = st.integers(1, 253).map(lambda number: f"192.168.0.{number}")
DAYS = st.one_of(st.none(), st.dates(date(1970, 1, 3), date(9000, 12, 31)))


def test_what_check_takes_of_an_account_the_program_takes_and_shows_again(world: GatewayWorld) -> None:
    kind = next(one for one in world.providers.registry() if one.name == "gateway.account")

    @settings(max_examples=40)
    @given(NAMES, st.sets(st.sampled_from([KEY, OTHER_KEY]), min_size=1), st.sets(ADDRESSES, max_size=40), DAYS)
    def holds(name: str, keys: set[str], opens: set[str], until: date | None) -> None:
        if name in world.lab.served["gateway"].service.dump()["accounts"]:
            return
        spec = kind.spec.model_validate({"user": name, "keys": sorted(keys), "opens": sorted(opens), "until": until, "enabled": True})
        kind.create(spec)
        seen = kind.read(spec, {})
        assert seen is not None
        assert diff(kind.spec, spec.values(), seen.values, None) == []

    holds()
