"""Websites are asked only where their address is public: what they are called, lead to or answer cannot change that.

The servers are real ones on loopback. The resolver is the test's, and so is the rule that loopback counts as public; the rule of the
program is tried with the same code.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import pytest
import trustme
from support.hostile import hostile, whole

from eiginfra.providers.public_address import is_public
from eiginfra.providers.websites import REDIRECTS, IPAddress, Websites

OK = whole(b"<html>")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Names:
    """A resolver: what each name leads to, by turns; it counts how often it is asked."""

    known: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.known.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return answers[0] if len(answers) == 1 else answers.pop(0)


def only_loopback(address: IPAddress) -> bool:
    return address.is_loopback


@pytest.fixture
def served() -> Iterator[Callable[..., int]]:
    """Start a server with a script, and give its port."""
    with ExitStack() as stack:
        yield lambda script: int(stack.enter_context(hostile(script)).rpartition(":")[2])


def at(port: int, *hosts: str, **options: Any) -> Websites:
    """Names that lead to loopback, which counts as public, at a port that counts as published."""
    names = Names({host: [["127.0.0.1"]] for host in hosts})
    options = {"look_up": names, "public": only_loopback, "seconds": 2.0, **options}
    return Websites(published=dict.fromkeys((*hosts, "127.0.0.1"), (port,)), **options)


def said(answer: Any) -> tuple[str, int | None, str]:
    return answer.state, answer.status, answer.reason


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("200 OK", ("answers", 200, "")),
        ("204 No Content", ("answers", 204, "")),
        ("401 Unauthorized", ("fails", 401, "status")),
        ("404 Not Found", ("fails", 404, "status")),
        ("503 Busy", ("fails", 503, "status")),
        ("304 Not Modified", ("fails", 304, "status")),
    ],
)
def test_a_website_answers_with_a_success(status: str, wanted: tuple[str, int, str], served: Callable[..., int]) -> None:
    port = served(lambda line: [whole(b"", status=status)])
    assert said(at(port, "a.example.org").ask(f"http://a.example.org:{port}/x")) == wanted


def test_what_is_sent_is_always_the_same_and_holds_no_secret(served: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in (whole(b"", "Set-Cookie: a=b; Path=/", "Location: /again", status="302 Found"), OK):
                connection, _ = listener.accept()
                with connection:
                    heads.append(connection.recv(1 << 16))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        site = at(port, "a.example.org")
        site.ask(f"http://a.example.org:{port}/é?q=1 2".replace(" ", "%20"))
        thread.join()
    first, second = (head.decode("ascii").split("\r\n") for head in heads)
    assert first[0] == "GET /%C3%A9?q=1%202 HTTP/1.1"
    assert second[0] == "GET /again HTTP/1.1"
    assert sorted(line.partition(":")[0].lower() for line in first[1:] if line) == [
        "accept",
        "accept-encoding",
        "connection",
        "host",
        "user-agent",
    ]
    assert f"Host: a.example.org:{port}" in first
    assert first[1:] == second[1:]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://a.example.org/",
            "file:///etc/passwd",
            "gopher://a.example.org/",
            "javascript:alert(1)",
            "//a.example.org",
            "http:///x",
            "",
        ),
        *("http://user@a.example.org/", "http://user:secret@a.example.org/", "http://@a.example.org/", "http://a.example.org:99999/"),
        *(
            "http://a.example.org\\@b.example.org/",
            "http://a.example.org/\r\nHost: b",
            "http://a.example.org/\tx",
            "http://[::1",
            "http://a b/",
        ),
        f"http://{'a' * 70}é.example.org/",
    ],
)
def test_what_is_no_plain_web_address_is_not_asked(url: str) -> None:
    names = Names({})
    assert said(Websites(look_up=names).ask(url)) == ("not_checked", None, "no-web-address")
    assert names.asked == []


@pytest.mark.parametrize("port", [22, 25, 6379, 8006, 8080])
def test_other_ports_are_asked_only_where_they_are_published(port: int) -> None:
    names = Names({"a.example.org": [["127.0.0.1"]]})
    site = Websites(published={"b.example.org": (port,)}, look_up=names, public=only_loopback)
    assert said(site.ask(f"http://a.example.org:{port}/")) == ("not_checked", None, "port")
    assert said(Websites(look_up=names).ask("http://a.example.org:443/")) == ("not_checked", None, "port")


# By the system's own resolver: it reads all of these as loopback, or as nothing.
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "127.1", "[::1]", "localhost", "localhost."]
)
def test_no_way_to_write_loopback_is_public(host: str) -> None:
    assert Websites().ask(f"http://{host}/").state == "not_checked"


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.107", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"),
    *("233.252.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1"),
    *("::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "fe80::1", "fe80::1%lo", "fc00::1"),
    *("ff02::1", "fec0::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:c0a8:6b::1"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "fd00::1"),
    "2a00:1450::1%eth0",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "185.75.143.24",
    "2a00:1450:4007:80c::200e",
    "2620:4f:8000::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_these_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    names = Names({"a.example.org": [[address]], "b.example.org": [["8.8.8.8", address]]})
    site = Websites(look_up=names)
    assert said(site.ask("https://a.example.org/")) == ("not_checked", None, "not-public")
    assert said(site.ask("https://b.example.org/")) == ("not_checked", None, "not-public")


@pytest.mark.parametrize("address", PUBLIC)
def test_these_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_asked(served: Callable[..., int]) -> None:
    lines: list[str] = []
    port = served(lambda line: lines.append(line) or [OK])
    # The first answer is public, the second one would not be.
    names = Names({"a.example.org": [["127.0.0.1"], ["127.0.0.2"]]})
    site = at(port, "a.example.org", look_up=names, public=lambda address: str(address) == "127.0.0.1")
    assert said(site.ask(f"http://a.example.org:{port}/")) == ("answers", 200, "")
    assert (names.asked, len(lines)) == (["a.example.org"], 1)
    assert said(site.ask(f"http://a.example.org:{port}/")) == ("not_checked", None, "not-public")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not-public"),
        ("http://[::ffff:169.254.169.254]/", "not-public"),
        ("http://inside.example.org/", "not-public"),
        ("//inside.example.org/", "not-public"),
        ("http://a.example.org:22/", "port"),
        ("file:///etc/passwd", "no-web-address"),
        ("http://user:secret@a.example.org/", "no-web-address"),
        ("gopher://a.example.org/_x", "no-web-address"),
    ],
)
def test_where_a_redirect_leads_is_checked_again(to: str, reason: str, served: Callable[..., int]) -> None:
    port = served(lambda line: [whole(b"", f"Location: {to}", status="302 Found")])
    names = Names({"a.example.org": [["127.0.0.1"]], "inside.example.org": [["192.168.0.107"]]})
    site = at(port, "a.example.org", look_up=names)
    assert said(site.ask(f"http://a.example.org:{port}/")) == ("not_checked", None, reason)


def test_redirects_are_followed_so_far_and_no_further(served: Callable[..., int]) -> None:
    lines: list[str] = []

    def script(line: str) -> list[bytes]:
        lines.append(line)
        number = int(line.split()[1].strip("/") or 0)
        return [OK] if number == REDIRECTS else [whole(b"", f"Location: /{number + 1}", status="301 Moved")]

    port = served(script)
    site = at(port, "a.example.org")
    assert said(site.ask(f"http://a.example.org:{port}/0")) == ("answers", 200, "")
    assert len(lines) == REDIRECTS + 1
    endless = served(lambda line: [whole(b"", f"Location: {line.split()[1]}", status="307 Again")])
    assert said(at(endless, "a.example.org").ask(f"http://a.example.org:{endless}/")) == ("fails", None, "redirects")


def test_a_name_that_is_unknown_fails_and_one_that_cannot_be_looked_up_is_not_checked() -> None:
    def away(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "no server")

    assert said(Websites(look_up=Names({})).ask("https://a.example.org/")) == ("fails", None, "unknown-name")
    assert said(Websites(look_up=Names({"a.example.org": [[]]})).ask("https://a.example.org/")) == ("fails", None, "unknown-name")
    assert said(Websites(look_up=away).ask("https://a.example.org/")) == ("not_checked", None, "no-name-service")
    assert said(Websites(look_up=Names({"a.example.org": [["what"]]})).ask("https://a.example.org/")) == (
        "not_checked",
        None,
        "no-name-service",
    )


def test_a_port_on_which_nobody_listens_fails_and_the_next_address_is_tried(served: Callable[..., int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    assert said(at(free, "a.example.org").ask(f"http://a.example.org:{free}/")) == ("fails", None, "no-connection")
    port = served(lambda line: [OK])
    names = Names({"a.example.org": [["127.0.0.3", "127.0.0.1"]]})
    assert said(at(port, "a.example.org", look_up=names).ask(f"http://a.example.org:{port}/")) == ("answers", 200, "")


def drip(part: bytes, first: bytes = b"") -> Callable[[str], Iterator[bytes]]:
    def script(line: str) -> Iterator[bytes]:
        yield first
        while True:
            yield part
            yield b""  # the server waits a little

    return script


SLOW = {
    "a status line that never ends": drip(b"H"),
    "headers one after the other": drip(b"X-A: b\r\n", b"HTTP/1.1 200 OK\r\n"),
    "a header that never ends": drip(b"x", b"HTTP/1.1 200 OK\r\nX-A: "),
    "the same wait again and again": drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_server_that_drips_holds_nobody_longer_than_its_time(name: str, served: Callable[..., int]) -> None:
    port = served(SLOW[name])
    answer = at(port, "a.example.org", seconds=0.4).ask(f"http://a.example.org:{port}/")
    assert answer.state in ("fails", "not_checked")
    assert answer.reason in ("too-slow", "time-over", "broken-answer")


BIG = {
    "one header": b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * (1 << 22),
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * (1 << 18),
    "the status line": b"HTTP/1.1 200 " + b"x" * (1 << 22),
    "many interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * (1 << 18),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n" * 1000,
}


@pytest.mark.parametrize("name", BIG)
def test_a_server_that_floods_is_read_no_further(name: str, served: Callable[..., int]) -> None:
    port = served(lambda line: [BIG[name]])
    answer = at(port, "a.example.org").ask(f"http://a.example.org:{port}/")
    assert said(answer)[:2] == ("fails", None)
    assert answer.reason in ("too-large", "broken-answer")


def test_a_body_without_end_is_not_waited_for(served: Callable[..., int]) -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    port = served(drip(b"4\r\nabcd\r\n", endless))
    site = at(port, "a.example.org", seconds=0.5)
    assert said(site.ask(f"http://a.example.org:{port}/")) == ("answers", 200, "")


def test_the_beginning_of_a_page_is_read_as_far_as_it_comes(served: Callable[..., int]) -> None:
    port = served(lambda line: [whole(b"<html>" + b"x" * (1 << 20))])
    answer, beginning = at(port, "a.example.org").beginning(f"http://a.example.org:{port}/")
    assert (said(answer), beginning[:6], len(beginning)) == (("answers", 200, ""), b"<html>", 1 << 16)
    cut = served(lambda line: [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
    answer, beginning = at(cut, "a.example.org", seconds=0.4).beginning(f"http://a.example.org:{cut}/")
    assert beginning == b"abc"
    refused = served(lambda line: [whole(b"secret", status="403 No")])
    assert at(refused, "a.example.org").beginning(f"http://a.example.org:{refused}/")[1] == b""


@pytest.fixture
def secure() -> Iterator[tuple[int, ssl.SSLContext]]:
    """The port of a TLS server for a.example.org, and what trusts it."""
    authority = trustme.CA()
    mine, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("a.example.org").configure_cert(mine)
    authority.configure_trust(theirs)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    with mine.wrap_socket(connection, server_side=True) as wrapped:
                        wrapped.recv(1 << 16)
                        wrapped.sendall(OK)
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], theirs
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_tls_is_verified_for_the_name_though_the_connection_goes_to_the_address(secure: tuple[int, ssl.SSLContext]) -> None:
    port, trust = secure
    site = at(port, "a.example.org", "b.example.org", trust=trust)
    assert said(site.ask(f"https://a.example.org:{port}/")) == ("answers", 200, "")
    assert said(site.ask(f"https://b.example.org:{port}/")) == ("fails", None, "tls")
    assert said(site.ask(f"https://127.0.0.1:{port}/")) == ("fails", None, "tls")
    assert said(at(port, "a.example.org").ask(f"https://a.example.org:{port}/")) == ("fails", None, "tls")


def test_a_handshake_that_never_ends_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answer = at(port, "a.example.org", seconds=0.3).ask(f"https://a.example.org:{port}/")
    assert answer.state in ("fails", "not_checked")
    assert answer.reason in ("too-slow", "no-connection", "time-over")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_where_only_a_proxy_leads_out_nobody_is_asked(name: str, monkeypatch: pytest.MonkeyPatch, served: Callable[..., int]) -> None:
    lines: list[str] = []
    proxy = served(lambda line: lines.append(line) or [OK])
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
    names = Names({"a.example.org": [["127.0.0.1"]]})
    assert said(Websites(look_up=names, public=only_loopback).ask("http://a.example.org/")) == ("not_checked", None, "proxy")
    assert (lines, names.asked) == ([], [])


def test_many_are_asked_at_once_and_no_more_than_so_many(served: Callable[..., int]) -> None:
    lock, now, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(4)

    def script(line: str) -> list[bytes]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        gate.wait(5)  # each answer waits for three others
        with lock:
            now[0] -= 1
        return [OK]

    port = served(script)
    urls = [f"http://a.example.org:{port}/{number}" for number in range(12)]
    answers = at(port, "a.example.org", at_once=4, seconds=5.0).ask_all([*urls, *urls])
    assert {url: answer.state for url, answer in answers.items()} == dict.fromkeys(urls, "answers")
    assert most == [4]


def test_a_name_service_that_hangs_holds_nobody() -> None:
    over = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        over.wait(10)
        return []

    site = Websites(look_up=hanging, seconds=0.2, all_seconds=0.3, at_once=2)
    answers = site.ask_all(["http://a.example.org", "http://b.example.org", "http://c.example.org"])
    over.set()
    assert {said(answer) for answer in answers.values()} == {("not_checked", None, "time-over")}


def test_what_goes_wrong_unexpectedly_is_about_one_website_alone(served: Callable[..., int]) -> None:
    port = served(lambda line: [OK])

    def odd(host: str, port: int) -> Sequence[str]:
        if host == "b.example.org":
            raise RuntimeError
        return ["127.0.0.1"]

    answers = at(port, "a.example.org", look_up=odd).ask_all([f"http://a.example.org:{port}/", "http://b.example.org/"])
    assert [said(answer) for answer in answers.values()] == [("answers", 200, ""), ("not_checked", None, "unexpected")]


def test_nobody_asks_nobody() -> None:
    assert Websites().ask_all([]) == {}
