"""Pages, docstrings and comments use the glossary's words: no images, no private vocabulary."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The pages of codes say what the catalogue says.
PAGES = [
    *sorted({*(ROOT / "docs").rglob("*.md")} - {*(ROOT / "docs/codes").iterdir()}),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
]
MODULES = sorted((ROOT / "eiginfra").rglob("*.py"))

# A pattern of what is not written, and what is written instead.
AVOIDED = {
    r"hang(?:s|ing)? on|hung on": "depends on, belongs to",
    r"rooms?": "space, capacity, a free thread, package",
    r"house": "site, package",
    r"stuck": "blocked, waiting",
    r"(?<!question )(?<!order )(?<!quotation )marks?": "marker; a line; to schedule",
    r"(?:tell|tells|told|telling) apart": "distinguish, by its cause",
    r"walk(?:s|ed|ing)?": "take the steps",
    r"roads?": "the steps",
    r"sift(?:s|ed|ing)?": "select, filter",
    r"in hand": "managed",
    r"deeds?": "activity",
    r"part(?:ing|ings)": "decommission",
    r"retir(?:e|es|ed|ing|ement)": "decommission",
    r"comebacks?": "reactivation",
    r"rosters?|enrol(?:s|led|ment)?|rolls(?! back)": "members",
    r"astray": "displaced",
    r"anew": "again",
    r"ours": "eiginfra's, managed",
    r"mend(?:s|ed|ing)?": "correct, fix",
    r"strangers?": "an account that was added by hand",
    r"yardsticks?": "the same tests",
    r"stands?(?! for)(?!-in)|stood": "exists, is in",
    r"(?:inventory|reality) (?:has )?mov(?:es|ed)": "the inventory changed, the server changed",
    r"lets? go of": "end, delete",
}
FILE = re.compile(r"[\w./-]*\w\.(?:jsonl|json|md|py|sh|ftl)\b")
OUTSIDE = re.compile(r"\bshared/|\brecordings/")
# Files that a command or a user writes.
WRITTEN = {
    "adler.md",
    "tools.fr.md",
    "index.md",
    "eiginfra.json",
    "review.json",
    "codequality.json",
    "lab.json",
    "plan.json",
    "team.schema.json",
}
PATTERN = re.compile(rf"\b(?:{'|'.join(f'({pattern})' for pattern in AVOIDED)})\b", re.IGNORECASE)


def _avoided(text: str) -> list[str]:
    """What of a text is not written so, with what to write; code in backticks does not count."""
    instead = list(AVOIDED.values())
    plain = re.sub(r"`[^`]*`", "", " ".join(text.split()))
    return [
        f"… {plain[max(found.start() - 30, 0) : found.end() + 30]} …: instead of {found[0]!r} write {instead[found.lastindex - 1]}"
        for found in PATTERN.finditer(plain)
        if found.lastindex
    ]


def _prose(page: str) -> Iterator[tuple[int, str]]:
    """The paragraphs of a page with their lines, without its examples of code."""
    code = re.compile(r"^ *```.*?^ *```$|^(?: {4}[^\n]*\n)+", re.DOTALL | re.MULTILINE)
    kept = code.sub(lambda found: "\n" * found[0].count("\n"), page)
    for found in re.finditer(r"(?:[^\n]+\n?)+", kept):
        yield kept.count("\n", 0, found.start()) + 1, found[0]


def _sentences(source: str) -> Iterator[tuple[int, str]]:
    """The docstrings of a module, of attributes too, and its comments, with their lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_are_in_plain_words(page: Path) -> None:
    read = _prose(page.read_text(encoding="utf-8"))
    assert [f"{page.name}:{line}: {found}" for line, text in read for found in _avoided(text)] == []


def test_docstrings_and_comments_are_in_plain_words() -> None:
    found = [
        f"{module.relative_to(ROOT)}:{line}: {word}"
        for module in MODULES
        for line, text in _sentences(module.read_text(encoding="utf-8"))
        for word in _avoided(text)
    ]
    assert found == []


def test_what_users_read_names_no_file_that_they_do_not_have() -> None:
    """A docstring or a page that names a file names one of the repository, or one that users write."""
    have = {path.name for folder in ("eiginfra", "docs", "tests", "tools", "benchmarks") for path in (ROOT / folder).rglob("*.*")}
    have |= {path.name for path in ROOT.iterdir()} | WRITTEN
    texts = [(module, text) for module in MODULES for _, text in _sentences(module.read_text(encoding="utf-8"))]
    texts += [(page, page.read_text(encoding="utf-8")) for page in PAGES]
    named = {(path.name, found[0]) for path, text in texts for found in FILE.finditer(text)}
    assert len(named) > 20
    missing = sorted(f"{path}: {name}" for path, name in named if Path(name).name not in have or OUTSIDE.search(name))
    assert missing == []


def test_text_behind_examples_is_read() -> None:
    page = "First.\n\n    code stuck\n\nIt stands.\n\n```\nstuck\n```\n\nAn end.\n"
    assert [(line, text.strip()) for line, text in _prose(page)] == [(1, "First."), (5, "It stands."), (11, "An end.")]


@pytest.mark.parametrize("text", ["what hangs on it", "Our marks", "no room", "told\napart", "it still stands", "it is ours", "Made anew."])
def test_the_check_sees(text: str) -> None:
    assert _avoided(text)


@pytest.mark.parametrize(
    "text", ["the field `mark`", "it stands for a day", "a question mark", "remarks, broom, hours", "rolls back", "marked"]
)
def test_the_check_has_no_false_alarms(text: str) -> None:
    assert _avoided(text) == []
