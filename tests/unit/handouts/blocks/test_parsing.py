"""A text of the cohort's own: what it may have becomes parts of a page; what it may not is told at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.handouts.blocks.parsing import MOST_FINDINGS, parsed
from eiginfra.handouts.page import (
    Break,
    Code,
    Column,
    Emphasis,
    Item,
    Items,
    Link,
    Paragraph,
    Preformatted,
    Section,
    Strong,
    Table,
)


def section(text: str, language: str = "en") -> Section:
    found = parsed(text, "welcome.md", "welcome", language)
    assert found.findings == ()
    assert found.section is not None
    return found.section


def wrong(text: str) -> list[str]:
    found = parsed(text, "welcome.md", "welcome", "en")
    assert found.section is None
    return [f"{each.code} {each.location.line}:{each.location.column}" for each in found.findings if each.location]


def test_all_that_a_text_may_have() -> None:
    text = """\
# First

One **two *three*** `four` [five](https://example.org) <https://example.org/six>
seven\\
eight

- a
- b

  1. c
  2. d
- [ ] e

A table:

| x | y |
|---|---|
| 1 | **2** |

To type:

```sh
ls {{}}
```

## Second

### Third

Text

## Fourth

Text
"""
    assert section(text) == Section(
        "welcome",
        "First",
        (
            Paragraph(
                (
                    "One ",
                    Strong(("two ", Emphasis(("three",)))),
                    " ",
                    Code("four"),
                    " ",
                    Link("https://example.org", "five"),
                    " ",
                    Link("https://example.org/six", "https://example.org/six"),
                    " seven",
                    Break(),
                    "eight",
                )
            ),
            Items((("a",), Item(("b",), (Items((("c",), ("d",)), numbered=True),)), ("[ ] e",))),
            Table("A table", (Column("x"), Column("y")), ((("1",), (Strong(("2",)),)),)),
            Preformatted("ls {{}}", "To type", "sh"),
            Section("welcome-1", "Second", (Section("welcome-2", "Third", (Paragraph(("Text",)),)),)),
            Section("welcome-3", "Fourth", (Paragraph(("Text",)),)),
        ),
    )


def test_a_list_whose_entries_all_have_a_box_is_a_check_list() -> None:
    assert section("# T\n\n- [ ] a\n- [ ] **b** c\n- [ ] d\n\n  e\n").blocks == (
        Items((("a",), (Strong(("b",)), " c"), Item(("d",), (Paragraph(("e",)),))), boxes=True),
    )


def test_an_empty_text_is_left_out_on_purpose() -> None:
    assert parsed(" \n", "welcome.md", "welcome", "en") == parsed("", "welcome.md", "welcome", "en")
    assert parsed("", "welcome.md", "welcome", "en").section is None


def test_french_gets_its_unbreakable_spaces_and_code_does_not() -> None:
    found = section("# Titre : « a »\n\nÀ voir : `a : b` !", "fr")
    assert found.title == "Titre\u00a0: «\u00a0a\u00a0»"
    assert found.blocks == (Paragraph(("À voir\u00a0: ", Code("a : b"), "\u202f!")),)
    assert section("# A : b\n\nx : y").title == "A : b"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Text\n", ["block-title 1:1"]),
        ("## Title\n", ["block-title 1:1"]),
        ("# One\n\ntext\n\n# Two\n", ["block-heading 5:1"]),
        ("# One\n\n### Three\n", ["block-heading 3:1"]),
        ("# One\n\n## Two\n\n### Three\n\n#### Four\n", ["block-heading 7:1"]),
        ("# T\n\na <b>b</b>\nc <i>d\n", ["block-html 3:3", "block-html 3:7", "block-html 4:3"]),
        ("# T\n\n<div>\n{team}\n</div>\n", ["block-html 3:1"]),
        ("# T\n\n<!-- a -->\n", ["block-html 3:1"]),
        ("# T\n\na &amp; b &nbsp;\n", ["block-html 3:3"]),
        ("# T\n\na\n![b](https://example.org/c.png)\n", ["block-image 4:1"]),
        ("# T\n\n[a](javascript:alert(1))\n", ["block-link 3:5"]),
        ("# T\n\n[a](other.md) and [b](#place) and [c](//example.org)\n", ["block-link 3:5", "block-link 3:23", "block-link 3:39"]),
        ("# T\n\n[a](https://{gateway}/x)\n", ["block-link 3:5"]),
        ("# T\n\n[a]({team})\n", ["block-link 3:5"]),
        ("# T\n\n[a][b]\n\n[b]: data:text/html,x\n", ["block-link 5:6"]),
        ("# T\n\n> a\n\n---\n", ["block-element 3:1", "block-element 5:1"]),
        ("# T\n\n-\n- a\n", ["block-element 3:1"]),
        ("# T\n\n- a\n  - b\n    - c\n      - d\n", ["block-element 6:7"]),
        ("# T\n\nText.\n\n```\na\n```\n", ["block-without-caption 5:1"]),
        ("# T\n\nText:\n\n- a\n\n| a |\n|---|\n| b |\n", ["block-without-caption 7:1"]),
        ("# T\n\na {nmae} {team}\n", ["block-placeholder 3:3"]),
        ("# T\n\n`{subdomain: a}` }\n", ["block-placeholder 3:2", "block-brace 3:18"]),
        ("# T\r\n\r\na {x}\r\nb {\r\n", ["block-placeholder 3:3", "block-brace 4:3"]),
        ("# {team} {x}\n\na\n", ["block-placeholder 1:10"]),
        ("# T\n\n\\{team\\}\n", ["block-placeholder 3:2"]),
    ],
)
def test_what_a_text_may_not_have_is_told_at_its_place(text: str, told: list[str]) -> None:
    assert wrong(text) == told


def test_a_placeholder_that_is_an_address_can_be_a_links() -> None:
    assert section("# T\n\n[a]({gitlab}) [b](mailto:a@example.org)").blocks == (
        Paragraph((Link("{gitlab}", "a"), " ", Link("mailto:a@example.org", "b"))),
    )


def test_a_text_of_too_many_lines_is_not_read() -> None:
    assert wrong("# T\n\n" + "| a |\n" * 1000) == ["block-too-long 1:1"]


def test_so_many_findings_at_most() -> None:
    assert len(wrong("# T\n\n" + "<b> {x} " * 500)) == MOST_FINDINGS


@given(st.text(st.sampled_from("#*_`[](){}<>!|-\n :&;ab1.\\"), max_size=60))
def test_nothing_breaks_the_parser(text: str) -> None:
    for written in (text, f"# T\n\n{text}"):
        found = parsed(written, "welcome.md", "welcome", "fr")
        assert found.section is None or not found.findings
        assert all(each.location and each.location.line <= written.count("\n") + 1 for each in found.findings)
