"""That the checks of the browser's tests find what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.browsing import Window, keyboard_problems, overflow, violations

PAGE = '<!DOCTYPE html><html lang="en"><title>x</title><style>:focus-visible {{ outline: 3px solid #000 }}</style><main>{}</main>'
GOOD = '<h1>Title</h1><p><a href="#x">A link</a> and another <a href="#y">one</a>.</p>'


@pytest.fixture
def show(shown: Window, tmp_path: Path) -> Callable[[str], Path]:
    def open_it(body: str) -> Path:
        file = tmp_path / "page.html"
        file.write_text(body if body.startswith("<!DOCTYPE") else PAGE.format(body), encoding="utf-8")
        shown.look(320)
        shown.open(file)
        return file

    return open_it


def test_nothing_is_found_in_a_good_page(shown: Window, show: Callable[[str], Path]) -> None:
    file = show(GOOD)
    assert (violations(shown.page), overflow(shown.page), keyboard_problems(shown.page)) == ("", [], [])
    assert (shown.strays(file), shown.complaints) == ([], [])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<p style="color: #aaa; background: #fff">Pale words</p>', "color-contrast"),
        ('<p style="background: linear-gradient(#fff, #000)">Words on a drawing</p>', "contrast not decided"),
        ("<input>", "label"),
        ('<svg role="img"></svg>', "svg-img-alt"),
        ('<div style="overflow: auto; height: 2rem"><p style="height: 9rem">Out of reach</p></div>', "scrollable-region-focusable"),
        ('<button style="width: 9px; height: 9px; padding: 0" aria-label="a"></button>' * 2, "target-size"),
        ("<ul><p>no item</p></ul>", "list"),
        ("<!DOCTYPE html><title>no language</title><p>x</p>", "html-has-lang"),
    ],
)
def test_what_is_not_accessible_is_found(shown: Window, show: Callable[[str], Path], body: str, rule: str) -> None:
    show(body)
    assert rule in violations(shown.page)


def test_what_is_too_wide_is_found(shown: Window, show: Callable[[str], Path]) -> None:
    show(f"<p>{'x' * 200}</p>")
    assert overflow(shown.page)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<a href="#" style="outline: none">x</a>', "focus is not visible"),
        ('<a href="#" style="position: fixed; left: -9999px">x</a>', "focus is out of sight"),
        ('<a href="#" tabindex="-1">x</a>', "Tab leads to"),
        ('<a href="#">1</a><a href="#" tabindex="1">2</a>', "Tab leads to"),
        ('<input aria-label="x" onkeydown="event.preventDefault()"><a href="#">x</a>', "Tab leads to"),
        ('<a href="#">x</a><input aria-label="x" onkeydown="if (!event.shiftKey) event.preventDefault()">', "Tab does not leave"),
    ],
)
def test_what_the_keyboard_cannot_do_is_found(shown: Window, show: Callable[[str], Path], body: str, told: str) -> None:
    show(body)
    assert told in "\n".join(keyboard_problems(shown.page))


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="https://example.invalid/x.png">',
        '<link rel="stylesheet" href="other.css">',
        "<style>p { background: url('//example.invalid/x.png') }</style><p>x</p>",
        '<iframe title="x" src="other.html"></iframe>',
    ],
)
def test_requests_to_elsewhere_are_found(shown: Window, show: Callable[[str], Path], body: str) -> None:
    file = show(body)
    assert shown.strays(file)


def test_what_the_policy_forbids_is_found(shown: Window, show: Callable[[str], Path]) -> None:
    show("<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"><script>1</script>")
    assert "Content Security Policy" in "".join(shown.complaints)


def test_errors_of_scripts_are_found(shown: Window, show: Callable[[str], Path]) -> None:
    show("<script>nothing.at.all</script>")
    assert "nothing" in "".join(shown.complaints)
