"""Each finding says in `docs/findings.md` how it was mended, and names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = re.findall(r"^- \*\*(.+?)\*\* (.+?)(?=\n\n|\Z)", (ROOT / "docs/findings.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
TESTS = {
    node.name
    for file in (ROOT / "tests").rglob("test_*.py")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


@pytest.mark.parametrize("line", [pytest.param(text, id=f"{number}-{name}") for number, (name, text) in enumerate(LINES)])
def test_a_finding_names_tests_that_exist(line: str) -> None:
    named = re.findall(r"`(test_\w+)`", line)
    assert named or line.rstrip().endswith(" open")
    assert [name for name in named if name not in TESTS] == []


def test_there_are_findings() -> None:
    assert len(LINES) > 50
