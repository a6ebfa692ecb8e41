"""The lab, and clients that know nothing of it: gitlabform and Ansible, from a virtual environment of their own (make clients)."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running

HERE = Path(__file__).parent
BIN = HERE.parents[1] / ".venv-clients" / "bin"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A fresh lab for each file."""
    with running(LabConfig(gitlab_port=0, proxmox_port=0, now=date(2019, 10, 1))) as made:
        yield made


@pytest.fixture(scope="module")
def authority(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the certificate of the lab's authority is."""
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    file.write_bytes(lab.tls.ca_pem)
    return str(file)


@pytest.fixture(scope="module")
def writes(lab: Lab, authority: str) -> Callable[[str], dict[str, int]]:
    """Counts the requests to a service that were no GET, by method and path, since the last count."""
    session = requests.Session()
    session.trust_env = False
    session.verify = authority

    def count(service: str) -> dict[str, int]:
        url = f"{lab.urls[service]}/_lab/requests"
        counted = session.get(url, timeout=10).json()
        session.delete(url, timeout=10)
        return {name: times for name, times in counted["by"].items() if not name.startswith(("GET ", "HEAD ", "DELETE /_lab"))}

    return count


@dataclass(slots=True)
class Play:
    """What a playbook did: the names of its tasks by outcome."""

    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def play(authority: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Play]:
    """Runs a playbook; a task that fails fails the test with what its module said."""
    home = tmp_path_factory.mktemp("ansible")

    def run(playbook: str, variables: dict[str, Any], *options: str) -> Play:
        given = home / "variables.json"
        given.write_text(json.dumps(variables), encoding="utf-8")
        command = [BIN / "ansible-playbook", "-i", "localhost,", "-c", "local", "-e", f"@{given}", *options, HERE / playbook]
        settings = {
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_PYTHON_INTERPRETER": str(BIN / "python"),
            "ANSIBLE_HOME": str(home),
            "REQUESTS_CA_BUNDLE": authority,
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "LC_ALL": "C.UTF-8",
        }
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**_plain(), **settings})
        start = ended.stdout.find("{\n")
        assert start >= 0, ended.stdout + ended.stderr
        done = Play()
        for part in json.loads(ended.stdout[start:])["plays"]:
            for task in part["tasks"]:
                name, result = task["task"]["name"], task["hosts"]["localhost"]
                assert not result.get("failed"), f"{name}: {result.get('msg')}\n{json.dumps(result, indent=1)[-3000:]}"
                assert not result.get("unreachable"), f"{name}: {result}"
                if not result.get("skipped"):
                    (done.changed if result.get("changed") else done.same).append(name)
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr
        return done

    return run


@pytest.fixture(scope="module")
def gitlabform(lab: Lab, gitlab_token: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Runs gitlabform with a configuration, words in it replaced, on all groups and projects that it names."""
    home = tmp_path_factory.mktemp("gitlabform")

    def run(config: str, **words: str) -> None:
        text = (HERE / config).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, value)
        file = home / config
        file.write_text(f"gitlab: {{url: {lab.urls['gitlab']}, token: {gitlab_token}}}\n{text}", encoding="utf-8")
        command = [BIN / "gitlabform", "--config", file, "--verbose", "--strict", "--terminate", "--skip-version-check", "ALL_DEFINED"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=_plain())
        assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-3000:]

    return run


@pytest.fixture(scope="module")
def gitlab_token(lab: Lab) -> str:
    """The administrator's token."""
    token = lab.served["gitlab"].service.token
    assert token
    return token


def _plain() -> dict[str, str]:
    """This process's environment, without proxies: the lab is on loopback."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
