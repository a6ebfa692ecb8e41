"""A seeded sample of the kill sweep; `make faults` walks every boundary."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.kills import Bench, open_bench

SAMPLE = random.Random(2019).sample(range(1, 100), 3)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(Path(tmp_path_factory.mktemp("kills")) / "bench", ("adler",)) as opened:
        yield opened


@pytest.mark.parametrize("share", SAMPLE)
@pytest.mark.parametrize("what", ["requests", "writes"])
def test_a_killed_apply_is_taken_up_by_the_next(bench: Bench, what: str, share: int) -> None:
    trial = bench.trial(what, max(1, bench.count(what) * share // 100))
    assert trial.killed
    assert trial.converged, trial.why
    assert trial.duplicates == 0
