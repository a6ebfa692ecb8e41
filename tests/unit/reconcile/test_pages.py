"""The loop refreshes the cohort's pages, seldom, and never ends with them."""

from datetime import timedelta
from typing import Any

from eiginfra.core.errors import UnreachableError
from eiginfra.reconcile.round import End

from .test_loop import MakeLoop, lines

__all__ = ["lines"]
HOUR = timedelta(hours=1)


def _said(lines: Any) -> list[str]:
    return [line["event"] for line in lines()]


def test_pages_are_refreshed_once_an_hour(make_loop: MakeLoop, world: Any, clock: Any, lines: Any) -> None:
    loop = make_loop(pages_every=HOUR)
    for _ in range(4):
        assert loop.once().end is End.CLEAN
        clock.wait(25 * 60)
    assert world.refreshed == 2
    assert _said(lines) == ["pages", "round", "round", "round", "pages", "round"]


def test_without_folders_there_are_none(make_loop: MakeLoop, world: Any) -> None:
    make_loop().once()
    assert world.refreshed == 0


def test_what_was_seen_before_a_healing_is_not_shown(make_loop: MakeLoop, world: Any) -> None:
    loop = make_loop(pages_every=HOUR)
    world.server.objects.clear()
    assert loop.once().end is End.HEALED
    assert world.refreshed == 0
    assert loop.once().end is End.CLEAN
    assert world.refreshed == 1


def test_a_look_that_failed_shows_nothing(make_loop: MakeLoop, world: Any) -> None:
    world.trouble = UnreachableError("GitLab does not answer")
    assert make_loop(pages_every=HOUR).once().end is End.FAILED
    assert world.refreshed == 0


def test_pages_that_fail_are_told_and_tried_again(make_loop: MakeLoop, world: Any, lines: Any) -> None:
    loop = make_loop(pages_every=HOUR)
    for trouble in (UnreachableError("GitLab does not answer"), KeyError("a bug")):
        world.pages_trouble = trouble
        assert loop.once().end is End.CLEAN
        said = lines()
        assert [line["event"] for line in said] == ["pages-failed", "round"]
    assert "KeyError" in said[0]["reason"]
    world.pages_trouble = None
    loop.once()
    assert _said(lines)[0] == "pages"
