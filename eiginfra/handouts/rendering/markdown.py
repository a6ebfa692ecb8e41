"""Pages as Markdown (CommonMark with tables), legible without being rendered."""

from collections.abc import Iterable, Iterator

from eiginfra.core.text import all_lines, one_line
from eiginfra.handouts.page import (
    Bars,
    Block,
    Break,
    Cards,
    Checklist,
    Code,
    DayText,
    Emphasis,
    Inline,
    Item,
    Items,
    Link,
    Note,
    Page,
    PageLink,
    Paragraph,
    Preformatted,
    Search,
    Section,
    Status,
    Strong,
    Table,
    Terms,
    Text,
    Timeline,
    parts,
)
from eiginfra.handouts.rendering.markup import code, target, text

GENERATOR = "<!-- eiginfra handouts -->"
"""A file with this line was written by eiginfra, and may be replaced."""
DEEPEST = 6


def render_markdown(page: Page) -> str:
    """A whole Markdown file."""
    head = [GENERATOR, f"# {text(page.title)}"]
    lead = [_text(page.lead)] if page.lead else []
    blocks = [line for block in page.blocks for line in _block(block, 2)]
    footer = ["---", *map(_text, page.footer)] if page.footer else []
    return "\n\n".join(filter(None, [*head, *lead, *blocks, *footer])) + "\n"


def _block(block: Block, level: int) -> Iterator[str]:  # noqa: C901, PLR0912 - one case for each sort of block
    """The blocks of Markdown that it becomes."""
    match block:
        case Paragraph():
            yield _text(block.text)
        case Note():
            yield f"> {_text(block.text)}"
        case Items():
            yield _items(block, level)
        case Checklist():
            yield "\n".join(
                f"- {text(step.state)} – {_text(step.text)}{f' ({_text(step.advice)})' if step.advice else ''}" for step in block.steps
            )
        case Terms():
            yield "\n".join(f"- {text(term)} – {_text(said)}" for term, said in block.pairs)
        case Table():
            yield _table([column.title for column in block.columns], block.rows, [column.number for column in block.columns])
        case Preformatted():
            yield text(block.label)
            yield _fenced(block)
        case Bars():
            rows = [(bar.label, bar.amount) for bar in block.bars]
            yield _table([block.columns[0], block.columns[2]], rows, [False, True])
        case Timeline():
            yield "\n".join(f"- {text(milestone.shown)} – {text(milestone.words)}" for milestone in block.milestones)
        case Cards():
            for card in block.cards:
                title = text(card.title) if isinstance(card.title, str) else _inline(card.title)
                yield f"{'#' * min(level, DEEPEST)} {title}"
                for each in card.blocks:
                    yield from _block(each, level + 1)
        case Search():
            return
        case Section():
            yield f"{'#' * min(level, DEEPEST)} {text(block.title)}"
            for each in block.blocks:
                yield from _block(each, level + 1)


def _items(items: Items, level: int) -> str:
    def entry(number: int, each: Text | Item) -> str:
        start, box = f"{number}. " if items.numbered else "- ", "[ ] " if items.boxes else ""
        if not isinstance(each, Item):
            return start + box + _text(each)
        inner = [box + _text(each.text), *(line for block in each.blocks for line in _block(block, level + 1))]
        return start + "\n\n".join(inner).replace("\n", "\n" + " " * len(start)).replace("\n" + " " * len(start) + "\n", "\n\n")

    return "\n".join(entry(number, each) for number, each in enumerate(items.entries, start=1))


def _table(titles: Iterable[str], rows: Iterable[tuple[Text, ...]], numbers: Iterable[bool]) -> str:
    lines = [_row(map(text, titles)), _row("---:" if number else "---" for number in numbers), *(_row(map(_text, row)) for row in rows)]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(block: Preformatted) -> str:
    """A fence that is longer than any row of backticks in it."""
    shown = all_lines(block.text).rstrip("\n")
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}{block.language}\n{shown}\n{fence}"


def _text(found: Text) -> str:
    return "".join(map(_inline, parts(found))).strip() or "–"


def _inline(part: Inline) -> str:
    match part:
        case str():
            return _spaced(part)
        case Strong():
            return f"**{_text(part.parts)}**"
        case Emphasis():
            return f"*{_text(part.parts)}*"
        case Code():
            return code(part.text)
        case Link():
            address = target(part.url)
            return f"[{text(part.words)}](<{address}>)" if address else text(part.words)
        case PageLink():
            place = f"#{part.place}" if part.place else ""
            return f"[{text(part.words)}]({part.page}.md{place})" if part.page else f"[{text(part.words)}]({place})"
        case DayText() | Status():
            return text(part.shown if isinstance(part, DayText) else part.words)
        case Break():
            return " – "


def _spaced(value: str) -> str:
    """A text between others: it keeps a space at its ends."""
    shown = one_line(value)
    if not shown.strip():
        return " " if shown else ""
    return f"{' ' if shown[0].isspace() else ''}{text(shown)}{' ' if shown[-1].isspace() else ''}"
