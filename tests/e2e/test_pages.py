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
        *(f"{name}.html" for name in ("index", "projects", "catalogue", "machines", "sizing", "calendar")),
        "feed.xml",
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


def test_what_states_the_same_stays_untouched_and_what_is_gone_goes(place: Workplace) -> None:
    assert place.call("apply", "--yes").code == 0
    first = place.call("pages", "build", "--format", "json").json
    assert first["written"] == first["files"]
    again = place.call("pages", "build", "--as-of", "2019-10-02", "--format", "json").json
    assert [Path(name).name for name in again["written"]] == ["index.html"]
    assert 'en prenant le <time datetime="2019-10-02">' in text(place, "public/index.html")
    assert "1er octobre 2019" in text(place, "public/team-adler.html")

    shown = place.call("pages", "build", "--public", "--format", "json").json
    assert {Path(name).name for name in shown["removed"]} == {"machines.html", "sizing.html"}
    assert "team-adler.html" in {Path(name).name for name in shown["written"]}
    place.team("karfur").unlink()
    gone = place.call("pages", "build", "--public")
    assert gone.code == 0, gone.err
    assert "1 removed" in gone.out
    assert not (place.folder / "public" / "team-karfur.html").exists()


def test_attack_an_internal_page_that_somebody_changed_is_not_published_along(place: Workplace) -> None:
    assert place.call("pages", "build").code == 0
    changed = place.folder / "public" / "machines.html"
    changed.write_text(changed.read_text(encoding="utf-8") + "<!-- mine -->", encoding="utf-8")
    answer = place.call("pages", "build", "--public")
    assert answer.code == 1
    assert "machines.html is of an earlier build and was changed since" in answer.err
    assert "adler-1" in text(place, "public/team-adler.html")


def test_handouts_are_left_alone(place: Workplace) -> None:
    assert place.call("handouts").code == 0
    answer = place.call("pages", "build", "--out", "handouts")
    assert answer.code == 1
    assert "is none of the cohort's pages" in answer.err
    assert (place.folder / "handouts" / "adler.md").exists()


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
