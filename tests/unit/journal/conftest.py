"""Journals to test: an SQLite file each, and, where Debian's server binaries are there, a schema each of one PostgreSQL per worker."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import JsonValue
from support.postgres import new_schema
from support.postgres import server as postgres_server

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.journal import Reached
from eiginfra.core.plan import PlanMeta
from eiginfra.journal import DatabaseJournal, open_journal

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket's folder of a server that only we see."""
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a journal may be made."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "journal.db")
    return new_schema(request.getfixturevalue("postgres"))


@pytest.fixture
def journal(url: str) -> Iterator[DatabaseJournal]:
    with open_journal(url) as opened:
        yield opened


@pytest.fixture
def meta() -> Callable[..., PlanMeta]:
    def make(cohort: str = "eig3", **values: object) -> PlanMeta:
        return PlanMeta.model_validate({"cohort": cohort, "site": "lab", "as_of": date(2019, 10, 1), "eiginfra": "0.1.0", **values})

    return make


@pytest.fixture
def change() -> Callable[..., Change]:
    def make(key: str = "eig/eig3/adler", action: Action = Action.CREATE, **values: object) -> Change:
        return Change(
            address=Address("gitlab.group", key),
            action=action,
            cause=Cause.NEW,
            team="adler",
            desired={"name": "ADLER", "visibility": "public"},
            diffs=(FieldDiff(field="name", after="ADLER", cause=Cause.NEW),),
        ).model_copy(update=values)

    return make


@pytest.fixture
def apply(meta: Callable[..., PlanMeta], change: Callable[..., Change]) -> Callable[..., int]:
    """One run with one change that was done; returns the intent's number."""

    def go(journal: DatabaseJournal, what: Change | None = None, cohort: str = "eig3", handle: dict[str, JsonValue] | None = None) -> int:
        run = journal.begin(meta(cohort), "apply")
        intent = journal.intend(run, what or change())
        gone = what is not None and what.action is Action.DELETE
        reached = Reached(None if gone else {"name": "ADLER"}, handle if handle is not None else {"id": 12}, created=True)
        journal.settle(intent, "done", reached=reached)
        journal.finish(run, "done")
        return intent

    return go


@pytest.fixture
def process() -> Callable[..., contextlib.AbstractContextManager[subprocess.Popen[str]]]:
    """Another Python with our package, talked to by pipes and killed at the end."""

    @contextlib.contextmanager
    def start(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", script, *arguments]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
            try:
                yield started
            finally:
                started.kill()

    return start
