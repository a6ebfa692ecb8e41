"""What a PDF says of itself, and what poppler reads in it."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element

import pikepdf
import tinyhtml5

MARGIN = 51
"""The side margins of a page in points, 18 mm; A4 is 595 by 842."""


@dataclass(frozen=True)
class Part:
    """An element of the structure; inside: those above it, outermost first."""

    role: str
    item: pikepdf.Object
    inside: tuple["Part", ...]


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))


def elements(file: pikepdf.Pdf) -> Iterator[Part]:
    """Every element of the structure, in the order of reading."""

    def below(item: pikepdf.Object, inside: tuple[Part, ...]) -> Iterator[Part]:
        for kid in kids(item):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                element = Part(str(kid.S).removeprefix("/"), kid, inside)
                yield element
                yield from below(kid, (*inside, element))

    return below(file.Root.StructTreeRoot, ())


def kids(item: pikepdf.Object) -> list[pikepdf.Object]:
    found = item.get("/K", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def links(file: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The annotations of links."""
    return [each for page in file.pages for each in page.get("/Annots", []) if each.Subtype == "/Link"]


def addresses(file: pikepdf.Pdf) -> list[str]:
    """Where its links lead that leave the file."""
    return [str(each.A.URI) for each in links(file) if "/A" in each]


def fonts(file: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [
        each
        for each in file.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/DescendantFonts" in each
    ]


def read(content: bytes) -> str:
    """The text of all pages in the order of the file, without what stands in their margins, and without white space."""
    area = ["-x", "0", "-y", "50", "-W", "595", "-H", "745"]
    done = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", *area, "-", "-"], input=content, capture_output=True, check=True)
    return without_space(done.stdout.decode())


def beside(content: bytes) -> list[str]:
    """The words that stand in a page's side margins or beyond its edges."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True)
    words = re.findall(r'<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">(.*)</word>', done.stdout.decode())
    return [word for left, right, word in words if float(left) < MARGIN - 1 or float(right) > 595 - MARGIN + 1]


def without_space(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", "", text)


def texts(html: str) -> list[str]:
    """What a page shows, in the order of the HTML and without white space; not its navigation."""
    body = tinyhtml5.parse(html, namespace_html_elements=False).find("body")
    assert body is not None
    unseen = {id(below) for each in body.iter() if _unseen(each) for below in each.iter()}
    found: list[str] = []

    def read_below(element: Element) -> None:
        for kid in element:
            if id(kid) not in unseen:
                found.append(kid.text or "")
                read_below(kid)
            found.append(kid.tail or "")

    read_below(body)
    return list(filter(None, map(without_space, found)))


def _unseen(element: Element) -> bool:
    return element.tag in ("nav", "script") or "hidden" in element.attrib or element.get("class") == "skip"
