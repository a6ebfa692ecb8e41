"""Bars and time lines, drawn as SVG within HTML; what they show is beside them in words, so they are hidden from who listens."""

from datetime import date

from markupsafe import Markup

from eiginfra.core.text import one_line
from eiginfra.handouts.page import (
    Bar,
    Bars,
    DayText,
    Timeline,
)
from eiginfra.handouts.rendering.html_texts import inline_html, text_html


def bars_html(bars: Bars) -> Markup:
    """A table with a drawn column."""
    label, part, amount = map(one_line, bars.columns)
    head = Markup('<th scope="col">{}</th><th scope="col">{}</th><th scope="col" class="number">{}</th>').format(label, part, amount)
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
    """The bar itself. Lengths are per cent, so that it has no size of its own; its colour is that of text there."""
    if bar.share is None:
        return Markup("–")
    part = _drawn_part(bar.share, "0.45" if bar.second is not None else "1")
    second = _drawn_part(bar.second, "1") if bar.second is not None else ""
    return Markup('<svg class="bar {}" aria-hidden="true" focusable="false">{}{}</svg>').format(bar.tone, part, second)


def _drawn_part(share: float, opacity: str) -> Markup:
    return Markup('<rect width="{}" height="100%" fill="currentColor" fill-opacity="{}"/>').format(_percent(share), opacity)


def timeline_html(line: Timeline) -> Markup:
    """A drawn line, and its milestones as a list; those that are over are less prominent."""
    days = max((line.ends - line.starts).days, 1)

    def place(day: date) -> str:
        return _percent((day - line.starts).days / days)

    now = place(line.now)
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="50%" r="5" fill="currentColor"/>').format(place(milestone.day)) for milestone in line.milestones
    )
    drawn = Markup(
        '<svg class="timeline" aria-hidden="true" focusable="false">'
        '<line x1="0%" x2="100%" y1="50%" y2="50%" stroke="currentColor" stroke-width="2" stroke-opacity="0.45"/>'
        '<line x1="0%" x2="{0}" y1="50%" y2="50%" stroke="currentColor" stroke-width="6"/>{1}'
        '<line x1="{0}" x2="{0}" y1="0%" y2="100%" stroke="currentColor" stroke-width="3"/></svg>'
    ).format(now, dots)
    milestones = Markup("").join(
        Markup("<li{}>{} <span>{}</span></li>\n").format(
            Markup(' class="over"') if each.day < line.now else "", inline_html(DayText(each.day, each.shown)), one_line(each.words)
        )
        for each in line.milestones
    )
    return Markup('<div class="time">\n<p class="caption">{}</p>\n{}\n<ol>\n{}</ol>\n</div>').format(
        one_line(line.caption), drawn, milestones
    )


def _percent(share: float) -> str:
    """Of the whole, between 0% and 100%."""
    return f"{round(100 * min(max(share, 0), 1), 1):g}%"
