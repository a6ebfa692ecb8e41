"""Every sort of page, in a language, as HTML: what the browser's tests look at."""

from collections.abc import Mapping
from functools import cache

from support.cohort_pages import cohort_html
from support.handout_pages import html_pages
from support.specimen import specimens

from eiginfra.handouts.rendering.html import render_html

LANGUAGES = ("fr", "en")


@cache
def every_page(language: str) -> Mapping[str, str]:
    """HTML by name: handouts and the cohort's pages as they are made, and specimens of what they may hold."""
    specimen = {f"specimen-{page.name}": render_html(page) for page in specimens(language)}
    return {**html_pages(language), **cohort_html(language), **specimen}


PAGES = [(language, name) for language in LANGUAGES for name in every_page(language)]
