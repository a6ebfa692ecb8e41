"""A journal that somebody or something altered: one sentence for all that cannot be read, and never a traceback."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from support.words import problem

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.errors import InputError
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import reason
from eiginfra.core.resource import Record
from eiginfra.journal import DatabaseJournal, JournalError, open_journal

VALUES: list[Any] = [
    *("x", "", "\0", "'", "NaN", "null", "[]", "{}", "7", '"x"', '{"a": NaN}', '"\\ud800"', '{"a": "\\udc00"}', "{", '{"a":'),
    *(
        "[" * 100_000,
        "2019-13-99",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999-23:59",
        "gitlab.group[",
        "[1, [2]]",
        '[{"field": 7}]',
    ),
    *(7, -1, 2**62, 1.5, float("inf"), b"\xff\xfe", b"{}", None),
]
COLUMNS = {
    "runs": "number cohort site command selection as_of by eiginfra commit dirty inventory fingerprint started finished outcome",
    "intents": "number run address action cause team desired observed handle diffs started",
    "results": "intent outcome reason values handle made protect finished",
    "records": "cohort address intent",
    "journal_schema": "version",
}
CASES = [(table, column) for table, columns in COLUMNS.items() for column in columns.split()]
SENTENCE = "is damaged, or is no journal"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with records, a refused change and one that was broken off, in one file."""
    path = Path(tmp_path_factory.mktemp("damage")) / "journal.db"
    change = Change(
        address=Address("gitlab.group", "eig/eig3/adler"),
        action=Action.UPDATE,
        desired={"name": "ADLER"},
        observed={"name": "A"},
        diffs=(FieldDiff(field="name", before="A", after="ADLER"),),
    )
    meta = PlanMeta.model_validate({"cohort": "eig3", "site": "lab", "as_of": "2019-10-01", "eiginfra": "0"})
    with open_journal(str(path)) as journal:
        run = journal.begin(meta, "apply", "0123")
        journal.settle(journal.intend(run, change), "done", reached=Reached({"name": "ADLER"}, {"id": 12}, created=True))
        other = change.model_copy(update={"address": Address("gitlab.group", "eig/eig3/plume")})
        journal.settle(journal.intend(run, other), "refused", reason("error", text="no"))
        journal.intend(run, change)
        journal.intend(run, change.model_copy(update={"address": Address("gitlab.group", "new"), "action": Action.CREATE}))
        journal.finish(run, "failed")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def read_all(journal: DatabaseJournal) -> None:
    """All that is ever read; what is returned is of the shape that the engine relies on."""
    records = [*journal.records("eig3").values(), *journal.known("eig3").values(), *journal.others(["x"]), *journal.history("eig3")]
    assert all(isinstance(record, Record) and isinstance(record.values, dict) and record.at.tzinfo for record in records)
    for run in journal.runs("eig3"):
        assert isinstance(run.by, str)
        journal.show(run.number)
    journal.run_of("eig3", "0123")


def outcome(path: Path) -> str:
    """What comes of it: fine, or the sentence; anything else is raised."""
    read: list[Callable[[DatabaseJournal], object]] = [read_all, lambda journal: journal.forget("eig3", Address("gitlab.group", "new"))]
    for step in read:
        try:
            with open_journal(str(path)) as journal:
                step(journal)
        except InputError as met:
            (found,) = met.findings
            assert found.code in {"journal-unreadable", "journal-foreign", "journal-newer"}
            return problem(met)
    return "fine"


@pytest.mark.parametrize(("table", "column"), CASES, ids=str)
def test_attack_12_an_altered_value_is_told(table: str, column: str, sound: Path, tmp_path: Path) -> None:
    told = 0
    for number, value in enumerate(VALUES):
        path = tmp_path / f"{number}.db"
        shutil.copy(sound, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            with suppress(sqlite3.Error):  # the table itself refuses it
                connection.execute(f'UPDATE {table} SET "{column}" = ?', [value])
                connection.commit()
        told += SENTENCE in outcome(path)
    if column in {"started", "as_of", "action", "values", "handle", "diffs", "address"} and table != "records":
        assert told > 10


@pytest.mark.parametrize("seed", range(60))
def test_attack_12_corrupted_bytes_are_told(seed: int, sound: Path, tmp_path: Path) -> None:
    chance, content = random.Random(seed), bytearray(sound.read_bytes())
    match seed % 4:
        case 0:
            del content[chance.randrange(1, len(content)) :]
        case 1:
            for _ in range(200):
                content[chance.randrange(len(content))] = chance.randrange(256)
        case 2:
            start = chance.randrange(len(content) - 4096)
            content[start : start + 4096] = bytes(4096)
        case _:
            content[chance.randrange(100, len(content)) :] = chance.randbytes(3000)
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    with suppress(JournalError):  # an error of the file system's
        outcome(path)


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4096), b"\xff" * 5000])
def test_attack_12_what_is_no_database_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(content)
    assert SENTENCE in outcome(tmp_path / "journal.db")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal_schema",
        "INSERT INTO journal_schema VALUES (1)",
        "DROP TABLE intents",
        "DROP TABLE results",
        "ALTER TABLE runs DROP COLUMN site",
        "ALTER TABLE results RENAME COLUMN handle TO other",
        "DROP TABLE journal_schema; CREATE TABLE journal_schema (x TEXT)",
    ],
)
def test_attack_12_other_tables_are_told(statement: str, sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    shutil.copy(sound, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
    assert SENTENCE in outcome(path)
