"""The cohort's pages of a real run on the lab."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from .conftest import Workplace


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy no website is asked."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


def text(place: Workplace, path: str) -> str:
    return (place.folder / path).read_text(encoding="utf-8").replace("\u00a0", " ")


def test_pages_of_what_exists_for_the_cohort_and_for_everybody(place: Workplace) -> None:
    before = place.call("pages", "build", "--out", "early", "--format", "json")
    assert before.code == 0, before.err
    assert "pas encore créé" in text(place, "early/index.html")
    assert place.call("apply", "--yes").code == 0

    answer = place.call("pages", "build", "--out", "inside", "--format", "json")
    assert answer.code == 0, answer.err
    teams = {"team-adler.html", "team-karfur.html", "team-open-chronic.html"}
    assert {Path(name).name for name in answer.json["files"]} == {
        "calendar.html",
        "catalogue.html",
        "feed.xml",
        "index.html",
        "machines.html",
        "projects.html",
        "sizing.html",
        *teams,
    }
    index = text(place, "inside/index.html")
    assert "Tout est comme les fichiers le demandent." in index
    assert "adler-web" in text(place, "inside/machines.html")
    assert "adler-web" in text(place, "inside/sizing.html")
    team = text(place, "inside/team-adler.html")
    assert "adler-1" in team
    assert "Publiez une version, même petite" in team

    shown = place.call("pages", "build", "--out", "outside", "--public", "--in", "en")
    assert shown.code == 0, shown.err
    every = "".join(text(place, f"outside/{path.name}") for path in (place.folder / "outside").glob("*.*ml"))
    for internal in ("adler-1", "192.168.", "adler-web", "example.org:"):
        assert internal not in every
    assert "API ADLER" in every
    ET.fromstring(text(place, "outside/feed.xml"))


def test_drift_is_on_the_page_with_its_cause(place: Workplace) -> None:
    assert place.call("apply", "--yes").code == 0
    place.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", visibility="private")
    assert place.call("pages", "build", "--out", "inside").code == 0
    assert "modifié à la main" in text(place, "inside/index.html")
    assert "modifié à la main" in text(place, "inside/team-adler.html")
    assert "modifié à la main" not in text(place, "inside/team-karfur.html")


def test_the_loop_refreshes_both(place: Workplace) -> None:
    assert place.call("apply", "--yes").code == 0
    site = place.folder / "site" / "site.yml"
    with site.open("a", encoding="utf-8") as file:
        file.write("reconcile: {pages: {internal: ../inside, public: ../outside}}\n")
    ended = place.call("reconcile", "--once")
    assert ended.code == 0, ended.err
    assert '"event": "pages"' in ended.err
    assert (place.folder / "inside" / "machines.html").exists()
    assert (place.folder / "outside" / "index.html").exists()
    assert not (place.folder / "outside" / "machines.html").exists()


def test_a_file_of_somebody_else_is_not_replaced(place: Workplace) -> None:
    (place.folder / "public").mkdir()
    (place.folder / "public" / "index.html").write_text("mine", encoding="utf-8")
    answer = place.call("pages", "build")
    assert answer.code == 1
    assert "not written by eiginfra" in answer.err
    assert text(place, "public/index.html") == "mine"
