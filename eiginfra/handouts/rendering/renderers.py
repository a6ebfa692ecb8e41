"""Pages to the bytes of files, by the ending of the file's name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath
from typing import Final

from eiginfra.core.text import all_lines
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Note, Page
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.handouts.rendering.pdf import Rendered, pdf

_SOURCES: Final = ("handouts/page.py", "handouts/rendering", "core/text.py")
"""Of what the bytes are made, beside the page: files and folders of the package."""


def dated(page: Page, day: date, language: Language, *, is_today: bool) -> Page:
    """A page that says of which day it is. is_today: whether that was the real day when it was seen."""
    said = Note(language.text("as_of" if is_today else "as_of_set", language.date(day)))
    return replace(page, blocks=(said, *page.blocks))


def rendered(page: Page, path: PurePath, theme: str) -> Rendered:
    """The file of a page. theme: rules of CSS that are laid over the packaged ones. Raises PdfError where no PDF can be made."""
    if path.suffix == ".md":
        return Rendered(all_lines(render_markdown(page)).encode())
    text = all_lines(render_html(page, theme))
    return pdf(text) if path.suffix == ".pdf" else Rendered(text.encode())


def renderer_digest(path: PurePath, theme: str) -> str:
    """Changes when the bytes of a file may be others though its page states the same: with another theme, another eiginfra."""
    version = weasyprint_version() if path.suffix == ".pdf" else ""
    return sha256(f"{version} {_sources()} {'' if path.suffix == '.md' else theme}".encode()).hexdigest()


def weasyprint_version() -> str:
    """The installed one's; empty without."""
    try:
        return metadata.version("weasyprint")
    except metadata.PackageNotFoundError:
        return ""


@cache
def _sources() -> str:
    """The digest of all files of _SOURCES."""
    found = sha256()
    for name in _SOURCES:
        for file in _files(files("eiginfra").joinpath(name)):
            found.update(file.read_bytes())
    return found.hexdigest()


def _files(there: Traversable) -> Iterator[Traversable]:
    """A file, or those of a folder and of the folders in it, in the order of their names."""
    if there.is_file():
        yield there
        return
    for each in sorted(there.iterdir(), key=lambda each: each.name):
        if each.name != "__pycache__":
            yield from _files(each)
