"""Data for the writing verbs, drawn: what the specs take, and anything else in place of a value."""

from typing import Any

from hypothesis import strategies as st
from support.gateway_cases import METACHARACTERS, REPEATED, VALID

DOMAIN = "eig-apps.example.org"
PORT = st.integers(1, 65535)
V4 = st.integers(8, 32).flatmap(lambda length: st.integers(0, 2**length - 1).map(lambda bits: _v4(bits << (32 - length), length)))
V6 = st.integers(16, 128).flatmap(lambda length: st.integers(0, 2**length - 1).map(lambda bits: _v6(bits << (128 - length), length)))
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--" and label != "www")


def _v4(number: int, length: int) -> str:
    return f"{'.'.join(str(number >> shift & 255) for shift in (24, 16, 8, 0))}/{length}"


def _v6(number: int, length: int) -> str:
    return f"{':'.join(f'{number >> shift & 0xFFFF:x}' for shift in range(112, -1, -16))}/{length}"


SUBDOMAINS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "name": LABEL.map(lambda label: f"{label}.{DOMAIN}"),
    "port": PORT,
    "websocket": st.booleans(),
    "max_body": st.integers(1, 10240).map(lambda size: f"{size}MiB"),
    "timeout": st.integers(1, 3600),
    "sources": st.lists(V4 | V6, max_size=4),
})  # fmt: skip
FORWARDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "public": st.integers(10000, 19999).filter(lambda port: port != 10001),
    "protocol": st.sampled_from(["tcp", "udp"]),
    "port": PORT,
    "sources": st.lists(V4, max_size=3) | st.lists(V4 | V6, min_size=1, max_size=4).filter(lambda some: any("." in one for one in some)),
    "closed": st.booleans(),
})  # fmt: skip

_SIGNS = st.text(st.sampled_from("".join(METACHARACTERS) + "aA1.-_/:=,@\n\r\0 "), max_size=30)
_WRITING = sorted(set(VALID) - {"features", "restart", "host-keys"})


@st.composite
def hostile_data(draw: st.DrawFn) -> tuple[str, list[tuple[str, object]]]:
    """A verb and its data, in which one value, or a further one of a key that may be repeated, is anything."""
    verb = draw(st.sampled_from(_WRITING))
    lines: list[tuple[str, object]] = [*VALID[verb]]
    more = sorted(key for of, key in REPEATED if of == verb)
    at = draw(st.integers(0, len(lines) - 1 + len(more)))
    key, value = lines[at] if at < len(lines) else (more[at - len(lines)], "192.0.2.0/24")
    sign = draw(st.sampled_from(METACHARACTERS) | _SIGNS)
    drawn = draw(
        st.sampled_from([f"{value}{sign}", f"{sign}{value}", f"{str(value)[:3]}{sign}{str(value)[3:]}"]) | _SIGNS | st.text(max_size=30)
    )
    written = (key, drawn)
    return verb, [*lines, written] if at >= len(lines) else [*lines[:at], written, *lines[at + 1 :]]
