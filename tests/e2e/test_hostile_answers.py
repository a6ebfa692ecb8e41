"""Answers with one thing changed: whatever a server says, a command ends with a message, in time, and nothing is made twice."""

import random
import time

import pytest
import requests
from support.lab_activity import LabActivity

from .conftest import Workplace

SEEDS = range(16)
CODES = {0, 1, 2, 65, 69, 77}


@pytest.fixture
def applied(place: Workplace) -> Workplace:
    assert place.call("apply", "--yes").code == 0
    return place


def garble(place: Workplace, service: str, seed: int, match: str = "GET /api") -> None:
    """The service's answer number so and so of what is read."""
    rule = {"match": match, "kind": "garble", "seed": seed, "skip": random.Random(seed).randrange(16), "times": 1}
    verify = str(place.folder / "site" / "proxmox-ca.pem")
    requests.put(f"{place.lab.urls[service]}/_lab/faults", json={"rules": [rule]}, timeout=10, verify=verify).raise_for_status()


@pytest.mark.parametrize("service", ["gitlab", "proxmox"])
def test_attack_8_no_answer_is_a_traceback(applied: Workplace, service: str) -> None:
    wrong = []
    for seed in SEEDS:
        garble(applied, service, seed)
        began = time.monotonic()
        answer = applied.call("plan")
        said = answer.out + answer.err
        if "Traceback" in said or answer.code not in CODES or time.monotonic() - began > 60:
            wrong.append((seed, answer.code, said[-800:]))
    assert wrong == []


ACTIVITY = "/(languages|releases|merge_requests|issues|members/all|repository/.*|projects)$"


def test_attack_8_no_answer_about_activity_is_a_traceback(applied: Workplace) -> None:
    LabActivity(applied.lab.urls["gitlab"], applied.lab.served["gitlab"].service.token).fill()
    wrong = []
    for seed in range(40):
        garble(applied, "gitlab", seed, ACTIVITY)
        answer = applied.call("bulletin", "--format", "json")
        if "Traceback" in answer.out + answer.err or "a bug of eiginfra" in answer.err or answer.code not in CODES:
            wrong.append((seed, answer.code, answer.err[-800:]))
    assert wrong == []
