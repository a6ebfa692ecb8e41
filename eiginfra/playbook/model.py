"""Playbooks as loaded: plays, tasks, and the words they may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from eiginfra.core.finding import Location
from eiginfra.playbook.place import Place
from eiginfra.playbook.templating import Constant, Template, Value

PLAY_WORDS: Final = ("name", "teams", "tags", "vars", "when", "tasks")
TASK_WORDS: Final = ("name", "tags", "when", "loop", "loop_control", "vars", "protect")
USE: Final = "use"
USE_WORDS: Final = (USE, "vars", "without", "tasks")
"""Of a packaged playbook that is used, in the place of a play."""
ITEM: Final = "item"
WAS: Final = "was"
"""Among the fields of every kind: the key that the thing had before it was renamed."""
TAKEN: Final = frozenset({"cohort", "site", "team", ITEM, "omit", "range"})
"""Names that no variable may take."""


@dataclass(frozen=True)
class Task:
    """One kind of resource to bring about, once or for every item of its loop."""

    kind: str
    args: Mapping[str, Value]
    location: Location
    locate: Place = field(repr=False, compare=False)
    name: str | None = None
    tags: frozenset[str] = frozenset()
    """With its play's."""
    when: tuple[Template, ...] = ()
    loop: Value | None = None
    loop_var: str = ITEM
    variables: Mapping[str, Value] = field(default_factory=dict)
    protect: Value | None = None


@dataclass(frozen=True)
class Play:
    """Tasks for the teams of a pattern, or once for the cohort (`teams` is None)."""

    tasks: tuple[Task, ...]
    location: Location
    name: str | None = None
    teams: Constant | None = None
    """A pattern, or a list of patterns."""
    tags: frozenset[str] = frozenset()
    when: tuple[Template, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Playbook:
    """All plays of a file, in its order."""

    file: str
    plays: tuple[Play, ...]
