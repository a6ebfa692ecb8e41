"""No key of any file that a request can bring names a program, a file, an address that is asked, or a template.

The keys are those of the models, so a new one is tried without a change here; each is given one of the values,
and some as its name; `make attack` gives it all.
"""

import json
import random
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from support.attacks import Ground
from support.attacks.keys import FILES, MARK, MARKS, VALUES, at, document, listening, planted_at
from support.attacks.project import called
from support.walk import Place, keys, places, planted
from support.watched import connections, programs, touched, watched

from eiginfra.inventory.model import TeamFile


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """The port of a server, and the first lines of what it was asked."""
    with listening() as there:
        yield there


@pytest.mark.parametrize(("file", "model"), FILES.items(), ids=str)
def test_every_key_of_the_schema_is_walked(file: str, model: type[Any]) -> None:
    walked = {str(step) for place in places(model) for step in place}
    assert keys(model.model_json_schema()) - walked == set(), file


def _shares(file: str) -> Mapping[str, list[Place]]:
    """For each value a seeded share of the places, so that each place has one of the values."""
    shuffled = random.Random(2019).sample([*places(FILES[file])], len([*places(FILES[file])]))
    return {value: shuffled[number :: len(VALUES)] for number, value in enumerate(VALUES)}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("file", FILES)
def test_no_key_makes_check_do_anything(file: str, value: str, tmp_path: Path) -> None:
    share = _shares(file)[value]
    planted_at(Ground(tmp_path).fresh(), file, value, share)
    assert len(share) > 2


def _taken(bench_options: list[str], path: Path, base: dict[str, Any], port: int) -> tuple[dict[str, Any], dict[Place, str]]:
    """A file in which every key that takes one of the values has one of them, each in turn."""
    chosen, taken = base, dict[Place, str]()
    texts = [str(at(value, port)) for value in VALUES.values() if isinstance(value, str)]
    turn = cycle(texts)
    for place in places(TeamFile):
        for text in (next(turn), texts[0]):
            candidate = planted(chosen, place, text)
            path.write_text(json.dumps(candidate), encoding="utf-8")
            if called(["check", *bench_options]).code == 0:
                chosen, taken[place] = candidate, text
                break
    path.write_text(json.dumps(chosen), encoding="utf-8")
    return chosen, taken


def test_what_is_taken_arrives_as_it_is_written_and_nothing_else_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[int, list[str]]
) -> None:
    ground = Ground(tmp_path / "ground").fresh()
    try:
        bench = ground.bench
        monkeypatch.chdir(bench.folder)
        path = bench.folder / "eig3/teams/adler.yml"
        chosen, taken = _taken(bench.options, path, document(path), asked[0])
        assert {("title",), ("description",), ("administration",)} <= taken.keys()
        with watched() as seen:
            planned = called(["plan", *bench.options])
            ended = called(["apply", "--yes", *bench.options])
        group = bench._ask("gitlab", "GET", "/groups/eig%2Feig3%2Fadler")
        servers = {int(url.rpartition(":")[2]) for url in bench.lab.urls.values()}
    finally:
        ground.close()
    assert (planned.code, ended.code) == (0, 0), ended.printed[-2000:]
    assert (programs(seen), touched(seen, MARKS)) == ([], [])
    reached = {(address[0], address[1]) for address in connections(seen)}
    assert {host for host, _ in reached} == {"127.0.0.1"}
    assert {port for _, port in reached} <= servers
    assert asked[1] == []
    assert chosen["description"] in (group["description"] or "")
    assert MARK in group["name"]  # GitLab takes not every sign in a name; what was adapted the plan tells
