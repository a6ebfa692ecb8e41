"""`eiginfra reconcile` on the lab: one round as cron calls it, and the loop as a service manager runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from eiginfra.journal import open_journal

ADLER = "/groups/eig%2Feig3%2Fadler"
PROJECT = "/projects/eig%2Feig3%2Fadler%2Fapi"


@pytest.fixture
def applied(place: Any) -> Any:
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return place


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.err.splitlines()]


def once(place: Any, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    answer = place.call("reconcile", "--once", *arguments)
    assert answer.out == ""
    return answer.code, lines(answer)


def policy(place: Any, **section: Any) -> None:
    path = place.folder / "site" / "site.yml"
    kept = path.read_text(encoding="utf-8").partition("reconcile: ")[0]
    path.write_text(f"{kept}reconcile: {json.dumps(section)}\n", encoding="utf-8")


def stranger(place: Any, name: str) -> None:
    email = f"{name}@example.org"
    user = place.gitlab("POST", "/users", username=name, name=name, email=email, force_random_password=True, skip_confirmation=True)
    place.gitlab("POST", f"{ADLER}/members", user_id=user["id"], access_level=30)


def members(place: Any) -> set[str]:
    return {member["username"] for member in place.gitlab("GET", f"{ADLER}/members")}


def test_detect_tells_drift_and_changes_nothing(applied: Any) -> None:
    assert once(applied)[0] == 0
    applied.gitlab("PUT", PROJECT, visibility="private")
    before = applied.requests("gitlab")
    code, said = once(applied)
    assert code == 2
    drift = next(line for line in said if line["event"] == "drift")
    assert (drift["address"], drift["fields"], drift["team"]) == ("gitlab.project[eig/eig3/adler/api]", ["visibility"], "adler")
    assert applied.requests("gitlab") == before
    assert [run["command"] for run in applied.call("journal", "list", "--format", "json").json["runs"]] == ["apply"]


def test_heal_brings_everything_back(applied: Any) -> None:
    guest = applied.guest("adler-web")
    applied.proxmox("PUT", f"/nodes/eig/lxc/{guest}/config", memory=2048)
    applied.gitlab("PUT", PROJECT, visibility="private")
    stranger(applied, "stranger")
    leaving = next(member for member in applied.gitlab("GET", f"{ADLER}/members") if member["username"] == "adler-1")
    applied.gitlab("DELETE", f"{ADLER}/members/{leaving['id']}")
    code, said = once(applied, "--mode", "heal")
    assert code == 0
    assert {line["outcome"] for line in said if line["event"] == "heal"} == {"done"}
    assert said[-1]["end"] == "healed"
    assert said[-1]["requests"]["proxmox"] > 0
    assert "stranger" not in members(applied)
    assert "adler-1" in members(applied)
    assert applied.call("plan", "--detailed-exitcode").code == 0
    assert applied.call("journal", "list", "--format", "json").json["runs"][0]["command"] == "reconcile"


def test_what_the_inventory_moved_is_left_to_an_apply(applied: Any) -> None:
    applied.edit("adler", "title: API ADLER", "title: Something else")
    applied.edit("karfur", "projects:", "projects:\n  - {name: more, title: More}")
    assert once(applied, "--mode", "heal")[0] == 0
    assert applied.gitlab("GET", PROJECT)["name"] == "API ADLER"
    applied.gitlab("PUT", PROJECT, visibility="private")
    code, said = once(applied, "--mode", "heal")
    assert code == 2
    assert said[0]["held"] == "the inventory changed too; eiginfra apply settles both"


def test_too_many_strangers_at_once_are_left_to_people_and_the_rest_is_healed(applied: Any) -> None:
    cohort = applied.folder / "inventories" / "eig3" / "cohort.yml"
    cohort.write_text(cohort.read_text(encoding="utf-8") + "caps: {members: 1}\n", encoding="utf-8")
    for name in ("stranger-1", "stranger-2"):
        stranger(applied, name)
    applied.gitlab("PUT", PROJECT, visibility="private")
    code, said = once(applied, "--mode", "heal")
    assert code == 2
    assert "the cap is 1" in next(
        line["held"] for line in said if line["event"] == "drift" and line["address"].startswith("gitlab.members")
    )
    assert {"stranger-1", "stranger-2"} <= members(applied)
    assert applied.gitlab("GET", PROJECT)["visibility"] == "public"


def test_the_site_file_decides(applied: Any) -> None:
    guest = applied.guest("adler-web")
    applied.proxmox("PUT", f"/nodes/eig/lxc/{guest}/config", memory=2048, cores=2)
    applied.gitlab("PUT", PROJECT, visibility="private")
    policy(applied, policy={"gitlab.project": "ignore"}, ignore={"proxmox.container": ["memory"]})
    assert once(applied, "--mode", "heal")[0] == 0
    config = applied.proxmox("GET", f"/nodes/eig/lxc/{guest}/config")
    assert (config["memory"], config["cores"]) == (2048, 1)
    policy(applied, policy={"gitlab.project": "alert"}, ignore={"proxmox.container": ["memory"]})
    assert once(applied, "--mode", "heal")[0] == 2
    policy(applied, heals_per_hour=1)
    assert once(applied, "--mode", "heal")[0] == 2  # the one of this hour is used up
    assert applied.gitlab("GET", PROJECT)["visibility"] == "private"


def test_refusals_have_the_codes_of_the_table(applied: Any) -> None:
    policy(applied, policy={"gitlab.projekt": "alert"}, ignore={"proxmox.container": ["memori"]})
    code, said = once(applied)
    assert code == 65
    assert "did you mean 'gitlab.project'?" in said[0]["reason"]
    assert "did you mean 'memory'?" in said[0]["reason"]
    policy(applied)
    with open_journal(str(applied.folder / "site" / "journal.db")) as journal, journal.lock("a test"):
        code, said = once(applied)
        assert code == 75
        assert "a test" in said[0]["reason"]
    applied.edit("adler", "title:", "titel:")
    code, said = once(applied)
    assert code == 65
    assert "adler.yml:1:1" in said[0]["reason"]
    assert applied.call("reconcile", "--interval", "soon").code == 64
    policy(applied, webhook="https://chat.example.org/hooks/s3cret")
    refused = applied.call("reconcile", "--once")
    assert refused.code == 65
    assert "s3cret" not in refused.err


class Loop:
    """A running `eiginfra reconcile`, read line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []

    def until(self, event: str, **facts: Any) -> dict[str, Any]:
        """The next line of that sort."""
        assert self.process.stderr
        for text in self.process.stderr:
            line = json.loads(text)
            self.said.append(line)
            if line["event"] == event and all(line.get(key) == value for key, value in facts.items()):
                return line
        raise AssertionError(self.said)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.until("stopped")
        return self.process.wait(30)


