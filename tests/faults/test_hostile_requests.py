"""Requests that are made to exhaust, confuse or mislead: `check` ends with a message, in under 2 seconds of CPU time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.attacks import Ground
from support.attacks.requests import FILES, FOLDERS, checking, hostile_cohort_file, hostile_file, hostile_folder, inventory


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    opened = Ground(Path(tmp_path_factory.mktemp("requests")))
    yield opened
    opened.close()


def test_what_is_measured_is_a_check_that_can_pass(ground: Ground) -> None:
    folder = ground.fresh().folder
    inventory(folder)
    ended = ground.forked.run(checking(folder), folder)
    assert (ended.code, ended.seconds < 1) == (0, True), ended.printed


@pytest.mark.parametrize("name", FILES)
def test_attack_9_a_hostile_file_ends_soon_with_a_message(ground: Ground, name: str) -> None:
    hostile_file(ground.fresh(), FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_attack_9_so_does_a_hostile_cohort_file(ground: Ground, name: str) -> None:
    hostile_cohort_file(ground.fresh(), FILES[name])


@pytest.mark.parametrize("name", FOLDERS)
def test_attack_9_so_does_a_hostile_folder(ground: Ground, name: str) -> None:
    hostile_folder(ground.fresh(), FOLDERS[name])
