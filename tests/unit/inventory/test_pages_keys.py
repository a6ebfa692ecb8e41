"""The keys for handouts and pages: what is taken, what is refused and what is told."""

# ruff: noqa: E501 - whole files in a line

import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.checks import check
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.inventory.theme import DARK, LIGHT, TEXT, contrast, faint

Write = Callable[..., Path]
TODAY = date(2019, 10, 1)
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {projects: 9}}\n"
TEAM = "title: T\nadministration: A\nmembers: [{username: m, email: m@example.org%s}]\nmentors: [{username: n, email: n@example.org}]\nprojects: [{name: api}, {name: notes, visibility: %s}]\n%s"


def team(person: str = "", visibility: str = "public", more: str = "") -> str:
    return TEAM % (person, visibility, more)


def found(cohort: Write, site: Write, file: str = "", **teams: str) -> list[str]:
    folder = cohort(teams or {"adler": team()}, COHORT + file)
    try:
        findings = check(load_cohort(folder), load_site(site()), TODAY)
    except InputError as problem:
        findings = list(problem.findings)
    return [line(finding) for finding in findings]


TAKEN = [
    "contacts: {data_protection: {email: dpo@example.org}, it: {email: dsi@example.org, name: DSI, url: https://dsi.example.org}}\n",
    "data: [{title: Contrôles, url: https://data.example.org/a, license: ODbL-1.0, description: Une ligne par contrôle}]\n",
]
REFUSED = [
    ("contacts: {dpo: {email: a@example.org}}\n", "unknown key 'dpo' in contacts (did you mean 'data_protection'?)"),
    ("contacts: {legal: a@example.org}\n", "legal: text stands here, where a mapping belongs (write {email: a@example.org})"),
    ("contacts: {legal: {name: A}}\n", "'email' is missing in legal"),
    ("data: [{title: A, url: 'javascript:alert(1)', license: ODbL-1.0}]\n", "is not a web address"),
    ("data: [{title: A, url: https://a.example.org, license: MIT}]\n", "license: 'MIT' is not known here"),
    ("data: [{title: A, url: https://a.example.org, license: Licence Ouverte}]\n", "(did you mean 'etalab-2.0'?)"),
    ("donnees: []\n", "unknown key 'donnees' (did you mean 'data'?)"),
]


@pytest.mark.parametrize("text", TAKEN)
def test_a_team_writes_whom_to_ask_and_what_it_opened(text: str, cohort: Write, site: Write) -> None:
    assert found(cohort, site, adler=team(more=text)) == []


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_is_wrong_in_a_teams_file_is_told(text: str, said: str, cohort: Write, site: Write) -> None:
    (told,) = found(cohort, site, adler=team(more=text))
    assert said in told


def test_nobody_is_public_unless_it_is_written(cohort: Write) -> None:
    loaded = load_cohort(cohort({"adler": team(", skills: [python, droit], public: true")}, COHORT)).team("adler")
    assert [(person.public, person.skills) for person in loaded.people] == [(True, ("python", "droit")), (False, ())]


def test_public_is_a_truth_value(cohort: Write, site: Write) -> None:
    (told,) = found(cohort, site, adler=team(', public: "true"'))
    assert "public: text stands here, where true or false belongs (write true, without quotes)" in told


