"""What WeasyPrint leaves out of a PDF, added to its objects before they are written.

An element of the structure is a dictionary: `S` is what it is, `P` what it is in, `K` what is in it. Objects name one another by number.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pydyf  # type: ignore[import-untyped]  # it has no types


def finish(_document: object, file: "pydyf.PDF") -> None:
    """The last step of WeasyPrint's.

    The head of a table's row or column says of which it is one; the entry of a list has a body, whatever is in it; each glyph of a letter
    that has several is for some text. The metadata are not compressed, so that the file can be recognised.
    """
    from pydyf import Stream  # noqa: PLC0415 - it comes with WeasyPrint, an extra

    for each in [*file.objects]:
        if isinstance(each, Stream):
            each.compress = each.compress and each.extra.get("Type") != "/Metadata"
            if each.stream[:1] == [b"/CIDInit /ProcSet findresource begin"]:
                each.stream = [line.replace(b"<>", b"<2060>") for line in each.stream]
        elif _is(each, "/TH"):
            part = _named(_named(each["P"], file)["P"], file)
            each["A"]["Scope"] = "/Column" if _is(part, "/THead") else "/Row"
        elif _is(each, "/LI"):
            _give_body(each, file)


def _give_body(entry: "pydyf.Dictionary", file: "pydyf.PDF") -> None:
    """Puts all that is in an entry beside its bullet into one body; WeasyPrint does so with texts, not with paragraphs."""
    from pydyf import Array, Dictionary  # noqa: PLC0415 - see above

    inner = [(name, _named(name, file)) for name in entry["K"]]
    labels = [name for name, kid in inner if _is(kid, "/Lbl")]
    rest = [(name, kid) for name, kid in inner if not _is(kid, "/Lbl")]
    if all(_is(kid, "/LBody") for _, kid in rest) and len(rest) <= 1:
        return
    names = Array(name for name, _ in rest)
    body = Dictionary({"Type": "/StructElem", "S": "/LBody", "K": names, "Pg": entry["Pg"], "P": entry.reference})
    file.add_object(body)
    entry["K"] = Array([*labels, body.reference])
    for _, kid in rest:
        kid["P"] = body.reference
        if _is(kid, "/LBody"):
            kid["S"] = "/Div"


def _is(each: object, role: str) -> bool:
    return isinstance(each, dict) and each.get("S") == role


def _named(name: bytes, file: "pydyf.PDF") -> "pydyf.Dictionary":
    return file.objects[int(name.split()[0])]
