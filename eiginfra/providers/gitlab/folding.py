"""How GitLab folds what it is given, so that a value and what GitLab makes of it compare equal.

Sources: app/models/concerns/timebox.rb and label_like.rb (titles and labels without HTML), project.rb (names, topics, the path of the CI
configuration), concerns/has_environment_scope.rb. Line ends are those of whoever wrote last: a browser sends other ones than the API.
"""

import html
import re
import unicodedata

from pydantic import JsonValue

_TAG = re.compile(r"</?[A-Za-z!?][^>]*>")


def text(value: JsonValue) -> JsonValue:
    """A text of several lines: one form of its letters (NFC), one of its line ends, no blanks around it. Nothing is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", value)).strip()


def without_html(value: JsonValue) -> JsonValue:
    """A text of which GitLab takes tags away, and in which it writes entities as their letters."""
    return text(html.unescape(_TAG.sub("", value))) if isinstance(value, str) else text(value)


def topics(value: JsonValue) -> JsonValue:
    """Topics are one list for the whole instance: of one that exists in other letters GitLab takes those."""
    if not isinstance(value, list):
        return value
    return [*sorted({str(text(topic)).lower() for topic in value} - {""})]


def without_leading_slashes(value: JsonValue) -> JsonValue:
    """A path in a repository."""
    folded = text(value)
    return folded.lstrip("/") if isinstance(folded, str) else folded


def no_html(value: str) -> bool:
    """Whether GitLab keeps a title or a label as it is: what it would take out of it, it would take out of its key too."""
    return without_html(value) == text(value)
