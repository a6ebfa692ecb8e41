"""Blocks of a page as HTML."""

from markupsafe import Markup

from eiginfra.core.text import all_lines, one_line
from eiginfra.handouts.page import (
    Bars,
    Block,
    Card,
    Cards,
    CheckItem,
    Checklist,
    Item,
    Items,
    Note,
    Paragraph,
    Preformatted,
    Search,
    Section,
    Status,
    Table,
    Terms,
    Text,
    Timeline,
    Tone,
)
from eiginfra.handouts.rendering.html_drawings import bars_html, timeline_html
from eiginfra.handouts.rendering.html_texts import inline_html, list_html, text_html

DEEPEST = 6
"""The last level of headings in HTML."""
MANY = 5
"""The columns from which on a table's are narrow on paper."""


def block_html(block: Block, level: int) -> Markup:  # noqa: C901, PLR0911 - one case for each sort of block
    """A block; level: of its heading, where it has one."""
    match block:
        case Paragraph():
            return Markup("<p>{}</p>").format(text_html(block.text))
        case Note():
            return Markup('<p class="note {}">{}</p>').format(block.tone, text_html(block.text))
        case Items():
            tag, kind = "ol" if block.numbered else "ul", Markup(' class="boxes"') if block.boxes else ""
            return Markup("<{0}{1}>\n{2}</{0}>").format(tag, kind, list_html("li", (_entry(each, level) for each in block.entries)))
        case Checklist():
            return Markup('<ul class="checklist">\n{}</ul>').format(list_html("li", map(_step, block.steps)))
        case Terms():
            return Markup("<dl>\n{}</dl>").format(
                Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>\n").format(one_line(term), text_html(said)) for term, said in block.pairs)
            )
        case Table():
            return _table(block)
        case Preformatted():
            return Markup(
                '<figure class="code"><figcaption>{0}</figcaption>'
                '<pre tabindex="0" role="region" aria-label="{0}"><code>{1}</code></pre></figure>'
            ).format(one_line(block.label), all_lines(block.text))
        case Bars():
            return bars_html(block)
        case Timeline():
            return timeline_html(block)
        case Cards():
            return _cards(block, level)
        case Search():
            return Markup(
                '<p class="search" hidden><label for="search">{}</label> <input id="search" type="search" autocomplete="off"> '
                '<span role="status" data-none="{}"></span></p>'
            ).format(one_line(block.label), one_line(block.none))
        case Section():
            inner = Markup("\n").join(block_html(each, level + 1) for each in block.blocks)
            return Markup('<section aria-labelledby="{0}">\n<h{1} id="{0}">{2}</h{1}>\n{3}\n</section>').format(
                block.id, min(level, DEEPEST), one_line(block.title), inner
            )


def _entry(entry: Text | Item, level: int) -> Markup:
    if isinstance(entry, Item):
        return Markup("\n").join([text_html(entry.text), *(block_html(each, level + 1) for each in entry.blocks)])
    return text_html(entry)


def _step(step: CheckItem) -> Markup:
    tone: Tone = "plain" if step.done is None else "good" if step.done else "warn"
    advice = Markup("<small>{}</small>").format(text_html(step.advice)) if step.advice else ""
    return Markup("{} <div>{}{}</div>").format(inline_html(Status(step.state, tone)), text_html(step.text), advice)


def _table(table: Table) -> Markup:
    numbers = [column.number for column in table.columns]
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_number(column.number), one_line(column.title)) for column in table.columns
    )
    rows = Markup("").join(
        Markup("<tr>{}</tr>\n").format(
            Markup("").join(_cell(cell, numbers[place], keys[place] if keys else None, first=place == 0) for place, cell in enumerate(row))
        )
        for row, keys in zip(table.rows, table.keys or ((),) * len(table.rows), strict=True)
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="{0}">\n<table{1}{2}>\n<caption>{0}</caption>\n'
        "<thead><tr>{3}</tr></thead>\n<tbody>\n{4}</tbody>\n</table>\n</div>"
    ).format(
        one_line(table.caption),
        Markup(' class="many"') if len(table.columns) >= MANY else "",
        Markup(" data-sortable") if table.sortable else "",
        head,
        rows,
    )


def _cell(cell: Text, number: bool, key: str | float | None, *, first: bool) -> Markup:  # noqa: FBT001 - a column's own
    sorted_by = "" if key is None else Markup(' data-key="{}"').format(one_line(str(key)))
    start = Markup('<th scope="row"{}{}>{}</th>') if first else Markup("<td{}{}>{}</td>")
    return start.format(_number(number), sorted_by, text_html(cell) or "–")


def _number(number: bool) -> Markup | str:  # noqa: FBT001 - a column's own
    return Markup(' class="number"') if number else ""


def _cards(cards: Cards, level: int) -> Markup:
    def card(each: Card) -> Markup:
        title = one_line(each.title) if isinstance(each.title, str) else inline_html(each.title)
        words = Markup(' data-words="{}"').format(one_line(" ".join(each.words))) if each.words else ""
        inner = Markup("\n").join(block_html(block, level + 1) for block in each.blocks)
        return Markup('<li class="card"{0}>\n<h{1}>{2}</h{1}>\n{3}\n</li>\n').format(words, min(level, DEEPEST), title, inner)

    return Markup('<ul class="cards">\n{}</ul>').format(Markup("").join(map(card, cards.cards)))
