"""Tasks are followed with growing pauses, creating ones wait for capacity, locked guests are asked again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from proxmoxer.core import ResourceException

from eiginfra.core.errors import PermanentError, TransientError
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.errors import BusyError

from .conftest import make_site

UPID = "UPID:eig:00002FFD:0005FECC:6B01FF26:vzcreate:202:eiginfra@pve!ci:"


class Scripted(ProxmoxClient):
    """Answers one request after another out of a list."""

    def __init__(self, *answers: Any, **site: Any) -> None:
        self.pauses: list[float] = []
        super().__init__(make_site(**site), sleep=self.pauses.append)
        self.answers = list(answers)

    def send(self, **_params: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def _api(self) -> Any:  # type: ignore[override]  # the seam below which proxmoxer begins
        verb = self.send
        return lambda _path: type("Resource", (), {"get": staticmethod(verb), "post": staticmethod(verb), "put": staticmethod(verb)})


def locked() -> ResourceException:
    return ResourceException(500, "Internal Server Error", "can't lock file '/run/lock/lxc/pve-config-107.lock' - got timeout")


def test_a_task_is_polled_with_growing_pauses_up_to_two_seconds() -> None:
    client = Scripted(*[{"status": "running"}] * 40, {"status": "stopped", "exitstatus": "OK"})
    client.follow(UPID, "create container 202")
    assert client.pauses[0] == 0.1
    assert client.pauses == sorted(client.pauses)
    assert max(client.pauses) == 2.0


@pytest.mark.parametrize("result", ["OK", "WARNINGS: 1"])
def test_a_task_that_ended_well_is_done(result: str) -> None:
    Scripted({"status": "stopped", "exitstatus": result}).follow(UPID, "x")


def test_a_failed_task_is_told_with_the_end_of_its_log() -> None:
    log = [{"n": number, "t": f"line {number}"} for number in range(20)]
    client = Scripted({"status": "stopped", "exitstatus": "shrinking disks is not supported"}, log)
    with pytest.raises(PermanentError) as caught:
        client.follow(UPID, "grow scsi0 of guest 110")
    assert str(caught.value).splitlines()[0] == "proxmox: grow scsi0 of guest 110: shrinking disks is not supported"
    assert str(caught.value).splitlines()[-1].strip() == "line 19"
    assert "line 11" not in str(caught.value)


def test_p13_the_error_of_a_task_is_told_once() -> None:
    log = [{"n": 1, "t": "extracting"}, {"n": 2, "t": "TASK ERROR: no space left"}]
    with pytest.raises(PermanentError) as caught:
        Scripted({"status": "stopped", "exitstatus": "no space left"}, log).follow(UPID, "create container 202")
    assert str(caught.value) == "proxmox: create container 202: no space left\n    extracting"


def test_a_task_that_does_not_end_is_given_up() -> None:
    with pytest.raises(TransientError, match="still running after 0 s"):
        Scripted(*[{"status": "running"}] * 3, task_timeout=0).follow(UPID, "x")


def test_what_a_lock_refused_is_asked_again() -> None:
    client = Scripted(locked(), locked(), None)
    client.configure("eig", "lxc", 107, {"memory": 512})
    assert client.answers == []
    assert len(client.pauses) == 2


def test_a_lock_that_stays_is_told() -> None:
    with pytest.raises(BusyError, match=r"configure guest 107: can't lock file .* - got timeout"):
        Scripted(*[locked()] * 5).configure("eig", "lxc", 107, {"memory": 512})


@pytest.mark.parametrize("answer", [ValueError("no data"), {"errors": "<html>"}, "text", None])
def test_an_answer_that_is_not_proxmoxs_is_told(answer: Any) -> None:
    with pytest.raises(PermanentError, match=r"answers, but not as a Proxmox VE|the answer is no list"):
        Scripted(answer).pools()


def test_a_reason_phrase_with_accents_is_read() -> None:
    phrase = "l’espace manque".encode().decode("latin-1")
    with pytest.raises(PermanentError, match="l’espace manque"):
        Scripted(ResourceException(500, "Internal Server Error", phrase)).pools()


@pytest.mark.parametrize(("node_tasks", "storage_tasks", "most"), [(2, 9, 2), (9, 3, 3)])
def test_no_more_creating_tasks_run_at_once_than_the_site_allows(node_tasks: int, storage_tasks: int, most: int) -> None:
    client = Scripted(node_tasks=node_tasks, storage_tasks=storage_tasks)
    inside, seen, lock, full = 0, 0, threading.Lock(), threading.Barrier(most)

    def task() -> None:
        nonlocal inside, seen
        with client.task_slot("eig", "local-lvm"):
            with lock:
                inside += 1
                seen = max(seen, inside)
            full.wait(timeout=10)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(4 * most) as pool:
        for future in [pool.submit(task) for _ in range(4 * most)]:
            future.result()
    assert seen == most
