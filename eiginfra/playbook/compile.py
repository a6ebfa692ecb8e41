"""A playbook, a cohort and a site to resources."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeGuard

from pydantic import ValidationError

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError
from eiginfra.core.filters import Adapted
from eiginfra.core.finding import Finding, Location, notice, warning
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.reason import reason
from eiginfra.core.resource import Resource
from eiginfra.core.spec import rules
from eiginfra.core.suggest import suggest
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site
from eiginfra.playbook.failure import PatternError
from eiginfra.playbook.model import ITEM, WAS, Play, Playbook, Task
from eiginfra.playbook.origins import Origins
from eiginfra.playbook.patterns import select
from eiginfra.playbook.report import CompileErrors, Where, label
from eiginfra.playbook.section_view import with_sections
from eiginfra.playbook.spec_errors import Problem, shown, sort_of, spec_problems
from eiginfra.playbook.templating import GLOBALS, Template, TemplateError, Value, Variables
from eiginfra.playbook.views import Views, views


@dataclass(frozen=True)
class Compiled:
    """What is wanted, in the order of playbook, teams and loops; and what is good to know.

    off: what a `when` switched off: unmanaged, so not an orphan either. off_kinds: kind and team (None: the cohort) of what was switched
    off where its address cannot be told, since it depends on just what is missing.
    """

    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    off: frozenset[Address] = frozenset()
    off_kinds: frozenset[tuple[str, str | None]] = frozenset()

    def switched_off(self, address: Address, team: str | None) -> bool:
        """Whether a resource that is not wanted may be so because of a `when`."""
        return address in self.off or (address.kind, team) in self.off_kinds


def compile_playbook(
    playbook: Playbook,
    cohort: Cohort,
    site: Site,
    registry: Registry,
    as_of: date,
    *,
    available: Collection[str],
    wrong: Collection[Location] = (),
) -> Compiled:
    """All resources of a cohort on that day; raises InputError with all errors.

    available: providers that the site has; tasks of kinds of others are left out with a notice. wrong: where the inventory's checks found
    an error: what only follows from such a value is not told a second time, so that InputError may then hold nothing.
    """
    seen = views(cohort, site, as_of)
    seen = replace(seen, site=with_sections(seen.site, site.file))
    compiler = _Compiler(seen, registry, available, frozenset(wrong))
    for play in playbook.plays:
        compiler.play(play)
    return compiler.compiled()


class _Compiler:
    def __init__(self, seen: Views, registry: Registry, available: Collection[str], wrong: frozenset[Location]) -> None:
        self._world = seen
        self._registry = registry
        self._available = available
        self._wrong = wrong
        self._report = CompileErrors()
        self._incomplete = False
        self._findings: list[Finding] = []
        self._resources: dict[Address, Resource] = {}
        self._left_out: Counter[str] = Counter()
        self._off: set[Address] = set()
        self._off_kinds: set[tuple[str, str | None]] = set()

    def compiled(self) -> Compiled:
        if self._report or self._incomplete:
            raise InputError(self._report.findings())
        for provider, count in sorted((+self._left_out).items()):
            self._findings.append(notice("provider-absent", provider=provider, count=count))
        off = frozenset(self._off - self._resources.keys())
        return Compiled(tuple(self._resources.values()), tuple(dict.fromkeys(self._findings)), off, frozenset(self._off_kinds))

    def play(self, play: Play) -> None:
        teams = self._teams(play)
        scopes = [(team, self._scope(play, team)) for team in teams]
        known = {*GLOBALS, "cohort", "site", *play.variables} | ({"team"} if play.teams else set())
        everyone = [Where(team) for team in teams] or [Where()]
        sound = self._names([template for item in play.variables.values() for template in item.templates()], known, play, everyone)
        sound &= self._names(play.when, known, play, everyone)
        tasks = [task for task in play.tasks if self._sound(task, play, known, everyone)]
        if not sound:
            return
        runs: dict[str | None, bool] = {}
        for team, scope in scopes:
            try:
                runs[team] = _holds(play.when, scope)
            except TemplateError as problem:
                self._failed(problem, Where(team))
        for task in tasks:
            for team, scope in scopes:
                if team in runs:
                    self._task(task, self._registry[task.kind], team, scope, runs=runs[team])

    def _teams(self, play: Play) -> Sequence[str | None]:
        if play.teams is None:
            return [None]
        names = list(self._world.teams)
        try:
            chosen = {name for pattern in play.teams.value for name in select(pattern, names)}
        except PatternError as problem:
            self._report.add(problem.code, {**problem.params, "at": "`teams`"}, play.teams.location, problem.advice)
            return []
        if names and not chosen:
            self._findings.append(warning("teams-empty", pattern=play.teams.value, location=play.teams.location))
        return [name for name in names if name in chosen]

    def _scope(self, play: Play, team: str | None) -> Variables:
        names = {**GLOBALS, "cohort": self._world.cohort, "site": self._world.site}
        if team is not None:
            names["team"] = self._world.teams[team]
        return Variables(names, play.variables)

    def _sound(self, task: Task, play: Play, known: set[str], everyone: list[Where]) -> bool:
        """CompileErrors what is wrong with a task whatever the values are."""
        kind = self._registry.get(task.kind)
        if kind is None:
            self._report.add("unknown-kind", {"name": task.kind}, task.location, suggest(task.kind, self._registry.names()))
            return False
        sound = True
        fields = kind.spec.model_fields
        for name in task.args:
            if name not in fields and name != WAS:
                sound = False
                self._report.add(
                    "field-unknown", {"kind": task.kind, "name": name}, task.locate.key(task.kind, name), suggest(name, [*fields, WAS])
                )
        for name, field in fields.items():
            if field.is_required() and name not in task.args and not rules(kind.spec)[name].assigned:
                sound = False
                self._report.add("field-missing", {"kind": task.kind, "name": name}, task.locate.key(task.kind))
        before = list(task.loop.templates()) if task.loop else []
        inner = [template for item in (*task.variables.values(), *task.args.values()) for template in item.templates()]
        inner += [*task.when, *(task.protect.templates() if task.protect else ())]
        own = {*known, *task.variables} | ({task.loop_var} if task.loop else set())
        return self._names(before, known, play, everyone) & self._names(inner, own, play, everyone) & sound

    def _names(self, templates: Sequence[Template], known: set[str], play: Play, everyone: list[Where]) -> bool:
        """CompileErrors variables that nothing defines."""
        sound = True
        for template in templates:
            for name in sorted(template.names - known):
                sound = False
                advice = suggest(name, known)
                if name == "team" and not play.teams:
                    advice = reason("play-without-teams")
                elif name == ITEM:
                    advice = reason("item-in-loops")
                for where in everyone:
                    self._report.add("name-unknown", {"name": name}, template.location, advice, where)
        return sound

    def _task(self, task: Task, kind: Kind[Any], team: str | None, scope: Variables, *, runs: bool) -> None:
        absent = kind.provider not in self._available
        any_wanted, any_off = False, not runs
        for where, item, inner in self._items(task, team, scope, quiet=absent or not runs):
            origins = Origins(self._world, task, kind, team, scope, item)
            try:
                wanted = runs and _holds(task.when, inner)
            except TemplateError as problem:
                if not absent:
                    self._failed(problem, where, origins, *task.when)
                    continue
                wanted = True
            if absent:
                self._left_out[kind.provider] += wanted
            elif wanted:
                any_wanted = True
                self._want(origins, inner, where)
            else:
                any_off = True
                self._switch_off(task, kind, team, inner)
        if task.loop is not None and any_off and not any_wanted:
            # The whole loop is off: what its list has lost since cannot be told from what is only switched off.
            self._off_kinds.add((kind.name, team))

    def _items(self, task: Task, team: str | None, scope: Variables, *, quiet: bool) -> Iterator[tuple[Where, Any, Variables]]:
        if task.loop is None:
            yield Where(team), None, Variables({}, task.variables, scope) if task.variables else scope
            return
        try:
            items = task.loop.evaluate(scope)
        except TemplateError as problem:
            if quiet:
                yield Where(team), None, scope
            else:
                self._failed(problem, Where(team))
            return
        if not isinstance(items, list):
            self._report.add("loop-not-list", {"sort": sort_of(items)}, task.loop.location, None, Where(team))
            return
        for index, item in enumerate(items):
            yield Where(team, label(item, index)), item, Variables({task.loop_var: item}, task.variables, scope)

    def _switch_off(self, task: Task, kind: Kind[Any], team: str | None, scope: Variables) -> None:
        try:
            spec = kind.spec.model_validate({name: value for name, value in _values(task, scope).items() if name != WAS})
        except (TemplateError, ValidationError):
            self._off_kinds.add((kind.name, team))
        else:
            self._off.add(Address(kind.name, kind.key(spec)))

    def _want(self, origins: Origins, scope: Variables, where: Where) -> None:
        task, kind = origins.task, origins.kind
        try:
            values = _values(task, scope)
            was = values.pop(WAS, None)
            protect = False if task.protect is None else task.protect.evaluate(scope)
            spec = kind.spec.model_validate(values)
        except TemplateError:
            self._all_problems(origins, scope, where)
            return
        except ValidationError as problem:
            for found in spec_problems(problem, kind.name, kind.spec):
                self._refused(origins, found, where)
            return
        if was is not None and not isinstance(was, str):
            self._report.add("was-not-text", {"value": shown(was)}, task.locate(kind.name, WAS), None, where)
        elif isinstance(protect, bool):
            former = None if was is None else Address(kind.name, was)
            address = Address(kind.name, kind.key(spec))
            self._add(Resource(address, spec, where.team, task.location, task.tags, protect, former, origins), origins)
            self._findings += (_adapted(value, name, origins) for name, value in values.items() if _differs(value))
        else:
            self._report.add("protect-not-truth", {"value": shown(protect)}, task.locate("protect"), None, where)

    def _refused(self, origins: Origins, found: Problem, where: Where) -> None:
        """A value that its field does not take."""
        task, path = origins.task, found.path
        if not self._follows(origins, *(value for name, value in task.args.items() if name in path[:1])):
            here = task.locate(origins.kind.name, *path)
            self._report.add(found.code, found.params, origins.at(*path) if path else here, found.advice, where, also=[here])

    def _all_problems(self, origins: Origins, scope: Variables, where: Where) -> None:
        """Evaluation stopped at the first problem: report those of every field."""
        task = origins.task
        for item in (*task.args.values(), *((task.protect,) if task.protect else ())):
            try:
                item.evaluate(scope)
            except TemplateError as problem:
                self._failed(problem, where, origins, item)

    def _failed(self, problem: TemplateError, where: Where, origins: Origins | None = None, *values: Value) -> None:
        """A template that fails: the playbook must be corrected, whatever the inventory says. values: what was evaluated."""
        if origins is None:
            self._report.add(problem.code, problem.params, problem.location, problem.advice, where)
        elif not self._follows(origins, *values):
            self._report.add(problem.code, problem.params, problem.location, problem.advice, where, also=[origins.whole()])

    def _follows(self, origins: Origins, *values: Value) -> bool:
        """Whether an error follows from a value of the inventory that is known to be wrong; then it is left out."""
        follows = bool(self._wrong) and not self._wrong.isdisjoint(origins.sources(*values))
        self._incomplete |= follows
        return follows

    def _add(self, resource: Resource, origins: Origins) -> None:
        first = self._resources.setdefault(resource.address, resource)
        if first is resource:
            return
        fields = sorted(name for name in {*first.values, *resource.values} if first.values.get(name) != resource.values.get(name))
        if not fields:
            self._resources[resource.address] = replace(first, tags=first.tags | resource.tags, protect=first.protect or resource.protect)
        elif not self._follows(origins, *origins.task.args.values()):
            self._report.clash(first, resource, fields)


def _differs(value: object) -> TypeGuard[Adapted]:
    """Whether a name was changed in more than its spaces, whose change nobody sees."""
    return isinstance(value, Adapted) and " ".join(value.written.split()) != " ".join(str(value).split())


def _adapted(name: Adapted, field: str, origins: Origins) -> Finding:
    return notice("title-adapted", written=name.written, adapted=str(name), location=origins.at(field), team=origins.team)


def _holds(conditions: Sequence[Template], scope: Variables) -> bool:
    """Whether all conditions are true; raises TemplateError, also for what is neither true nor false."""
    for condition in conditions:
        value = condition.evaluate(scope)
        if not isinstance(value, bool):
            raise TemplateError("when-not-truth", {"sort": sort_of(value)}, condition.location)
        if not value:
            return False
    return True


def _values(task: Task, scope: Variables) -> dict[str, Any]:
    """The fields of a task; what gives None is left unset."""
    return {name: found for name, value in task.args.items() if (found := value.evaluate(scope)) is not None}
