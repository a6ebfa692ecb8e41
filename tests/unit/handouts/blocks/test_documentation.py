"""docs/handouts.md: all texts and placeholders, and for each point that a newcomer must learn the text that teaches it."""

import re
from functools import cache
from pathlib import Path

import pytest
from support.handout_pages import pages

from eiginfra.handouts.blocks import NAMES, PLACEHOLDERS

DOCS = (Path(__file__).parents[4] / "docs/handouts.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| `(\w+)` \| ([^|]+) \|$", DOCS.partition("### What a newcomer must learn")[2], re.MULTILINE)


@cache
def handouts() -> str:
    """What a team and its mentor read in their handouts, in English."""
    made = pages("en")
    html = "".join(made[name].partition("<main")[2] for name in ("adler.html", "adler.adler-mentor.html"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_every_text_is_explained() -> None:
    table = DOCS.partition("| Text | What it is about |\n|---|---|\n")[2].partition("\n\n")[0]
    assert [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])] == [*NAMES]


def test_every_placeholder_is_explained() -> None:
    table = DOCS.partition("| Placeholder |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`\{(\w+)\}`", table)) == sorted(PLACEHOLDERS)


def test_no_point_is_lost() -> None:
    assert len(ROWS) > 55
    assert {name for _, name, _ in ROWS} <= {*NAMES}


@pytest.mark.parametrize(("point", "name", "said"), ROWS, ids=[point for point, *_ in ROWS])
def test_a_point_is_taught(point: str, name: str, said: str) -> None:
    assert said in handouts()
