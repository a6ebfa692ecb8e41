"""Where the values of a resource come from: in the team's file before cohort.yml before the site's file before the playbook.

Nothing is noted while resources are made, since hardly anybody asks: who does has the task's templates evaluated a second time, and what
they read is recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eiginfra.core.filters import Entry
from eiginfra.core.finding import Location
from eiginfra.core.kind import Kind
from eiginfra.core.spec import rules
from eiginfra.playbook.model import Task
from eiginfra.playbook.place import Place
from eiginfra.playbook.sandbox import Reads, recording
from eiginfra.playbook.templating import Nested, TemplateError, Value, Variables
from eiginfra.playbook.views import View, Views


@dataclass(eq=False, slots=True)
class Origins(Mapping[str, Location]):
    """The locations of one resource's values by label: `memory`, `members[adler-1]`, and "" for what made the resource."""

    views: Views
    task: Task
    kind: Kind[Any]
    team: str | None
    scope: Variables
    """What the task's play knows."""
    item: Any = None
    """Of the task's loop."""

    def __getitem__(self, label: str) -> Location:
        name, _, entry = label.partition("[")
        if not label:
            return self.whole()
        if name not in self.task.args:
            if label == "protect" and self.task.protect is not None:
                place = self._nearest(self._evaluated(self.task.protect)[1])
                return self.task.locate(label) if place is None else place()
            raise KeyError(label)
        return self.at(name, *([entry.removesuffix("]")] if entry else []))

    def __iter__(self) -> Iterator[str]:
        yield ""
        for name, value in self.task.args.items():
            yield name
            found, _ = self._evaluated(value)
            if isinstance(found, list):
                yield from (f"{name}[{self._called(name, entry)}]" for entry in found)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def whole(self) -> Location:
        """Of what made the resource: the loop's item in the team's file, else the team's file, else the task."""
        if (thing := _thing(self.item)) is not None:
            return thing.place()
        if self.item is not None and self.task.loop is not None:
            place = _of_entry(self.item, self._evaluated(self.task.loop)[1])
            if place is not None:
                return place()
        return self.task.location if self.team is None else self.views.teams[self.team].place()

    def at(self, *path: str | int) -> Location:
        """Of the value at a path of the spec (`("members", 0, "access")`); an entry may be named by its key."""
        name, *steps = path
        value = self.task.args.get(str(name))
        if value is None:
            return self.whole()
        found, reads = self._evaluated(value)
        written: list[str | int] = [self.kind.name, name]
        if steps and (index := self._index(str(name), found, steps[0])) is not None:
            steps[0] = index
            while steps and isinstance(value, Nested) and (inner := _step(value.entries, steps[0])) is not None:
                written.append(steps.pop(0))
                value = inner
                found, reads = self._evaluated(value)
        place = _of_path(found, reads, steps) or self._nearest(reads)
        return self.task.locate(*written, *steps) if place is None else place()

    def sources(self, *values: Value) -> set[Location]:
        """All locations in the inventory that these values of the task are made from."""
        return {view.where(name)() for value in values for view, name in self._evaluated(value)[1]}

    def _evaluated(self, value: Value) -> tuple[Any, Reads]:
        """What it gives in a scope in which nothing has been worked out yet, and what it read; None where it fails."""
        scope = self.scope.fresh()
        if value is not self.task.loop:
            scope = Variables({} if self.task.loop is None else {self.task.loop_var: self.item}, self.task.variables, scope)
        with recording() as reads:
            try:
                return value.evaluate(scope), reads
            except TemplateError:
                return None, reads

    def _nearest(self, reads: Reads) -> Place | None:
        """The place nearest to a team's hands, and there the innermost. Values that are not set, and those of several teams, have none."""
        places = [view.where(name) for view, name in reads if view.read(name) is not None]
        if len({place.document.file for place in places if self.views.distance(place) == 0}) > 1:
            places = [place for place in places if self.views.distance(place) > 0]
        return min(places, key=lambda place: (self.views.distance(place), -len(place.path)), default=None)

    def _index(self, name: str, found: Any, step: str | int) -> str | int | None:
        """Where in a list or mapping the entry is that is called so."""
        if isinstance(found, list) and isinstance(step, str):
            return next((index for index, entry in enumerate(found) if self._called(name, entry) == step), None)
        there = step < len(found) if isinstance(found, list) and isinstance(step, int) else isinstance(found, Mapping) and step in found
        return step if there else None

    def _called(self, name: str, entry: Any) -> str:
        """An entry's name in labels, as FieldDiff has it."""
        rule = rules(self.kind.spec).get(name)
        key = rule.entries if rule is not None else None
        if key is not None and isinstance(entry, View | Mapping):
            return str(entry.read(key) if isinstance(entry, View) else entry.get(key))
        return str(entry)


def _thing(value: Any) -> View | None:
    """The thing of the inventory that a value is, or is made from."""
    made_from = value.thing if isinstance(value, Entry) else value
    return made_from if isinstance(made_from, View) else None


def _step(entries: Any, step: str | int) -> Value | None:
    if isinstance(entries, dict):
        return entries.get(step)
    return entries[step] if isinstance(step, int) and step < len(entries) else None


def _of_path(found: Any, reads: Reads, steps: list[str | int]) -> Place | None:
    """Where the entry of a list is written, or a value in it."""
    # A spec may make several entries of one.
    if not (steps and isinstance(found, list) and isinstance(steps[0], int) and steps[0] < len(found)):
        return None
    entry = found[steps[0]]
    if (thing := _thing(entry)) is not None:
        if len(steps) == 1:
            return thing.place
        name = str(steps[1])
        return thing.where(entry.keys_of.get(name, name) if isinstance(entry, Entry) else name)
    return _of_entry(entry, reads)


def _of_entry(entry: Any, reads: Reads) -> Place | None:
    """Where a plain entry of a list comes from: a value that was read is it, or a list that holds it."""
    for view, name in reads:
        value = view.read(name)
        if value == entry:
            return view.where(name)
        if isinstance(value, tuple) and entry in value:
            return view.where_entry(name, value.index(entry))
    return None
