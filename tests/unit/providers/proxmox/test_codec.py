"""Proxmox's notations; the examples are what a Proxmox VE 9.1 returned."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import (
    Properties,
    encode_keys,
    flag,
    mark_of,
    parse_size,
    parse_tags,
    print_size,
    print_tags,
    removal_of,
    with_mark,
    with_removal,
)

RETURNED = [
    ("name=eth0,bridge=vmbr0,firewall=1,gw=10.0.0.1,hwaddr=BC:24:11:CA:AF:52,ip=10.0.0.7/24,rate=10,tag=7,type=veth", ""),
    ("local:201/vm-201-disk-0.raw,size=1G", "volume"),
    ("local:201/vm-201-disk-1.raw,mp=/data,backup=1,size=102M", "volume"),
    ("local:202/subvol-202-disk-2.subvol,mp=/srv/sub,size=0T", "volume"),
    ("local:202/vm-202-disk-0.raw,quota=1", "volume"),
    ("local:100/base-100-disk-0.qcow2/102/vm-102-disk-0.qcow2,discard=on,size=1G", "file"),
    ("local:100/vm-100-cloudinit.qcow2,media=cdrom", "file"),
    ("none,media=cdrom", "file"),
    ("virtio=BC:24:11:6D:26:A0,bridge=vmbr1", "model"),
    ("ip=10.0.0.5/24,gw=10.0.0.1", ""),
    ("ip=dhcp", ""),
    ("nesting=1", ""),
    (" ", ""),
    ("current=512", "current"),
    ("256", "current"),
    ("enabled=1", "enabled"),
    ("1", "enabled"),
    ("order=scsi0;ide2;net0", "legacy"),
    ("order=3,up=5,down=6", "order"),
    ("creation-qemu=10.0.13,ctime=1795291639", ""),
]
RECORDINGS = Path(__file__).parents[5] / "shared" / "recordings" / "proxmox"
OPTION = re.compile(
    r"(?:net|mp|unused|scsi|virtio|sata|ide|ipconfig|serial)\d+|rootfs|features|startup|agent|cpu|memory|boot|smbios1|meta|vga"
)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_:./;+ ", min_size=1, max_size=12)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)


@st.composite
def property_strings(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.tuples(KEYS, WORDS), max_size=5, unique_by=lambda pair: pair[0]))
    bare = draw(st.none() | WORDS)
    parts = [f"{key}={value}" for key, value in pairs]
    return ",".join(parts if bare is None else [bare, *parts])


@pytest.mark.parametrize(("text", "default"), RETURNED)
def test_what_a_server_returns_is_printed_as_it_came(text: str, default: str) -> None:
    assert str(Properties.parse(text, default)) == text


def _recorded() -> Iterator[tuple[str, str]]:
    """Every property string of a guest's configuration that the recorded server returned, with its option."""
    for file in sorted(RECORDINGS.rglob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            body = exchange.get("body")
            if exchange.get("method") == "GET" and str(exchange.get("path")).endswith(("/config", "/pending")) and isinstance(body, dict):
                data = body.get("data") or {}
                rows = data if isinstance(data, list) else [{"key": key, "value": value} for key, value in data.items()]
                options = ((str(row["key"]), row.get(part)) for row in rows for part in ("value", "pending"))
                yield from ((key, str(text)) for key, text in options if OPTION.fullmatch(key) and text is not None)


def test_whatever_a_real_server_returned_is_printed_as_it_came() -> None:
    found = set(_recorded())
    if not found:
        pytest.skip(f"there are no recordings at {RECORDINGS}")
    assert {key.rstrip("0123456789") for key, _ in found} >= {
        "net",
        "rootfs",
        "mp",
        "scsi",
        "ide",
        "ipconfig",
        "features",
        "startup",
        "agent",
    }
    for _, text in sorted(found):
        read = Properties.parse(text, "first")
        assert str(read) == text
        size = read.get("size")
        assert size is None or print_size(parse_size(size)) == size


@given(property_strings(), KEYS)
def test_reading_and_printing_is_the_identity(text: str, default: str) -> None:
    assert str(Properties.parse(text, default)) == text


@given(property_strings(), KEYS, WORDS)
def test_a_change_leaves_every_other_key_as_it_was(text: str, key: str, value: str) -> None:
    before = Properties.parse(text, "volume")
    after = Properties.parse(str(before.replace(**{key: value})), "volume")
    assert after.get(key) == value
    blank = before.bare and not before.pairs[0][1].strip()
    kept = [pair for pair in before.pairs[blank:] if pair[0] != key]
    assert [pair for pair in after.pairs if pair[0] != key] == kept


def test_a_changed_address_keeps_the_mac_and_its_place() -> None:
    net0 = Properties.parse("name=eth0,bridge=vmbr0,hwaddr=BC:24:11:69:9A:3D,ip=10.0.0.10/24,type=veth")
    assert str(net0.replace(ip="10.0.0.11/24", gw="10.0.0.1")) == (
        "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:69:9A:3D,ip=10.0.0.11/24,type=veth,gw=10.0.0.1"
    )


def test_a_key_can_be_taken_out_and_a_bare_value_stays_bare() -> None:
    disk = Properties.parse("local:1,size=8G,ro=1", "volume")
    assert disk.get("volume") == "local:1"
    assert str(disk.replace(ro=None)) == "local:1,size=8G"
    assert str(Properties.parse("virtio", "model").replace(bridge="vmbr1")) == "virtio,bridge=vmbr1"


@pytest.mark.parametrize("blank", [" ", ""])
def test_an_emptied_value_takes_a_first_key(blank: str) -> None:
    assert str(Properties.parse(blank).replace(nesting="1")) == "nesting=1"
    assert not Properties.parse(blank).flag("nesting")


@pytest.mark.parametrize(
    ("text", "size"),
    [("8G", 8 * 2**30), ("512M", 2**29), ("1T", 2**40), ("2560M", 2560 * 2**20), ("0T", 0), ("528K", 528 * 2**10), ("513", 513)],
)
def test_sizes_are_read_and_printed_as_the_server_does(text: str, size: int) -> None:
    assert parse_size(text) == size
    assert print_size(size) == text


@given(st.integers(min_value=0, max_value=2**50))
def test_a_printed_size_is_the_same_size(size: int) -> None:
    assert parse_size(print_size(size)) == size


def test_a_fraction_is_a_size_and_a_word_is_none() -> None:
    assert parse_size("2.5G") == ByteSize.parse("2560MiB")
    with pytest.raises(ValueError, match="'big' is not a size"):
        parse_size("big")


@pytest.mark.parametrize(("value", "truth"), [(1, True), ("1", True), ("on", True), ("yes", True), (0, False), ("0", False), ("", False)])
def test_booleans_come_in_many_forms(value: object, truth: bool) -> None:
    assert flag(value) is truth


@pytest.mark.parametrize(
    ("stored", "tags"),
    [
        ("Zeta;alpha;ZETA;beta,alpha  gamma", ("alpha", "beta", "gamma", "zeta")),
        (" ", ()),
        ("", ()),
        (None, ()),
        ("x,y z", ("x", "y", "z")),
    ],
)
def test_tags_are_read_as_the_server_would_store_them(stored: object, tags: tuple[str, ...]) -> None:
    assert parse_tags(stored) == tags


def test_tags_are_printed_sorted() -> None:
    assert print_tags(["web", "eig3", "web"]) == "eig3;web"


def test_the_mark_is_a_line_among_others() -> None:
    assert mark_of("Ask Léa first\neiginfra: eig3/adler/web\nmore\n") == "eig3/adler/web"
    assert mark_of("crlf\r\neiginfra: eig3/adler/web\r\n") == "eig3/adler/web"
    assert mark_of("see eiginfra: eig3/adler/web") is None
    assert mark_of("eiginfra: adler") is None
    assert mark_of(None) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_writing_the_mark_keeps_what_people_wrote(text: str) -> None:
    marked = with_mark(text, "eig3/adler/web")
    assert mark_of(marked) == "eig3/adler/web"
    assert with_mark(marked, "eig3/adler/web") == marked
    if mark_of(text) is None:
        assert marked.startswith(text.rstrip())


def test_another_mark_is_replaced_in_its_place() -> None:
    assert with_mark("a\neiginfra: eig3/adler/old\nb", "eig3/adler/web") == "a\neiginfra: eig3/adler/web\nb"


@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1), max_size=3))
def test_keys_are_percent_encoded_with_what_the_server_allows(keys: list[str]) -> None:
    encoded = encode_keys(keys)
    assert set(encoded) <= set("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.!~*'()-")
    assert unquote(encoded) == "".join(f"{key}\n" for key in keys)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.dates(min_value=date(2000, 1, 1), max_value=date(2999, 1, 1)))
def test_a_day_of_removal_is_written_read_and_taken_off_again(text: str, day: date) -> None:
    dated = with_removal(with_mark(text, "eig3/adler/web"), day)
    assert removal_of(dated) == day
    assert mark_of(dated) == "eig3/adler/web"
    assert with_removal(dated, day) == dated
    assert removal_of(with_removal(dated, None)) is None


def test_a_day_of_removal_stands_below_what_people_wrote_and_keeps_it() -> None:
    text = "Ask Léa\n\neiginfra: eig3/adler/web"
    dated = with_removal(text + "\n", date(2020, 8, 1))
    assert dated == f"{text}\neiginfra-remove-after: 2020-08-01"
    assert with_removal(dated + "\n", date(2021, 1, 1)) == f"{text}\neiginfra-remove-after: 2021-01-01"
    assert with_removal(dated, None) == text


@pytest.mark.parametrize(
    "text", [None, "", "eiginfra-remove-after: soon", "eiginfra-remove-after: 2020-02-31", "x eiginfra-remove-after: 2020-08-01"]
)
def test_what_is_no_day_of_removal(text: object) -> None:
    assert removal_of(text) is None
