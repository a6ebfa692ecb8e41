"""How a PDF is made of a page."""

import logging
import os
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path
from urllib.request import OpenerDirector

import page as checker
import pikepdf
import pytest
from support.handout_pages import html_pages
from support.pdf_reading import addresses, beside, links, opened, read

from eiginfra.handouts.rendering.pdf import GENERATOR, PdfError, load, pdf


def html(body: str) -> str:
    return f'<!DOCTYPE html><html lang="fr"><head><title>Essai</title></head><body><main>{body}</main></body></html>'


FETCHING = [
    '<img src="{}" alt="x">',
    '<svg width="9" height="9"><title>x</title><image href="{}" width="9" height="9"/></svg>',
    '<object data="{}">x</object><embed src="{}"><iframe src="{}"></iframe>',
    '<p style="background: url({})">x</p>',
    "<style>@import '{}'; @font-face {{ font-family: x; src: url({}) }} p {{ font-family: x; content: url({}) }}</style><p>x</p>",
    '<link rel="stylesheet" href="{}"><link rel="attachment" href="{}"><a rel="attachment" href="{}">x</a>',
    '<base href="{}"><img src="x.png" alt="x">',
]


@pytest.mark.parametrize("element", FETCHING)
@pytest.mark.parametrize("scheme", ["file", "http", "data"])
def test_nothing_is_fetched(element: str, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret", encoding="utf-8")
    address = {"file": secret.as_uri(), "http": "http://127.0.0.1:9/x", "data": "data:text/plain,a%20secret"}[scheme]

    def refuse(*args: object, **named: object) -> None:
        pytest.fail(f"asks for {args}")

    monkeypatch.setattr(OpenerDirector, "open", refuse)
    file = opened(pdf(html("<h1>T</h1>" + element.format(*[address] * 3))).content)
    assert "/Names" not in file.Root
    dictionaries = [each for each in file.objects if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)]
    assert not [each for each in dictionaries if each.get("/Type") in ("/EmbeddedFile", "/Filespec")]


def test_the_same_page_gives_the_same_bytes_in_any_process() -> None:
    page = html_pages("fr")["adler"]
    here = {sha256(pdf(page).content).hexdigest() for _ in range(2)}
    program = textwrap.dedent(
        """
        import sys
        from hashlib import sha256
        from eiginfra.handouts.rendering.pdf import pdf
        print(sha256(pdf(sys.stdin.read()).content).hexdigest())
        """
    )
    there = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=page,
            env={key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"} | surroundings,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for surroundings in ({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"})
    }
    assert len(here) == 1
    assert there == here


def test_a_file_can_be_recognised() -> None:
    assert GENERATOR in pdf(html_pages("en")["plume"]).content
    assert GENERATOR not in pdf(html("<h1>T</h1>")).content


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://example.org/x", True),
        ("http://example.org/x", True),
        ("mailto:a@example.org", True),
        ("other.html", False),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org/x", False),
        (" https://example.org", False),
    ],
)
def test_links_lead_to_the_web_and_to_mail_only(href: str, kept: bool) -> None:
    content = pdf(html(f'<h1>T</h1><p><a href="{href}">words</a> after</p>')).content
    assert addresses(opened(content)) == ([href] if kept else [])
    assert read(content) == f"Twords({href.removeprefix('mailto:')})after" if kept else "Twordsafter"


@pytest.mark.parametrize("words", ["https://example.org/x", "example.org/x", "see example.org/x/"])
def test_an_address_that_is_shown_is_not_shown_twice(words: str) -> None:
    content = pdf(html(f'<h1>T</h1><p><a href="https://example.org/x/">{words}</a></p>')).content
    assert read(content) == "T" + words.replace(" ", "")
    assert addresses(opened(content)) == ["https://example.org/x/"]


