"""What is used and left, as bars."""

from collections.abc import Sequence

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Bar, Bars, Section, Tone
from eiginfra.handouts.views.team_view import QuotaView

_MUCH = 0.9
"""A share that leaves little."""


def quota_section(quota: Sequence[QuotaView], language: Language) -> Section:
    """A team's quota."""
    return Section("quota", language.words["quota"], (quota_bars(quota, language.words["quota_caption"], language),))


def quota_bars(quota: Sequence[QuotaView], caption: str, language: Language) -> Bars:
    """A bar for each measure."""
    words = language.words
    columns = (words["measure"], words["used"], words["used_and_left"])
    return Bars(caption, columns, tuple(_bar(row, language) for row in quota))


def _bar(row: QuotaView, language: Language) -> Bar:
    words = language.words
    used = language.amount(row.measure, row.used)
    if row.limit is None or row.left is None:
        return Bar(words[row.measure], None, f"{used} ({words['no_limit']})")
    limit = language.amount(row.measure, row.limit)
    share = row.used / row.limit if row.limit else float(row.used > 0)
    left = words["exceeded" if row.left < 0 else "remains"] % language.amount(row.measure, abs(row.left))
    tone: Tone = "bad" if row.left < 0 else "warn" if share >= _MUCH else "plain"
    return Bar(words[row.measure], share, f"{words['of'] % (used, limit)}, {left}", tone)
