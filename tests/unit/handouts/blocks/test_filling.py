"""Values in the place of placeholders: shown as they are, and what lacks one is left out."""

from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.handouts.blocks import NAMES, PLACEHOLDERS, Values
from eiginfra.handouts.blocks.library import packaged
from eiginfra.handouts.blocks.parsing import parsed
from eiginfra.handouts.blocks.placeholders import Filling
from eiginfra.handouts.page import Code, Item, Items, Link, Page, Paragraph, Preformatted, Section, Strong, Table
from eiginfra.handouts.rendering.html import render_html


def filled(text: str, **values: str | Link) -> Section | None:
    found = parsed(text, "welcome.md", "welcome", "en")
    assert found.findings == ()
    assert found.section is not None
    return Filling(values).section(found.section)


def blocks(text: str, **values: str | Link) -> tuple[object, ...]:
    found = filled(f"# T\n\n{text}", **values)
    return found.blocks if found else ()


def test_values_are_put_in_everywhere() -> None:
    text = "a {team} **{team}** `{team}` [{team}]({gitlab}) {gitlab} `{gitlab}` {{team}}"
    lab = Link("https://example.org", "the lab")
    values = [Strong(("<b>",)), Code("<b>"), Link("https://example.org", "<b>"), lab, Code("the lab")]
    spaced = [part for value in values for part in (" ", value)]
    assert blocks(text, team="<b>", gitlab=lab) == (Paragraph(("a ", "<b>", *spaced, " ", "{", "team", "}")),)
    found = filled("# {team}\n\nIt is {team}:\n\n```\nls {team} {{}}\n```\n", team="x")
    assert found == Section("welcome", "x", (Preformatted("ls x {}", "It is x"),))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{team}\n\nb", (Paragraph(("b",)),)),
        ("- {team}\n- b", (Items((("b",),)),)),
        ("List:\n\n- {team}\n\nb", (Paragraph(("b",)),)),
        ("- a:\n\n  - {team}\n- b", (Items((("a:",), ("b",))),)),
        ("- a {team}\n  - b\n- c", (Items((("c",),)),)),
        ("- a\n\n  {team}\n\n  b", (Items((Item(("a",), (Paragraph(("b",)),)),)),)),
        ("Code:\n\n```\n{team}\n```\n\nb", (Paragraph(("b",)),)),
        ("Code {team}:\n\n```\na\n```\n\nb", (Paragraph(("b",)),)),
        ("Table:\n\n| a |\n|---|\n| {team} |\n\nb", (Paragraph(("b",)),)),
        ("Announced:\n\n{team}", ()),
        ("a\n\n## B {team}\n\nc", (Paragraph(("a",)),)),
        ("a\n\n## B\n\n{team}", (Paragraph(("a",)),)),
        ("[a]({gitlab})\n\nb", (Paragraph(("b",)),)),
        ("**a {team}**\n\nb", (Paragraph(("b",)),)),
    ],
)
def test_what_lacks_its_value_is_left_out(text: str, left: tuple[object, ...]) -> None:
    assert blocks(text) == left
    assert blocks(text, team="") == left


def test_a_row_without_its_value_leaves_the_others() -> None:
    [table] = blocks("T:\n\n| a |\n|---|\n| {team} |\n| b |\n")
    assert isinstance(table, Table)
    assert table.rows == ((("b",),),)


def test_a_text_whose_title_lacks_its_value_is_left_out() -> None:
    assert filled("# {team}\n\na") is None


def skeleton(part: object) -> object:
    """Which parts are in which, without what they say; the texts between them count as they were cut by placeholders."""
    if isinstance(part, str):
        return "text"
    if isinstance(part, tuple):
        return tuple(map(skeleton, part))
    if is_dataclass(part) and not isinstance(part, type):
        return type(part).__name__, tuple(skeleton(getattr(part, field.name)) for field in fields(part))
    return part


HOSTILE = (
    "<script>",
    "{team}",
    "{{",
    "# a",
    "a\n\n# b",
    "- a",
    "| a |",
    "```",
    "[a](b)",
    "*a*",
    ":",
    "a:",
    "&lt;",
    "]",
    "javascript:x",
    "\x00",
)
VALUE = st.text(min_size=1) | st.sampled_from(HOSTILE)


@given(st.fixed_dictionaries({name: VALUE for name, link in PLACEHOLDERS.items() if not link}))
def test_no_value_changes_the_structure(values: dict[str, str]) -> None:
    addresses: Values = {name: Link("https://example.org/", values["team"]) for name, link in PLACEHOLDERS.items() if link}
    plain: Values = {name: Link("https://example.org/", "x") if link else "x" for name, link in PLACEHOLDERS.items()}
    for name in NAMES:
        section = packaged(name, "fr").section
        assert section is not None
        assert skeleton(Filling({**values, **addresses}).section(section)) == skeleton(Filling(plain).section(section))


@given(VALUE)
def test_a_value_is_escaped_once(value: str) -> None:
    found = filled("# T\n\n**{team}**", team=value)
    assert found is not None
    html = render_html(Page(name="a", language="en", title="T", lead="", blocks=(found,)))
    assert html.count("<script") == 0
    assert html.count("<strong>") == html.count("</strong>") == 1
