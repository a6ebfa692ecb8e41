"""Names in the package: a class name has one meaning, and private words are no part of a name."""

import ast
import re
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "eiginfra"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A private word, and the glossary's instead.
PRIVATE = {
    **dict.fromkeys(("deed", "deeds"), "activity"),
    **dict.fromkeys(("parting", "partings", "retire", "retired", "retires", "retirement"), "decommission"),
    **dict.fromkeys(("comeback", "comebacks"), "reactivation"),
    **dict.fromkeys(("roster", "rosters", "roll", "rolls", "enrol", "enrolment"), "members: state, reader, writer"),
    **dict.fromkeys(("placed", "places"), "nested kinds, or paths"),
    **dict.fromkeys(("word", "words"), "keywords, error body, or what they are"),
    "wording": "field map",
    "stuck": "requires replacement",
    **dict.fromkeys(("sift", "sifted", "cold", "astray", "stage", "stages", "room", "rooms", "ours"), "what it does"),
}


def _split(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def _definitions(module: Path) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]


def _where(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def test_a_class_name_stands_in_one_module() -> None:
    modules: dict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        for node in _definitions(module):
            if isinstance(node, ast.ClassDef):
                modules[node.name].add(_where(module))
    shared = {name: sorted(where) for name, where in modules.items() if len(where) > 1}
    assert shared == {}


def test_private_words_are_no_part_of_a_name() -> None:
    named = [(_where(module), name) for module in MODULES for name in (module.stem, *(node.name for node in _definitions(module)))]
    named += [(_where(path), path.name) for path in PACKAGE.rglob("*") if path.is_dir()]
    assert {f"{where}: {name}": PRIVATE[word] for where, name in named for word in _split(name) & {*PRIVATE}} == {}


def test_only_proxmox_has_realms() -> None:
    named = [(_where(module), node.name) for module in MODULES for node in _definitions(module) if "realm" in _split(node.name)]
    assert named
    assert [(where, name) for where, name in named if "proxmox" not in where.split("/")] == []


def test_the_splitter_sees_camel_and_snake_case() -> None:
    assert _split("_RetirementPlan") == {"retirement", "plan"}
    assert _split("read_IPSet_rolls") == {"read", "ip", "set", "rolls"}
