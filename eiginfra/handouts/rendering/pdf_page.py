"""What a sheet of paper needs otherwise than a screen, and what WeasyPrint needs to tag it rightly; done to the parsed page."""

import re
from xml.etree.ElementTree import Element

FOLLOWED = ("http://", "https://", "mailto:", "#")
"""How the links of a PDF begin. One to another file of the handouts' folder would lead nowhere from a PDF that was sent: its words stay."""
_SVG = "{http://www.w3.org/2000/svg}"
_LONG = re.compile(r"\S{25,}")
_PIECE = re.compile(r"[/@:,;?&=](?=\w)|\S{10}(?=[\w!-~])")
"""What is followed by a place where a line may end; never before an accent that belongs to the letter before it."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};]*(?:\{(?:[^{}]|\{[^{}]*\})*\}|;)")
_VARIABLE = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")
_DRAWING = re.compile(r"\bsvg(?:\.([\w-]+))?\s*\{[^{}]*(?<![\w-])color\s*:\s*([^;}]+)")


def prepare(root: Element, without: str) -> None:
    """Changes a page. without: the characters that no font has; each is written as its number, `[U+4E2D]`."""
    _prepare_drawings(root)
    for parent in root.iter():
        for place, link in reversed([*enumerate(parent)]):
            if link.tag == "a":
                _prepare_link(parent, place, link)
    for item in [*root.iter("li")]:
        _prepare_item(item)
    numbers = str.maketrans({letter: f"[U+{ord(letter):04X}]" for letter in without})
    for body in root.iter("body"):
        for element in body.iter():
            element.text = element.text and _breakable(element.text.translate(numbers))
            element.tail = element.tail and _breakable(element.tail.translate(numbers))


def _breakable(text: str) -> str:
    """The text with places in long words where a line may end; they are not in what is copied from the PDF.

    WeasyPrint could break words anywhere by itself, but not tell which in a table need it, and only in a time that grows with their square.
    """
    return _LONG.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text)


def _prepare_link(parent: Element, place: int, link: Element) -> None:
    """Where it leads can be read, too: beside the link, since WeasyPrint takes an element within a link for a second link."""
    target = link.get("href", "")
    if not target.startswith(FOLLOWED):
        link.attrib.pop("href", None)
    elif not target.startswith("#") and target.split(":", 1)[1].strip("/") not in "".join(link.itertext()):
        shown = Element("span", {"class": "address"})
        shown.text, shown.tail, link.tail = f" ({target.removeprefix('mailto:')})", link.tail, None
        parent.insert(place + 1, shown)


def _prepare_item(item: Element) -> None:
    """A list within an entry gets an element around it: WeasyPrint tags one without as what follows the entry, wherever in it it is."""
    for place, inner in enumerate(item):
        if inner.tag in ("ul", "ol"):
            around = item[place] = Element("div")
            around.append(inner)
            around.tail, inner.tail = inner.tail, None


def _prepare_drawings(root: Element) -> None:
    """Gives a drawing the name that PDF/UA asks for, from the words beside it, and the page's colour, which WeasyPrint does not."""
    parents = {kid: parent for parent in root.iter() for kid in parent}
    colours = _colours("".join(each.text or "" for each in root.iter("style")))
    for drawing in root.iter(f"{_SVG}svg"):
        if drawing.find(f"{_SVG}title") is None:
            title = Element(f"{_SVG}title")
            title.text = _beside(drawing, parents)
            drawing.insert(0, title)
        names = ["", *drawing.get("class", "").split()]
        drawing.set("color", next((colours[name] for name in reversed(names) if name in colours), "black"))


def _beside(drawing: Element, parents: dict[Element, Element]) -> str:
    """The first words of what it is in."""
    around = drawing
    while around in parents:
        around = parents[around]
        for text in around.itertext():
            if text.strip():
                return text.strip()
    return "–"


def _colours(css: str) -> dict[str, str]:
    """The colours of drawings, as they are in the light, by their class; of those without, by none."""
    plain = _AT_RULE.sub("", _COMMENT.sub("", css))
    values = dict(_VARIABLE.findall(plain))
    for _ in range(3):  # a variable may be made of others
        plain = re.sub(r"var\((--[\w-]+)\)", lambda found: values.get(found[1], "black").strip(), plain)
    return {name: colour.strip() for name, colour in _DRAWING.findall(plain)}
