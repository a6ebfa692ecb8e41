"""A packaged playbook as another one uses it: with other variables, without some of its tasks, and with others in their place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eiginfra.playbook.model import Play, Task
from eiginfra.playbook.templating import Value


@dataclass(frozen=True)
class PackagedUse:
    """What is said otherwise, by the names of variables, tasks and plays."""

    variables: Mapping[str, Value] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    """Tasks, or whole plays."""
    tasks: Mapping[str, Task] = field(default_factory=dict)

    def applied(self, plays: Iterable[Play]) -> Iterator[Play]:
        """The plays that remain, with what is said otherwise."""
        for play in plays:
            tasks = [self._task(task, play) for task in play.tasks if task.name not in self.without]
            if play.name not in self.without and tasks:
                own = {name: value for name, value in self.variables.items() if name in play.variables}
                yield replace(play, tasks=tuple(tasks), variables={**play.variables, **own})

    def _task(self, task: Task, play: Play) -> Task:
        """The task of that name in its place, with the tags of the play."""
        other = self.tasks.get(task.name or "")
        return task if other is None else replace(other, tags=other.tags | play.tags)


def task_names(plays: Iterable[Play]) -> Sequence[str]:
    """The names by which single tasks can be meant: those that one task alone has."""
    counted = Counter(task.name for play in plays for task in play.tasks if task.name is not None)
    return [name for name, count in counted.items() if count == 1]
