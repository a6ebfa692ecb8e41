"""The page model, as HTML and as Markdown."""

from datetime import date

import pytest
from markdown_it import MarkdownIt

from eiginfra.handouts.html import render_html
from eiginfra.handouts.markdown import render_markdown
from eiginfra.handouts.page import (
    Bar,
    Bars,
    Block,
    Break,
    Card,
    Cards,
    CheckItem,
    Checklist,
    Code,
    Column,
    DayText,
    Emphasis,
    Item,
    Items,
    Link,
    Milestone,
    Note,
    Page,
    PageLink,
    Paragraph,
    Preformatted,
    Search,
    Section,
    Status,
    Strong,
    Table,
    Terms,
    Timeline,
    filled,
    plain,
)

HOSTILE = "<b>&amp;`*_[x](javascript:alert(1))\n# no\x1b[2J| </style>"


def _page(*blocks: Block) -> Page:
    return Page(name="adler", language="fr", title="Adler", lead="Une équipe", blocks=blocks)


EVERY_BLOCK: tuple[Block, ...] = (
    Paragraph(
        ("a ", Strong(("b",)), Emphasis(("c",)), Code("d"), Break(), DayText(date(2019, 9, 2), "2 septembre 2019"), Status("ok", "good"))
    ),
    Note("note", "warn"),
    Items(("one", Item("two", (Items(("three",)),))), numbered=True),
    Checklist((CheckItem("done", True, "fait"), CheckItem("not", False, "à faire", "do it"))),
    Terms((("term", ("said ", Link("https://example.org/", "link"))),)),
    Table("caption", (Column("a"), Column("b", number=True)), (("x", "1"), ("y", "2")), sortable=True, keys=(("x", 1), ("y", 2))),
    Preformatted("Host adler\n    User root", "ssh", "sshconfig"),
    Bars("bars", ("what", "drawn", "amount"), (Bar("memory", 0.5, "1 of 2", "warn", 0.2), Bar("cores", None, "3"))),
    Timeline("time", date(2019, 9, 2), date(2020, 7, 1), date(2020, 1, 1), (Milestone(date(2020, 2, 1), "1er février 2020", "half"),)),
    Cards((Card(PageLink("adler", "Adler"), (Paragraph("text"),), ("java",)),)),
    Search("search", "nothing"),
    Section("inner", "Inner", (Paragraph("deep"),)),
)


def test_every_block_is_rendered_with_its_words() -> None:
    page = _page(Section("all", "All", EVERY_BLOCK))
    html, markdown = render_html(page), render_markdown(page)
    assert "caption" in html
    for words in ("three", "do it", "said", "Host adler", "1 of 2", "half", "deep"):
        assert words in html
        assert words in markdown
    assert '<h2 id="all">All</h2>' in html
    assert '<h3 id="inner">Inner</h3>' in html
    assert "### Inner" in markdown


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(HOSTILE),
        Paragraph((Code(HOSTILE), Status(HOSTILE), Link("javascript:alert(1)", HOSTILE), Link("data:text/html,x", HOSTILE))),
        Items((HOSTILE,)),
        Terms(((HOSTILE, HOSTILE),)),
        Table(HOSTILE, (Column(HOSTILE),), ((HOSTILE,),)),
        Bars(HOSTILE, (HOSTILE, HOSTILE, HOSTILE), (Bar(HOSTILE, 2, HOSTILE),)),
        Cards((Card(HOSTILE, (), (HOSTILE,)),)),
        Preformatted("```\n" + HOSTILE, HOSTILE),
        Section("place", HOSTILE, ()),
    ],
)
def test_no_text_becomes_markup(block: Block) -> None:
    html, markdown = render_html(_page(block)), render_markdown(_page(block))
    assert "<b>" not in html
    assert html.count("</style>") == 1
    assert 'href="javascript' not in html
    assert "\x1b" not in html + markdown
    tokens = [token for each in MarkdownIt("commonmark").enable("table").parse(markdown) for token in [each, *(each.children or ())]]
    assert [token.content for token in tokens if token.type in ("html_block", "html_inline")] in ([], ["<!-- eiginfra handouts -->\n"])
    assert not [token for token in tokens if token.type in ("link_open", "strong_open", "em_open")]


def test_a_document_that_has_no_script_allows_none() -> None:
    assert "<script" not in render_html(_page())
    assert "script-src" not in render_html(_page())


def test_a_sentence_keeps_what_fills_it() -> None:
    text = filled("50%% of %s by %(who)s.", Code("a%sb"), who=Strong(("x",)))
    assert text == ("50", "%", " of ", Code("a%sb"), " by ", Strong(("x",)), ".")
    assert plain(text) == "50% of a%sb by x."
