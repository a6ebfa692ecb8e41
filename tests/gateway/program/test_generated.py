"""Whatever is generated: no name, address, key or number becomes a second argument, line, directive or file."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.gateway_cases import DOMAIN, FORMS, GOOD, METACHARACTERS, VALID
from support.gateway_root import GatewayRoot, running
from support.gateway_texts import server_block_text

from eiginfra.providers.gateway import program

SITES, ETC = "/etc/nginx/conf.d", "/etc/eiginfra-gateway"
SIGNS = st.one_of(st.sampled_from(METACHARACTERS), st.text(alphabet=string.printable, max_size=6), st.text(max_size=4))


@st.composite
def _near(draw: st.DrawFn, form: str) -> str:
    """A value of a form, with something in it that does not belong there, or without."""
    value = draw(st.sampled_from(GOOD[form]))
    at = draw(st.integers(0, len(value)))
    return value[:at] + draw(st.one_of(st.just(""), SIGNS)) + value[at:]


@st.composite
def _asked(draw: st.DrawFn) -> tuple[str, bytes]:
    """A verb, and data of which some values are nearly right."""
    verb = draw(st.sampled_from(("account", "subdomain", "forward")))
    lines = list(VALID[verb])
    for key in draw(st.lists(st.sampled_from([key for of, key in FORMS if of == verb and FORMS[of, key] in GOOD]), min_size=1, max_size=3)):
        lines = [*(line for line in lines if line[0] != key), (key, draw(_near(FORMS[verb, key])))]
    data = b"".join(key.encode() + b" " + value.encode("utf-8", "surrogatepass") + b"\n" for key, value in lines)
    return verb, data + draw(st.sampled_from([b"end\n", b"end\n", b"end\n", b"end", b""]))


@pytest.fixture(scope="module")
def root(prepared: Path) -> Iterator[GatewayRoot]:
    with running(GatewayRoot((prepared,))) as root:
        root.boot()
        yield root


@settings(max_examples=60)
@given(asked=_asked())
def test_nothing_generated_becomes_a_second_argument_line_directive_or_file(root: GatewayRoot, asked: tuple[str, bytes]) -> None:
    verb, data = asked
    lines = [line.split(" ", 1) for line in data.decode("utf-8", "surrogateescape").split("\n") if " " in line]
    value = dict(pair for pair in lines if len(pair) == 2)
    before = root.written()
    done = root.run(program.PATH, verb, data=data)
    assert done.code in {0, 65}, done
    assert root.sh("ls -A /tmp") == ""
    written = {path for path, _ in root.written().items() ^ before.items()}
    if done.code == 65:
        assert written == set()
        return
    name = value.get("name", "")
    system = {f"/etc/{base}{old}" for base in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid") for old in ("", "-")} | {
        "/etc/.pwd.lock",
        "/var/log/lastlog",
        "/var/log/faillog",
    }
    allowed = {
        "account": system | {f"{ETC}/keys/{name}"},
        "subdomain": {f"{SITES}/eiginfra-{name}.conf"},
        "forward": {f"{ETC}/forwards.nft"},
    }[verb]
    assert written <= allowed
    if verb == "account":
        keys = root.read(f"{ETC}/keys/{name}") or ""
        assert [line.split(" ", 1)[1] for line in keys.splitlines()] == ([value["key"]] if value["enabled"] == "yes" else [])
        assert all(line.split(" ")[0] == f'restrict,port-forwarding,permitopen="{value["open"]}:22"' for line in keys.splitlines())
        assert root.sh('grep -c "^$1:" /etc/passwd', name) == "1\n"
    elif verb == "subdomain":
        assert name.endswith(f".{DOMAIN}")
        assert root.read(f"{SITES}/eiginfra-{name}.conf") == server_block_text(
            name,
            owner=value["owner"],
            target=f"{value['address']}:{value['port']}",
            websocket=value["websocket"] == "yes",
            max_body=int(value["max-body"]),
            timeout=int(value["timeout"]),
            sources=[value["source"]] if "source" in value else [],
        )
    else:
        records = root.sections()["forwards"].splitlines()
        sources = value.get("source", "-")
        assert (
            f"{value['public']} {value['protocol']} {value['address']} {value['port']} {value['closed']} {value['owner']} {sources}"
            in records
        )
        assert all(len(record.split(" ")) == 7 for record in records)
        rules = [line for line in root.sh("nft list table inet eiginfra").splitlines() if "dnat" in line]
        assert len(rules) <= len(records) + 1
