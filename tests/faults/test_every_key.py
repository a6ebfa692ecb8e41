"""No key of any file that a request can bring names a program, a file, an address that is asked, or a template.

The keys are those of the models, so a new one is tried without a change here; each is given every value, and some as its name.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from support.attacks import Ground
from support.attacks.project import called
from support.attacks.requests import checking, inventory
from support.hostile import hostile, whole
from support.walk import Place, keys, named, places, planted
from support.watched import connections, programs, touched, watched

from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.model import TeamFile

ROOT = Path(__file__).parents[2]
MARK: Final = "eiginfracanary"
"""In all values; no path that is opened, and no text that is compiled, has it."""
MARKS: Final = (MARK, "/etc/passwd", "/dev/zero")
FILES: Final = {"teams/adler.yml": TeamFile, "cohort.yml": CohortFile}
VALUES: Final[Mapping[str, Any]] = {
    "shell": f"$(touch {MARK}); `touch {MARK}` | touch {MARK}",
    "options": f"--upload-pack=touch {MARK}",
    "git": f"core.fsmonitor=touch {MARK}",
    "address": f"http://127.0.0.1:PORT/{MARK}",
    "repository": f"ext::sh -c touch% {MARK}",
    "path": f"/etc/passwd/../../{MARK}",
    "template": f"{{{{ lookup('pipe', 'touch {MARK}') }}}}",
    "percent": f"%(touch {MARK})s ${{{MARK}}} {{0.__class__}}",
    "command": {"command": ["touch", MARK]},
    "file": {"file": "/etc/passwd"},
    "env": {"env": "EIG_SECRET"},
    "tag": f"!!python/object/apply:os.system ['touch {MARK}']",
}
AS_NAMES: Final = ("shell", "template")
SECRET: Final = "s3cretC0re42-of-the-environment"


def _document(path: Path) -> dict[str, Any]:
    """Days as text, as people write them."""
    read: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    return read


def _base(name: str) -> dict[str, Any]:
    return _document(ROOT / "inventories/eig3" / name)


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """The port of a server, and the first lines of what it was asked."""
    lines: list[str] = []

    def script(line: str) -> list[bytes]:
        lines.append(line)
        return [whole(b"{}")]

    with hostile(script) as url:
        yield int(url.rpartition(":")[2]), lines


def _at(value: Any, port: int) -> Any:
    return value.replace("PORT", str(port)) if isinstance(value, str) else value


@pytest.mark.parametrize(("file", "model"), FILES.items(), ids=str)
def test_every_key_of_the_schema_is_walked(file: str, model: type[Any]) -> None:
    walked = {str(step) for place in places(model) for step in place}
    assert keys(model.model_json_schema()) - walked == set(), file


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("file", FILES)
def test_no_key_makes_check_do_anything(
    file: str, value: str, tmp_path: Path, asked: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIG_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    teams = inventory(tmp_path)
    path, base, written = teams.parent / file, _base(file), _at(VALUES[value], asked[0])
    called(checking(tmp_path))  # what it imports it has imported
    tried = 0
    for place in places(FILES[file]):
        other = named(base, place, str(written)) if value in AS_NAMES else None
        for document in (planted(base, place, written), other):
            if document is None:
                continue
            tried += 1
            path.write_text(json.dumps(document), encoding="utf-8")
            with watched() as seen:
                ended = called(checking(tmp_path))
            where = f"{place}: {ended.printed[-500:]}"
            assert ended.code in (0, 65), where
            assert "bug of eiginfra" not in ended.printed, where
            assert SECRET not in ended.printed, where
            assert (programs(seen), connections(seen), touched(seen, MARKS)) == ([], [], []), where
    assert tried > 40
    assert asked[1] == []
    assert not (tmp_path / MARK).exists()


def _taken(bench_options: list[str], path: Path, base: dict[str, Any], port: int) -> tuple[dict[str, Any], dict[Place, str]]:
    """A file in which every key that takes one of the values has one of them, each in turn."""
    document, planted_at = base, dict[Place, str]()
    texts = [str(_at(value, port)) for value in VALUES.values() if isinstance(value, str)]
    turn = cycle(texts)
    for place in places(TeamFile):
        for text in (next(turn), *texts):
            candidate = planted(document, place, text)
            path.write_text(json.dumps(candidate), encoding="utf-8")
            if called(["check", *bench_options]).code == 0:
                document, planted_at[place] = candidate, text
                break
    path.write_text(json.dumps(document), encoding="utf-8")
    return document, planted_at


def test_what_is_taken_arrives_as_it_is_written_and_nothing_else_is_asked(
    tmp_path: Path, asked: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = Ground(tmp_path / "ground").fresh()
    try:
        bench = ground.bench
        monkeypatch.chdir(bench.folder)
        path = bench.folder / "eig3/teams/adler.yml"
        document, taken = _taken(bench.options, path, _document(path), asked[0])
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
    assert document["description"] in (group["description"] or "")
    assert MARK in group["name"]  # GitLab takes not every sign in a name; what was adapted the plan tells
