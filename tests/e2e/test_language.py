"""In which language findings are told: the terminal's is chosen, Markdown is in the cohort's, codes are the same."""

from typing import Any


def test_the_terminal_speaks_french_if_asked_and_codes_stay(place: Any) -> None:
    team = next(place.folder.rglob("teams/adler.yml"))
    team.write_text(team.read_text(encoding="utf-8") + "\nvile: Paris\n", encoding="utf-8")
    english = place.call("check")
    french = place.call("--language", "fr", "check")
    assert "error: unknown key 'vile'" in english.out
    assert "erreur: clé inconnue «\N{NO-BREAK SPACE}vile\N{NO-BREAK SPACE}»" in french.out
    assert english.code == french.code
    told = {language: place.call("--language", language, "check", "--format", "json").json["findings"] for language in ("en", "fr")}
    assert [found["code"] for found in told["en"]] == [found["code"] for found in told["fr"]]
    assert told["en"][0]["params"] == told["fr"][0]["params"]
    assert told["en"][0]["message"] != told["fr"][0]["message"]
    assert place.call("--language", "de", "check").code == 64
