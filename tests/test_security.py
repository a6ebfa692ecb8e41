"""docs/security.md names, for each thing that is trusted, tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
ROWS = re.findall(r"^\| (?!What \|)([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.partition("## What is trusted")[2], re.MULTILINE)


def test_each_thing_that_is_trusted_names_a_test() -> None:
    assert len(ROWS) > 8
    assert [what for what, _, tests in ROWS if not re.search(r"`test_\w+`", tests)] == []


def test_the_tests_exist() -> None:
    named = re.findall(r"`(test_\w+)`", PAGE)
    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in SOURCE] == []
