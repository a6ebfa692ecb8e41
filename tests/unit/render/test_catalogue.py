"""The catalogue of messages: complete in both languages, without dead entries, and the only place of prose."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import eiginfra
from eiginfra.core.finding import Finding, Severity, error
from eiginfra.core.reason import reason
from eiginfra.render.catalogue import HARMS, LANGUAGES, catalogue

PACKAGE = Path(eiginfra.__file__).parent
SOURCES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).parts[0] not in {"lab", "render", "handouts"} or "blocks" in path.parts
}
FINDINGS = {"error", "warning", "notice"}
CODED = FINDINGS | {
    "refusal",
    "EvaluationError",
    "PatternError",
    "TemplateError",
    "Sentence",
    "Taken",
    "Unique",
    "reason",
    "_error",
    "_finding",
}
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ENGLISH, FRENCH = catalogue("en"), catalogue("fr")


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - the library's name
        self.names.add(node.id.name)


def _entry(language: str, name: str) -> ftl.Message:
    found = FluentParser().parse_entry(catalogue(LANGUAGES[language]).entries[name])
    assert isinstance(found, ftl.Message), found
    return found


def _variables(node: object) -> set[str]:
    visitor = _Variables()
    visitor.visit(node)
    return visitor.names


def _calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.value if isinstance(node.func, ast.Subscript) else node.func
                name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
                yield path, node, name


def _codes(node: ast.expr) -> Iterator[str]:
    choices = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return (item.value for item in choices if isinstance(item, ast.Constant) and isinstance(item.value, str))


USED = {
    code for _, call, name in _calls() if name in CODED for argument in call.args[:1] for code in _codes(argument) if CODE.fullmatch(code)
}
CONSTANTS = {node.value for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
RENDERED = {
    node.value
    for path in (PACKAGE / "render").rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.Constant)
}
# Entries whose name is put together: a part and one of a closed list.
FAMILIES = ("severity-", "trace-", "to-", "cause-", "harm-", "brief-", "outcome-", "measure-")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    known = {name.removeprefix("reason-") for name in catalogue(LANGUAGES[language]).entries}
    assert len(USED) > 300
    assert sorted(USED - known) == []


def test_no_entry_is_dead() -> None:
    spoken = CONSTANTS | RENDERED | {f"{severity}s" for severity in Severity}
    dead = [name for name in ENGLISH.entries if name.removeprefix("reason-") not in spoken and not name.startswith(FAMILIES)]
    assert dead == []
    assert {name.removeprefix("harm-") for name in ENGLISH.entries if name.startswith("harm-")} == set(HARMS)


def test_both_languages_have_the_same_entries_remedies_and_parameters() -> None:
    assert ENGLISH.entries.keys() == FRENCH.entries.keys()
    for name in ENGLISH.entries:
        one, other = _entry("en", name), _entry("fr", name)
        assert [item.id.name for item in one.attributes] == [item.id.name for item in other.attributes], name
        assert _bare(_variables(one)) == _bare(_variables(other)), name


def _bare(names: set[str]) -> set[str]:
    return {re.sub(r"-(?:and|count)$", "", name) for name in names}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", ["x", 0, 1, 2, True, None, ["a", "b", "c"], []])
def test_no_placeholder_is_left_open(language: str, sample: object) -> None:
    words = catalogue(LANGUAGES[language])
    for name in words.entries:
        entry = _entry(language, name)
        names = _variables(entry)
        lists = {item.removesuffix("-and").removesuffix("-count") for item in names if item.endswith(("-and", "-count"))}
        params = {item: ["a", "b"] if item in lists else sample for item in _bare(names)}
        found = error(name, params)
        assert "{" not in words.message(found).replace("{{", "").replace("{%", "").replace("{env", "") or "{" in ENGLISH.entries[
            name
        ].replace("{ $", "")
        assert "$" not in f"{words.message(found)}{words.remedy(found)}", name


def test_no_call_passes_prose() -> None:
    """A finding is a code and parameters: neither a second text nor a text with spaces among the parameters."""
    wrong = [
        f"{path.name}:{call.lineno}"
        for path, call, name in _calls()
        if name in FINDINGS
        for value in [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        if _prose(value)
    ]
    assert wrong == []
    assert not [call for _, call, name in _calls() if name in FINDINGS for keyword in call.keywords if keyword.arg in {"message", "remedy"}]


def _prose(node: ast.expr) -> bool:
    texts = [node] if isinstance(node, ast.Constant) else node.values if isinstance(node, ast.JoinedStr) else []
    return any(isinstance(item, ast.Constant) and isinstance(item.value, str) and re.search(r"[a-z] [a-z]", item.value) for item in texts)


@pytest.mark.parametrize(
    "path",
    sorted({*(PACKAGE / "render").glob("*.py")} - {PACKAGE / "render" / "man.py", PACKAGE / "render" / "help.py"}),
    ids=lambda path: path.stem,
)
def test_no_sentence_is_written_outside_the_catalogue(path: Path) -> None:
    """Two words in one text of `render` are a sentence, but for docstrings, styles and patterns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]
    assert [node.value for node in texts if re.search(r"[a-z]{2} [a-z]{2}", re.sub(r"^bold \w+|<details open>", "", node.value))] == []


def test_calls_give_what_the_entry_names() -> None:
    own = {"address", "team", "field"}
    for path, call, name in _calls():
        if name not in FINDINGS or len(call.args) != 1 or any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {str(keyword.arg) for keyword in call.keywords} | own
        for code in _codes(call.args[0]):
            assert _bare(_variables(_entry("en", code))) - given == set(), f"{path.name}:{call.lineno}: {code}"


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 resources of gitlab.* are left out", "0 ressource de gitlab.* est laissée de côté"),
        (1, "1 resource of gitlab.* is left out", "1 ressource de gitlab.* est laissée de côté"),
        (2, "2 resources of gitlab.* are left out", "2 ressources de gitlab.* sont laissées de côté"),
    ],
)
def test_plurals(count: int, english: str, french: str) -> None:
    found = error("provider-absent", provider="gitlab", count=count)
    assert ENGLISH.message(found).endswith(english)
    assert FRENCH.message(found).endswith(french)


def test_a_finding_in_french() -> None:
    found = error("unknown-size", size="petit", advice=reason("did-you-mean", meant="small"))
    assert FRENCH.message(found) == "le site n’a pas de taille «\N{NO-BREAK SPACE}petit\N{NO-BREAK SPACE}»"
    assert FRENCH.remedy(found) == "vouliez-vous écrire «\N{NO-BREAK SPACE}small\N{NO-BREAK SPACE}»\N{NARROW NO-BREAK SPACE}?"


def test_numbers_stay_as_they_are_and_lists_are_joined() -> None:
    assert ENGLISH.message(error("id-twice", id=10222, other="b", address="a")) == "the number 10222 is given to a and to b"
    assert FRENCH.told(reason("to-be-made", what=["a", "b"])) == "a, b\N{NO-BREAK SPACE}: à créer"


def test_a_code_of_nobody_is_told_by_its_text_or_its_parameters() -> None:
    assert ENGLISH.message(error("of-nobody", text="wrong")) == "wrong"
    assert ENGLISH.message(Finding(severity=Severity.ERROR, code="of-nobody", params={"a": 1})) == "of-nobody (a=1)"
