"""A sub-domain's file is read by its directives, and what differs from what the gateway program writes is told, whatever it is."""

# ruff: noqa: E501 - tables

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gateway_texts import CHALLENGE, FOLDER, HOST, server_block_text

from eiginfra.core.values import ByteSize
from eiginfra.providers.gateway.nginx import statements
from eiginfra.providers.gateway.server_block import BlockSettings, ServerBlock, server_block


def read(text: str, host: str = HOST, *, certificate: str = FOLDER, ipv6: bool = True) -> ServerBlock:
    [found] = statements([text])
    return server_block(host, text, found, BlockSettings(certificate, CHALLENGE, ipv6))


def test_what_the_contract_shows_is_read_and_nothing_is_left_over() -> None:
    assert read(server_block_text(sources=["192.0.2.0/24", "2001:db8::/32"])) == ServerBlock(
        "eig3/adler/web", "192.168.0.101", 8080, True, ByteSize.parse("16MiB"), 60, ("192.0.2.0/24", "2001:db8::/32"), True
    )


@given(
    st.integers(1, 65535),
    st.booleans(),
    st.integers(1, 10240),
    st.integers(1, 3600),
    st.lists(st.ip_addresses(v=4).map(lambda ip: f"{ip}/32"), unique=True, max_size=3),
    st.booleans(),
    st.sampled_from([FOLDER, "/etc/letsencrypt/live/{name}", ""]),
    st.booleans(),
)
def test_every_value_is_read_back(  # noqa: PLR0917 - one argument for each thing that is drawn
    port: int, websocket: bool, body: int, timeout: int, sources: list[str], https: bool, certificate: str, ipv6: bool
) -> None:
    text = server_block_text(
        target=f"192.168.0.9:{port}",
        websocket=websocket,
        max_body=body,
        timeout=timeout,
        sources=sources,
        https=https,
        certificate=certificate,
        ipv6=ipv6,
    )
    assert read(text, certificate=certificate, ipv6=ipv6) == ServerBlock(
        "eig3/adler/web", "192.168.0.9", port, websocket, ByteSize(body * 2**20), timeout, tuple(sources), https
    )


BY_HAND = {
    "added": (
        "        proxy_http_version",
        '        add_header X-Team "it\'s ours";\n        proxy_http_version',
        ("+ server > location / > add_header X-Team \"it's ours\"",),
    ),
    "missing": ("        proxy_http_version 1.1;\n", "", ("- server > location / > proxy_http_version 1.1",)),
    "another value": (
        "X-Real-IP $remote_addr",
        "X-Real-IP 1.2.3.4",
        ("- server > location / > proxy_set_header X-Real-IP $remote_addr", "+ server > location / > proxy_set_header X-Real-IP 1.2.3.4"),
    ),
    "another order": (
        "        allow 192.0.2.0/24;\n        deny all;\n",
        "        deny all;\n        allow 192.0.2.0/24;\n",
        ("+ server > location / > deny all", "- server > location / > deny all"),
    ),
    "another name": (f"    server_name {HOST};\n    server_tokens off;\n    ssl", f"    server_name {HOST} x.org;\n    server_tokens off;\n    ssl", (
        f"- server > server_name {HOST}",
        f"+ server > server_name {HOST} x.org",
    )),
    "an include": ("    client_max", "    include /etc/passwd;\n    client_max", ("+ server > include /etc/passwd",)),
    "a block": ("    client_max", "    location /x {\n        return 403;\n    }\n    client_max", ("+ server > location /x", "+ server > location /x > return 403")),
    "a comment": ("    client_max", "    # nothing\n    client_max", ()),
}  # fmt: skip


@pytest.mark.parametrize("what", BY_HAND)
def test_what_was_changed_by_hand_is_told(what: str) -> None:
    before, after, further = BY_HAND[what]
    text = server_block_text(sources=["192.0.2.0/24"])
    assert text.count(before) == 1
    assert read(text.replace(before, after)).further == further


def test_a_value_that_was_changed_by_hand_is_the_value_and_nothing_further() -> None:
    text = server_block_text().replace("16m", "1g").replace("60s", "2m").replace(":8080", ":81")
    found = read(text)
    assert (found.max_body, found.timeout, found.port, found.further) == (2**30, 120, 81, ())


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [("16m", "lots", "max_body"), ("proxy_read_timeout 60s", "proxy_read_timeout 1m30s", "timeout"), ("http://192.168.0.101:8080", "http://app", "address")],
)  # fmt: skip
def test_a_value_that_nobody_understands_is_none_and_told(before: str, after: str, field: str) -> None:
    found = read(server_block_text().replace(before, after))
    assert getattr(found, field) is None
    assert any(after.rsplit(maxsplit=1)[-1] in line for line in found.further)


def test_a_file_that_cannot_be_read_says_so_and_has_no_values() -> None:
    assert read("# eiginfra eig3/adler/web\nserver {\n") == ServerBlock(
        "eig3/adler/web", further=('? unexpected end of file, expecting "}", line 2',)
    )


def test_a_file_without_eiginfras_line_has_no_owner() -> None:
    assert read(server_block_text().partition("\n")[2]).owner is None


def test_no_more_is_told_than_people_read() -> None:
    found = read(server_block_text() + "".join(f"map $a $b{number} {{ x {'y' * 500}; }}\n" for number in range(2000)))
    assert len(found.further) == 21
    assert found.further[-1] == "…"
    assert max(map(len, found.further)) <= 170


@given(st.text(max_size=200), st.integers(0, 2000))
def test_whatever_is_written_into_a_file_it_is_read_or_told(garbage: str, place: int) -> None:
    text = server_block_text()
    found = read(text[:place] + garbage + text[place:])
    assert all(line[:2] in {"+ ", "- ", "? ", "…"} for line in found.further)
