"""A provider of another package, installed as pip installs it, and driven through the real command line in a process of its own."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TOKEN = "chat-secret"
PACKAGE = Path(__file__).parent / "eiginfra-chat"
FILES = {
    "eiginfra.yml": "inventory: inventories/eig3\nplaybook: playbook.yml\nsite: infra/site.yml\nas_of: 2019-10-01\n",
    "inventories/eig3/cohort.yml": "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\n",
    "inventories/eig3/teams/adler.yml": """\
title: ADLER
administration: DINUM
members:
  - {username: ada, email: ada@example.org, role: maintainer}
  - {username: bob, email: bob@example.org}
""",
    "inventories/eig3/teams/plume.yml": "title: Plume\nadministration: DINUM\nmembers:\n  - {username: cy, email: cy@example.org}\n",
    "playbook.yml": """\
- name: chat
  teams: all
  vars: {channel: "{{ cohort.id }}-{{ team.id }}"}
  tasks:
    - name: channel
      chat.channel: {name: "{{ channel }}", topic: "{{ team.title }} in {{ site.chat.workspace }}"}
    - name: members
      loop: "{{ team.members }}"
      chat.member: {channel: "{{ channel }}", user: "{{ item.username }}", role: "{{ item | chat_role }}"}
""",
}


@dataclass
class Chat:
    """A chat's server: channels by name, and every writing request."""

    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, target: str, body: dict[str, Any]) -> tuple[int, Any]:
        where = urlsplit(target)
        if method != "GET":
            self.writes.append(f"{method} {where.path}")
        match method, where.path.strip("/").split("/"):
            case "GET", ["version"]:
                return 200, {"version": "1.0"}
            case "GET", ["channels"]:
                prefix = parse_qs(where.query).get("prefix", [""])[0]
                return 200, [self._shown(channel) for name, channel in sorted(self.channels.items()) if name.startswith(prefix)]
            case "POST", ["channels"] if body["name"] in self.channels:
                return 409, "the name is taken"
            case "POST", ["channels"]:
                self.channels[body["name"]] = {"id": len(self.writes), "topic": "", "members": {}, **body}
                return 201, self._shown(self.channels[body["name"]])
            case _, ["channels", number, *rest]:
                found = next((channel for channel in self.channels.values() if channel["id"] == int(number)), None)
                return (404, "no such channel") if found is None else self._change(method, found, rest, body)
        return 405, "no such request"

    def _change(self, method: str, channel: dict[str, Any], rest: list[str], body: dict[str, Any]) -> tuple[int, Any]:
        match method, rest:
            case "PUT", []:
                del self.channels[channel["name"]]
                channel |= body
                self.channels[channel["name"]] = channel
                return 200, self._shown(channel)
            case "DELETE", []:
                del self.channels[channel["name"]]
                return 204, None
            case "PUT", ["members", user]:
                channel["members"][user] = body["role"]
                return 200, {"user": user, "role": body["role"]}
            case "DELETE", ["members", user] if user in channel["members"]:
                del channel["members"][user]
                return 204, None
        return 404, "no such member"

    @staticmethod
    def _shown(channel: dict[str, Any]) -> dict[str, Any]:
        return {**channel, "members": [{"user": user, "role": role} for user, role in sorted(channel["members"].items())]}


@dataclass
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Workplace:
    """A folder with all files, the chat's server, and the program with the package installed beside it."""

    folder: Path
    chat: Chat
    packages: Path

    def __call__(self, *arguments: str, token: str | None = TOKEN) -> Answer:
        environment = {name: value for name, value in os.environ.items() if name not in {"CHAT_TOKEN", "PYTHONPATH"}}
        environment |= {"PYTHONPATH": str(self.packages), "NO_COLOR": "1", **({} if token is None else {"CHAT_TOKEN": token})}
        command = [sys.executable, "-m", "eiginfra", *arguments]
        ended = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
        return Answer(ended.returncode, ended.stdout, ended.stderr)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the package."""
    target = tmp_path_factory.mktemp("packages")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(PACKAGE)], check=True, capture_output=True, timeout=120)
    return target


@pytest.fixture
def chat() -> Iterator[Chat]:
    served = Chat()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, answer = served.answer(self.command, self.path, body) if known else (401, "who are you?")
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def place(tmp_path: Path, chat: Chat, packages: Path) -> Workplace:
    made = Workplace(tmp_path, chat, packages)
    for name, text in FILES.items():
        made.write(name, text)
    made.write("infra/site.yml", f"chat: {{url: '{chat.url}', token: {{env: CHAT_TOKEN}}, workspace: EIG}}\n")
    return made


@pytest.fixture
def applied(place: Workplace) -> Workplace:
    """The same after a first apply."""
    done = place("apply", "--yes")
    assert done.code == 0, done.err
    place.chat.writes.clear()
    return place
