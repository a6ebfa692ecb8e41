"""YAML to values with positions: what is read, where it stands, and how each mistake is told."""

# ruff: noqa: E501 - a table of whole sentences

import os
import time
from pathlib import Path

import pytest
import yaml
from support.words import line, raises

from eiginfra.core.errors import InputError
from eiginfra.inventory import tree
from eiginfra.inventory.document import load_document, parse_document
from eiginfra.inventory.source import MAX_BYTES


def findings(text: str | bytes, *, pure: bool = False, templates: bool = True) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputError) as caught:
        parse_document(data, "f.yml", pure=pure, templates=templates)
    return [line(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("~", "NULL"),
        ("1:30", "1:30"),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("2019-09-02", "2019-09-02"),
        ("1_000", "1_000"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int 1", 1),
        ("!!float 1", 1.0),
        ("! 1", "1"),
        ("=", "="),
        ("9" * 400, float("inf")),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    data = parse_document(f"a: {text}\nb: x\n".encode()).data
    assert data["a"] == (None if value == "NULL" else value)
    assert type(data["a"]) is (type(None) if value == "NULL" else type(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("teams: !adler\n", 'f.yml:1:8: error: !adler without quotes is a YAML tag, and tags are not supported (if it is text, quote it: "!adler")'),
        ("teams: !a b\n", 'f.yml:1:8: error: !a without quotes is a YAML tag, and tags are not supported (if it is text, quote it: "!a b")'),
        ("a: !!int x\n", 'f.yml:1:4: error: !!int without quotes is a YAML tag, and tags are not supported (if it is text, quote it: "!!int x")'),
        ("a: !!set {b}\n", 'f.yml:1:4: error: !!set without quotes is a YAML tag, and tags are not supported (if it is text, quote it: "!!set")'),
        ("t: *\n", 'f.yml:1:5: error: text cannot begin with * unless it stands in quotes (write "*")'),
        ("t: *:!adler\n", 'f.yml:1:5: error: text cannot begin with * unless it stands in quotes (write "*:!adler")'),
        ("a: @x\n", 'f.yml:1:4: error: text cannot begin with @ unless it stands in quotes (write "@x")'),
        ("a: 1\nb: 2\na: 3\n", "f.yml:3:1: error: the key 'a' stands here for the second time (keep one; the first is at line 1, column 1)"),
        ("a: {b: 1, b: 2}\n", "f.yml:1:11: error: the key 'b' stands here for the second time (keep one; the first is at line 1, column 5)"),
        ("a:\n\tb: 1\n", "f.yml:2:1: error: a tab stands in the indentation (YAML is indented with spaces: replace the tab by spaces)"),
        ("a: {b: 1\nc: 2\n", "f.yml:1:4: error: a closing bracket is missing, or is the wrong one (write a: {b: 1})"),
        ("{a: 1", "f.yml:1:1: error: a closing bracket is missing, or is the wrong one (write {a: 1})"),
        ('a: "b\nc: 1\n', 'f.yml:1:4: error: a quote is opened here and never closed (write a: "b")'),
        ("d: foo: bar\n", 'f.yml:1:4: error: a second \': \' stands in this value (write d: "foo: bar")'),
        ("a: 'it's'\n", 'f.yml:1:4: error: the quotes in this value end it too early (write a: "it\'s")'),
        ("a: 1\nb\n", "f.yml:2:1: error: a key stands here without its colon (write 'key: value', or quote text of several lines)"),
        ("a:\n  - b\n c: 1\n", "f.yml:3:2: error: this line is not in the column of those that it belongs to (put 0 spaces before 'c', not 1)"),
        ("a: 1\n---\nb: 2\n", "f.yml:2:1: error: a second document begins here (one file holds one document: delete the ---)"),
        ("", "f.yml:1:1: error: the file is empty (write something in it, or delete it)"),
        ("# nothing yet\n", "f.yml:1:1: error: the file is empty (write something in it, or delete it)"),
        ("<<: {a: 1}\n", "f.yml:1:1: error: merge keys (<<) are not supported (write the keys out)"),
        ("2019: a\n", 'f.yml:1:1: error: the key 2019 is not text (quote it: "2019")'),
        (": a\n", "f.yml:1:1: error: a key is missing before this colon (write 'key: value')"),
        ("? [a]\n: b\n", "f.yml:1:3: error: a list or mapping cannot be a key (write plain text before the colon)"),
        ("a: {{ x }}\n", 'f.yml:1:5: error: a template stands here without quotes (write "{{ … }}", in quotes)'),
        ("a: *x\n", 'f.yml:1:4: error: *x refers to no &x above it (quote it if it is text: "*x")'),
        ("a: &x [*x]\n", "f.yml:1:8: error: *x refers to what it stands in (write the value out)"),
        ("a\0: 1\n", "f.yml:1:2: error: an invisible character stands here (U+0000) (delete it, or replace it by a space)"),
        ("a: b\u2028c\n", "f.yml:1:5: error: an invisible character stands here (U+2028) (delete it, or replace it by a space)"),
        (b"a: 1\nb: \xe9t\xe9\n", "f.yml:2:4: error: the byte 0xE9 is not UTF-8 (in Latin-1 it would be 'é') (save the file in the encoding UTF-8)"),
        ("a: 1\n".encode("utf-16"), "f.yml:1:1: error: this file is UTF-16 (save it in the encoding UTF-8)"),
        ("[" * 50, "f.yml:1:42: error: more than 40 levels of nesting (write it flatter)"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_place_and_its_sentence(text: str | bytes, said: str) -> None:
    assert findings(text) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\n", "f.yml:1:4: error: &x without quotes is a YAML anchor; team files are pure data (delete it; quote it if it is text)"),
        ("a: *x\n", "f.yml:1:4: error: *x without quotes is a YAML alias; team files are pure data (write the value out; quote it if it is text)"),
        ("a: {{ x }}\n", "f.yml:1:5: error: a template ({{ … }} or {% … %}) stands here, but this file is pure data (write the value itself; templates belong in playbooks)"),
        ("a: 'x {% if y %}'\n", "f.yml:1:4: error: a template ({{ … }} or {% … %}) stands here, but this file is pure data (write the value itself; templates belong in playbooks)"),
    ],
)  # fmt: skip
def test_team_files_are_pure_data(text: str, said: str) -> None:
    assert findings(text, pure=True) == [said]


def test_all_mistakes_before_a_syntax_error_are_told() -> None:
    said = findings("a: 1\na: 2\nb: !x\nc: 'open\n")
    assert [line.split(" error")[0] for line in said] == ["f.yml:2:1:", "f.yml:3:4:", "f.yml:4:4:"]


def test_a_file_full_of_mistakes_is_not_read_to_its_end() -> None:
    assert len(findings("a: 1\n" * 5000)) == 100


def test_aliases_are_followed_where_they_are_allowed() -> None:
    document = parse_document(b"a: &x {b: [1, 2]}\nc: *x\n")
    assert document.data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert str(document.locate("c", "b", 1)) == "<stdin>:1:15"


def test_templates_stay_text_in_playbooks() -> None:
    assert parse_document(b'a: "{{ x }}"\n').data == {"a": "{{ x }}"}
    assert findings('a: "{{ x }}"\n', templates=False)


@pytest.mark.parametrize("pure", [False, True])
def test_a_bomb_is_refused_at_once(*, pure: bool) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    begun = time.perf_counter()
    said = findings("\n".join(lines), pure=pure)
    assert time.perf_counter() - begun < 5
    assert any("10000 values" in line for line in said) or pure


def test_a_file_of_50_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    begun = time.perf_counter()
    with raises(InputError, match=r"47\.7 MiB; at most 1 MiB"):
        load_document(path)
    assert time.perf_counter() - begun < 5


def test_so_is_text_of_that_size_from_elsewhere() -> None:
    assert "at most 1 MiB" in findings(b"a" * (MAX_BYTES + 1))[0]


def test_a_byte_order_mark_is_accepted() -> None:
    document = parse_document("\ufeffa: é\n".encode())
    assert document.data == {"a": "é"}
    assert str(document.locate("a")) == "<stdin>:1:4"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_sort_of_line_end_counts(ends: str) -> None:
    document = parse_document(ends.join(["é: 1", "b:", "  - 𝔸: [x, y]"]).encode())
    assert str(document.locate("b", 0, "𝔸", 1)) == "<stdin>:3:12"
    assert str(document.locate_key("b", 0, "𝔸")) == "<stdin>:3:5"


def test_what_is_not_written_stands_at_its_nearest_parent() -> None:
    document = parse_document(b"a:\n  b: {c: 1}\nd: [x]\n")
    assert str(document.locate("a", "b", "zzz", 3)) == "<stdin>:2:6"
    assert str(document.locate("d", 7)) == "<stdin>:3:4"
    assert str(document.locate("nothing")) == "<stdin>:1:1"
    assert str(document.locate()) == "<stdin>:1:1"
    assert str(document.locate_key("a", "b")) == "<stdin>:2:3"
    assert str(document.locate_key("a", "zzz")) == "<stdin>:2:3"
    assert str(document.locate_key("d", 0)) == "<stdin>:3:5"
    assert str(document.locate_key()) == "<stdin>:1:1"


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path, "this is a directory"),
        (tmp_path / "none.yml", "there is no such file"),
        (Path("a\0b"), "cannot be read"),
    ):
        with raises(InputError, match=said):
            load_document(path)
    fifo = tmp_path / "pipe.yml"
    os.mkfifo(fifo)
    with raises(InputError, match="not a regular file"):
        load_document(fifo)


def test_findings_name_files_from_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f.yml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert load_document(tmp_path / "sub" / "f.yml").file == "sub/f.yml"
    monkeypatch.chdir(tmp_path / "sub")
    assert load_document(Path("f.yml")).file == "f.yml"
    monkeypatch.chdir("/")
    assert load_document(tmp_path / "sub" / "f.yml").file == str(tmp_path / "sub" / "f.yml").lstrip("/")


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted((Path(__file__).parents[3] / "inventories/eig3/teams").iterdir())
    fast = [load_document(path, pure=True) for path in files]
    monkeypatch.setattr(tree, "_LOADER", yaml.SafeLoader)
    slow = [load_document(path, pure=True) for path in files]
    assert [document.root for document in slow] == [document.root for document in fast]
    assert findings("a: b: c\n")[0].startswith("f.yml:1:4: error: a second ': ' stands in this value")
    assert findings("teams: !adler\n")[0].startswith("f.yml:1:8: error: !adler without quotes is a YAML tag")
