"""What `observe` says is read strictly: a frame of another form is an error, a line of another form is told and left out."""

# ruff: noqa: E501 - tables

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gateway_wire import ALWAYS, KEY, OTHER_KEY, framed, jump_line

from eiginfra.core.errors import PermanentError, TransientError
from eiginfra.providers.gateway.answer import GatewayReading, SystemAccount, configuration, read_state
from eiginfra.providers.gateway.frames import CutAnswerError, OtherVersionError, sections
from eiginfra.providers.gateway.jump_keys import JumpKeys, in_order
from eiginfra.providers.shapes import Oddities

FULL = framed({
    **ALWAYS,
    "accounts": "root:0::0:1:/bin/bash\nadler-1:1001:18444:1:0:/usr/sbin/nologin\nold:1002:1:1:0:/usr/sbin/nologin\nWEIRD$:1003::0:0:\n",
    "keys adler-1": jump_line(KEY, "192.168.0.101"),
    "subdomain adler.eig-apps.example.org": "server {}\n",
    "nginx": "# configuration file /etc/nginx/nginx.conf:\n",
    "certificates": "*\nadler.eig-apps.example.org\n",
    "forwards": "10222 tcp 192.168.0.101 22 no eig3/adler/web -\n10053 udp 192.168.0.102 53 yes eig3/adler/db 192.0.2.0/24,2001:db8::/32\n",
    "loaded": "table inet eiginfra {\n}\n",
    "listening": "tcp 22\nudp 123\n",
    "guests": "101 nesting=1 nesting=1,keyctl=1\n102 - -\n",
    "pending": "account adler-1\nforward 10222/tcp\n",
    "tools": "nginx 1.26.3\nnft 1.1.3\nsystemd\n",
})  # fmt: skip


def read(answer: bytes) -> tuple[GatewayReading, list[str]]:
    odd = Oddities("gateway")
    state = read_state(answer, odd)
    return state, [str(found.params.get("name", found.params.get("count"))) for found in odd.take()]


def test_all_sections_are_read() -> None:
    state, odd = read(FULL)
    assert odd == []
    assert state.accounts["adler-1"] == SystemAccount("adler-1", 1001, 18444, member=True, privileged=False, shell="/usr/sbin/nologin")
    assert [state.accounts[name].closed for name in ("root", "adler-1", "old")] == [False, False, True]
    assert state.accounts["root"].privileged
    assert state.keys == {"adler-1": JumpKeys(frozenset({KEY}), frozenset({"192.168.0.101"}))}
    assert state.subdomains == {"adler.eig-apps.example.org": "server {}\n"}
    assert state.nginx is not None
    assert state.nginx_error is None
    assert state.certificates == {"*", "adler.eig-apps.example.org"}
    assert [line.split()[0] for line in state.forwards.splitlines()] == ["10222", "10053"]
    assert state.listening == {("tcp", 22), ("udp", 123)}
    assert state.guests is not None
    assert (state.guests[101].now, state.guests[101].next) == ({"nesting": "1"}, {"nesting": "1", "keyctl": "1"})
    assert state.guests[102].now == {}
    assert not state.settled("account", "adler-1")
    assert state.settled("account", "old")
    assert state.tools == {"nginx": "1.26.3", "nft": "1.1.3", "systemd": ""}
    assert (state.unique("domain"), state.unique("node")) == ("eig-apps.example.org", None)


def test_of_two_accounts_of_a_name_the_first_is_the_one() -> None:
    state, _ = read(framed({**ALWAYS, "accounts": "a:0::0:1:/bin/sh\na:1001::1:0:/usr/sbin/nologin\n"}))
    assert (state.accounts["a"].uid, state.accounts["a"].privileged) == (0, True)


def test_without_a_node_there_are_no_guests_and_without_nginx_no_configuration_of_it() -> None:
    state, odd = read(framed(ALWAYS))
    assert (state.guests, state.nginx, state.nginx_error, state.loaded, odd) == (None, None, None, None, [])


@given(st.integers(0, len(FULL) - 1))
def test_an_answer_that_is_cut_anywhere_is_never_half_believed(length: int) -> None:
    with pytest.raises(TransientError):
        read(FULL[:length])


