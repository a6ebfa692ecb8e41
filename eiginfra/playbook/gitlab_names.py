"""Titles as names of GitLab's groups and projects, which take letters, digits and some signs only."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 255
# What stands for a sign that is not taken; any other is left out.
_NEAREST: Final = {"'": "’", "`": "’", '"': "”", "@": "a", "+": " plus ", "&": " et ", **dict.fromkeys("/\\|:", "-")}
_EMPTY: Final = "_"


class Adapted(str):
    """A name that is not quite the title it was made from."""

    __slots__ = ("written",)
    written: str


def gitlab_name(title: str | None, *, project: bool = False) -> str | None:
    """The nearest name that GitLab takes for a group or, if so said, a project: the title itself where it can be; None for None.

    Source: Gitlab::Regex, group_name_regex and project_name_regex.
    """
    if title is None:
        return None
    signs = "+." if project else "()."
    if _begins(title[:1]) and len(title) <= LONGEST and all(_allowed(sign, signs) for sign in title):
        return title
    nearest = {**_NEAREST, "&": "+"} if project else _NEAREST
    kept = "".join(
        sign if _allowed(sign, signs) else nearest.get(sign, " " if sign.isspace() else "")
        for sign in unicodedata.normalize("NFC", title)
    )  # fmt: skip
    kept = re.sub(" +", " ", kept)
    while kept and not _begins(kept[0]):
        kept = kept[1:]
    name = Adapted(kept[:LONGEST].rstrip() or _EMPTY)
    name.written = title
    return name


def _begins(sign: str) -> bool:
    return sign.isalnum() or sign == "_" or "\u00a9" <= sign <= "\U0001f9ff"


def _allowed(sign: str, signs: str) -> bool:
    return _begins(sign) or sign == " " or sign in signs or unicodedata.category(sign) == "Pd"
