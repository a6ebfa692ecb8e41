"""One browser for the tests of a module; it ends with them, since its event loop would be in the way of other tests' own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support.browsing import Window, chromium, window


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Window]:
    with window(browser) as opened:
        yield opened
