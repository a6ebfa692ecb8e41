import json
import os
import signal

import pytest
import requests

from eiginfra.lab.__main__ import main, parse
from eiginfra.lab.config import LabConfig, LabError
from eiginfra.lab.process import arguments, asked_in_vain, start_detached, status, stop

CONFIG = LabConfig(gitlab_port=0, services=("gitlab",))


@pytest.fixture
def started(tmp_path):
    info = start_detached(CONFIG, tmp_path)
    yield info
    stop(tmp_path)


def test_start_status_stop(started, tmp_path):
    assert status(tmp_path) == started
    health = requests.get(f"{started.urls['gitlab']}/_lab/health", timeout=5).json()
    assert health["pid"] == started.pid
    assert asked_in_vain(started) == {"gitlab": []}
    with pytest.raises(LabError, match="runs already"):
        start_detached(CONFIG, tmp_path)
    assert stop(tmp_path) == started
    assert status(tmp_path) is None
    assert stop(tmp_path) is None
    assert "Traceback" not in started.log.read_text()


def test_killed_lab_is_cleared_away(started, tmp_path):
    os.kill(started.pid, signal.SIGKILL)
    os.waitpid(started.pid, 0)
    assert status(tmp_path) is None
    assert not (tmp_path / "lab.json").exists()


def test_foreign_process_is_left_alone(tmp_path, gitlab_lab):
    record = {"pid": 1, "urls": gitlab_lab.urls, "site": str(tmp_path / "site.yml"), "log": str(tmp_path / "lab.log")}
    (tmp_path / "lab.json").write_text(json.dumps(record))
    assert stop(tmp_path) is None


def test_broken_record_is_said(tmp_path):
    (tmp_path / "lab.json").write_text("{}")
    with pytest.raises(LabError, match="not a lab's record"):
        status(tmp_path)


def test_start_on_a_taken_port_is_said(tmp_path, gitlab_lab):
    port = int(gitlab_lab.urls["gitlab"].rpartition(":")[2])
    with pytest.raises(LabError, match="Address already in use"):
        start_detached(LabConfig(gitlab_port=port, services=("gitlab",)), tmp_path)


def test_arguments_round_trip(tmp_path):
    config = parse(
        ["--port", "0", "--service", "gitlab", "--now", "2019-10-01", "--site-out", str(tmp_path / "s.yml"), "--state",
         str(tmp_path / "state"), "--latency-ms", "20", "--task-seconds", "0.5", "--wide-network"]
    )  # fmt: skip
    assert parse(arguments(config)) == config


def test_main_says_what_is_wrong(capsys, gitlab_lab):
    port = gitlab_lab.urls["gitlab"].rpartition(":")[2]
    assert main(["--service", "gitlab", "--gitlab-port", port]) == 1
    assert "Address already in use" in capsys.readouterr().err
