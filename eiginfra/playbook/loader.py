"""Playbook files to playbooks: structure and syntax, with all errors of a file at once."""

import re
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from eiginfra.core.errors import InputError
from eiginfra.core.filters import Filter
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.reason import Reason, reason
from eiginfra.core.suggest import did_you_mean, suggest
from eiginfra.inventory.document import YamlDocument, load_document
from eiginfra.inventory.settings import PACKAGED
from eiginfra.playbook.ansible_keywords import FOREIGN
from eiginfra.playbook.model import ITEM, PLAY_WORDS, TAKEN, TASK_WORDS, USE, USE_WORDS, Play, Playbook, Task
from eiginfra.playbook.packaged import packaged_playbook, packaged_playbooks
from eiginfra.playbook.place import Place
from eiginfra.playbook.report import in_order
from eiginfra.playbook.sandbox import Environment
from eiginfra.playbook.spec_errors import shown, sort_of
from eiginfra.playbook.tags import RESERVED
from eiginfra.playbook.templating import Constant, Template, TemplateError, Value, environment_with, expression, is_template, read_value
from eiginfra.playbook.use import PackagedUse, task_names

MAX_NESTING: Final = 30
"""How many variables may use each other in a row."""

_KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEYWORDS = frozenset({"and", "or", "not", "if", "else", "in", "is", "true", "false", "none", "True", "False", "None", "self"})


def load_playbook(path: Path, filters: Mapping[str, Filter] = {}) -> Playbook:
    """Read a playbook, whose templates may use the providers' filters; raises InputError with all findings.

    path: of a file, or the name of a packaged playbook, `eiginfra:site`.
    """
    name = str(path)
    if not name.startswith(PACKAGED):
        return read_playbook(load_document(path), filters)
    document = packaged_playbook(name)
    if document is None:
        raise InputError([error("use-unknown", value=shown(name), advice=suggest(name, packaged_playbooks()))])
    return read_playbook(document, filters)


def read_playbook(document: YamlDocument, filters: Mapping[str, Filter] = {}) -> Playbook:
    """The playbook of a document; raises InputError with all findings."""
    return _Reader(document, environment_with(filters)).playbook()


