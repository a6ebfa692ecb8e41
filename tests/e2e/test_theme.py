"""A cohort's theme, from cohort.yml to the files that people open."""

from typing import Any

import pytest


@pytest.mark.parametrize("command", [("handouts",), ("pages", "build"), ("pages", "build", "--public")])
def test_handouts_and_pages_are_in_the_cohorts_theme(place: Any, command: tuple[str, ...]) -> None:
    cohort = place.folder / "inventories" / "eig3" / "cohort.yml"
    theme = 'theme: {accent: "#000091", font: Marianne, stylesheet: own.css}\n'
    cohort.write_text(f"{cohort.read_text(encoding='utf-8')}\n{theme}", encoding="utf-8")
    (cohort.parent / "own.css").write_text("h1 { text-transform: uppercase }\n", encoding="utf-8")
    assert place.call(*command, "--out", "written").code == 0
    for name in ("index", "adler" if command == ("handouts",) else "team-adler"):
        page = (place.folder / "written" / f"{name}.html").read_text(encoding="utf-8")
        assert '--font: "Marianne"' in page
        assert "--accent: #000091;" in page
        assert "h1 { text-transform: uppercase }\n</style>" in page
