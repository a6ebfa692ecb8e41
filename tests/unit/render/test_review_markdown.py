"""The note on a merge request: what its people wrote is text in it, and it is cut where it would be too long."""

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.words import ENGLISH

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.finding import Location, error
from eiginfra.core.reason import reason
from eiginfra.render.review_markdown import review_markdown
from eiginfra.review.model import AccessChange, Allowance, ApprovalNeed, CohortReview, Edit, Edited, QuotaUse, Review, Together

SERVER = "https://gitlab.example.org/"
WRITTEN = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "@all", "[x](https://evil.example.org)", "<img src=x onerror=y>", "https://evil.example.org", "www.evil.example.org",
            "</details>", "a\n/merge", "```\n/approve", "#1 !2 &3 $4 %5 ~bug", "![](//evil.example.org/x.png)", "`a` **b** | c",
            "- [x] yes", "<!-- x", "[a]: https://evil.example.org", "mallory@evil.example.org", "&#64;all", "\\@all", "> /close", "1. x",
            "---", "evil.example.org/\\",
        ]
    ),
)  # fmt: skip
BARE = re.compile(r"(?<!\\):(?=//)|\bwww\.", re.IGNORECASE)
"""An address that GitLab makes a link of without any markup."""


def review_of(text: str, changes: int = 1) -> Review:
    """A review with a text wherever people can write one."""
    where = Location(file=f"inventories/{text}.yml", line=3)
    found = error("quota-exceeded", measure="memory", wanted=text, limit=text, write=text, team=text, location=where)
    change = Change(
        address=Address("gitlab.project", "eig/x"),
        action=Action.UPDATE,
        cause=Cause.PENDING,
        team=text,
        diffs=(FieldDiff(field="title", before=text, after=f"{text}2", cause=Cause.PENDING),),
        desired={"title": text},
        observed={"title": text},
    )
    edit = Edit(file=f"{text}.yml", edited=Edited.CHANGED, team=text, path=text, before=text, after=text, location=where)
    return Review(
        base="a" * 40,
        head="b" * 40,
        author=text or None,
        cohorts=(
            CohortReview(
                cohort="eig3",
                language="en",
                changes=(change,) * changes,
                amounts=(QuotaUse(team=text, measure="memory", before=1, after=2, limit_before=3, limit_after=4),),
                access=(AccessChange(person=text, team=text, address="x", gained=True),),
                findings=(found,),
                known=(found,),
                allowances=(Allowance(team=text, lines=("quota:", "  teams:", "    x: {memory: 1GiB}"), location=where),),
                incomplete=(text,),
            ),
        ),
        needs=(ApprovalNeed(edit=edit, reason=reason("edit-unless-members", team=text), by=(text,), given=None),),
        together=(Together(number=3, findings=(found,)),),
    )


def _link(file: str, line: int | None) -> str:
    return f"{SERVER}x.yml#L{line}"


def _tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


@given(WRITTEN)
def test_what_people_wrote_is_neither_link_nor_html_nor_mention(text: str) -> None:
    shown = review_markdown(review_of(text), ENGLISH, _link)
    for token in _tokens(shown):
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith(SERVER)
        if token.type in ("html_inline", "html_block"):
            left = token.content
            for own in ("<details>", "</details>", "<summary>", "</summary>", "<br>", "<span>@</span>"):
                left = left.replace(own, "")
            assert "<" not in left
        assert token.type != "image"
    assert not [line for line in shown.splitlines() if line.lstrip(" >").startswith("/")]
    assert not BARE.search(shown.replace(f"]({SERVER}", ""))
    outside = shown.replace("\\\\", "").replace("<span>@</span>", "").replace("\\@", "")
    assert "@" not in outside


@given(st.integers(400, 6000), WRITTEN)
def test_a_note_that_is_too_long_is_cut_with_what_is_open_closed(most: int, text: str) -> None:
    shown = review_markdown(review_of(text, changes=40), ENGLISH, _link, most)
    assert len(shown) <= most
    lines = shown.splitlines()
    assert sum(line.startswith("<details>") for line in lines) == sum(line == "</details>" for line in lines)
    assert sum(line.startswith("```") for line in lines) % 2 == 0


def test_what_fits_is_not_cut() -> None:
    whole = review_markdown(review_of("x"), ENGLISH, _link)
    assert review_markdown(review_of("x"), ENGLISH, _link, len(whole)) == whole
    cut = review_markdown(review_of("x"), ENGLISH, _link, len(whole) - 1)
    assert len(cut) < len(whole)
    assert cut.startswith(whole[:200])
