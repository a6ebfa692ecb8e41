"""The bulletin of a lab in which people work: what they did is told, to everybody or to the cohort's people."""

from typing import Any

import pytest
from support.lab_activity import LabActivity

from .conftest import Workplace

FRENCH = (
    "## Nouvelles versions",
    "## Projets ouverts",
    "## Premières contributions de l’extérieur",
    "## Modifications fusionnées",
    "## Appels à contributions",
    "### help wanted",
)


@pytest.fixture
def people(place: Workplace) -> LabActivity:
    assert place.call("apply", "--yes").code == 0
    made = LabActivity(place.lab.urls["gitlab"], place.lab.served["gitlab"].service.token)
    made.fill()
    return made


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_people_did_is_told(place: Workplace, people: LabActivity) -> None:
    said = plain(place.call("bulletin", "--since", "7d").out)
    assert [title for title in FRENCH if title not in said] == []
    assert said.startswith("# Promotion 3 : bulletin du 24 septembre 2019 au 1er octobre 2019\n")
    assert "`passante-" in said
    assert "Première version" not in said
    english = plain(place.call("bulletin", "--in", "en").out)
    assert english == plain(place.call("bulletin", "--language", "en").out)
    assert "## First contributions from outside" in english
    assert "bulletin from 24 September 2019 to 1 October 2019" in english


def test_only_public_projects_are_told_to_everybody(place: Workplace, people: LabActivity) -> None:
    people.api("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", None, visibility="private")
    told = place.call("bulletin", "--format", "json").json
    inside = place.call("bulletin", "--internal", "--format", "json").json
    assert "API ADLER" not in {one["project"] for one in told["releases"]}
    assert "API ADLER" in {one["project"] for one in inside["releases"]}
    assert (told["internal"], inside["internal"], told["language"]) == (False, True, "fr")
    assert "API ADLER" not in told["markdown"]


def test_a_file_that_exists_stays(place: Workplace, people: LabActivity) -> None:
    first = place.call("bulletin", "-o", "b.md")
    assert (first.code, first.out) == (0, "b.md has the bulletin; finish it before it is published.\n")
    assert place.call("bulletin", "-o", "b.md", "-q").out == ""
    (place.folder / "b.md").write_text("finished", encoding="utf-8")
    again = place.call("bulletin", "-o", "b.md")
    assert (again.code, "b.md exists" in again.err) == (1, True)
    assert (place.folder / "b.md").read_text(encoding="utf-8") == "finished"
    assert place.call("bulletin", "-o", "nowhere/b.md").code == 1


@pytest.mark.parametrize("since", ["", "d", "0d", "-1d", "7", "7w", "soon", "2019-13-01", "2019-10-02", "99999d"])
def test_a_time_that_is_none_is_wrong_usage(place: Workplace, since: str) -> None:
    answer = place.call("bulletin", "--since", since)
    assert (answer.code, "--since" in answer.err) == (64, True)


def test_what_eiginfra_opened_is_told(place: Workplace) -> None:
    """By the journal: GitLab says nothing of when a project became public."""
    settings = place.folder / "eiginfra.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("as_of: 2019-10-01\n", ""), encoding="utf-8")
    cohort = place.folder / "inventories/eig3/cohort.yml"
    text: Any = cohort.read_text(encoding="utf-8")
    cohort.write_text(text.replace("ends: '2020-07-01'", "ends: '2099-07-01'"), encoding="utf-8")
    place.edit("adler", "    title: API ADLER\n", "    title: API ADLER\n    visibility: private\n")
    applied = place.call("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert place.call("bulletin", "--format", "json").json["opened"] == []
    place.edit("adler", "    visibility: private\n", "")
    assert place.call("apply", "--yes").code == 0
    (opened,) = place.call("bulletin", "--format", "json").json["opened"]
    assert (opened["team"], opened["project"], opened["new"]) == ("adler", "API ADLER", False)
