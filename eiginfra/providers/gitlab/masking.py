"""What GitLab asks of the value of a CI/CD variable: told by the rule that is broken, never by anything of the value.

Sources: app/models/concerns/ci/maskable.rb; GitLab's documentation, "CI/CD variables" (the length of a value).
"""

import re
from collections.abc import Iterator

from eiginfra.core.reason import Reason, reason

LEAST = 8
MOST = 10_000
_SIGNS = re.compile(r"[a-zA-Z0-9_+=/@:.~\n\r\t -]*")
_LINES = re.compile(r"[\n\r\v\f]")
_BLANKS = re.compile(r"[ \t]")


def value_problems(value: str, *, masked: bool, raw: bool) -> Iterator[Reason]:
    """Why GitLab would refuse the value. raw: taken as it is, so that more signs can be masked."""
    if len(value) > MOST:
        yield reason("value-long", most=MOST)
    if not masked:
        return
    if len(value) < LEAST:
        yield reason("mask-short", least=LEAST)
    if _LINES.search(value):
        yield reason("mask-lines")
    if _BLANKS.search(value):
        yield reason("mask-blanks")
    if not raw and not _SIGNS.fullmatch(value):
        yield reason("mask-signs")
