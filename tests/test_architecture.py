"""What import-linter cannot hold of the house's rules."""

import ast
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eiginfra"
MODULES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_package_has_a_charter(package: Path) -> None:
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_are_short_enough_to_read(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 350


def _calls(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


LIBRARY = [module for module in MODULES if module.relative_to(PACKAGE).parts[0] not in {"cli", "lab", "__main__.py"}]


@pytest.mark.parametrize("module", LIBRARY, ids=lambda path: path.name)
def test_library_code_neither_exits_nor_prints(module: Path) -> None:
    assert not _calls(module) & {"sys.exit", "exit", "quit", "os._exit", "print"}


@pytest.mark.parametrize("module", [m for m in MODULES if "engine" in m.parts and m.name != "action.py"], ids=lambda path: path.name)
def test_the_engine_opens_nothing(module: Path) -> None:
    assert not _calls(module) & {"open", "Path", "requests.get", "socket.socket", "subprocess.run"}


def test_programs_are_run_by_one_door_each() -> None:
    """git by one module, commands that print secrets by another."""
    running = {module.relative_to(PACKAGE).as_posix() for module in LIBRARY if {"subprocess.run", "subprocess.Popen"} & _calls(module)}
    assert running == {"wiring/git.py", "wiring/secrets.py"}


def test_nobody_asks_whether_it_is_the_lab() -> None:
    asking = [
        module.name
        for module in LIBRARY
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.If) and "lab" in ast.unparse(node.test).lower().replace("label", "").replace("available", "").split()
    ]
    assert asking == []


ALIKE = {"core", "engine", "playbook", "wiring", "reconcile", "journal"}
NAMELESS = [
    module
    for module in MODULES
    # The views are the templates' vocabulary, which has names for our own sections.
    if module.relative_to(PACKAGE).parts[0] in ALIKE and module.name != "views.py"
]


@pytest.mark.parametrize("module", NAMELESS, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_providers_name_stands_where_all_providers_are_alike(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings may give an example
    named = [value for node in ast.walk(tree) if id(node) not in texts for _, value in ast.iter_fields(node) if isinstance(value, str)]
    words = {word for name in named for word in re.split(r"[^a-z]+", name.lower())}
    # A machine is also what the glossary calls one; the provider's kinds are named with its dot.
    assert not words & ({point.name for point in entry_points(group="eiginfra.providers")} - {"machine"})
    assert not [name for name in named if name.startswith("machine.")]


def test_requirements_are_hashed_and_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert text.count("==") <= text.count("--hash=")


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, known: set[str]) -> set[str]:
    """The modules of the package that a module needs when it is loaded; what only type checkers or functions import is left out."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module if node.module + "." + alias.name not in known else f"{node.module}.{alias.name}" for alias in node.names}
        todo += ast.iter_child_nodes(node)
    return found & known


def test_no_modules_import_one_another_in_a_circle() -> None:
    known = {_module(path): path for path in MODULES}
    needs = {name: _imports(path, set(known)) - {name} for name, path in known.items()}
    while free := {name for name, others in needs.items() if not others & needs.keys()}:
        needs = {name: others for name, others in needs.items() if name not in free}
    assert {name: sorted(others & needs.keys()) for name, others in needs.items()} == {}


def test_kinds_folders_hold_kinds_only() -> None:
    for folder in sorted(PACKAGE.glob("providers/*/kinds")):
        for path in sorted(folder.glob("*.py")):
            classes = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
            named = [node.name for node in classes if node.name.endswith("Kind")]
            assert path.name == "__init__.py" or len(named) == 1, path


def test_a_simple_kind_meets_nine_members_at_most() -> None:
    """Those above the line in `core/kind.py`; a kind of no others goes the whole road in tests/unit/engine/test_small_kind.py."""
    text = (PACKAGE / "core" / "kind.py").read_text(encoding="utf-8")
    below = text[: text.index("# What a simple kind leaves as it is.")].count("\n")
    kind = next(node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == "Kind")
    met = [
        node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else getattr(node, "name", "")
        for node in kind.body
        if isinstance(node, ast.AnnAssign | ast.FunctionDef) and node.lineno <= below
    ]
    assert met == ["name", "spec", "title", "key", "dependencies", "observe", "create", "update", "delete"]
