"""HTTP proxies, on a real little one that tunnels or forwards every name to this machine, and counts."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import TypeAdapter, ValidationError

from eiginfra.core.errors import UnreachableError
from eiginfra.core.secret import Secret
from eiginfra.engine.healing import LoopMemory
from eiginfra.inventory.fields import Proxy
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy, open_session
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.settings import ProxmoxSettings
from eiginfra.providers.proxy import proxies
from eiginfra.reconcile.webhook import tell

FAR = "far.example.test"


class Answering(BaseHTTPRequestHandler):
    """Answers an object, and remembers whom it was asked by."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "42")
        self.end_headers()
        self.wfile.write(b'{"version": "9", "data": {"version": "9"}}')

    do_GET = do_POST = answer  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        pass


class Proxying(Answering):
    """Besides, opens tunnels to the server that stands for all names."""

    def do_CONNECT(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers)))  # type: ignore[attr-defined]
        if self.server.refuses:  # type: ignore[attr-defined]
            self.send_response(407, "Proxy Authentication Required")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(self.server.target) as far:  # type: ignore[attr-defined]
            back = threading.Thread(target=_pour, args=(far, self.connection))
            back.start()
            _pour(self.connection, far)
            back.join()
        self.close_connection = True


def _pour(source: socket.socket, sink: socket.socket) -> None:
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def _serving(handler: type[BaseHTTPRequestHandler]) -> Any:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.seen, server.refuses = True, [], False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Any]:
    """A server behind TLS, under a name that only the proxy knows; `ca` is the file of its authority."""
    server = _serving(Answering)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(FAR).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(server.ca))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(far: Any) -> Iterator[Any]:
    server = _serving(Proxying)
    server.target = far.server_address
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _get(url: str, **settings: Any) -> int:
    with open_session(HttpPolicy("gitlab", backoff=0.001, attempts=2, **settings)) as session:
        return session.get(url).status_code


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_environments_proxy_tunnels_what_is_encrypted(far: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, proxy.url)
    assert _get(f"https://{FAR}/a", ca=far.ca) == 200
    assert [call[:2] for call in proxy.seen] == [("CONNECT", f"{FAR}:443")]
    assert [call[:2] for call in far.seen] == [("GET", "/a")]


def test_the_sites_proxy_comes_before_the_environments(proxy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert _get(f"http://{FAR}/a", proxy=proxy.url) == 200
    assert [call[:2] for call in proxy.seen] == [("GET", f"http://{FAR}/a")]


def test_name_and_password_of_the_environment_go_to_the_proxy_and_no_further(far: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://ada:s3cret@"))
    assert _get(f"https://{FAR}/a", ca=far.ca) == 200
    assert proxy.seen[0][2]["Proxy-Authorization"] == "Basic " + base64.b64encode(b"ada:s3cret").decode()
    assert not any("authorization" in name.lower() for name in far.seen[0][2])


@pytest.mark.parametrize(
    ("url", "chosen", "found"),
    [
        ("https://gitlab.example.org", None, {"http": "http://env:1", "https": "http://env:1", "no": "inside.example.org,10.0.0.0/8"}),
        ("https://gitlab.inside.example.org", None, {}),
        ("https://10.1.2.3:8006", None, {}),
        ("https://gitlab.example.org", "none", {}),
        ("https://gitlab.inside.example.org", "http://own:2", {"http": "http://own:2", "https": "http://own:2"}),
        *((f"http://{host}:8929", chosen, {}) for host in ("127.0.0.1", "localhost", "[::1]", "lab.localhost") for chosen in (None, "http://own:2")),
    ],
)  # fmt: skip
def test_which_proxy(url: str, chosen: str | None, found: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://env:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://env:1")
    monkeypatch.setenv("NO_PROXY", "inside.example.org,10.0.0.0/8")
    assert proxies(url, chosen) == found


def test_netrc_is_never_read(far: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text(f"machine {FAR} login ada password s3cret\ndefault login ada password s3cret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert _get(f"https://{FAR}/a", ca=far.ca) == 200
    tell(LoopMemory(), "hello", lambda: Secret(f"http://{FAR}/hooks/x"), proxy.url)
    assert len(far.seen) == 1
    assert [call[:2] for call in proxy.seen] == [("CONNECT", f"{FAR}:443"), ("POST", f"http://{FAR}/hooks/x")]
    assert not [name for call in (*far.seen, *proxy.seen) for name in call[2] if "authorization" in name.lower()]


def test_a_proxy_that_is_down_or_refuses_is_named_without_its_password(proxy: Any) -> None:
    with pytest.raises(UnreachableError, match=r"test: the proxy http://127.0.0.1:9: connection refused; see `proxy:`"):
        _get(f"https://{FAR}/a", proxy="http://ada:s3cret@127.0.0.1:9")
    proxy.refuses = True
    with pytest.raises(UnreachableError, match=r"the proxy http://127.0.0.1:[0-9]+: tunnel connection failed: 407") as problem:
        _get(f"https://{FAR}/a", proxy=proxy.url)
    assert len(proxy.seen) == 1
    assert "s3cret" not in str(problem.value)


def test_gitlab_and_proxmox_take_their_sections_proxy(proxy: Any) -> None:
    gitlab = GitLabClient(GitLabSettings(url=f"http://gitlab.{FAR}", token=Secret("t"), root_group="eig", proxy=proxy.url))
    gitlab.get("/version", "ask")
    gitlab.close()
    network = ip_network("192.168.0.0/24")
    settings = ProxmoxSettings(
        url=f"http://proxmox.{FAR}:8006", token_id="a@pve!b", token=Secret("t"), nodes=("eig",), disks="local", bridge="vmbr1",
        subnet=network, gateway=network[254], ids=(100, 250), proxy=proxy.url,
    )  # type: ignore[arg-type]  # fmt: skip
    proxmox = ProxmoxClient(settings)
    proxmox.get("version", "ask")
    proxmox.close()
    assert [call[1] for call in proxy.seen] == [f"http://gitlab.{FAR}/api/v4/version", f"http://proxmox.{FAR}:8006/api2/json/version"]


@pytest.mark.parametrize(
    ("written", "sound"),
    [
        ("none", True),
        ("http://proxy:3128", True),
        ("proxy:3128", False),
        ("http://ada:s3cret@proxy:3128", False),
        ("socks5://proxy:1", False),
    ],
)
def test_what_a_site_file_may_name(written: str, sound: bool) -> None:
    adapter = TypeAdapter(Proxy)
    if sound:
        assert adapter.validate_python(written) == written
        return
    with pytest.raises(ValidationError) as problem:
        adapter.validate_python(written)
    assert "s3cret" not in problem.value.errors(include_input=False)[0]["msg"]