class _Reader:
    def __init__(self, document: YamlDocument, environment: Environment) -> None:
        self._document = document
        self._environment = environment
        self._findings: list[Finding] = []

    def playbook(self) -> Playbook:
        data = self._document.data
        plays: list[Play] = []
        if isinstance(data, list) and data:
            for index, raw in enumerate(data):
                place = Place(self._document, (index,))
                plays += self._used(raw, place) if isinstance(raw, dict) and USE in raw else self._play(raw, place)
        else:
            self._error("playbook-not-list" if data else "playbook-empty", self._document.locate(), sort=sort_of(data))
        if self._findings:
            raise InputError(in_order(self._findings))
        return Playbook(self._document.file, tuple(plays))

    def _error(self, code: str, location: Location, *, advice: Reason | None = None, **params: object) -> None:
        self._findings.append(error(code, params, location=location, advice=advice))

    def _used(self, raw: Mapping[str, Any], locate: Place) -> list[Play]:
        """The plays of a packaged playbook, with what is said otherwise here."""
        self._check_keywords(raw, USE_WORDS, USE, locate)
        name = raw[USE]
        document = packaged_playbook(name) if isinstance(name, str) else None
        if document is None:
            self._error("use-unknown", locate(USE), value=shown(name), advice=suggest(str(name), packaged_playbooks()))
            return []
        plays = _Reader(document, self._environment).playbook().plays
        variables, tasks = self._variables(raw, locate), self._replacements(raw, locate, task_names(plays))
        known = {variable for play in plays for variable in play.variables}
        for variable in sorted(variables.keys() - known):
            self._error("use-variable", locate.key("vars", variable), name=variable, advice=suggest(variable, known))
        use = PackagedUse(variables, self._left_out(raw, locate, plays), tasks)
        used = list(use.applied(plays))
        for play in used if variables else []:
            self._acyclic(play.variables)
        return used

    def _left_out(self, raw: Mapping[str, Any], locate: Place, plays: Sequence[Play]) -> frozenset[str]:
        written = raw.get("without", [])
        if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
            self._error("use-without-form", locate("without"), value=shown(written))
            return frozenset()
        known = {*task_names(plays), *(play.name for play in plays if play.name is not None)}
        for index, name in enumerate(written):
            if name not in known:
                self._error("use-name", locate("without", index), name=name, advice=suggest(name, known))
        return frozenset(written)

    def _replacements(self, raw: Mapping[str, Any], locate: Place, known: Sequence[str]) -> dict[str, Task]:
        """The tasks that are written in the place of those of the same name."""
        written = raw.get("tasks", [])
        if not isinstance(written, list):
            self._error("play-tasks", locate("tasks"))
            return {}
        found: dict[str, Task] = {}
        for index, one in enumerate(written):
            place = locate.below("tasks", index)
            task = self._task(one, frozenset(), place)
            name = one.get("name") if isinstance(one, dict) else None
            if isinstance(name, str) and name in known:
                found |= {name: task} if task else {}
            elif isinstance(one, dict):
                self._error("use-task", place("name"), name=shown(name), advice=suggest(str(name), known))
        return found

    def _play(self, raw: Any, locate: Place) -> list[Play]:
        if not self._mapping(raw, "play", locate()):
            return []
        self._check_keywords(raw, PLAY_WORDS, "play", locate)
        tags = self._tags(raw, locate)
        tasks = raw.get("tasks")
        read: list[Task | None] = []
        if isinstance(tasks, list) and tasks:
            read = [self._task(task, tags, locate.below("tasks", index)) for index, task in enumerate(tasks)]
        else:
            self._error("play-tasks", locate("tasks"))
        play = Play(
            tasks=tuple(task for task in read if task),
            location=locate(),
            name=self._name(raw, locate),
            teams=self._teams(raw, locate),
            tags=tags,
            when=self._when(raw, locate),
            variables=self._variables(raw, locate),
        )
        return [play]

    def _task(self, raw: Any, play_tags: frozenset[str], locate: Place) -> Task | None:
        if not self._mapping(raw, "task", locate()):
            return None
        kinds = [key for key in raw if _KIND.fullmatch(key)]
        self._check_keywords({key: None for key in raw if key not in kinds}, TASK_WORDS, "task", locate)
        if len(kinds) != 1 and not (set(raw) - set(kinds) - set(TASK_WORDS)):
            self._error("task-kinds" if kinds else "task-kind", locate(), kinds=kinds)
        loop_var = self._loop_var(raw, locate)
        task = Task(
            kind=kinds[0] if kinds else "",
            args=self._args(raw[kinds[0]], kinds[0], locate) if kinds else {},
            location=locate(),
            locate=locate,
            name=self._name(raw, locate),
            tags=play_tags | self._tags(raw, locate),
            when=self._when(raw, locate),
            loop=self._loop(raw, locate),
            loop_var=loop_var,
            variables=self._variables(raw, locate),
            protect=self._protect(raw, locate),
        )
        return task if kinds else None

    def _mapping(self, raw: Any, what: str, location: Location) -> bool:
        if isinstance(raw, dict):
            return True
        self._error("playbook-form", location, what=what, sort=sort_of(raw))
        return False

    def _check_keywords(self, raw: Mapping[str, Any], known: tuple[str, ...], what: str, locate: Place) -> None:
        for key in raw:
            if key in known:
                continue
            location = locate.key(key)
            word = key.removeprefix("ansible.builtin.").removeprefix("ansible.legacy.")
            if word in FOREIGN:
                self._error("word-foreign", location, word=word, advice=reason(FOREIGN[word]))
            else:
                other = reason("kinds-are-written") if known is TASK_WORDS else suggest(key, known)
                self._error("word-unknown", location, word=key, what=what, advice=did_you_mean(key, known) or other)

    def _name(self, raw: Mapping[str, Any], locate: Place) -> str | None:
        name = raw.get("name")
        if name is not None and not isinstance(name, str):
            self._error("name-not-text", locate("name"), value=shown(name))
            return None
        return name

    def _teams(self, raw: Mapping[str, Any], locate: Place) -> Constant | None:
        if "teams" not in raw:
            return None
        teams = raw["teams"]
        patterns = teams if isinstance(teams, list) else [teams]
        if not patterns or not all(isinstance(pattern, str) and pattern.strip() for pattern in patterns):
            self._error("teams-form", locate("teams"), value=shown(teams))
        elif any(is_template(pattern) for pattern in patterns):
            self._error("teams-template", locate("teams"))
        return Constant(patterns, locate("teams"))

    def _tags(self, raw: Mapping[str, Any], locate: Place) -> frozenset[str]:
        written = raw.get("tags", [])
        tags = written.split(",") if isinstance(written, str) else written
        if not isinstance(tags, list) or not all(isinstance(tag, str | int) and not isinstance(tag, bool) for tag in tags):
            self._error("tags-form", locate("tags"), value=shown(written))
            return frozenset()
        found = frozenset(str(tag).strip() for tag in tags)
        for tag in sorted(found):
            if tag in RESERVED:
                self._error("tag-reserved", locate("tags"), tag=tag)
            elif not tag or is_template(tag):
                self._error("tag-form", locate("tags"), tag=tag)
        return found

    def _when(self, raw: Mapping[str, Any], locate: Place) -> tuple[Template, ...]:
        if "when" not in raw:
            return ()
        written = raw["when"]
        single = not isinstance(written, list)
        found = []
        for index, condition in enumerate([written] if single else written):
            location = locate("when") if single else locate("when", index)
            if not isinstance(condition, str | bool):
                self._error("when-form", location, sort=sort_of(condition))
                continue
            try:
                found.append(expression(str(condition).lower() if isinstance(condition, bool) else condition, location, self._environment))
            except TemplateError as problem:
                self._template(problem)
        return tuple(found)

    def _loop(self, raw: Mapping[str, Any], locate: Place) -> Value | None:
        if "loop" not in raw:
            return None
        written = raw["loop"]
        if isinstance(written, list) or (isinstance(written, str) and is_template(written)):
            return self._value(written, locate, "loop")
        advice = reason("loop-in-braces", written=written) if isinstance(written, str) else None
        self._error("loop-form", locate("loop"), value=shown(written), advice=advice)
        return None

    def _loop_var(self, raw: Mapping[str, Any], locate: Place) -> str:
        control = raw.get("loop_control")
        if "loop_control" not in raw:
            return ITEM
        name = control.get("loop_var") if isinstance(control, dict) and set(control) == {"loop_var"} else None
        if "loop" not in raw:
            self._error("loop-control-alone", locate("loop_control"))
        if not isinstance(name, str):
            self._error("loop-control-form", locate("loop_control"))
            return ITEM
        if name != ITEM:
            self._variable_name(name, locate("loop_control", "loop_var"))
        return name

    def _protect(self, raw: Mapping[str, Any], locate: Place) -> Value | None:
        if "protect" not in raw:
            return None
        written = raw["protect"]
        if not isinstance(written, bool) and not (isinstance(written, str) and is_template(written)):
            self._error("protect-form", locate("protect"), value=shown(written))
        return self._value(written, locate, "protect")

    def _args(self, raw: Any, kind: str, locate: Place) -> dict[str, Value]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self._error("task-fields", locate(kind), kind=kind, sort=sort_of(raw))
            return {}
        return {field: self._value(item, locate, kind, field) for field, item in raw.items()}

    def _variables(self, raw: Mapping[str, Any], locate: Place) -> dict[str, Value]:
        written = raw.get("vars")
        if "vars" not in raw:
            return {}
        if not isinstance(written, dict):
            self._error("vars-form", locate("vars"), sort=sort_of(written))
            return {}
        for name in written:
            self._variable_name(name, locate.key("vars", name))
        variables = {name: self._value(item, locate, "vars", name) for name, item in written.items()}
        self._acyclic(variables)
        return variables

    def _variable_name(self, name: str, location: Location) -> None:
        if not _NAME.fullmatch(name) or name in _KEYWORDS:
            self._error("variable-name", location, name=name)
        elif name in TAKEN:
            self._error("variable-taken", location, name=name)

    def _acyclic(self, variables: Mapping[str, Value]) -> None:
        uses = {
            name: sorted({used for template in item.templates() for used in template.names if used in variables})
            for name, item in variables.items()
        }
        try:
            order = tuple(TopologicalSorter(uses).static_order())
        except CycleError as problem:
            cycle = list(reversed(problem.args[1]))
            self._error("variables-circle", variables[cycle[0]].location, circle=" → ".join(cycle))
            return
        depth: dict[str, int] = {}
        for name in order:
            depth[name] = 1 + max((depth[used] for used in uses[name]), default=0)
            if depth[name] == MAX_NESTING + 1:
                self._error("variables-nested", variables[name].location, most=MAX_NESTING)

    def _value(self, raw: Any, locate: Place, *path: str | int) -> Value:
        problems: list[TemplateError] = []
        found = read_value(raw, locate.below(*path), problems, self._environment)
        for problem in problems:
            self._template(problem)
        return found

    def _template(self, problem: TemplateError) -> None:
        self._findings.append(error(problem.code, problem.params, location=problem.location, advice=problem.advice))
