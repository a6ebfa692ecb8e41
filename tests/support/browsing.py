"""What is looked at in a page that real Chromium shows: accessibility by axe-core, size, the keyboard, and what it asks for."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

Scheme = Literal["light", "dark"]
Media = Literal["screen", "print"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (320, 768, 1280)
HEIGHT = 800
TALLEST = 3000
"""Pixels of a page that are in its picture."""
PATIENCE = 120_000
"""Milliseconds that a loaded machine may take for one step."""
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Version 2.2, levels A and AA, as axe-core names them."""
UNDECIDED = {"elmPartiallyObscured", "shortTextContent"}
"""Why axe-core may leave a contrast open: text not in sight until its region is scrolled, which wider screens show, and single letters."""
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it is an error, never a skip."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("tests/browser need Chromium: install it (apt-get install chromium), or leave them out (make unit TESTS=tests/unit)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """A window of the browser with the page it shows, and what went wrong since it was opened."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Errors of the console, of scripts, and of the content security policy."""

    def open(self, file: Path) -> None:
        """Show a file, and nothing of what was before."""
        self.requests.clear()
        self.complaints.clear()
        self.page.goto(file.as_uri())

    def strays(self, file: Path) -> list[str]:
        """What was asked for beside the file itself."""
        return [url for url in self.requests if url != file.as_uri()]

    def look(self, width: int, scheme: Scheme = "light", media: Media = "screen") -> None:
        """As on a screen of that width, or as it is printed."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(media=media, color_scheme=scheme, reduced_motion="reduce")

    def photograph(self, path: Path) -> None:
        """A picture of the page's beginning: of very tall ones Chromium makes pictures very slowly."""
        size = self.page.viewport_size or {"width": WIDTHS[-1], "height": HEIGHT}
        height = min(self.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        self.page.set_viewport_size({"width": size["width"], "height": height})
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)


@contextmanager
def window(browser: Browser, *, script: bool = True) -> Iterator[Window]:
    """A window with nothing of earlier ones; script: whether it runs JavaScript."""
    context = browser.new_context(java_script_enabled=script)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    shown = Window(page)
    page.on("request", lambda request: shown.requests.append(request.url))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on("console", lambda message: shown.complaints.append(message.text) if message.type in ("error", "warning") else None)
    try:
        yield shown
    finally:
        context.close()


def violations(page: Page, media: Media = "screen") -> str:
    """What axe-core finds against WCAG 2.2 AA, and contrasts it cannot decide; empty if nothing. On paper, nothing is a target."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(Axe().axe_script)
    options = {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"target-size": {"enabled": media == "screen"}},
        "resultTypes": ["violations", "incomplete"],
    }
    found = AxeResults(page.evaluate("options => axe.run(options)", options))
    unclear = [
        f"contrast not decided: {node['html']}: {check['message']}"
        for rule in found.response["incomplete"]
        if rule["id"] == "color-contrast"
        for node in rule["nodes"]
        for check in node["any"]
        if check["data"]["messageKey"] not in UNDECIDED
    ]
    return "\n".join([*([found.generate_report()] if found.violations_count else []), *unclear])


def overflow(page: Page) -> Sequence[str]:
    """What reaches beyond the page's width and does not scroll by itself."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.scrollingElement.scrollWidth <= width) return [];
          const beyond = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width);
          return [`${document.scrollingElement.scrollWidth} > ${width}`, ...beyond.map((each) => each.outerHTML.slice(0, 100))];
        }"""
    )


def keyboard_problems(page: Page) -> Sequence[str]:
    """What the Tab key does not reach, hides, shows without an outline, or does not leave."""
    page.evaluate(
        """selector => {
          window.stops = [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
          document.activeElement.blur();
        }""",
        FOCUSABLE,
    )
    many = page.evaluate("stops.length")
    problems: list[str] = []
    for expected in range(many):
        page.keyboard.press("Tab")
        problems += page.evaluate(_STOP, expected)
    if many > 1:
        page.keyboard.press("Shift+Tab")
        problems += page.evaluate(_STOP, many - 2)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    problems += page.evaluate("[document.body, stops[0]].includes(document.activeElement) ? [] : ['Tab does not leave the page']")
    return problems


_STOP = """expected => {
  const [here, wanted] = [document.activeElement, stops[expected]];
  const named = (each) => each.outerHTML.slice(0, 100);
  if (here !== wanted) return [`Tab leads to ${named(here)}, not to ${named(wanted)}`];
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const problems = [];
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) problems.push(`focus is not visible: ${named(here)}`);
  const away = box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth;
  if (away) problems.push(`focus is out of sight: ${named(here)}`);
  return problems;
}"""
