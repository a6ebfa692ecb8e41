import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import trustme
from hypothesis import given
from hypothesis import strategies as st
from support.words import remedy

from eiginfra import __version__
from eiginfra.core.errors import (
    AlreadyExistsError,
    InputError,
    LostAnswerError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    TransientError,
    UnreachableError,
)
from eiginfra.providers import http_errors
from eiginfra.providers.http import HttpPolicy, Meter, equip, open_session
from eiginfra.providers.http_errors import retry_after, status_error

# What a scripted server does with one request: answer with a status and headers, or close the connection at some point.
Answer = tuple[int, dict[str, str]]
DROP, CUT, SILENCE = "drop", "cut", "silence"
OK: Answer = (200, {})


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer | str] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass

    def work(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, dict(self.headers)))
        step = self.server.script.pop(0) if self.server.script else OK
        if isinstance(step, tuple):
            self.send_response(step[0])
            for name, value in {"Content-Length": "0", **step[1]}.items():
                self.send_header(name, value)
            self.end_headers()
            return
        self.close_connection = True
        if step == SILENCE:
            self.server.over.wait()
        if step == CUT:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.work
        raise AttributeError(name)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield served
        served.over.set()
        served.shutdown()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def open_to(server: Server, waits: list[float]) -> Iterator[Callable[..., requests.Session]]:
    opened = []

    def make(**settings: Any) -> requests.Session:
        policy = HttpPolicy("gitlab", **{"backoff": 0.001, "timeout": 5, "sleep": waits.append, **settings})
        opened.append(open_session(policy))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


IDEMPOTENT = ["GET", "HEAD", "PUT", "DELETE"]


@pytest.mark.parametrize("method", IDEMPOTENT)
@pytest.mark.parametrize("trouble", [(429, {}), (502, {}), (503, {}), (504, {}), DROP, CUT])
def test_idempotent_requests_are_repeated(server, open_to, waits, method, trouble):
    server.script = [trouble, trouble, OK]
    if method == "HEAD" and trouble == CUT:
        server.script = [OK]  # an answer to HEAD has no body to lose
    assert open_to().request(method, server.url).status_code == 200
    assert len(server.seen) == len(waits) + 1


@pytest.mark.parametrize("trouble", [DROP, CUT])
def test_a_post_whose_answer_is_lost_is_not_repeated(server, open_to, trouble):
    server.script = [trouble]
    with pytest.raises(LostAnswerError, match="the connection was lost before the answer to POST /groups; the work may have been done"):
        open_to().post(f"{server.url}/groups?private=secret", json={"a": 1})
    assert len(server.seen) == 1


def test_a_post_too_slow_is_not_repeated(server, open_to):
    server.script = [SILENCE]
    with pytest.raises(LostAnswerError, match="no answer in time to POST"):
        open_to(timeout=0.05).post(server.url)
    assert len(server.seen) == 1


def test_a_get_too_slow_is_repeated_and_then_transient(server, open_to):
    server.script = [SILENCE] * 3
    with pytest.raises(TransientError, match="no answer in time to GET") as problem:
        open_to(timeout=0.05, attempts=3).get(server.url)
    assert not isinstance(problem.value, LostAnswerError | UnreachableError)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_post_that_failed_on_the_server_is_not_repeated(server, open_to, status):
    server.script = [(status, {})]
    assert open_to().post(server.url).status_code == status
    assert len(server.seen) == 1


def test_a_post_that_came_too_often_is_repeated(server, open_to):
    server.script = [(429, {"Retry-After": "3"}), OK]
    assert open_to().post(server.url, data="x").status_code == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_other_answers_are_returned_at_once(server, open_to, status):
    server.script = [(status, {})]
    assert open_to().get(server.url).status_code == status
    assert len(server.seen) == 1


def test_the_last_answer_is_returned_when_it_is_no_use(server, open_to):
    server.script = [(503, {})] * 9
    assert open_to(attempts=4).get(server.url).status_code == 503
    assert len(server.seen) == 4


@pytest.mark.parametrize(("asked", "least"), [("2", 2), ("600", 60), ("nonsense", 1), ("-5", 1)])
def test_retry_after_is_honoured_and_capped(server, open_to, waits, asked, least):
    server.script = [(429, {"Retry-After": asked}), OK]
    open_to().get(server.url)
    (waited,) = waits
    assert least <= waited <= least + 1


def test_f5_a_limit_that_names_no_time_is_waited_for_up_to_a_minute(server, open_to, waits):
    limited = (429, {"Content-Type": "application/json"})
    server.script = [limited] * 9 + [OK]
    assert open_to().post(f"{server.url}/groups").status_code == 200
    assert 60 <= sum(waits) <= 80
    server.script, server.seen, waits[:] = [limited] * 30, [], []
    assert open_to().get(f"{server.url}/groups").status_code == 429
    assert 60 <= sum(waits) <= 80
    assert max(waits) < 15


def test_retry_after_may_be_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 <= (retry_after({"Retry-After": soon}) or 0) <= 30
    past = format_datetime(datetime.now(UTC) - timedelta(days=900), usegmt=True)
    assert retry_after({"Retry-After": past}) == 0


@given(st.text())
def test_retry_after_is_read_whatever_it_says(text):
    assert (retry_after({"Retry-After": text}) or 0) >= 0


def unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_where_nobody_listens_on_this_machine_it_is_told_at_once(open_to, waits):
    url = f"http://127.0.0.1:{unused_port()}"
    with pytest.raises(UnreachableError, match=f"{url}: connection refused; start the lab: eiginfra lab up; or see `url:`"):
        open_to().get(url)
    assert waits == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_connection_is_tried_again_for_nothing_was_sent(open_to, waits, method, monkeypatch):
    monkeypatch.setattr(http_errors, "is_loopback", lambda _url: False)
    url = f"http://127.0.0.1:{unused_port()}"
    with pytest.raises(UnreachableError, match=f"{url}: connection refused; see whether the server is up, and `url:` under `gitlab:`"):
        open_to(attempts=3).request(method, url)
    assert len(waits) == 2


def test_an_unknown_host_is_named(open_to, monkeypatch):
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UnreachableError, match=r"the host name gitlab\.invalid is unknown; see `url:` under `gitlab:`"):
        open_to(attempts=1).get("http://gitlab.invalid")


@pytest.fixture
def secure(server: Server) -> trustme.CA:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.scheme = "https"
    return authority


def test_an_untrusted_certificate_is_not_tried_again(server, secure, open_to, waits):
    with pytest.raises(UnreachableError, match=r"its certificate is not trusted \(.*\); name .* as `ca:` under `gitlab:`") as problem:
        open_to().post(server.url)
    assert problem.value.exit_code == 69
    assert waits == []


def test_what_a_library_passes_for_verify_is_not_asked(server, secure, open_to):
    with pytest.raises(UnreachableError):
        open_to().get(server.url, verify=False)


def test_the_sites_authority_is_trusted(server, secure, open_to, tmp_path):
    secure.cert_pem.write_to_path(tmp_path / "ca.pem")
    assert open_to(ca=tmp_path / "ca.pem").get(server.url).status_code == 200


def test_a_connection_lost_under_tls_is_no_lack_of_trust(server, secure, open_to, tmp_path):
    secure.cert_pem.write_to_path(tmp_path / "ca.pem")
    session = open_to(ca=tmp_path / "ca.pem")
    server.script = [DROP, CUT, OK]
    assert session.get(server.url).status_code == 200
    server.script = [DROP]
    with pytest.raises(LostAnswerError):
        session.post(server.url)


def test_a_certificate_for_another_name_asks_for_that_name(server, secure, open_to, tmp_path):
    secure.cert_pem.write_to_path(tmp_path / "ca.pem")
    with pytest.raises(UnreachableError, match=r"has to bear a name that the certificate is made for"):
        open_to(ca=tmp_path / "ca.pem").get(server.url.replace("127.0.0.1", "localhost"))


def test_an_authority_that_is_none_is_a_fault_of_the_site_file(open_to, tmp_path):
    (tmp_path / "ca.pem").write_text("hello")
    for path in (tmp_path / "ca.pem", tmp_path / "none.pem", tmp_path):
        with pytest.raises(InputError) as problem:
            open_to(ca=path)
        (finding,) = problem.value.findings
        assert (finding.code, remedy(finding)) == ("ca-unreadable", "name a PEM file under gitlab.ca in the site file")


def test_no_secure_connection_where_none_is_spoken(server, open_to):
    with pytest.raises(UnreachableError, match=r"no secure connection \(.+\)"):
        open_to().get(server.url.replace("http:", "https:"))


def test_the_environment_changes_nothing(server, open_to, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert open_to().get(server.url).status_code == 200


def test_it_says_who_asks_and_keeps_no_cookies(server, open_to):
    server.script = [(200, {"Set-Cookie": "session=1"})]
    session = open_to()
    session.get(server.url)
    session.get(server.url)
    assert [headers["User-Agent"] for _, headers in server.seen] == [f"eiginfra/{__version__}"] * 2
    assert "Cookie" not in server.seen[1][1]


def test_redirects_stay_on_the_server(server, open_to):
    server.script = [(301, {"Location": "/there"}), OK]
    assert open_to().get(f"{server.url}/here").status_code == 200
    server.script = [(301, {"Location": "http://127.0.0.2/there"})]
    with pytest.raises(PermanentError, match=r"sends its visitors on to http://127\.0\.0\.2/there; write the address"):
        open_to().get(server.url)
    server.script = [(307, {"Location": "/there"})]
    with pytest.raises(PermanentError):
        open_to().post(server.url)


def test_requests_are_counted_from_all_threads(server, open_to):
    meter = Meter()
    session = open_to(meter=meter)
    server.script = [(503, {})]
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: session.get(server.url), range(40))} == {200}
    session.post(server.url)
    assert (meter.counts, meter.total) == ({"GET": 41, "POST": 1}, 42)


def test_a_session_made_by_others_is_equipped(server):
    class Theirs(requests.Session):
        pass

    session = equip(Theirs(), HttpPolicy("proxmox"))
    assert isinstance(session, Theirs)
    assert session.get(server.url).status_code == 200
    session.close()


@pytest.mark.parametrize(
    ("status", "method", "error"),
    [
        (400, "GET", PermanentError),
        (401, "GET", PermissionDeniedError),
        (403, "POST", PermissionDeniedError),
        (404, "PUT", NotFoundError),
        (409, "POST", AlreadyExistsError),
        (429, "POST", TransientError),
        (500, "GET", TransientError),
        (500, "POST", LostAnswerError),
        (503, "PUT", TransientError),
        (503, "POST", LostAnswerError),
    ],
)
def test_statuses_have_types(status, method, error):
    problem: ProviderError = status_error(status, method, "words")
    assert type(problem) is error
    assert str(problem) == "words"
