"""Commits that are made to exhaust, confuse or mislead: `review` ends with a message, in under 2 seconds of CPU time with git's.

Names are tried in one folder each, files by a seeded sample; `make attack` tries all.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.attacks import Ground
from support.attacks.commits import (
    HEADS,
    NOT_COMPARED,
    TOLD,
    hostile_cohort_file_of_a_commit,
    hostile_commit,
    hostile_file_of_a_commit,
    reviewing,
)
from support.attacks.requests import FILES

CHANCE = random.Random(2019)
ONCE = {name.partition("@")[0]: name for name in CHANCE.sample(sorted(HEADS), len(HEADS))}
SAMPLE, ANOTHER = CHANCE.sample(sorted(FILES), 12), CHANCE.sample(sorted(FILES), 12)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    opened = Ground(Path(tmp_path_factory.mktemp("commits")))
    yield opened
    opened.close()


def test_what_is_measured_is_a_review_that_can_pass(ground: Ground) -> None:
    folder = ground.repository.top
    ended = ground.forked.run(reviewing(folder), folder)
    assert (ended.code, ended.seconds < 1) == (0, True), ended.printed
    assert "8 things more" in ended.printed


def test_the_exceptions_are_of_the_corpus() -> None:
    assert HEADS.keys() >= TOLD | NOT_COMPARED.keys()


@pytest.mark.parametrize("name", sorted(ONCE.values()))
def test_attack_9_a_hostile_commit_ends_soon_with_a_message(ground: Ground, name: str) -> None:
    hostile_commit(ground.fresh(), HEADS[name])


@pytest.mark.parametrize("name", SAMPLE)
def test_attack_9_so_does_a_hostile_file_of_a_commit(ground: Ground, name: str) -> None:
    hostile_file_of_a_commit(ground.fresh(), FILES[name])


@pytest.mark.parametrize("name", ANOTHER)
def test_attack_9_so_does_a_hostile_cohort_file_of_a_commit(ground: Ground, name: str) -> None:
    hostile_cohort_file_of_a_commit(ground.fresh(), FILES[name])
