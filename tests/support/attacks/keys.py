"""Values that name programs, files, addresses and templates, at every key that a file of a request may have, from its model."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml
from support.attacks import Ground, attack
from support.attacks.project import called
from support.attacks.requests import checking, inventory
from support.hostile import hostile, whole
from support.walk import Place, named, places, planted
from support.watched import connections, programs, touched, watched

from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.model import TeamFile

ROOT = Path(__file__).parents[3]
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


def document(path: Path) -> dict[str, Any]:
    """Days as text, as people write them."""
    read: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    return read


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """The port of a server, and the first lines of what it was asked."""
    lines: list[str] = []

    def script(line: str) -> list[bytes]:
        lines.append(line)
        return [whole(b"{}")]

    with hostile(script) as url:
        yield int(url.rpartition(":")[2]), lines


def at(value: Any, port: int) -> Any:
    """A value with the address of the server in it."""
    return value.replace("PORT", str(port)) if isinstance(value, str) else value


def planted_at(ground: Ground, file: str, value: str, tried: Iterable[Place]) -> None:
    """`check` does nothing with a value at places of a file, nor, with some, as the name of the key there."""
    folder, before = ground.folder, Path.cwd()
    teams, base = inventory(folder), document(ROOT / "inventories/eig3" / file)
    os.chdir(folder)
    try:
        called(checking(folder))  # what it imports it has imported
        with listening() as (port, lines):
            written = at(VALUES[value], port)
            for place in tried:
                other = named(base, place, str(written)) if value in AS_NAMES else None
                for candidate in filter(None, (planted(base, place, written), other)):
                    (teams.parent / file).write_text(json.dumps(candidate), encoding="utf-8")
                    _does_nothing(folder, place)
        assert lines == []
        assert not (folder / MARK).exists()
    finally:
        os.chdir(before)


def _does_nothing(folder: Path, place: Place) -> None:
    with watched() as seen:
        ended = called(checking(folder), {"EIG_SECRET": SECRET})
    where = f"{place}: {ended.printed[-500:]}"
    assert ended.code in (0, 65), where
    assert "bug of eiginfra" not in ended.printed, where
    assert SECRET not in ended.printed, where
    assert (programs(seen), connections(seen), touched(seen, MARKS)) == ([], [], []), where


@attack(9, {f"{file} {value}": (file, value) for file in FILES for value in VALUES})
def every_key(ground: Ground, case: tuple[str, str]) -> None:
    """All keys of a file with one of the values."""
    file, value = case
    planted_at(ground, file, value, places(FILES[file]))
