"""What import-linter cannot hold of the house's rules."""

import ast
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
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words |= {part for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module for part in node.module.split(".")}
    assert not words & {point.name for point in entry_points(group="eiginfra.providers")}


def test_requirements_are_hashed_and_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert text.count("==") <= text.count("--hash=")
