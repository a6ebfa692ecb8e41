"""Bars and time lines, drawn as SVG within HTML; what they show is beside them in words, so they are hidden from who listens."""

from markupsafe import Markup

from eiginfra.core.text import one_line
from eiginfra.handouts.html_texts import inline_html, list_html, text_html
from eiginfra.handouts.page import (
    Bar,
    Bars,
    DayText,
    Milestone,
    Timeline,
)


def bars_html(bars: Bars) -> Markup:
    """A table with a drawn column."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(one_line(title)) for title in bars.columns)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td class="drawn">{}</td><td class="number {}">{}</td></tr>\n').format(
            text_html(bar.label), _drawn(bar), bar.tone, one_line(bar.amount)
        )
        for bar in bars.bars
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="{0}">\n<table class="bars">\n<caption>{0}</caption>\n'
        "<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody>\n</table>\n</div>"
    ).format(one_line(bars.caption), head, rows)


def _drawn(bar: Bar) -> Markup:
    """The bar itself; what it shows is beside it in words, so it is hidden from who listens."""
    if bar.share is None:
        return Markup("–")
    width = round(100 * min(max(bar.share, 0), 1), 1)
    second = round(100 * min(max(bar.second or 0, 0), 1), 1)
    inner = Markup('<rect class="second" width="{}" height="8"/>').format(second) if bar.second is not None else ""
    return Markup(
        '<svg class="bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="whole" width="100" height="8"/>'
        '<rect class="part" width="{}" height="8"/>{}</svg>'
    ).format(bar.tone, width, inner)


def timeline_html(line: Timeline) -> Markup:
    """A drawn line, and its milestones as a list."""
    days = max((line.ends - line.starts).days, 1)

    def place(day: "Milestone | None") -> float:
        found = line.now if day is None else day.day
        return round(100 * min(max((found - line.starts).days / days, 0), 1), 1)

    dots = Markup("").join(Markup('<circle cx="{}" cy="4" r="2"/>').format(place(milestone)) for milestone in line.milestones)
    drawn = Markup(
        '<svg class="timeline" viewBox="-3 0 106 8" aria-hidden="true" focusable="false"><rect class="whole" y="3" width="100" height="2"/>'
        '<rect class="part" y="3" width="{}" height="2"/>{}</svg>'
    ).format(place(None), dots)
    milestones = list_html(
        "li", (Markup("{} {}").format(inline_html(DayText(each.day, each.shown)), one_line(each.words)) for each in line.milestones)
    )
    return Markup('<div class="time">\n<p class="caption">{}</p>\n{}\n<ol>\n{}</ol>\n</div>').format(
        one_line(line.caption), drawn, milestones
    )
