"""The page of sizes: for the cohort's people only."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from eiginfra.core.utilisation import Series
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.pages.build import cohort_pages
from eiginfra.handouts.pages.context import Audience, PagesContext
from eiginfra.handouts.rendering.markdown import render_markdown

Make = Callable[..., PagesContext]


def pages(context: PagesContext) -> dict[str, str]:
    return {page.name: render_markdown(page).replace("\u00a0", " ").replace("\u202f", " ") for page in cohort_pages(context)}


@pytest.mark.parametrize(("audience", "there"), [("internal", True), ("public", False)])
def test_only_the_cohorts_people_see_it(make: Make, audience: Audience, *, there: bool) -> None:
    assert ("sizing" in pages(make(audience))) == there


def test_it_tells_of_machines_by_their_teams_and_leads_to_their_pages(make: Make, facts: Facts) -> None:
    used = {address: replace(use, cores=Series(0.001, 0.5), network=Series(10, 20)) for address, use in facts.utilisation.items()}
    assert used
    text = pages(make(language="en", facts=replace(facts, utilisation=used)))["sizing"]
    assert "does next to nothing" in text
    assert "(team-adler.md)" in text
