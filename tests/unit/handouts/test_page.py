"""The page model, as HTML and as Markdown."""

import pytest
from markdown_it import MarkdownIt
from support.handout_blocks import EVERY_BLOCK

from eiginfra.handouts.page import (
    Bar,
    Bars,
    Block,
    Card,
    Cards,
    Code,
    Column,
    Item,
    Items,
    Link,
    Page,
    Paragraph,
    Preformatted,
    Section,
    Status,
    Strong,
    Table,
    Terms,
    filled,
    plain,
)
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown

HOSTILE = "<b>&amp;`*_[x](javascript:alert(1))\n# no\x1b[2J| </style>"


def _page(*blocks: Block) -> Page:
    return Page(name="adler", language="fr", title="Adler", lead="Une équipe", blocks=blocks)


def test_a_check_list_can_be_ticked_on_paper() -> None:
    page = Page(name="a", language="en", title="A", lead="", blocks=(Items(("one", Item("two", (Items(("three",)),))), boxes=True),))
    assert '<ul class="boxes">\n<li>one</li>' in render_html(page)
    assert "- [ ] one\n- [ ] two\n\n  - three\n" in render_markdown(page)


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
