"""A world in memory to reconcile, a clock that only tests move, and a chat that takes messages over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.fakes import META, MemoryJournal, Server, registry, thing

from eiginfra.core.errors import EiginfraError, LockedError
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.core.secret import Secret
from eiginfra.core.usage import Limits
from eiginfra.engine import action
from eiginfra.engine.drift_history import Sightings, traced
from eiginfra.engine.executor import Executor
from eiginfra.engine.healing import HealingPolicy
from eiginfra.engine.mode import Mode
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.engine.report import ApplyReport
from eiginfra.engine.situation import Situation
from eiginfra.reconcile.loop import Loop
from eiginfra.reconcile.work import OnEnd, OnStart, Stopping
from eiginfra.wiring.stopping import Stopper


@dataclass
class World:
    """Wanted things, the server they stand on, and what is wrong today. Implements `Work`, and is its own factory."""

    wanted: list[Resource] = field(default_factory=lambda: [thing("a", team="adler", text="x"), thing("b", cores=1)])
    server: Server = field(default_factory=Server)
    journal: MemoryJournal = field(default_factory=lambda: MemoryJournal(now=lambda: datetime(2019, 9, 30, tzinfo=UTC)))
    rules: HealingPolicy = field(default_factory=lambda: HealingPolicy(Mode.HEAL))
    limits: Limits = field(default_factory=Limits)
    locked: bool = False
    trouble: Exception | None = None
    pages_trouble: Exception | None = None
    refreshed: int = 0
    closed: int = 0

    def __post_init__(self) -> None:
        self.registry = registry(self.server)
        self.apply(self.plan(), lambda: False, lambda _: None, lambda _: None)

    def __call__(self) -> "World":
        return self

    def policy(self) -> HealingPolicy:
        return self.rules

    @contextmanager
    def lock(self) -> Iterator[None]:
        if self.locked:
            raise LockedError("the journal is locked by somebody")
        yield

    def plan(self, sightings: Sightings | None = None) -> Plan:
        if self.trouble is not None:
            raise self.trouble
        records = self.journal.records("eig3")
        seen = observe(self.registry, self.wanted, records, cohort="eig3", teams=[], available=frozenset({"test"}), whole=True)
        given = Situation(self.wanted, self.wanted, seen, records, limits=self.limits, orphans_among=None)
        return traced(self.registry, make_plan(self.registry, given, META), seen, records, sightings or Sightings())

    def apply(self, plan: Plan, stopping: Stopping, on_start: OnStart, on_end: OnEnd) -> ApplyReport:
        return Executor(self.registry, self.journal, workers={"test": 1}, stopping=stopping, on_start=on_start, on_end=on_end).run(plan, 1)

    def pages(self) -> int:
        self.refreshed += 1
        if self.pages_trouble is not None:
            raise self.pages_trouble
        return 3

    def requests(self) -> Mapping[str, Mapping[str, int]]:
        return {"test": {"GET": 2}}

    def close(self) -> None:
        self.closed += 1


@dataclass
class Clock:
    """Time that passes when somebody waits."""

    at: datetime = datetime(2019, 10, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def wait(self, seconds: float) -> bool:
        self.at += timedelta(seconds=seconds)
        return False


@dataclass
class Chat:
    """Messages as a chat's incoming webhook takes them; `status` is what it answers."""

    url: str
    status: int = 200
    messages: list[str] = field(default_factory=list)

    def address(self) -> Secret:
        return Secret(self.url)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action, "wait_random_exponential", lambda **_: lambda state: 0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chat() -> Iterator[Chat]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if here.status == 200:
                here.messages.append(json.loads(body)["text"])
            self.send_response(here.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = Chat(f"http://127.0.0.1:{server.server_address[1]}/hooks/s3cret")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield here
        server.shutdown()
        thread.join()


@pytest.fixture
def make_loop(world: World, clock: Clock, chat: Chat, tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    stopper = Stopper()

    def make(mode: Mode = Mode.HEAL, **more: object) -> Loop:
        world.journal.now = clock.now
        given = {"address": chat.address, "wait": clock.wait, **more}
        return Loop(
            "eig3",
            "test",
            mode,
            world,
            tmp_path / "memory.json",
            stopper,
            now=clock.now,
            monotonic=clock.monotonic,
            **given,  # type: ignore[arg-type]
        )

    yield make
    stopper.close()


@pytest.fixture
def failing() -> Callable[[World, EiginfraError], None]:
    """Make every update of a world fail."""

    def fail(world: World, problem: EiginfraError) -> None:
        def before(verb: str, _name: str) -> None:
            if verb == "update":
                raise problem

        world.server.before = before

    return fail