def test_a_link_within_the_page() -> None:
    content = pdf(html('<h1>T</h1><p><a href="#end">go</a></p><h2 id="end">End</h2>')).content
    assert read(content) == "TgoEnd"
    (link,) = links(file := opened(content))
    assert str(link.Dest) == "end"
    assert str(file.Root.Names.Dests.Names[0]) == "end"
    assert checker.is_pdf_compliant_bytes(content, profile="ua1")


@pytest.mark.parametrize(
    ("shown", "missing", "becomes"),
    [
        ("中文", "中文", "[U+4E2D][U+6587]"),
        ("𒀀 and 𒀀", "𒀀", "[U+12000]and[U+12000]"),
        ("مرحبا", "", "مرحبا"),
        ("שלום", "", "שלום"),
        ("😀", "", "😀"),
        ("e\u0301 x\u0308\u0327", "", "é"),
        ("\ue000", "\ue000", "[U+E000]"),
    ],
)
def test_a_character_that_no_font_has_is_written_as_its_number(shown: str, missing: str, becomes: str) -> None:
    made = pdf(html(f"<h1>T</h1><p>{shown}</p>").replace("Essai", f"Essai {shown}"))
    assert made.missing == missing
    assert becomes in read(made.content).replace("e\u0301", "é")
    assert str(opened(made.content).docinfo.Title) == f"Essai {shown}"
    assert checker.is_pdf_compliant_bytes(made.content, profile="ua1")


def test_a_table_of_long_words_stays_on_the_page_and_short_words_stay_whole() -> None:
    heads = "".join(f'<th scope="col">Column {number}</th>' for number in range(6))
    row = f'<tr><th scope="row">{"x" * 200}</th>{"<td>conteneur</td>" * 4}<td>{"y" * 200}</td></tr>'
    content = pdf(html(f"<h1>T</h1><table><caption>C</caption><thead><tr>{heads}</tr></thead><tbody>{row}</tbody></table>")).content
    assert beside(content) == []
    words = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True).stdout.decode().split()
    assert words.count("conteneur") == 4


def test_the_head_of_a_table_is_repeated_and_no_row_is_split() -> None:
    rows = "".join(f'<tr><th scope="row">first {number}</th><td>a<br>b<br>c</td></tr>' for number in range(60))
    head = '<thead><tr><th scope="col">Head</th><th scope="col">Other</th></tr></thead>'
    content = pdf(html(f"<h1>Title</h1><table><caption>C</caption>{head}<tbody>{rows}</tbody></table>")).content
    sheets = (
        subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True).stdout.decode().split("\f")[:-1]
    )
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, start=1):
        assert sheet.count("Head") == 1
        assert sheet.count("first") == sheet.count("\nc\n")
        assert f"{number} / {len(sheets)}" in sheet
        assert "Title" in sheet


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    pdf(html('<h1>T</h1><style>p { colour: red; background: url(x) }</style><p>中 <img src="x.png"></p>'))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("raise ImportError('no module')", "pip install 'eiginfra[pdf]'"),
        ("print('long'); raise OSError('cannot load library libpango-1.0-0')", "apt install libpango-1.0-0 "),
        ("import warnings; warnings.warn('No fonts configured in FontConfig. Expect ugly output.')", " fonts-dejavu-core"),
        ("import warnings; warnings.warn('HarfBuzz-Subset will be required', DeprecationWarning)", " libharfbuzz-subset0 "),
    ],
)
def test_what_is_missing_is_told_with_its_packages(
    module: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "weasyprint.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    load.cache_clear()
    try:
        with pytest.raises(PdfError, match=r"^PDFs need ") as problem:
            pdf(html("<h1>T</h1>"))
        assert said in str(problem.value)
        assert capfd.readouterr() == ("", "")
    finally:
        load.cache_clear()


def test_it_is_loaded_only_when_needed() -> None:
    program = "import sys, eiginfra.handouts.rendering.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert logging.getLogger("weasyprint").level == logging.NOTSET
