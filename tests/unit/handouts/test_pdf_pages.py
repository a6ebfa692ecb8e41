"""What holds for the PDF of every kind of page."""

import logging
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise

import page as checker
import pikepdf
import pytest
import weasyprint
from support.handout_pages import EVERY, html_pages
from support.pdf_reading import addresses, beside, elements, fonts, kids, links, opened, read, texts

from eiginfra.handouts.rendering.pdf import Rendered, pdf

UNUSED = re.compile(
    r"Ignored `(overflow-x: auto|text-size-adjust: 100%|text-wrap: balance|print-color-adjust: exact)`"
    r"|(Expected a|Invalid) media type.*(\(prefers-|\(min-width:|\(forced-colors:)"
    r"|Invalid math function at [\d:]+ repeat\(auto-fill,"
)
"""What WeasyPrint warns of, rightly: rules of the stylesheet for screens, or that it does without."""

every_page = pytest.mark.parametrize(("language", "name"), EVERY)


@cache
def made(language: str, name: str) -> Rendered:
    return pdf(html_pages(language)[name])


@cache
def file(language: str, name: str) -> pikepdf.Pdf:
    return opened(made(language, name).content)


@every_page
def test_weasyprint_understands_the_whole_page(language: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "weasyprint"):
        assert pdf(html_pages(language)[name]).missing == ""
    assert [each for each in caplog.messages if not UNUSED.match(each)] == []


@every_page
def test_a_checker_of_pdf_ua_finds_no_fault(language: str, name: str) -> None:
    report = checker.validate_pdf_bytes(made(language, name).content, profile="ua1")
    assert [(each.rule_id, each.message) for each in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 100


def test_the_checker_does_find_faults() -> None:
    html = '<html lang="fr"><title>T</title><h1>1</h1><h3>3</h3><svg width="9" height="9"><rect width="9" height="9"/></svg>'
    rules = {
        option: {each.rule_id for each in checker.validate_pdf_bytes(content, profile="ua1").failures}
        for option in (None, "pdf/ua-1")
        for content in [weasyprint.HTML(string=html).write_pdf(pdf_variant=option)]
    }
    assert "PDFUA1-TAGGED-DOCUMENT-001" in rules[None]
    assert {"PDFUA1-HEADING-NESTING-001", "PDFUA1-FIGURE-ALTERNATIVE-TEXT-001"} <= rules["pdf/ua-1"]


@every_page
def test_it_says_what_it_is(language: str, name: str) -> None:
    root = file(language, name).Root
    title = re.search(r"<title>(.*)</title>", html_pages(language)[name])
    assert title
    assert (root.MarkInfo.Marked, root.Lang, root.ViewerPreferences.DisplayDocTitle) == (True, language, True)
    assert str(file(language, name).docinfo.Title) == title[1]
    with file(language, name).open_metadata() as metadata:
        assert (metadata["pdfuaid:part"], metadata["dc:title"]) == ("1", title[1])
        assert not [key for key in metadata if "Date" in key]
    assert not [key for key in file(language, name).docinfo if "Date" in key]


@every_page
def test_fonts_are_embedded_as_far_as_used_and_their_text_can_be_read(language: str, name: str) -> None:
    assert fonts(file(language, name))
    for font in fonts(file(language, name)):
        assert re.match(r"/[A-Z]{6}\+", str(font.BaseFont))
        assert "/ToUnicode" in font
        assert {"/FontFile2", "/FontFile3"} & set(font.DescendantFonts[0].FontDescriptor.keys())


@every_page
def test_headings_follow_one_another_and_are_its_outline(language: str, name: str) -> None:
    levels = [int(each.role[1]) for each in elements(file(language, name)) if re.fullmatch("H[1-6]", each.role)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    with file(language, name).open_outline() as outline:
        (first,) = outline.root
        content = re.sub("<nav.*?</nav>", "", html_pages(language)[name], flags=re.DOTALL)
        headings = re.findall(r"<h2[^>]*>(.*)</h2>", content)
        assert [each.title for each in first.children] == [re.sub("<[^>]*>", "", heading) for heading in headings]


@every_page
def test_the_heads_of_tables_are_known_from_their_cells(language: str, name: str) -> None:
    tables = defaultdict(list)
    for each in elements(file(language, name)):
        if each.role in ("TH", "TD"):
            table = next(above.item.objgen for above in reversed(each.inside) if above.role == "Table")
            tables[table].append(each)
    assert tables
    for cells in tables.values():
        heads = {str(each.item.ID): each for each in cells if each.role == "TH"}
        for each in heads.values():
            assert each.item.A.Scope == ("/Column" if each.inside[-2].role == "THead" else "/Row")
        for each in cells:
            if each.role == "TD":
                scopes = {str(heads[str(head)].item.A.Scope) for head in each.item.A.Headers}
                assert scopes == {"/Column", "/Row"}


@every_page
def test_links_are_in_the_structure_say_where_they_lead_and_lead_nowhere_else(language: str, name: str) -> None:
    within = [
        kid.Obj.objgen
        for each in elements(file(language, name))
        if each.role == "Link"
        for kid in kids(each.item)
        if isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid
    ]
    annotations = links(file(language, name))
    assert sorted(within) == sorted(each.objgen for each in annotations)
    assert all(str(each.Contents) for each in annotations)
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in addresses(file(language, name)))
    shown = read(made(language, name).content)
    assert all(address.split(":", 1)[1].strip("/") in shown for address in addresses(file(language, name)))


@every_page
def test_nothing_in_it_runs_or_is_fetched(language: str, name: str) -> None:
    root = file(language, name).Root
    assert {"/OpenAction", "/AA", "/AcroForm", "/AF", "/Collection"}.isdisjoint(root.keys())
    assert set(root.get("/Names", {}).keys()) <= {"/Dests"}
    for each in file(language, name).objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            assert {"/JS", "/EF", "/F", "/XFA", "/Launch"}.isdisjoint(each.keys())
            assert each.get("/Type") != "/Action" or each.S == "/URI"


@every_page
def test_it_is_read_in_the_order_of_the_page(language: str, name: str) -> None:
    text, at = read(made(language, name).content), 0
    for part in texts(html_pages(language)[name]):
        found = text.find(part, at)
        assert found >= 0, (part, text[at : at + 200])
        at = found + len(part)


@every_page
def test_its_structure_is_in_the_order_of_its_content(language: str, name: str) -> None:
    marks = defaultdict(list)
    for each in elements(file(language, name)):
        numbers = [int(kid) for kid in kids(each.item) if isinstance(kid, int)]
        if numbers and {"Lbl", "Figure"}.isdisjoint(part.role for part in (*each.inside, each)):  # these are drawn last
            marks[each.item.Pg.objgen] += numbers
    assert sum(map(len, marks.values())) > 20
    for numbers in marks.values():
        assert numbers == sorted(numbers)


@every_page
def test_nothing_is_cut_at_the_edge_of_a_page(language: str, name: str) -> None:
    assert beside(made(language, name).content) == []