@contextmanager
def looping(place: Any, *arguments: str) -> Iterator[Loop]:
    command = [sys.executable, "-m", "eiginfra", "reconcile", "--interval", "1s", "--metrics", "127.0.0.1:0", *arguments]
    with subprocess.Popen(command, cwd=place.folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Loop(process)
        finally:
            process.kill()


@contextmanager
def chat() -> Iterator[tuple[str, list[str]]]:
    messages: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/s3cret", messages
        server.shutdown()
        thread.join()


def test_the_loop_heals_tells_counts_and_stops(applied: Any) -> None:
    with chat() as (url, messages):
        (applied.folder / "site" / "webhook").write_text(url + "\n")
        policy(applied, webhook={"file": "webhook"})
        with looping(applied, "--mode", "heal") as loop:
            home = loop.until("started")["url"]
            loop.until("round", end="clean")
            applied.gitlab("PUT", PROJECT, visibility="private")
            loop.until("round", end="healed")
            loop.until("round", end="clean")
            figures = requests.get(f"{home}/metrics", timeout=5).text
            assert 'eiginfra_heals_total{cohort="eig3",kind="gitlab.project",outcome="done",team="adler"} 1.0' in figures
            assert 'eiginfra_requests_total{cohort="eig3",method="GET",provider="proxmox"}' in figures
            assert requests.get(f"{home}/healthz", timeout=5).json()["status"] == "ok"
            assert loop.end() == 0
        [message] = messages
        healed, _, since = message.partition(": since between round ")
        title, what = "eiginfra reconcile, eig3 on site, as of 2019-10-01 (not today)", "gitlab.project[eig/eig3/adler/api] visibility"
        assert healed == f"{title}\n*Healed* (1)\n- `{what}`"
        assert re.fullmatch(r"\d+ \([-0-9: ]+ UTC, in order\) and now", since)
        assert "s3cret" not in json.dumps(loop.said) + figures


def test_asked_to_stop_it_finishes_what_is_under_way(applied: Any) -> None:
    applied.gitlab("PUT", PROJECT, visibility="private")
    faults = {"rules": [{"match": "PUT /api/v4/projects", "kind": "delay", "ms": 500}]}
    requests.put(f"{applied.lab.urls['gitlab']}/_lab/faults", json=faults, timeout=5).raise_for_status()
    before = applied.requests("gitlab")
    with looping(applied, "--mode", "heal") as loop:
        while applied.requests("gitlab") == before:
            pass  # until the healing request has come
        assert loop.end() == 0
    assert loop.said[-2]["end"] == "stopped"
    assert applied.gitlab("GET", PROJECT)["visibility"] == "public"
    run = applied.call("journal", "list", "--format", "json").json["runs"][0]
    assert (run["command"], run["outcome"], run["counts"]) == ("reconcile", "interrupted", {"done": 1})


def test_the_loop_outlives_bad_days(applied: Any) -> None:
    good = applied.team("adler").read_text(encoding="utf-8")
    with looping(applied) as loop:
        loop.until("round", end="clean")
        applied.team("adler").write_text("titel: x\n", encoding="utf-8")
        loop.until("round", end="refused")
        applied.team("adler").write_text(good, encoding="utf-8")
        loop.until("round", end="clean")
        with open_journal(str(applied.folder / "site" / "journal.db")) as journal, journal.lock("a test"):
            loop.until("round", end="locked")
        loop.until("round", end="clean")
        assert loop.end() == 0


def test_the_loop_follows_a_branch(applied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")

    def git(where: str, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(applied.folder / where), *arguments], check=True, capture_output=True)

    git(".", "init", "--quiet", "--initial-branch", "main")
    git(".", "add", "inventories", "playbooks", "eiginfra.yml")
    git(".", "commit", "--quiet", "-m", "one")
    git(".", "clone", "--quiet", "--bare", ".", "upstream.git")
    git(".", "remote", "add", "origin", str(applied.folder / "upstream.git"))
    git(".", "clone", "--quiet", "upstream.git", "elsewhere")
    assert once(applied, "--pull", "main")[0] == 0
    team = applied.folder / "elsewhere" / "inventories" / "eig3" / "teams" / "adler.yml"
    team.write_text("titel: x\n", encoding="utf-8")
    git("elsewhere", "commit", "--quiet", "-am", "bad")
    git("elsewhere", "push", "--quiet", "origin", "main")
    code, said = once(applied, "--pull", "main", "--mode", "heal")
    assert code == 65
    assert said[0]["event"] == "pulled"
    assert applied.team("adler").read_text(encoding="utf-8") == "titel: x\n"
    assert once(applied, "--pull", "other")[0] == 1
