"""The one place that knows all secrets of this process, so that no output holds one. Quick to import: every message passes here."""

import json
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote

_SHORTEST = 6
"""Shorter values would be found in words that are no secrets."""
_LOOKS_LIKE_ONE = re.compile(
    r"\bgl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.=-]{4,}|\bPVEAPIToken=[^\s'\"]+|(?<=://)[^\s'\"/@]*:[^\s'\"/@]*(?=@)"
)
"""GitLab's tokens by their prefixes, Proxmox' header, the user and password of an address: secrets that nobody resolved."""
_unseen: tuple[str, ...] = ()
_changing = threading.Lock()


def keep_unseen(*values: str) -> None:
    """Remember values, for the life of the process, that no output may hold; line by line, as written, escaped and quoted."""
    global _unseen  # noqa: PLW0603 - an output knows no run, and must know the secrets of all
    parts = {part.strip() for value in values for part in (value, *value.splitlines())}
    forms = {form for part in parts if len(part) >= _SHORTEST for form in _forms(part)}
    with _changing:
        _unseen = tuple(sorted(forms.union(_unseen), key=len, reverse=True))


def _forms(value: str) -> Iterable[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield from {quote(value, safe=safe) for safe in ("", "/")} if value.isascii() else ()


def redacted(text: str) -> str:
    """The text with `***` in the place of every secret that this process knows, and of what looks like one."""
    for value in _unseen:
        text = text.replace(value, "***")
    return _LOOKS_LIKE_ONE.sub("***", text)
