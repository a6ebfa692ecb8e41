"""Every code of a finding has its page, in French and English, made of the catalogue's own words; its example is true."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.team_file import GOOD
from support.words import ENGLISH

from eiginfra.core.errors import InputError
from eiginfra.inventory.checks import check
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.render.catalogue import LANGUAGES, catalogue
from eiginfra.render.code_page import code_output, code_page, examples, own_codes

FOLDER = Path(__file__).parents[3] / "docs" / "codes"
TRIED = sorted(code for code, example in examples().items() if "wrong" in example)
# What an example stands in for in the good file, where that is not what is right.
PLACES = {
    "license-without-version": "    license: MIT",
    "no-value-but-comment": "town: Paris",
    "pattern": "  - name: web",
    "size": "    memory: 1GiB",
    "typographic-quotes": "title: ADLER",
    "unknown-choice": "    role: maintainer",
    "wrong-encoding": "    name: One",
    "yaml-colon-inside": "title: ADLER",
    "yaml-quote-not-closed": "title: ADLER",
    "yaml-quotes-inside": "    title: API",
    "yaml-reserved-sign": "title: ADLER",
}


def test_there_is_a_page_for_each_code_and_no_other() -> None:
    assert len(own_codes()) > 300
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == own_codes(), "run make codes"


@pytest.mark.parametrize("code", own_codes())
def test_a_page_says_what_the_catalogue_says(code: str) -> None:
    page = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    assert page == code_page(code), "run make codes"
    assert page.startswith(f"# {code}\n")
    for language in LANGUAGES.values():
        said = code_output(code, catalogue(language))
        assert said.message in page
        assert said.remedy in page


def test_examples_are_of_codes_and_told_in_both_languages() -> None:
    assert [code for code in examples() if code not in own_codes()] == []
    assert [code for code, example in examples().items() if ("fr" in example) is not ("en" in example)] == []
    assert [code for code, example in examples().items() if not {*example} <= {"wrong", "right", "fr", "en"}] == []


@pytest.mark.parametrize("code", TRIED)
def test_an_example_is_refused_and_its_correction_taken(code: str, cohort: Callable[..., Path], site: Callable[..., Path]) -> None:
    example = examples()[code]
    place = PLACES.get(code, example["right"])
    assert place in GOOD

    def found(text: str) -> list[str]:
        try:
            findings = check(load_cohort(cohort({"adler": text})), load_site(site()), date(2019, 10, 1))
        except InputError as problem:
            findings = list(problem.findings)
        return [finding.code for finding in findings if finding.code != "gateway-absent"]

    assert found(GOOD.replace(place, example["wrong"], 1)) == [code]
    assert found(GOOD.replace(place, example["right"], 1)) == []


def test_a_parameter_stands_by_its_name() -> None:
    said = code_output("unknown-key", ENGLISH)
    assert said.message == "unknown key '‹key›' in ‹inside›"
    assert (said.wrong, said.right) == ("membres:", "members:")