@given(st.integers(0, len(FULL) - 1), st.binary(min_size=1, max_size=1))
def test_one_other_byte_is_read_told_or_an_error_and_nothing_else(place: int, byte: bytes) -> None:
    garbled = FULL[:place] + byte + FULL[place + 1 :]
    try:
        state, _ = read(garbled)
    except (PermanentError, CutAnswerError):
        return
    assert isinstance(state, GatewayReading)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "cut"),
        (b"Welcome to eig!\n" + FULL, "first line"),
        (FULL + b"more\n", "follows its end"),
        (FULL.replace(b"section tools", b"sektion tools"), "neither the head of a section nor the end"),
        (FULL.replace(b"section listening 15", b"section listening 13"), "longer than it says"),
        (FULL.replace(b"end\n", b"section tools 0\n\nend\n"), "twice"),
        (framed({name: text for name, text in ALWAYS.items() if name != "accounts"}), "lacks its section accounts"),
    ],
)
def test_an_answer_of_another_form_is_an_error(answer: bytes, words: str) -> None:
    with pytest.raises((PermanentError, TransientError), match=words):
        read(answer)


@pytest.mark.parametrize(("version", "words"), [(0, "older than the 1 of this eiginfra; install the program"), (2, "newer than the 1")])
def test_another_version_says_what_to_install(version: int, words: str) -> None:
    with pytest.raises(OtherVersionError, match=words) as caught:
        sections(framed(ALWAYS, version))
    assert caught.value.version == version


def test_lines_of_another_form_are_told_and_left_out() -> None:
    lines = {
        "accounts": "adler-1:x::1:0:/bin/sh\nadler-2:1002::1:0:/usr/sbin/nologin\n",
        "listening": "sctp 22\n",
        "guests": "99 - -\n101 keyctl=1\n",
        "pending": "account\n",
    }
    state, odd = read(framed({**ALWAYS, **lines}))
    assert sorted(state.accounts) == ["adler-2"]
    assert (state.listening, state.guests, state.pending) == (frozenset(), {}, frozenset())
    assert odd == ["adler-1:x::1:0:/bin/sh", "101 keyctl=1", "99 - -", "sctp 22", "account"]


def test_the_configuration_is_read_as_the_program_reads_it() -> None:
    text = "# comment\n\ndomain eig-apps.example.org\nreserved www\nreserved mail\n"
    assert configuration(text) == {"domain": ("eig-apps.example.org",), "reserved": ("www", "mail")}


@pytest.mark.parametrize(
    ("text", "keys", "opens", "plain"),
    [
        ("", [], [], True),
        ("# nobody\n\n", [], [], True),
        (f"restrict {KEY}\n", [KEY], [], True),
        (jump_line(KEY, "192.168.0.1", "192.168.0.9") + jump_line(OTHER_KEY, "192.168.0.9", "192.168.0.1"), [KEY, OTHER_KEY], ["192.168.0.9", "192.168.0.1"], True),
        (jump_line(KEY, "192.168.0.101") + jump_line(OTHER_KEY), [KEY, OTHER_KEY], ["192.168.0.101"], False),
        (f"{OTHER_KEY} somebody\n", [OTHER_KEY], [], False),
        (f'restrict,port-forwarding,permitopen="10.0.0.1:80",pty {KEY}\n', [KEY], ["10.0.0.1:80"], False),
        (f'no-pty,command="echo ssh-rsa" {KEY} x\n', [KEY], [], False),
        ("something else\n", [], [], False),
    ],
)  # fmt: skip
def test_the_keys_of_an_account_are_read_also_where_somebody_changed_them(
    text: str, keys: list[str], opens: list[str], plain: bool
) -> None:
    assert JumpKeys.of(text) == JumpKeys(frozenset(keys), frozenset(opens), plain)


def test_addresses_are_ordered_by_their_numbers() -> None:
    assert in_order(["192.168.0.101", "192.168.0.9", "10.0.0.1:80", "192.168.0.9"]) == ["10.0.0.1:80", "192.168.0.9", "192.168.0.101"]
