"""The parts around the loop, each against the real thing: sockets, HTTP, git, signals."""

import json
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from eiginfra.core.errors import PermanentError, TransientError, UsageError
from eiginfra.core.secret import Secret
from eiginfra.engine.healing import LoopMemory
from eiginfra.reconcile.notify import Notifier
from eiginfra.reconcile.pull import WorkingCopy
from eiginfra.reconcile.server import serving
from eiginfra.reconcile.state import keep, recall
from eiginfra.reconcile.webhook import MOST_UNSENT, tell


def test_the_server_answers_two_paths_and_no_other() -> None:
    well = [True]
    with serving("127.0.0.1:0", lambda: b"figures 1\n", lambda: (well[0], {"rounds": 3})) as url:
        assert requests.get(f"{url}/metrics", timeout=5).text == "figures 1\n"
        assert requests.get(f"{url}/healthz", timeout=5).json() == {"rounds": 3}
        well[0] = False
        assert requests.get(f"{url}/healthz", timeout=5).status_code == 503
        assert requests.get(f"{url}/", timeout=5).status_code == 404
        assert requests.post(f"{url}/metrics", timeout=5).status_code == 501
        with pytest.raises(UsageError, match=r"address already in use; name another"), serving(url.removeprefix("http://"), bytes, dict):  # type: ignore[arg-type]
            pass


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing can be served"), serving("127.0.0.1:99999", bytes, dict):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("abstract", [True, False])
def test_the_service_manager_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"@eiginfra-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name[1:]}" if abstract else name)
        notify = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "60000000"})
        notify("READY=1", "STATUS=well")
        assert manager.recv(100) == b"READY=1\nSTATUS=well"
        assert notify.watchdog == 60
    notify("WATCHDOG=1")  # nobody listens any more


def test_without_a_service_manager_nothing_is_told() -> None:
    Notifier({})("READY=1")
    assert Notifier({"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}).watchdog is None


def test_the_memory_is_kept_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "memory.json"
    assert recall(path) == LoopMemory()
    keep(path, LoopMemory(trouble="x"))
    assert recall(path).trouble == "x"
    assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="name a folder as reconcile"):
        keep(tmp_path / "file" / "memory.json", LoopMemory())


def test_a_chat_that_is_down_is_not_named(free_port: int) -> None:
    memory = LoopMemory()
    for number in range(MOST_UNSENT + 5):
        problem = tell(memory, f"message {number}", lambda: Secret(f"http://127.0.0.1:{free_port}/hooks/s3cret"))
        assert str(problem) == "the webhook cannot be reached (ConnectionError)"
    assert memory.unsent[0] == "message 5"
    assert len(memory.unsent) == MOST_UNSENT


def test_a_redirect_is_not_followed(chat: object) -> None:
    chat.status = 302  # type: ignore[attr-defined]
    assert str(tell(LoopMemory(), "hello", chat.address)) == "the webhook answers 302"  # type: ignore[attr-defined]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Git without the settings of whoever runs the tests; `upstream` and its clone `copy` stand ready, on main."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")

    def run(where: str, *arguments: str) -> str:
        command = ["git", "-C", str(tmp_path / where), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run(".", "init", "--quiet", "--initial-branch", "main", "upstream")
    run("upstream", "commit", "--quiet", "--allow-empty", "-m", "one")
    run(".", "clone", "--quiet", "upstream", "copy")
    return run


def test_a_working_copy_is_brought_forward(git: Git, tmp_path: Path) -> None:
    copy = WorkingCopy(tmp_path / "copy", "main")
    assert copy.bring_forward() is True
    assert copy.bring_forward() is False
    (tmp_path / "upstream" / "team.yml").write_text("title: A\n")
    git("upstream", "add", "team.yml")
    git("upstream", "commit", "--quiet", "-m", "two")
    assert copy.bring_forward() is True
    assert (tmp_path / "copy" / "team.yml").exists()
    assert git("upstream", "rev-parse", "HEAD").startswith(copy.commit or "nothing")


def test_what_cannot_be_fast_forwarded_is_left_as_it_is(git: Git, tmp_path: Path) -> None:
    git("upstream", "commit", "--quiet", "--allow-empty", "-m", "theirs")
    git("copy", "commit", "--quiet", "--allow-empty", "-m", "ours")
    before = git("copy", "rev-parse", "HEAD")
    with pytest.raises(PermanentError, match="cannot be fast-forwarded to main"):
        WorkingCopy(tmp_path / "copy", "main").bring_forward()
    assert git("copy", "rev-parse", "HEAD") == before


def test_a_working_copy_elsewhere_is_refused(git: Git, tmp_path: Path) -> None:
    git("copy", "switch", "--quiet", "-c", "other")
    with pytest.raises(PermanentError, match="is on other, not on main; git switch main"):
        WorkingCopy(tmp_path / "copy", "main").bring_forward()


def test_no_working_copy_at_all(git: Git, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(PermanentError, match="is in no git checkout"):
        WorkingCopy(tmp_path / "plain", "main").bring_forward()


def test_a_remote_that_is_down_is_transient_and_its_password_is_not_told(git: Git, tmp_path: Path, free_port: int) -> None:
    git("copy", "remote", "set-url", "origin", f"http://user:s3cret@127.0.0.1:{free_port}/x.git")
    with pytest.raises(TransientError, match="cannot fetch main") as caught:
        WorkingCopy(tmp_path / "copy", "main").bring_forward()
    assert "s3cret" not in json.dumps(str(caught.value))
