"""Attacks on eiginfra, a function each: it sets a trap, lets eiginfra work, and fails where the trap was sprung.

`@attack(7)` enters a function under the seventh kind of docs/findings.md; `@attack(7, CASES)` enters one for each case, by its name.
`make attack` tries them all, `tests/faults/test_attacks.py` a seeded sample.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from support.forked import Forked, forked
from support.git_objects import Objects
from support.kills import Bench, open_bench


@dataclass
class Ground:
    """Where an attack takes place: a folder of its own, and a lab with three teams that all attacks share, set back for each."""

    root: Path
    folder: Path = field(init=False)
    _closing: ExitStack = field(default_factory=ExitStack)
    _count: int = 0

    def fresh(self) -> "Ground":
        """With an empty folder, for the next attack."""
        self._count += 1
        self.folder = self.root / f"attack-{self._count}"
        self.folder.mkdir(parents=True)
        return self

    @cached_property
    def _bench(self) -> Bench:
        return self._closing.enter_context(open_bench(self.root / "bench"))

    @cached_property
    def forked(self) -> Forked:
        """Runs commands in children that have everything imported."""
        folder = self.root / "forked"
        from support.attacks import commits, requests  # noqa: PLC0415 - they enter their attacks here

        requests.inventory(folder / "warm")
        warm = [requests.checking(folder / "warm"), commits.reviewing(self.repository.top)]
        return self._closing.enter_context(forked(folder, warm))

    @cached_property
    def repository(self) -> Objects:
        """The example with three teams, and a request that brings one more."""
        from support.attacks import commits  # noqa: PLC0415 - it enters its attacks here

        return commits.project(self.root / "repository")

    @property
    def bench(self) -> Bench:
        """The lab and the files, as at the start."""
        self._bench.reset()
        return self._bench

    def close(self) -> None:
        """Stop the lab and the process for commands, if they were started."""
        self._closing.close()


@dataclass(frozen=True)
class Attack:
    """kind: its number among the attacks of docs/findings.md. run: raises AssertionError where it does not hold."""

    kind: int
    name: str
    run: Callable[[Ground], None]

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}"


ATTACKS: list[Attack] = []


def attack(kind: int, cases: Mapping[str, Any] | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function; with cases, once for each of them, which is its second argument."""

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        name = function.__name__
        if cases is None:
            ATTACKS.append(Attack(kind, name, function))
        else:
            ATTACKS.extend(Attack(kind, f"{name}-{case}", partial(_with, function, given)) for case, given in cases.items())
        return function

    return enter


def _with(function: Callable[[Ground, Any], None], given: Any, ground: Ground) -> None:
    function(ground, given)


def of_kind(kind: int) -> list[Attack]:
    """The attacks of one kind."""
    return [found for found in every() if found.kind == kind]


def every() -> list[Attack]:
    """All attacks, by kind and name."""
    from support.attacks import answers, bounds, commits, git, keys, plans, requests, secrets  # noqa: F401, PLC0415 - each module enters its own

    return sorted(ATTACKS, key=lambda found: (found.kind, found.name))
