"""Playbook files to playbooks: structure and syntax, with all errors of a file at once."""

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.suggest import did_you_mean, suggest
from eiginfra.inventory.document import YamlDocument, load_document
from eiginfra.playbook.ansible_keywords import FOREIGN
from eiginfra.playbook.model import ITEM, PLAY_WORDS, TAKEN, TASK_WORDS, Play, Playbook, Task
from eiginfra.playbook.place import Place
from eiginfra.playbook.report import in_order
from eiginfra.playbook.spec_errors import shown, sort_of
from eiginfra.playbook.tags import RESERVED
from eiginfra.playbook.templating import Constant, Template, TemplateError, Value, expression, is_template, read_value

MAX_NESTING: Final = 30
"""How many variables may use each other in a row."""

_KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEYWORDS = frozenset({"and", "or", "not", "if", "else", "in", "is", "true", "false", "none", "True", "False", "None", "self"})


def load_playbook(path: Path) -> Playbook:
    """Read a playbook; raises InputError with all findings."""
    return read_playbook(load_document(path))


def read_playbook(document: YamlDocument) -> Playbook:
    """The playbook of a document; raises InputError with all findings."""
    return _Reader(document).playbook()


class _Reader:
    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self._findings: list[Finding] = []

    def playbook(self) -> Playbook:
        data = self._document.data
        plays: list[Play | None] = []
        if isinstance(data, list) and data:
            plays = [self._play(raw, Place(self._document, (index,))) for index, raw in enumerate(data)]
        else:
            self._error(
                "playbook-form",
                f"a playbook is a list of plays, not {sort_of(data) if data else 'empty'}",
                self._document.locate(),
                "begin the first play with '- name: …'",
            )
        if self._findings:
            raise InputError(in_order(self._findings))
        return Playbook(self._document.file, tuple(play for play in plays if play))

    def _error(self, code: str, message: str, location: Location, remedy: str | None = None) -> None:
        self._findings.append(error(code, message, location=location, remedy=remedy))

    def _play(self, raw: Any, locate: Place) -> Play | None:
        if not self._mapping(raw, "a play", locate()):
            return None
        self._check_keywords(raw, PLAY_WORDS, "a play", locate)
        tags = self._tags(raw, locate)
        tasks = raw.get("tasks")
        read: list[Task | None] = []
        if isinstance(tasks, list) and tasks:
            read = [self._task(task, tags, locate.below("tasks", index)) for index, task in enumerate(tasks)]
        else:
            self._error("play-tasks", "a play needs `tasks`: a list with at least one task", locate("tasks"))
        return Play(
            tasks=tuple(task for task in read if task),
            location=locate(),
            name=self._name(raw, locate),
            teams=self._teams(raw, locate),
            tags=tags,
            when=self._when(raw, locate),
            variables=self._variables(raw, locate),
        )

    def _task(self, raw: Any, play_tags: frozenset[str], locate: Place) -> Task | None:
        if not self._mapping(raw, "a task", locate()):
            return None
        kinds = [key for key in raw if _KIND.fullmatch(key)]
        self._check_keywords({key: None for key in raw if key not in kinds}, TASK_WORDS, "a task", locate)
        if len(kinds) != 1 and not (set(raw) - set(kinds) - set(TASK_WORDS)):
            found = f"not {len(kinds)} ({', '.join(kinds)})" if kinds else "and this one has none"
            self._error("task-kind", f"a task holds exactly one kind, {found}", locate(), "write it as a key, e.g. gitlab.group: {path: …}")
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
        self._error("playbook-form", f"{what} is a mapping of words to values, not {sort_of(raw)}", location)
        return False

    def _check_keywords(self, raw: Mapping[str, Any], known: tuple[str, ...], what: str, locate: Place) -> None:
        for key in raw:
            if key in known:
                continue
            location = locate.key(key)
            word = key.removeprefix("ansible.builtin.").removeprefix("ansible.legacy.")
            if word in FOREIGN:
                self._error("word-foreign", f"Ansible's word {word!r} is not supported", location, FOREIGN[word])
            else:
                kinds = "kinds are written provider.name, e.g. gitlab.group" if known is TASK_WORDS else suggest(key, known)
                self._error("word-unknown", f"{key!r} is unknown in {what}", location, did_you_mean(key, known) or kinds)

    def _name(self, raw: Mapping[str, Any], locate: Place) -> str | None:
        name = raw.get("name")
        if name is not None and not isinstance(name, str):
            self._error("name", f"a name is text, not {shown(name)}", locate("name"), "put it in quotes")
            return None
        return name

    def _teams(self, raw: Mapping[str, Any], locate: Place) -> Constant | None:
        if "teams" not in raw:
            return None
        teams = raw["teams"]
        patterns = teams if isinstance(teams, list) else [teams]
        if not patterns or not all(isinstance(pattern, str) and pattern.strip() for pattern in patterns):
            remedy = "write teams: all, or leave `teams` out for a play that runs once, for the cohort"
            self._error("teams", f"`teams` is a pattern or a list of patterns, not {shown(teams)}", locate("teams"), remedy)
        elif any(is_template(pattern) for pattern in patterns):
            self._error("teams", "`teams` cannot hold templates", locate("teams"), "write a pattern, and `when` for the rest")
        return Constant(patterns, locate("teams"))

    def _tags(self, raw: Mapping[str, Any], locate: Place) -> frozenset[str]:
        written = raw.get("tags", [])
        tags = written.split(",") if isinstance(written, str) else written
        if not isinstance(tags, list) or not all(isinstance(tag, str | int) and not isinstance(tag, bool) for tag in tags):
            self._error("tags", f"`tags` is a list of words, not {shown(written)}", locate("tags"), "write tags: [gitlab]")
            return frozenset()
        found = frozenset(str(tag).strip() for tag in tags)
        for tag in sorted(found):
            if tag in RESERVED:
                self._error(
                    "tags", f"{tag!r} is a word of --tags, not a tag", locate("tags"), "choose another; always and never may be used"
                )
            elif not tag or is_template(tag):
                self._error("tags", f"{tag!r} cannot be a tag", locate("tags"), "write plain words")
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
                message = f"`when` is an expression or a list of expressions, not {sort_of(condition)}"
                self._error("when", message, location, "write e.g. when: team.machines | length > 0")
                continue
            try:
                found.append(expression(str(condition).lower() if isinstance(condition, bool) else condition, location))
            except TemplateError as problem:
                self._template(problem)
        return tuple(found)

    def _loop(self, raw: Mapping[str, Any], locate: Place) -> Value | None:
        if "loop" not in raw:
            return None
        written = raw["loop"]
        if isinstance(written, list) or (isinstance(written, str) and is_template(written)):
            return self._value(written, locate, "loop")
        remedy = f'write loop: "{{{{ {written} }}}}"' if isinstance(written, str) else 'write a list, or loop: "{{ … }}"'
        self._error("loop", f"`loop` is a list, or an expression in braces that gives one, not {shown(written)}", locate("loop"), remedy)
        return None

    def _loop_var(self, raw: Mapping[str, Any], locate: Place) -> str:
        control = raw.get("loop_control")
        if "loop_control" not in raw:
            return ITEM
        name = control.get("loop_var") if isinstance(control, dict) and set(control) == {"loop_var"} else None
        if "loop" not in raw:
            self._error("loop", "`loop_control` stands in a task without `loop`", locate("loop_control"))
        if not isinstance(name, str):
            self._error("loop", "`loop_control` holds `loop_var` and nothing else", locate("loop_control"), "write {loop_var: machine}")
            return ITEM
        if name != ITEM:
            self._variable_name(name, locate("loop_control", "loop_var"))
        return name

    def _protect(self, raw: Mapping[str, Any], locate: Place) -> Value | None:
        if "protect" not in raw:
            return None
        written = raw["protect"]
        if not isinstance(written, bool) and not (isinstance(written, str) and is_template(written)):
            self._error(
                "protect", f"`protect` is true, false or a template that gives one of them, not {shown(written)}", locate("protect")
            )
        return self._value(written, locate, "protect")

    def _args(self, raw: Any, kind: str, locate: Place) -> dict[str, Value]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self._error(
                "task-fields", f"the fields of {kind} are a mapping, not {sort_of(raw)}", locate(kind), f"write {kind}: {{field: value}}"
            )
            return {}
        return {field: self._value(item, locate, kind, field) for field, item in raw.items()}

    def _variables(self, raw: Mapping[str, Any], locate: Place) -> dict[str, Value]:
        written = raw.get("vars")
        if "vars" not in raw:
            return {}
        if not isinstance(written, dict):
            self._error("vars", f"`vars` is a mapping of names to values, not {sort_of(written)}", locate("vars"))
            return {}
        for name in written:
            self._variable_name(name, locate.key("vars", name))
        variables = {name: self._value(item, locate, "vars", name) for name, item in written.items()}
        self._acyclic(variables)
        return variables

    def _variable_name(self, name: str, location: Location) -> None:
        if not _NAME.fullmatch(name) or name in _KEYWORDS:
            self._error("vars", f"{name!r} cannot be a variable", location, "use letters, digits and _, beginning with a letter")
        elif name in TAKEN:
            self._error("vars", f"{name!r} has a meaning of its own", location, "choose another name for the variable")

    def _acyclic(self, variables: Mapping[str, Value]) -> None:
        uses = {
            name: sorted({used for template in item.templates() for used in template.names if used in variables})
            for name, item in variables.items()
        }
        try:
            order = tuple(TopologicalSorter(uses).static_order())
        except CycleError as problem:
            cycle = list(reversed(problem.args[1]))
            message = f"the variables need each other: {' → '.join(cycle)}"
            self._error("vars", message, variables[cycle[0]].location, "give one of them a value that does not use the others")
            return
        depth: dict[str, int] = {}
        for name in order:
            depth[name] = 1 + max((depth[used] for used in uses[name]), default=0)
            if depth[name] == MAX_NESTING + 1:
                self._error("vars", f"more than {MAX_NESTING} variables use each other in a row", variables[name].location)

    def _value(self, raw: Any, locate: Place, *path: str | int) -> Value:
        problems: list[TemplateError] = []
        found = read_value(raw, locate.below(*path), problems)
        for problem in problems:
            self._template(problem)
        return found

    def _template(self, problem: TemplateError) -> None:
        self._error("template", problem.message, problem.location, problem.remedy)
