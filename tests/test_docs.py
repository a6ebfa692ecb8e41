"""What users can call, write or fail with is documented."""

import ast
import io
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from eiginfra.cli.commands import EXIT_CODES, walk
from eiginfra.cli.main import program
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.decommission import Trigger
from eiginfra.core.kind import Kind
from eiginfra.core.plan import FORMAT_VERSION, Plan
from eiginfra.core.spec import rules
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.privileges import NEEDS
from eiginfra.render.catalogue import catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.plan_text import print_plan
from eiginfra.wiring.providers import described

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "eiginfra"
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
KINDS = {kind.name: kind for kind in described().registry()}


PROGRAM = program()
WALKED = walk(PROGRAM)
COMMANDS = sorted(" ".join(path) for path in WALKED)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"`eiginfra {command}" in (DOCS / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_a_page_that_names_all_its_fields(name: str) -> None:
    page = (DOCS / "kinds" / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    missing = [field for field in rules(KINDS[name].spec) if f"`{field}`" not in page]
    assert not missing


def _needed(page: str) -> set[tuple[str, str]]:
    """Paths and privileges of the paragraph that begins with Needs: privileges, then the paths they are needed on."""
    found, names, on = set(), list[str](), False
    [needs] = re.findall(r"^\*\*Needs\*\* .*?(?:\n\n|\Z)", page, re.MULTILINE | re.DOTALL)
    for word in re.findall(r"`(/[^`]*|[A-Z][A-Za-z]*(?:\.[A-Za-z]+)+)`", needs):
        if word.startswith("/"):
            found |= {(word, name) for name in names}
        else:
            names = [word] if on else [*names, word]
        on = word.startswith("/")
    return found


def test_the_pages_of_proxmox_need_what_the_table_of_privileges_has_no_more_and_no_less() -> None:
    pages = {name: (DOCS / "kinds" / f"{name}.md").read_text(encoding="utf-8") for name in KINDS if name.startswith("proxmox.")}
    needed = {name: _needed(page) for name, page in pages.items()}
    table = {(need.path, privilege) for need in NEEDS for privilege in need.privileges}
    assert {name: pairs - table for name, pairs in needed.items() if pairs - table} == {}
    assert table - set().union(*needed.values()) == set()
    assert [name for name, pairs in needed.items() if not pairs] == []


def test_every_exit_code_is_documented() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8").replace("`", "")
    assert [code for code, meaning in EXIT_CODES.items() if f"| {code} | {meaning} |" not in page] == []


PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitLab and GitHub make them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8"))
    targets = [((page.parent / path) if path else page, anchor) for path, anchor in links]
    assert [path for path, _ in targets if not path.exists()] == []
    assert [(path, anchor) for path, anchor in targets if anchor and anchor not in _anchors(path)] == []


GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def _core_classes() -> dict[str, set[str]]:
    """The public classes of each module of core; errors are explained where they are raised."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((PACKAGE / "core").glob("*.py"))}
    return {
        f"core/{path.name}": {node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}
        for path, tree in modules.items()
        if path.stem != "errors"
    }


def test_the_glossary_has_every_concept_of_core_and_no_other() -> None:
    named: dict[str, set[str]] = {}
    for module, classes in re.findall(r"`(core/\w+\.py): ((?:\w+`, `)*\w+)`", GLOSSARY):
        named.setdefault(module, set()).update(classes.split("`, `"))
    named.pop("core/errors.py")
    assert named == {module: classes for module, classes in _core_classes().items() if classes}


def test_the_glossary_names_modules_that_exist() -> None:
    modules = re.findall(r"`([a-z]+/[a-z_/]+(?:\.py|/))", GLOSSARY)
    assert len(modules) > 20
    assert [module for module in modules if not (PACKAGE / module).exists()] == []


@pytest.mark.parametrize("words", [Action, Cause, Outcome], ids=lambda words: words.__name__)
def test_the_glossary_has_all_actions_causes_and_outcomes(words: type[StrEnum]) -> None:
    assert [word for word in words if f"*{word}*" not in GLOSSARY] == []


def _steps(kind: Kind[Any], trigger: Trigger) -> str:
    steps = kind.decommission.steps if kind.decommission else ()
    return ", ".join(
        f"`{step.does}`" + (", if created by eiginfra" if step.created_only else "") for step in steps if step.trigger is trigger
    )


PLAIN = "| – | `delete` | – | – |"
"""What most kinds do; they have one row together."""


def _row(kind: Kind[Any]) -> str:
    """The kind's row in the table of what becomes of things that left the inventory."""
    cells = [_steps(kind, trigger) or "–" for trigger in Trigger] if kind.decommission else ["stays", "stays", "stays"]
    caps = sorted({step.cap for step in kind.decommission.steps if step.cap}) if kind.decommission else []
    return f"| `{kind.name}` | {' | '.join(cells)} | {', '.join(f'`{cap}`' for cap in caps) or '–'} |"


def test_the_table_of_decommissions_is_what_the_kinds_say() -> None:
    section = CLI.partition("## What left the inventory")[2].partition("\n## ")[0]
    rows = {name: _row(KINDS[name]) for name in sorted(KINDS)}
    assert re.findall(r"^\| `.*", section, re.MULTILINE) == [row for name, row in rows.items() if row != f"| `{name}` {PLAIN}"]
    assert f"\n| every other {PLAIN}\n" in section


def test_the_plan_shown_as_json_is_one() -> None:
    [text] = re.findall(r"```json\n(.*?)```", CLI, re.DOTALL)
    body = json.loads(text)
    assert body["format_version"] == FORMAT_VERSION
    assert body.keys() <= {*Plan.model_fields, "totals", "fingerprint"}
    changes = Plan.model_validate(body).changes
    assert all(item.keys() <= Change.model_fields.keys() for item in body["changes"])
    assert [change for change in changes if change.withheld]
    assert {change.reason.code for change in changes if change.reason} <= {name.removeprefix("reason-") for name in catalogue("en").entries}


def test_the_plan_shown_as_text_is_that_plan() -> None:
    [text] = re.findall(r"```json\n(.*?)```", CLI, re.DOTALL)
    console = Terminal(file=io.StringIO(), width=200)
    print_plan(console, Plan.model_validate_json(text))
    assert isinstance(console.file, io.StringIO)
    printed = "".join(f"    {line.rstrip()}".rstrip() + "\n" for line in console.file.getvalue().splitlines())
    assert printed in CLI


def test_the_keys_of_a_change_are_explained() -> None:
    table = CLI.partition("| Key of a change |")[2].partition("\n\n")[0]
    assert {*re.findall(r"`([a-z_]+)`", table)} >= {*Change.model_fields} - {"desired", "observed"}


def _examples(page: Path) -> set[str]:
    """The commands of eiginfra on a page: in backticks, at a prompt, and in indented lines."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"`(eiginfra(?: [^`\n]+)?)`", text) + re.findall(r"^(?:\$ | {4})(eiginfra [^`\n]+)$", text, re.MULTILINE)
    return {example.partition("  #")[0].strip() for example in found}


def _unknown(example: str) -> list[str]:
    """The word of an example that names no command, and the options that its command does not have."""
    words = re.findall(r"[^\s`,;|]+", example)[1:]
    if not words or words[0].startswith("-"):
        known = _options(PROGRAM)
    else:
        path = next((path for path in (tuple(words[:2]), tuple(words[:1])) if path in WALKED), None)
        if path is None:
            return [words[0]]
        known = _options(WALKED[path])
    return [option for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", " ".join(words)) if option not in known]


def _options(command: Any) -> set[str]:
    """The options of a command, and those that every program has: Typer adds them when it is run."""
    return {"--help", "--install-completion", "--show-completion"} | {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }


EXAMPLES = sorted({(page.name, example) for page in PAGES for example in _examples(page)})


def test_commands_on_pages_exist_with_their_options() -> None:
    assert len(EXAMPLES) > 60
    assert [f"{page}: {example}: {unknown}" for page, example in EXAMPLES if (unknown := _unknown(example))] == []


def test_a_wrong_command_on_a_page_would_be_seen() -> None:
    assert _unknown("eiginfra aply") == ["aply"]
    assert _unknown("eiginfra plan --purge") == ["--purge"]
    assert _unknown("eiginfra lab up --detach") == []


def test_the_promises_name_tests_that_exist() -> None:
    page = (DOCS / "promises.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    names = re.findall(r"`(test_\w+)`", page)
    files = re.findall(r"`(tests/[\w/.]+)`", page)
    assert len(names) > 15
    assert [name for name in names if f"def {name}(" not in source] == []
    assert [path for path in files if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_p13_a_page_calls_programs_of_the_environment_by_what_installs_them(page: Path) -> None:
    """`make demo` brings no pytest: `make` does, whichever target is asked for."""
    typed = re.findall(
        r"^(?:    |\t)?(?:\.venv/bin/)?((?:pytest|ruff|mypy|lint-imports) .*)$", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert typed == []
