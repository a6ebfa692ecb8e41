"""A page of HTML to a PDF, by WeasyPrint: tagged (PDF/UA-1), with the fonts it uses, and the same bytes for the same page and fonts.

WeasyPrint is an extra, and needs Pango and fonts of the system: it is loaded when the first PDF is made. Nothing is fetched, neither from
the network nor from files: a page has all it needs in itself.
"""

import logging
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from types import ModuleType

from eiginfra.core.errors import EiginfraError
from eiginfra.handouts.rendering.pdf_page import prepare
from eiginfra.handouts.rendering.pdf_structure import finish

GENERATOR = b"<xmp:CreatorTool>eiginfra handouts</xmp:CreatorTool>"
"""A PDF with these bytes was made of a page by eiginfra, and may be replaced."""
_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core"


class PdfError(EiginfraError):
    """No PDF can be made here; the message says what to install."""


@dataclass(frozen=True)
class Rendered:
    """A file's bytes. missing: the characters that no font of this system has; in a PDF each is written as `[U+4E2D]`."""

    content: bytes
    missing: str = ""


def pdf(html: str) -> Rendered:
    """The PDF of a page: A4, numbered, with its outline; `html` has a title, and a language at its root.

    Raises PdfError where WeasyPrint, Pango or every font is missing.
    """
    made = _rendered(html, "")
    return _rendered(html, made.missing) if made.missing else made


def _rendered(html: str, without: str) -> Rendered:
    """without: the characters to be written as numbers; PDF/UA allows no character that has no glyph."""
    weasyprint = load()
    refusing = weasyprint.urls.URLFetcher(allowed_protocols=())
    page = weasyprint.HTML(string=html, url_fetcher=refusing)
    prepare(page.etree_element, without)
    css = files(__package__).joinpath("pdf.css").read_text(encoding="utf-8")
    document = page.render(stylesheets=[weasyprint.CSS(string=css, url_fetcher=refusing)], pdf_variant="pdf/ua-1")
    content: bytes = document.write_pdf(finisher=finish, pdf_variant="pdf/ua-1")
    missing: set[int] = {codepoint for font in document.fonts.values() for codepoint in font.missing}
    return Rendered(content, without or "".join(map(chr, sorted(missing))))


@cache
def load() -> ModuleType:
    """WeasyPrint, silent: it prints and warns where something of the system is missing. Raises PdfError."""
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for message in ("HarfBuzz-Subset", "FontConfig cannot load", "No fonts configured"):
                warnings.filterwarnings("error", message)
            import weasyprint  # type: ignore[import-untyped]  # it has no types  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise PdfError("PDFs need WeasyPrint: pip install 'eiginfra[pdf]'") from problem
    except (OSError, Warning) as problem:
        raise PdfError(f"PDFs need Pango and a font of the system ({problem}); on Debian and Ubuntu: apt install {_PACKAGES}") from problem
    logging.getLogger("fontTools").addHandler(logging.NullHandler())  # else Python prints what it warns of
    module: ModuleType = weasyprint
    return module