COHORT_REFUSED = [
    ("events: [{title: A, starts: 2019-10-04, ends: 2019-10-03}]\n", "'A' ends (2019-10-03) before it starts (2019-10-04)"),
    ("evenements: []\n", "(did you mean 'events'?)"),
    ("tools: [{titre: A, url: https://a.example.org}]\n", "unknown key 'titre' in tools[1] (did you mean 'title'?)"),
    ("exceptions: [{project: notes, reason: secrecy, who: A}]\n", "reason: 'secrecy' is not known here"),
    ("exceptions: [{project: notes, reason: vie privée, who: A}]\n", "(did you mean 'personal-data'?)"),
    ("pages: {internal: {url: https://a.example.org, project: eig/a}, public: {url: https://b.example.org, project: EIG/a}}\n", "both sites would be the pages of eig/a"),
    ("pages: {internal: {url: https://a.example.org/}, public: {url: https://A.example.org}}\n", "both sites would be at https://a.example.org/"),
    ("pages: {public: {url: https://a.example.org, project: https://gitlab.example.org/eig/a.git}}\n", "(write eig/a)"),
    ('theme: {accent: "#00f"}\n', "accent: '#00f' is not a colour (write #0000ff)"),
    ("theme:\n  accent: #000091\n", 'there is no value: # begins a comment (write accent: "#000091"'),
    ("theme: {font: 'A\"; } body { display: none'}\n", "is not the name of a font"),
    ("theme: {stylesheet: ../../x.css}\n", "is not the name of a stylesheet"),
    ("theme: {stylesheet: a/x.css}\n", "is not the name of a stylesheet"),
    ("theme: {stylesheet: eig.css}\n", "the stylesheet eig.css is not beside cohort.yml"),
    ('theme: {good: "#f0f0f0"}\n', "good (#f0f0f0) cannot be read on tint (#f3f5f7): the contrast is 1.04"),
    ('theme: {dark: {bad: "#400000"}}\n', "bad (#400000) cannot be read on paper (#14181d)"),
    ('theme: {tint: "#c8c8c8", soft: "#000000", good: "#000000"}\n', "warn (#8a4600) cannot be read on tint (#c8c8c8)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), COHORT_REFUSED)
def test_what_is_wrong_in_the_cohorts_file_is_told(text: str, said: str, cohort: Write, site: Write) -> None:
    told = found(cohort, site, text)
    assert len([one for one in told if ": error: " in one]) == 1
    assert said in told[0]


def test_a_background_that_leaves_no_text_legible_is_told_once_for_each_colour(cohort: Write, site: Write) -> None:
    told = found(cohort, site, 'theme: {paper: "#777777"}\n')
    assert len(told) == len(TEXT)
    assert {one.partition(": ")[0] for one in told} == {"cohort.yml:6:16"}


def test_contrast_is_measured_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#000091", "#ffffff") == pytest.approx(14.9, abs=0.01)


def test_our_own_colours_are_those_of_the_packaged_stylesheet() -> None:
    light, dark = (files("eiginfra.handouts") / "rendering/look/tokens.css").read_text(encoding="utf-8").split("@media")
    assert dict(re.findall(r"--(\w+): (#\w{6});", light)) == LIGHT
    assert dict(re.findall(r"--(\w+): (#\w{6});", dark)) == DARK


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_in_our_own_colours_can_be_read_on_paper_and_on_tint(colours: dict[str, str]) -> None:
    assert list(faint(colours)) == []


def test_a_stylesheet_is_read_and_is_no_stray_file(cohort: Write) -> None:
    folder = cohort(cohort=f"{COHORT}theme: {{stylesheet: eig.css}}\n")
    (folder / "eig.css").write_text("h1 { letter-spacing: .02em }  /* no url( here */\n", encoding="utf-8")
    assert load_cohort(folder).stylesheet.startswith("h1 {")


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("a {}\n@import 'https://a.example.org/x.css';", "eig.css:2:1: error: '@import'"),
        ("a { background: URL (https://a.example.org/p.png) }", "eig.css:1:17: error: 'URL ('"),
        ("a { background: u\\72l(https://a.example.org) }", "eig.css:1:18: error: '\\'"),
        ("a { background: -webkit-image-set('a.png' 1x) }", "'-image-set('"),
        ("a { content: '</style><script>' }", "error: '</'"),
        ("a {}" + " " * 200_000, "the stylesheet is too large"),
    ],
)
def test_a_stylesheet_fetches_nothing_and_stays_where_it_is(css: str, said: str, cohort: Write) -> None:
    folder = cohort(cohort=f"{COHORT}theme: {{stylesheet: eig.css}}\n")
    (folder / "eig.css").write_text(css, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_cohort(folder)
    assert said in line(caught.value.findings[0])


def test_a_link_is_no_stylesheet(cohort: Write, tmp_path: Path) -> None:
    folder = cohort(cohort=f"{COHORT}theme: {{stylesheet: eig.css}}\n")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (folder / "eig.css").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError) as caught:
        load_cohort(folder)
    assert [finding.code for finding in caught.value.findings] == ["stylesheet-missing"]


TOLD = [
    ("events: [{title: A, starts: 2019-08-30, ends: 2019-09-03}]\n", "cohort.yml:6:29: warning: 'A' is not within the cohort's days"),
    ("events: [{title: A, starts: 2020-06-30, ends: 2020-07-02}]\n", "cohort.yml:6:47: warning: 'A' is not within the cohort's days"),
    ("exceptions: [{project: note, reason: secret, who: A}]\n", "warning: this exception is for the project note, which does not exist (did you mean 'notes'?)"),
    ("exceptions: [{team: adlr, project: notes, reason: secret, who: A}]\n", "warning: this exception is for the project notes of adlr, which does not exist (did you mean 'adler'?)"),
    ("exceptions: [{project: notes, reason: secret, who: A, until: 2019-09-30}]\n", "cohort.yml:6:62: notice: the exception for notes held until 2019-09-30"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TOLD)
def test_what_may_be_meant_is_told_and_stops_nothing(text: str, said: str, cohort: Write, site: Write) -> None:
    (told,) = found(cohort, site, text)
    assert said in told


@pytest.mark.parametrize("visibility", ["private", "internal"])
def test_a_project_that_is_not_public_has_an_exception(visibility: str, cohort: Write, site: Write) -> None:
    (told,) = found(cohort, site, adler=team(visibility=visibility))
    assert f"teams/adler.yml:5:51: notice: the project notes is {visibility}, and nothing says why" in told
    exception = "exceptions: [{project: Notes, reason: security, who: RSSI, until: 2019-10-01}]\n"
    assert found(cohort, site, exception, adler=team(visibility=visibility)) == []


def test_an_exception_names_its_team_where_several_have_such_a_project(cohort: Write, site: Write) -> None:
    other = team().replace("username: m,", "username: p,").replace("m@", "p@").replace("title: T", "title: U")
    (told,) = found(cohort, site, "exceptions: [{project: notes, reason: secret, who: A}]\n", adler=team(), plume=other)
    assert "which several teams have: adler and plume" in told
    assert found(cohort, site, "exceptions: [{team: plume, project: notes, reason: secret, who: A}]\n", adler=team(), plume=other) == []


def test_an_exception_may_be_for_a_team_whose_file_is_broken(cohort: Write, site: Write) -> None:
    told = found(cohort, site, "exceptions: [{team: plume, project: notes, reason: secret, who: A}]\n", adler=team(), plume="title: T\n")
    assert [one for one in told if "exception" in one] == []
